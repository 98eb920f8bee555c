"""Candidates by cells, against every pair by itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from fiftyone_milvus.errors import Cancelled
from fiftyone_milvus.exact import tiles
from fiftyone_milvus.exact.cells import cells_of
from fiftyone_milvus.metrics import Space
from fiftyone_milvus.tuning import tuned
from harness.processes import numbers_printed

COUNT, DIM = 5_000, 24
THRESH = {"cosine": 0.05, "euclidean": 1.5}

some_metric = st.sampled_from(["cosine", "euclidean"])
# few values, so that many vectors are equal and many distances are
small_vectors = arrays.arrays(
    np.float32,
    st.tuples(st.integers(1, 40), st.integers(1, 3)),
    elements=st.sampled_from([0, 1, -1, 2, 0.5, 3, 1e-3, 1e6]),
)
whole_margin = tuned(CANDIDATE_RECALL=2.0)  # more than any margin finds


def vectors_of(kind, count=COUNT, dim=DIM):
    """A tenth are copies, moved by up to more than the thresholds."""
    rng = np.random.default_rng(7)
    vectors = rng.normal(size=(count, dim))
    if kind == "clustered":
        vectors += rng.normal(size=(50, dim))[rng.integers(0, 50, count)]
    copies = count // 10
    moved = rng.normal(size=(copies, dim))
    moved *= rng.uniform(0, 0.5, (copies, 1))
    vectors[-copies:] = vectors[:copies] + moved
    return vectors[rng.permutation(count)].astype(np.float32)


def as_set(parts):
    pairs = [
        pair for i, j in parts for pair in zip(i.tolist(), j.tolist(), strict=True)
    ]
    once = {(min(pair), max(pair)) for pair in pairs}
    assert len(once) == len(pairs)
    return once


def by_cells(space, thresh):
    with cells_of(space, thresh) as cells:
        return as_set(cells.pairs()), cells


def every(space, thresh):
    return as_set(tiles.pairs(space, lambda: thresh))


@pytest.mark.parametrize("kind", ["clustered", "uniform"])
@pytest.mark.parametrize("metric", THRESH)
def test_nearly_all_pairs_are_found_and_no_other(metric, kind):
    space, thresh = Space(metric, vectors_of(kind)), THRESH[metric]
    wanted = every(space, thresh)
    assert len(wanted) > 300
    found, cells = by_cells(space, thresh)
    assert found <= wanted
    assert len(found) >= 0.99 * len(wanted)
    assert cells.compared < 0.2


@pytest.mark.parametrize("metric", THRESH)
def test_the_recall_is_that_of_the_sample(metric):
    space, thresh = Space(metric, vectors_of("uniform")), THRESH[metric]
    wanted = len(every(space, thresh))
    for share in (0.8, 0.9):
        with tuned(CALIBRATED=COUNT, CANDIDATE_RECALL=share, ENOUGH_PAIRS=0):
            found, cells = by_cells(space, thresh)
        assert len(found) / wanted == pytest.approx(cells.recall, abs=1e-9)
        assert share <= cells.recall < 1


@settings(max_examples=200, deadline=None)
@given(some_metric, small_vectors, st.sampled_from([0, 1e-3, 0.1, 0.5, 1, 2, 5]))
@whole_margin
def test_with_the_whole_margin_no_pair_is_missed(metric, vectors, thresh):
    with tuned(TILE=8):
        space = Space(metric, vectors)
    assert by_cells(space, thresh)[0] == every(space, thresh)


@pytest.mark.parametrize("kind", ["clustered", "uniform"])
@pytest.mark.parametrize("metric", THRESH)
@whole_margin
def test_no_pair_of_many_is_missed_either(metric, kind):
    space, thresh = Space(metric, vectors_of(kind, 2_000)), THRESH[metric]
    assert by_cells(space, thresh)[0] == every(space, thresh)


@pytest.mark.parametrize("metric", THRESH)
def test_where_few_are_near_the_margin_is_large(metric):
    space = Space(metric, np.random.default_rng(0).normal(size=(3_000, 24)))
    thresh = 1e-3
    assert not every(space, thresh)
    found, cells = by_cells(space, thresh)
    assert not found and cells.recall == 1


@tuned(TILE=64)
def test_they_go_on_from_each_cell():
    space = Space("cosine", vectors_of("clustered", 1_000))
    parts, before, reports = [], {}, []
    with cells_of(space, 0.1) as cells:
        for part in cells.pairs(
            reports.append, ended=lambda end: before.update({end: len(parts)})
        ):
            parts.append(part)
        assert reports == sorted(reports) and [*before] == sorted(before)
        assert reports[-1] == [*before][-1] == len(space)
        for end, count in before.items():
            rest = as_set(cells.pairs(start=end))
            assert as_set(parts[:count]) | rest == as_set(parts)
            assert rest == as_set(parts[count:])


@tuned(TILE=64)
def test_a_tick_can_stop_it():
    def stop(done):
        if done > 500:
            raise Cancelled("enough")

    space = Space("cosine", vectors_of("clustered", 1_000))
    with pytest.raises(Cancelled), cells_of(space, 0.1, stop):
        pass
    with cells_of(space, 0.1) as cells, pytest.raises(Cancelled):
        list(cells.pairs(stop))


MEASURE = """
import tracemalloc
import numpy as np
from fiftyone_milvus import metrics
from fiftyone_milvus.exact.cells import cells_of
from fiftyone_milvus.tuning import tuned

COUNT = 40_000
rng = np.random.default_rng(0)
with tuned(IN_MEMORY_BYTES=0), metrics.scratch_array(COUNT, 512) as vectors:
    for start in range(0, COUNT, 1_000):
        vectors[start : start + 1_000] = rng.normal(size=(1_000, 512))
    vectors[15_000:15_100] = vectors[:100]
    space = metrics.Space("cosine", vectors)
    tracemalloc.start()
    with cells_of(space, 0.1) as cells:
        found = sum(len(i) for i, j in cells.pairs())
    print(found, tracemalloc.get_traced_memory()[1])
"""


def test_memory_is_a_few_tiles_whatever_the_number_of_vectors():
    # 82 MB of vectors; the matrix of all pairs is 6,400 MB
    found, peak = numbers_printed(MEASURE)
    assert found == 100
    assert peak < 80e6
