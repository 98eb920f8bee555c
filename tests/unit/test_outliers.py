"""Those furthest from their nearest neighbor, against every pair by itself."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from fiftyone_milvus import metrics
from fiftyone_milvus.errors import Cancelled
from fiftyone_milvus.exact import outliers
from fiftyone_milvus.metrics import Space
from fiftyone_milvus.tuning import tuned

METRICS = ("cosine", "dotproduct", "euclidean")

# few values, so that many vectors are equal and many distances are
small_vectors = arrays.arrays(
    np.float32,
    st.tuples(st.integers(1, 20), st.integers(1, 4)),
    elements=st.sampled_from([0, 1, -1, 2, 0.5, 3, 1e-3, 1e6]),
)
any_vectors = arrays.arrays(
    np.float32,
    st.tuples(st.integers(1, 20), st.integers(1, 4)),
    elements=st.floats(width=32, allow_nan=False, allow_infinity=False),
)


def check(metric, vectors, count):
    n = len(vectors)
    i, j = np.divmod(np.arange(n * n), n)
    wide = vectors.astype(np.float64)
    exact = metrics.pair_distances(metric, wide[i], wide[j]).reshape(n, n)
    np.fill_diagonal(exact, np.inf)
    wanted = np.argsort(-exact.min(axis=1), kind="stable")[:count] if n > 1 else []
    inds, near, dists = outliers.distance_outliers(Space(metric, vectors), count)
    assert inds.tolist() == list(wanted)
    assert near.tolist() == [int(np.argmin(exact[i])) for i in wanted]
    assert dists.tolist() == [exact[i].min() for i in wanted]


@settings(max_examples=200)
@given(st.sampled_from(METRICS), small_vectors | any_vectors, st.data())
def test_they_are_the_furthest(metric, vectors, data):
    sizes = st.integers(1, 6)
    with tuned(TILE=data.draw(sizes), FIRST_OUTLIERS=data.draw(sizes)):
        check(metric, vectors, data.draw(st.integers(1, 25)))


@pytest.mark.parametrize("count", [1, 10, 100, 1_000])
@pytest.mark.parametrize("metric", METRICS)
@tuned(TILE=64, FIRST_OUTLIERS=32)
def test_those_of_many(metric, count):
    vectors = np.random.default_rng(count).normal(size=(600, 24))
    vectors[::5] = vectors[1::5]
    check(metric, vectors.astype(np.float32), count)


@tuned(TILE=100, FIRST_OUTLIERS=100)
def test_most_are_ruled_out_early(monkeypatch):
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(20, 32))[np.arange(2_000) % 20]
    vectors = (vectors + 0.1 * rng.normal(size=(2_000, 32))).astype(np.float32)
    space = Space("cosine", vectors)
    products = []
    thorough = space.keys

    def counted(a, b, dtype):
        products.append(len(a) * len(b))
        return thorough(a, b, dtype)

    monkeypatch.setattr(space, "keys", counted)
    outliers.distance_outliers(space, 10)
    assert sum(products) < 2_000**2 / 2


@tuned(TILE=8, FIRST_OUTLIERS=8)
def test_it_reports_progress_and_can_be_stopped():
    vectors = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
    reports = []
    outliers.distance_outliers(Space("cosine", vectors), 3, reports.append)
    assert reports == sorted(reports)
    assert reports[-1] == 50

    def stop(done):
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        outliers.distance_outliers(Space("cosine", vectors), 3, stop)
