"""What changes with size: views of many ids, deep searches, large removals."""

import fiftyone as fo
import fiftyone.brain as fob
import numpy as np
import pytest

import fiftyone_milvus  # noqa: F401 (makes the backend ours)
from harness.datasets import clustered_vectors
from harness.oracle import distances, ranked

# More than one search returns, and than two calls take ids
COUNT, DIM = 21_000, 8
IN_VIEW, MATCHES, REMOVED = 20_000, 17_000, 15_000


@pytest.fixture(scope="module")
def samples():
    dataset = fo.Dataset()
    dataset.add_samples(
        [fo.Sample(filepath=f"/s/{i}.jpg", number=i) for i in range(COUNT)],
        progress=False,
    )
    yield dataset
    dataset.delete()


@pytest.fixture(scope="module")
def large(milvus_of_module, samples):
    """21,000 samples with an index by cosine, and the vectors."""
    vectors, _ = clustered_vectors(COUNT, DIM, 50, seed=4)
    index = fob.compute_similarity(
        samples,
        brain_key="large",
        backend="milvus",
        embeddings=vectors,
        metric="cosine",
    )
    yield samples, index, vectors, samples.values("id")
    index.delete()


@pytest.mark.parametrize("size", [5, 5_000, IN_VIEW])
def test_a_view_of_any_size_answers_from_the_view(milvus, large, size):
    dataset, index, vectors, ids = large
    view = dataset.match(fo.ViewField("number") < size)
    with index.use_view(view):
        assert index.index_size == size
        found, _, dists = index._kneighbors(vectors[20_500], k=10, return_dists=True)
    exact = distances("cosine", vectors[20_500], vectors[:size])
    wanted = ranked(exact, ids[:size])[:10]
    if milvus.kind == "lite" or size <= 5_000:  # exact plans
        assert found == wanted
    np.testing.assert_allclose(dists, np.sort(exact)[:10], atol=1e-3)
    assert set(found) <= set(ids[:size])


def test_more_matches_than_one_search_can_return(milvus, large):
    _, index, vectors, ids = large
    found, _ = index._kneighbors(vectors[7], k=MATCHES)
    exact = distances("cosine", vectors[7], vectors)
    at = {id_: i for i, id_ in enumerate(ids)}
    np.testing.assert_allclose(
        exact[[at[id_] for id_ in found]], np.sort(exact)[:MATCHES], atol=1e-6
    )


def test_thousands_are_removed_at_once(milvus, large):
    _, index, vectors, ids = large
    index.remove_from_index(sample_ids=ids[:REMOVED])
    assert index.total_index_size == COUNT - REMOVED
    index.add_to_index(vectors[:REMOVED], ids[:REMOVED])
    assert index.total_index_size == COUNT
