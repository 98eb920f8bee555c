"""Pairs as they stream by, against every pair by itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiftyone_milvus import metrics
from fiftyone_milvus.errors import Cancelled
from fiftyone_milvus.exact import tiles
from fiftyone_milvus.metrics import Space
from fiftyone_milvus.tuning import tuned
from harness.datasets import clustered_vectors

COUNTS = [0, 1, 7, 8, 9, 16, 17, 33]


small_tiles = tuned(TILE=8)


def vectors_of(count):
    return clustered_vectors(count, 12, max(1, count // 4), seed=count)[0]


def expected(vectors, thresh):
    wide = vectors.astype(np.float64)
    i, j = np.triu_indices(len(vectors), 1)
    near = metrics.pair_distances("cosine", wide[i], wide[j]) <= thresh
    return set(zip(i[near].tolist(), j[near].tolist(), strict=True))


def found(parts):
    pairs = [sorted(pair) for i, j in parts for pair in zip(i, j, strict=True)]
    once = {(int(i), int(j)) for i, j in pairs}
    assert len(once) == len(pairs)
    return once


@pytest.mark.parametrize("count", COUNTS)
@small_tiles
def test_each_pair_comes_once(count):
    vectors = vectors_of(count)
    parts = tiles.pairs(Space("cosine", vectors), lambda: 0.3)
    assert found(parts) == expected(vectors, 0.3)


@given(st.integers(1, 60))
def test_each_two_blocks_meet_once(count):
    met = [frozenset((at, b)) for at in range(count) for b in tiles._half(at, count)]
    assert len(set(met)) == len(met) == count * (count + 1) // 2


@pytest.mark.parametrize("count", COUNTS)
@small_tiles
def test_those_that_cross_come_once(count):
    vectors = vectors_of(count)
    rows, among = np.arange(count)[::3], np.setdiff1d(np.arange(count), range(0, 60, 3))
    parts = tiles.crossing(Space("cosine", vectors), rows, among, lambda: 0.3)
    wanted = {(i, j) for i, j in expected(vectors, 0.3) if (i % 3 == 0) != (j % 3 == 0)}
    assert found(parts) == wanted


@pytest.mark.parametrize("count", COUNTS[1:])
@small_tiles
def test_progress_rises_to_the_number_of_vectors(count):
    reports = []
    space = Space("cosine", vectors_of(count))
    list(tiles.pairs(space, lambda: 0.3, reports.append))
    assert reports == sorted(reports)
    assert reports[-1] == count
    half = np.arange(count // 2)
    reports.clear()
    list(
        tiles.crossing(
            space, half, np.arange(count // 2, count), lambda: 1, reports.append
        )
    )
    assert reports == sorted(reports)
    assert not len(half) or reports[-1] == len(half)


@small_tiles
def test_a_tick_can_stop_it():
    def stop(done):
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        list(tiles.pairs(Space("cosine", vectors_of(33)), lambda: 0.3, stop))
