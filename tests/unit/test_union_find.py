"""Groups and their thresholds, against the plainest union of every pair."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from fiftyone_milvus import metrics
from fiftyone_milvus.analysis import duplicates
from fiftyone_milvus.analysis.loaded_vectors import LoadedVectors
from fiftyone_milvus.exact import union_find
from fiftyone_milvus.metrics import Space
from fiftyone_milvus.progress import Monitor
from fiftyone_milvus.tuning import tuned

# few values, so that many vectors are equal and many distances are
small_vectors = arrays.arrays(
    np.float32,
    st.tuples(st.integers(2, 14), st.integers(1, 3)),
    elements=st.sampled_from([0, 1, -1, 2, 0.5, 3]),
)


def loaded(vectors, metric="euclidean"):
    ids = np.array([f"id{i}" for i in range(len(vectors))])
    return LoadedVectors(
        ids, ids, Space(metric, vectors), Monitor(lambda progress: None), 0
    )


def distances(vectors):
    n = len(vectors)
    i, j = np.divmod(np.arange(n * n), n)
    wide = vectors.astype(np.float64)
    return metrics.pair_distances("euclidean", wide[i], wide[j]).reshape(n, n)


def components(near):
    """Of a matrix ``(n, n)`` of pairs: sets, by walking."""
    left, parts = set(range(len(near))), []
    while left:
        part, border = set(), {min(left)}
        while border:
            part |= border
            border = {int(j) for i in border for j in np.flatnonzero(near[i])} - part
        parts.append(part)
        left -= part
    return parts


@settings(max_examples=100, deadline=None)
@given(small_vectors, st.sampled_from([0.0, 0.5, 1.0, 1.5, 2.0]), st.integers(1, 6))
def test_groups_are_the_components_and_the_first_has_most_neighbors(
    vectors, thresh, side
):
    with tuned(TILE=side):
        found = duplicates.grouped(loaded(vectors), thresh)
    dists = distances(vectors)
    near = dists <= thresh
    wanted = [part for part in components(near) if len(part) > 1]
    got = [[int(id_[2:]) for id_ in group.ids] for group in found]
    assert sorted(map(sorted, got)) == sorted(map(sorted, wanted))
    assert [len(group) for group in got] == sorted(map(len, wanted), reverse=True)
    for group, ids in zip(found, got, strict=True):
        degrees = near[sorted(ids)].sum(axis=1)
        assert ids[0] == sorted(ids)[int(np.argmax(degrees))]
        assert group.dists == pytest.approx(dists[ids[0], ids].tolist())
        assert list(group.dists) == sorted(group.dists)


@settings(max_examples=100, deadline=None)
@given(small_vectors, st.data())
def test_the_threshold_is_the_smallest_that_joins_so_many(vectors, data):
    joins = data.draw(st.integers(1, len(vectors) - 1))
    dists = distances(vectors)
    with tuned(
        TILE=data.draw(st.integers(1, 6)),
        BUFFERED_PAIRS=data.draw(st.integers(0, 20)),
        BOUNDING_NEIGHBORS=len(vectors),
    ):
        found = union_find.threshold_for(Space("euclidean", vectors), joins)
    for thresh in np.unique(dists):
        if len(vectors) - len(components(dists <= thresh)) >= joins:
            assert found == thresh
            break


def test_a_fraction_that_only_far_ones_could_fill_is_none():
    # two clouds too large for anybody's nearest to be in the other
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(60, 4)).astype(np.float32)
    vectors[30:] += 100
    space = Space("euclidean", vectors)
    assert union_find.threshold_for(space, 59) is None
    assert union_find.threshold_for(space, 30) < 100


def test_a_chain_is_one_group_whatever_the_order():
    order = np.random.default_rng(1).permutation(2_000)
    ring = union_find.UnionFind(2_000)
    for part in np.array_split(order[:-1], 7):
        ring.add(part, (part + 1) % 2_000)
    assert [part.tolist() for part in ring.components()] == [[*range(2_000)]]
