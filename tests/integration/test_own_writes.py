"""What a process wrote is seen by its next read, through any handle, on any thread."""

from concurrent.futures import ThreadPoolExecutor

import fiftyone.brain as fob
import numpy as np
import pytest
from bson import ObjectId

import fiftyone_milvus  # noqa: F401 (makes the backend ours)
from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.indexes.sync import sync
from fiftyone_milvus.store import row_search
from harness import datasets


@pytest.fixture(scope="module", params=["Session", "Strong"])
def shared(request, milvus_of_module):
    """An index searched at a level: on a server each collection costs seconds."""
    dataset = datasets.make_vectors_dataset()
    made = fob.compute_similarity(
        dataset,
        brain_key="idx",
        backend="milvus",
        embeddings="embeddings",
        metric="cosine",
        consistency_level=request.param,
    )
    yield made
    made.delete()
    dataset.delete()


@pytest.fixture
def index(milvus, shared):
    """The same, with its dataset's 100 vectors, and loaded: no read has to wait."""
    ids, vectors = shared._dataset.values(["id", "embeddings"])
    shared.add_to_index(np.array(vectors), ids)
    assert set(nearest_to_first(shared)) == set(ids)
    return shared


def first_vector(index):
    return np.asarray(index._dataset.values("embeddings")[0])


def nearest_to_first(index, k=100):
    """The ids of the index's rows, the nearest to its dataset's first vector first."""
    return list(index._kneighbors(first_vector(index), k=k)[0])


def test_removed_rows_are_not_found(index):
    ids = index._dataset.values("id")
    gone = nearest_to_first(index, 20)
    index.remove_from_index(sample_ids=gone)
    assert set(nearest_to_first(index)) == set(ids) - set(gone)


def test_another_handle_finds_no_removed_rows(index):
    other = runs.load(index._dataset, "idx")
    gone = nearest_to_first(other, 20)
    index.remove_from_index(sample_ids=gone)
    assert not set(nearest_to_first(other)) & set(gone)


def test_another_thread_finds_no_removed_rows(index):
    gone = nearest_to_first(index, 20)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(index.remove_from_index, sample_ids=gone).result()
    assert not set(nearest_to_first(index)) & set(gone)


def test_a_removed_row_is_no_query(index):
    gone = nearest_to_first(index, 1)
    index.remove_from_index(sample_ids=gone)
    with pytest.raises(InvalidRequest, match="not in the index"):
        index.sort_by_similarity(gone[0], k=5)


def test_removed_rows_are_not_counted(index):
    index.remove_from_index(sample_ids=nearest_to_first(index, 20))
    assert index.rows.collection.count(index.rows.collection.consistency_level) == 80


def test_an_index_whose_rows_were_all_removed_finds_none(index):
    index.remove_from_index(sample_ids=index._dataset.values("id"))
    assert nearest_to_first(index, 5) == []


def test_what_a_sync_removed_is_not_found(index):
    orphans = [str(ObjectId()) for _ in range(5)]
    query = first_vector(index)[None].astype(np.float32)
    index.add_to_index(np.repeat(query, 5, axis=0), orphans)
    # the rows themselves: the index leaves out what the dataset doesn't have
    assert set(orphans) < set(row_search.search(index.rows, query, 6)[0].ids)
    assert sync(index._dataset, "idx").removed == 5
    assert not set(row_search.search(index.rows, query, 6)[0].ids) & set(orphans)


def test_a_replaced_vector_is_the_one_that_is_found(index):
    first = nearest_to_first(index, 1)
    index.add_to_index(-first_vector(index)[None], first)
    assert nearest_to_first(index)[-1:] == first
    index.add_to_index(first_vector(index)[None], first)
    assert nearest_to_first(index, 1) == first


def test_a_row_that_was_removed_and_added_again_is_found(index):
    first = nearest_to_first(index, 1)
    index.remove_from_index(sample_ids=first)
    index.add_to_index(first_vector(index)[None], first)
    assert nearest_to_first(index, 1) == first
