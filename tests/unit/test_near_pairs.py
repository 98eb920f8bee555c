"""Against the plainest numpy: every pair by itself, in float64."""

import errno

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from fiftyone_milvus import metrics
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.exact import near_pairs, pca_prefilter
from fiftyone_milvus.metrics import Space
from fiftyone_milvus.tuning import tuned
from harness.datasets import clustered_vectors
from harness.processes import numbers_printed

METRICS = ("cosine", "dotproduct", "euclidean")

any_metric = st.sampled_from(METRICS)
# few values, so that many vectors are equal and many distances are
small_vectors = arrays.arrays(
    np.float32,
    st.tuples(st.integers(1, 12), st.integers(1, 4)),
    elements=st.sampled_from([0, 1, -1, 2, 0.5, 3, 1e-3, 1e6]),
)
any_vectors = arrays.arrays(
    np.float32,
    st.tuples(st.integers(1, 12), st.integers(1, 4)),
    elements=st.floats(width=32, allow_nan=False, allow_infinity=False),
)


small_tiles = tuned(TILE=8, FIRST_BLOCK=3, PAIR_BYTES=64, MAX_CANDIDATES=16)


def all_distances(metric, vectors):
    """``(n, n)``, infinite to themselves."""
    n = len(vectors)
    i, j = np.divmod(np.arange(n * n), n)
    wide = vectors.astype(np.float64)
    dists = metrics.pair_distances(metric, wide[i], wide[j]).reshape(n, n)
    np.fill_diagonal(dists, np.inf)
    return dists


def check_within(metric, vectors, thresh):
    exact = all_distances(metric, vectors)
    near, dists = near_pairs.within(Space(metric, vectors), thresh)
    assert len(near) == len(vectors)
    for row, found, found_dists in zip(exact, near, dists, strict=True):
        np.testing.assert_array_equal(found, np.flatnonzero(row <= thresh))
        np.testing.assert_array_equal(found_dists, row[found])


def check_nearest(metric, vectors, k):
    exact = all_distances(metric, vectors)
    near, dists = near_pairs.nearest(Space(metric, vectors), k)
    count = len(vectors) - 1 if k is None else min(k, len(vectors) - 1)
    assert len(near) == len(vectors)
    for row, found, found_dists in zip(exact, near, dists, strict=True):
        np.testing.assert_array_equal(found, np.argsort(row, kind="stable")[:count])
        np.testing.assert_array_equal(found_dists, row[found])


def check_thinned(metric, vectors, thresh):
    exact = all_distances(metric, vectors)
    kept = np.ones(len(vectors), bool)
    for i in range(len(vectors)):
        if kept[i]:
            kept[i + 1 :] &= exact[i, i + 1 :] > thresh
    found = near_pairs.remove_near(Space(metric, vectors), thresh)
    np.testing.assert_array_equal(found, np.flatnonzero(kept))


def some_vectors(count, dim=12):
    """Clusters, and here and there an equal one."""
    vectors, _ = clustered_vectors(count, dim, max(1, count // 4), seed=count)
    vectors[1::5] = vectors[0::5][: len(vectors[1::5])]
    return vectors


def some_threshold(metric, vectors):
    dists = all_distances(metric, vectors)
    dists = dists[np.isfinite(dists)]
    return float(np.quantile(dists, 0.2)) if len(dists) else 1.0


# -- the distances


@pytest.mark.parametrize("metric", METRICS)
def test_distances_of_pairs_are_those_of_searches(metric):
    vectors = some_vectors(50)
    matrix = metrics.distances(metric, vectors, vectors)
    np.fill_diagonal(matrix, np.inf)
    # the matrix's euclidean distances near 0 are roots of rounding errors
    np.testing.assert_allclose(all_distances(metric, vectors), matrix, atol=1e-6)


@given(any_vectors)
@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_equal_vectors_are_at_distance_0(metric, vectors):
    wide = vectors[vectors.any(axis=1)].astype(np.float64)
    assert (metrics.pair_distances(metric, wide, wide) == 0).all()


@pytest.mark.parametrize("dim", [1, 3, 64, 513])
@pytest.mark.parametrize("metric", METRICS)
def test_a_pair_is_as_far_apart_in_any_company(metric, dim):
    a, b = np.random.default_rng(dim).normal(size=(2, 300, dim))
    together = metrics.pair_distances(metric, a, b)
    for i in range(0, 300, 7):
        one = slice(i, i + 1)
        assert metrics.pair_distances(metric, a[one], b[one]) == together[i]
        assert metrics.pair_distances(metric, b[one], a[one]) == together[i]


@pytest.mark.parametrize("metric", METRICS)
def test_a_threshold_that_is_a_tiny_vectors_distance_is_met(metric):
    vectors = np.full((2, 2), 0.001, np.float32)
    check_within(metric, vectors, float(all_distances(metric, vectors)[0, 1]))


@settings(max_examples=200, deadline=None)
@given(any_metric, any_vectors)
def test_keys_are_no_further_off_than_they_say(metric, vectors):
    space = Space(metric, vectors)
    block = next(space.blocks(np.arange(len(vectors))))
    exact, _ = space.keys(block, block, np.longdouble)
    for dtype in space.dtypes:
        keys, error = space.keys(block, block, dtype)
        assert (np.abs(keys - exact) <= error).all()


# -- all against all


@pytest.mark.parametrize("count", [0, 1, 2, 7, 8, 9, 15, 16, 17, 41])
@pytest.mark.parametrize("metric", METRICS)
@small_tiles
def test_sizes_around_the_tiles_borders(metric, count):
    vectors = some_vectors(count)
    thresh = some_threshold(metric, vectors)
    check_within(metric, vectors, thresh)
    check_thinned(metric, vectors, thresh)
    for k in (1, 3, 8, 9, None):
        check_nearest(metric, vectors, k)


@settings(max_examples=200, deadline=None)
@given(any_metric, small_vectors, st.data())
def test_ties_and_thresholds_that_are_met_exactly(metric, vectors, data):
    dists = all_distances(metric, vectors)
    met = [0.0, *dists[np.isfinite(dists)].tolist()]
    thresh = data.draw(st.sampled_from(met))
    with tuned(TILE=data.draw(st.integers(1, 5))):
        check_within(metric, vectors, thresh)
        check_thinned(metric, vectors, thresh)
        check_nearest(metric, vectors, data.draw(st.integers(1, 12)))


@settings(max_examples=200, deadline=None)
@given(any_metric, any_vectors, st.floats(0, 1e30))
def test_numbers_of_any_size(metric, vectors, thresh):
    check_within(metric, vectors, thresh)
    check_thinned(metric, vectors, thresh)
    check_nearest(metric, vectors, 2)


@pytest.mark.parametrize("scale", [0, 1e-7, 3e-6, 1e-5])
@pytest.mark.parametrize("metric", METRICS)
@small_tiles
def test_float32_cannot_tell_them_apart(metric, scale):
    rng = np.random.default_rng(0)
    vectors = 1 + scale * rng.normal(size=(60, 32))
    vectors = vectors.astype(np.float32)
    thresh = max(0.0, some_threshold(metric, vectors))
    check_within(metric, vectors, thresh)
    check_thinned(metric, vectors, thresh)
    check_nearest(metric, vectors, 2)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_threshold_0_finds_the_equal_ones_and_no_others(metric):
    vectors = np.concatenate([some_vectors(30, 512)[::5]] * 3)
    near, dists = near_pairs.within(Space(metric, vectors), 0)
    for i, (found, found_dists) in enumerate(zip(near, dists, strict=True)):
        assert found.tolist() == [j for j in range(i % 6, 18, 6) if j != i]
        assert not found_dists.any()
    assert near_pairs.remove_near(Space(metric, vectors), 0).tolist() == [*range(6)]


def test_distances_only_if_asked_for():
    near, dists = near_pairs.within(Space("cosine", some_vectors(9)), 1.0, False)
    assert len(near) == 9
    assert dists is None


@pytest.mark.parametrize("metric", METRICS)
@small_tiles
def test_some_rows_among_some_others(metric):
    vectors = some_vectors(60)
    rows, among = np.arange(40, 60)[::-1], np.arange(5, 50, 3)
    near, dists = near_pairs.nearest(Space(metric, vectors), 2, rows, among)
    exact = all_distances(metric, vectors)[rows][:, among]
    for row, found, found_dists in zip(exact, near, dists, strict=True):
        order = np.argsort(row, kind="stable")[:2]
        assert found.tolist() == among[order].tolist()
        assert found_dists.tolist() == row[order].tolist()


def test_many_blank_images_cost_no_more_than_others():
    vectors = np.ones((5_000, 64), np.float32)
    space = Space("cosine", vectors)
    near, _ = near_pairs.nearest(space, 1)
    assert [n.tolist() for n in near] == [[1], *[[0]] * 4_999]
    assert near_pairs.remove_near(space, 0).tolist() == [0]


# -- with a prefilter


@pytest.mark.parametrize("length", [1, 3])
@settings(max_examples=60, deadline=None)
@given(any_metric, small_vectors | any_vectors, st.data())
def test_the_prefilter_changes_no_answer(length, metric, vectors, data):
    dists = all_distances(metric, vectors)
    met = [0.0, *dists[np.isfinite(dists)].tolist()]
    thresh = data.draw(st.sampled_from(met))
    with tuned(
        TILE=data.draw(st.integers(1, 5)),
        FEW_PAIRS=data.draw(st.sampled_from([1, 2, 256])),
        PREFILTER_MIN_VECTORS=1,
        PREFILTER_DIMS=(length,),
        PREFILTER_WORTHWHILE=1e9,
    ):
        check_within(metric, vectors, thresh)
        check_thinned(metric, vectors, thresh)


@pytest.mark.parametrize("metric", METRICS)
@tuned(PREFILTER_MIN_VECTORS=400)
def test_the_prefilter_rejects_most_pairs(monkeypatch, metric):
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(400, 128)).astype(np.float32)
    vectors[350:] = vectors[:50] + 1e-3
    thresh = {"cosine": 0.01, "euclidean": 1.0, "dotproduct": -100.0}[metric]
    space = Space(metric, vectors)
    products = []
    thorough = space.keys

    def counted(*args):
        products.append(args)
        return thorough(*args)

    monkeypatch.setattr(space, "keys", counted)
    near, _ = near_pairs.within(space, thresh)
    assert not products
    monkeypatch.undo()
    assert sum(map(len, near)) > 50
    check_within(metric, vectors, thresh)
    far = all_distances(metric, vectors)
    with pca_prefilter.pca_prefilter(
        space, float(far[np.isfinite(far)].max())
    ) as found:
        assert found is None


# -- memory


@pytest.mark.parametrize("count", [10, 30_000])
@tuned(IN_MEMORY_BYTES=100_000)
def test_room_is_writable_and_leaves_nothing_behind(tmp_path, monkeypatch, count):
    monkeypatch.setattr(metrics.tempfile, "tempdir", str(tmp_path))
    with pytest.raises(ZeroDivisionError), metrics.scratch_array(count, 8) as room:
        assert room.shape == (count, 8)
        assert room.dtype == np.float32
        room[:] = np.arange(count)[:, None]
        assert room[count - 1, 7] == count - 1
        raise ZeroDivisionError
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_reported_before_it_ends_the_process(monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(metrics.os, "posix_fallocate", full, raising=False)
    with (
        pytest.raises(InvalidRequest, match=r"102 MB.*No space left.*TMPDIR"),
        metrics.scratch_array(100_000, 256),
    ):
        pass


MEASURE = """
import tracemalloc
import numpy as np
from fiftyone_milvus import metrics
from fiftyone_milvus.exact import near_pairs
from fiftyone_milvus.tuning import tuned

rng = np.random.default_rng(0)
with tuned(IN_MEMORY_BYTES=0), metrics.scratch_array(30_000, 512) as vectors:
    for start in range(0, 30_000, 1_000):
        vectors[start : start + 1_000] = rng.normal(size=(1_000, 512))
    vectors[15_000:15_100] = vectors[:100]
    tracemalloc.start()
    near, _ = near_pairs.within(metrics.Space("cosine", vectors), 0.1)
    print(sum(map(len, near)), tracemalloc.get_traced_memory()[1])
"""


def test_memory_is_a_few_tiles_whatever_the_number_of_vectors():
    # 61 MB of vectors; a float64 copy of them alone would be 123 MB
    found, peak = numbers_printed(MEASURE)
    assert found == 200
    assert peak < 60e6
