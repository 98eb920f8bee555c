"""The first rows of an index, added through several handles at the same time."""

from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from threading import Barrier

import fiftyone.brain as fob
import numpy as np
import pytest

import fiftyone_milvus  # noqa: F401 (makes the backend ours)
from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import CollectionError, VectorSearchError
from harness import first_adds
from harness.forks import Fork

HANDLES = 4


@pytest.fixture
def make_empty(dataset):
    """Makes an index with no rows yet, ``make_empty(dataset, **options)``."""
    made = []

    def make(samples=dataset, **options):
        made.append(
            fob.compute_similarity(
                samples,
                brain_key="idx",
                backend="milvus",
                embeddings=False,
                metric="cosine",
                **options,
            )
        )
        return made[-1]

    yield make
    for index in made:
        if not index._dataset.deleted and "idx" in runs.keys(index._dataset):
            runs.cleanup(index._dataset, "idx")


def shares(dataset, count=HANDLES):
    """The ids and vectors of a dataset, in parts."""
    ids, vectors = dataset.values(["id", "embeddings"])
    return [(ids[i::count], np.array(vectors[i::count])) for i in range(count)]


def add_on_threads(indexes, parts):
    """What each of the adds raised, or ``None``."""
    barrier = Barrier(len(indexes))
    with ThreadPoolExecutor(len(indexes)) as pool:
        adding = [
            pool.submit(first_adds.add_at_once, index, barrier, *part)
            for index, part in zip(indexes, parts, strict=True)
        ]
        return [one.exception() for one in adding]


def assert_whole(dataset):
    """The index has the vectors of its dataset, and finds by them."""
    dataset.reload()
    index = runs.load(dataset, "idx")
    ids, vectors = dataset.values(["id", "embeddings"])
    found = index.get_embeddings(sample_ids=ids)
    assert found[1].tolist() == ids
    np.testing.assert_allclose(found[0], np.array(vectors), rtol=1e-6)
    assert index.total_index_size == len(ids)
    assert (
        dataset.sort_by_similarity(ids[0], brain_key="idx", k=1).values("id") == ids[:1]
    )


@pytest.mark.parametrize("options", [{}, {"partition": "mine"}], ids=str)
def test_threads_that_add_first_lose_no_row(make_empty, dataset, options):
    make_empty(**options)
    handles = [runs.load(dataset, "idx") for _ in range(HANDLES)]
    assert add_on_threads(handles, shares(dataset)) == [None] * HANDLES
    assert_whole(dataset)
    assert runs.load(dataset, "idx").rows.collection.owner().brain_key == "idx"


def test_processes_that_add_first_lose_no_row(make_empty, dataset):
    make_empty()
    dataset.persistent = True
    barrier = get_context("forkserver").Barrier(2)
    forks = [
        Fork({}, first_adds.add_in_process, dataset.name, "idx", barrier, *part)
        for part in shares(dataset, 2)
    ]
    for fork in forks:
        fork.result()
    assert_whole(dataset)


def test_a_first_add_that_fails_leaves_the_rows_of_others(
    make_empty, dataset, monkeypatch
):
    make_empty()
    one, other = runs.load(dataset, "idx"), runs.load(dataset, "idx")
    (ids, vectors), (other_ids, other_vectors) = shares(dataset, 2)

    def fail(*_):
        other.add_to_index(other_vectors, other_ids)
        raise VectorSearchError("refused")

    monkeypatch.setattr(one.rows, "upsert", fail)
    with pytest.raises(VectorSearchError, match="refused"):
        one.add_to_index(vectors, ids)
    monkeypatch.undo()
    assert other.total_index_size == len(other_ids)
    one.add_to_index(vectors, ids)
    assert_whole(dataset)


def test_of_two_datasets_that_choose_one_name_the_second_is_refused(
    make_empty, dataset
):
    clone = dataset.clone()
    try:
        indexes = [
            make_empty(one, collection_name="chosen") for one in (dataset, clone)
        ]
        errors = add_on_threads(
            indexes, [shares(one, 1)[0] for one in (dataset, clone)]
        )
        [refused] = [i for i, error in enumerate(errors) if error is not None]
        assert isinstance(errors[refused], CollectionError)
        assert "belong to the dataset" in str(errors[refused])
        assert_whole((dataset, clone)[1 - refused])
        for place in (refused, 1 - refused):  # who made it drops it when it is alone
            runs.cleanup((dataset, clone)[place], "idx")
    finally:
        clone.delete()


def test_first_adds_of_another_dimension_are_refused(make_empty, dataset):
    make_empty()
    handles = [runs.load(dataset, "idx") for _ in range(2)]
    (ids, vectors), (other_ids, other_vectors) = shares(dataset, 2)
    errors = add_on_threads(
        handles, [(ids, vectors), (other_ids, other_vectors[:, :8])]
    )
    [error] = [error for error in errors if error is not None]
    assert "has dimension" in str(error)
    assert runs.load(dataset, "idx").total_index_size == len(ids)


def test_an_index_that_another_handle_filled_and_this_one_cleaned_up_is_empty(
    make_empty, dataset
):
    stale = make_empty()
    ids, vectors = shares(dataset, 1)[0]
    runs.load(dataset, "idx").add_to_index(vectors, ids)
    stale.cleanup()
    assert runs.load(dataset, "idx").total_index_size == 0
