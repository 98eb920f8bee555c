"""The similarity interface against an exact oracle, on both kinds of Milvus."""

import fiftyone as fo
import fiftyone.brain as fob
import numpy as np
import pytest
from fiftyone.core.brain import BrainMethod

import fiftyone_milvus  # noqa: F401 (makes the backend ours)
from fiftyone_milvus.backend import runs
from fiftyone_milvus.dataset import indexed_samples
from fiftyone_milvus.errors import CollectionError, InvalidRequest, ServerUnavailable
from fiftyone_milvus.indexes import build
from fiftyone_milvus.tuning import tuned
from harness.oracle import distances, ranked

METRICS = ("cosine", "dotproduct", "euclidean")


class Indexed:
    """One dataset with an index of samples by each metric, and one of patches."""

    def __init__(self, dataset: fo.Dataset) -> None:
        self.dataset = dataset
        self.ids = dataset.values("id")
        self.vectors = np.array(dataset.values("embeddings"))
        self.label_ids = dataset.values("ground_truth.detections.id", unwind=True)
        path = "ground_truth.detections.embedding"
        self.label_vectors = np.array(dataset.values(path, unwind=True))
        self.index = {
            metric: fob.compute_similarity(
                dataset,
                brain_key=metric,
                backend="milvus",
                embeddings="embeddings",
                metric=metric,
            )
            for metric in METRICS
        }
        self.patches = fob.compute_similarity(
            dataset,
            brain_key="patches",
            backend="milvus",
            patches_field="ground_truth",
            embeddings="embedding",
            metric="cosine",
        )

    def dists(self, metric: str, query: np.ndarray) -> np.ndarray:
        return distances(metric, query, self.vectors)


@pytest.fixture(scope="module")
def indexed(milvus_of_module):
    """Shared by the tests that only read: on a server each collection costs seconds."""
    from harness import datasets

    dataset = datasets.make_vectors_dataset()
    made = Indexed(dataset)
    yield made
    for key in runs.keys(dataset):
        runs.cleanup(dataset, key)
    dataset.delete()


@pytest.fixture
def empty(milvus, vectors_dataset):
    """An index with no rows yet, whose collection goes with the test."""
    index = fob.compute_similarity(
        vectors_dataset,
        brain_key="fresh",
        backend="milvus",
        embeddings=False,
        metric="cosine",
    )
    yield index
    index.cleanup()


# -- search


def test_sorting_by_dot_product_is_exact(milvus, indexed):
    """Those by other metrics are held against sklearn's in ``test_contract.py``."""
    view = indexed.dataset.sort_by_similarity(
        indexed.ids[7], brain_key="dotproduct", k=10
    )
    dists = indexed.dists("dotproduct", indexed.vectors[7])
    assert view.values("id") == ranked(dists, indexed.ids)[:10]


def test_dist_field_holds_the_distances(milvus, indexed):
    view = indexed.dataset.sort_by_similarity(
        indexed.ids[0], brain_key="cosine", k=5, dist_field="dist"
    )
    exact = np.sort(indexed.dists("cosine", indexed.vectors[0]))[:5]
    np.testing.assert_allclose(view.values("dist"), exact, atol=1e-5)


def room_for(ids):
    """Has a view list so many ids at most, twice each."""
    return tuned(MAX_LISTED_BYTES=ids * 2 * indexed_samples.LISTED_ID_BYTES)


@pytest.mark.parametrize("k", [None, 61, 10_000_000])
def test_more_than_a_view_can_list_is_refused_before_the_search(milvus, indexed, k):
    query = {"query": indexed.ids[0], "brain_key": "cosine", "k": k}
    with room_for(60), pytest.raises(InvalidRequest) as refused:
        indexed.dataset.sort_by_similarity(**query, dist_field="unwritten")
    would = 61 if k == 61 else len(indexed.ids)
    assert "60 ids at most" in str(refused.value)
    assert f"would list {would}" in str(refused.value)
    assert "score_field" in str(refused.value)
    assert not indexed.dataset.has_field("unwritten")


def test_what_a_view_can_list_is_sorted(milvus, indexed):
    with room_for(60):
        found = indexed.dataset.sort_by_similarity(
            indexed.ids[0], brain_key="cosine", k=60
        )
        assert len(found) == 60
        part = indexed.dataset.limit(60)
        assert len(part.sort_by_similarity(indexed.ids[0], brain_key="cosine")) == 60


def test_of_labels_the_nearest_are_listed_once_more(milvus, indexed):
    query = indexed.dataset.first().ground_truth.detections[0].id
    labels = len(indexed.dataset.values("ground_truth.detections.id", unwind=True))
    with room_for(labels), pytest.raises(InvalidRequest, match="ids at most"):
        indexed.dataset.sort_by_similarity(query, brain_key="patches", k=labels)
    with room_for(labels):
        indexed.dataset.sort_by_similarity(query, brain_key="patches")


def test_an_empty_view_has_no_neighbors(milvus, indexed):
    view = indexed.dataset.limit(0)
    assert len(view.sort_by_similarity(indexed.ids[0], brain_key="cosine", k=3)) == 0


def test_patches_are_found_by_patch(milvus, indexed):
    patches = indexed.dataset.to_patches("ground_truth")
    query = indexed.label_ids[11]
    found = patches.sort_by_similarity(query, brain_key="patches", k=9)
    dists = distances("cosine", indexed.label_vectors[11], indexed.label_vectors)
    assert found.values("id") == ranked(dists, indexed.label_ids)[:9]


def test_an_unknown_query_id_is_named(milvus, indexed):
    with pytest.raises(InvalidRequest, match="not in the index 'cosine'"):
        indexed.index["cosine"]._kneighbors("f" * 24, k=3)


@pytest.mark.parametrize(
    ("query", "k", "words"),
    [
        (np.ones(3), 5, "the query has dimension 3"),
        (np.full(16, np.nan), 5, "NaN or infinity"),
        (np.ones(16), 0, "ask for 1 or more"),
    ],
)
def test_a_query_that_cannot_be_is_refused(milvus, indexed, query, k, words):
    with pytest.raises(InvalidRequest, match=words):
        indexed.index["cosine"]._kneighbors(query, k=k)


# -- reading


def test_embeddings_come_back_in_the_order_asked(milvus, indexed):
    asked = [indexed.ids[i] for i in (40, 3, 77)]
    vectors, ids, labels = indexed.index["euclidean"].get_embeddings(sample_ids=asked)
    assert ids.tolist() == asked
    assert labels is None
    assert vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors, indexed.vectors[[40, 3, 77]])


def test_all_embeddings_come_back(milvus, indexed):
    vectors, ids, _ = indexed.index["euclidean"].get_embeddings()
    assert sorted(ids) == sorted(indexed.ids)
    rows = [indexed.ids.index(id_) for id_ in ids]
    np.testing.assert_array_equal(vectors, indexed.vectors[rows])


def test_all_patches_of_a_sample_come_back(milvus, indexed):
    sample = indexed.dataset[indexed.ids[2]]
    _, samples, labels = indexed.patches.get_embeddings(sample_ids=[sample.id])
    assert sorted(labels) == sorted(d.id for d in sample.ground_truth.detections)
    assert set(samples) == {sample.id}


def test_missing_ids_raise_only_when_asked_to(milvus, indexed):
    index, asked = indexed.index["cosine"], [indexed.ids[0], "f" * 24]
    assert index.get_embeddings(sample_ids=asked)[0].shape == (1, 16)
    with pytest.raises(InvalidRequest, match="not in the index"):
        index.get_embeddings(sample_ids=asked, allow_missing=False)


# -- writing


def test_readding_an_id_keeps_one_row_with_the_new_vector(empty, vectors_dataset):
    ids = vectors_dataset.values("id")[:3]
    empty.add_to_index(np.eye(3, 16), ids)
    empty.add_to_index(-np.eye(3, 16), ids)
    assert empty.total_index_size == 3
    np.testing.assert_array_equal(
        empty.get_embeddings(sample_ids=ids)[0], -np.eye(3, 16, dtype=np.float32)
    )


def test_duplicates_in_one_call_keep_the_last_vector(empty, vectors_dataset):
    one, other = vectors_dataset.values("id")[:2]
    empty.add_to_index(np.eye(3, 16), [one, other, one])
    assert empty.total_index_size == 2
    vectors = empty.get_embeddings(sample_ids=[one, other])[0]
    np.testing.assert_array_equal(vectors, np.eye(3, 16, dtype=np.float32)[[2, 1]])


def test_overwrite_false_keeps_the_old_vector(empty, vectors_dataset):
    ids = vectors_dataset.values("id")[:2]
    empty.add_to_index(np.eye(1, 16), ids[:1])
    empty.add_to_index(-np.eye(2, 16), ids, overwrite=False)
    assert empty.total_index_size == 2
    vectors = empty.get_embeddings(sample_ids=ids)[0]
    first, _ = np.eye(2, 16, dtype=np.float32)
    np.testing.assert_array_equal(vectors, [first, -np.eye(2, 16)[1]])


def test_rows_that_were_removed_are_added_again(empty, vectors_dataset):
    ids = vectors_dataset.values("id")[:8]
    empty.add_to_index(np.eye(8, 16), ids)
    for _ in range(3):
        empty.remove_from_index(sample_ids=ids[:3])
        assert empty.total_index_size == 5
        empty.add_to_index(np.eye(3, 16), ids[:3])
        assert empty.total_index_size == 8
    assert empty._kneighbors(np.eye(8, 16)[2], k=1)[0] == [ids[2]]


def test_allow_existing_false_changes_nothing(empty, vectors_dataset):
    ids = vectors_dataset.values("id")[:2]
    empty.add_to_index(np.eye(1, 16), ids[:1])
    with pytest.raises(InvalidRequest, match="Nothing was added"):
        empty.add_to_index(np.eye(2, 16), ids, allow_existing=False)
    assert empty.total_index_size == 1


@pytest.mark.parametrize(
    ("embeddings", "count", "words"),
    [
        ([[1.0] * 16, [1.0] * 15], 2, "differ in dimension"),
        (np.full((1, 16), np.nan), 1, "NaN or infinity"),
        (np.ones((2, 16)), 3, "there must be one of each"),
    ],
)
def test_bad_vectors_leave_no_collection(
    empty, vectors_dataset, embeddings, count, words
):
    ids = vectors_dataset.values("id")[:count]
    with pytest.raises(InvalidRequest, match=words):
        empty.add_to_index(embeddings, ids)
    assert not empty.rows.collection.exists()


def test_another_dimension_is_refused(empty, vectors_dataset):
    ids = vectors_dataset.values("id")[:2]
    empty.add_to_index(np.eye(1, 16), ids[:1])
    with pytest.raises(
        InvalidRequest, match="has dimension 16; these vectors have dimension 8"
    ):
        empty.add_to_index(np.eye(1, 8), ids[1:])
    assert empty.total_index_size == 1


def test_counts_are_right_right_after_add_and_remove(empty, vectors_dataset):
    ids = vectors_dataset.values("id")
    empty.add_to_index(np.ones((100, 16)), ids)
    assert empty.total_index_size == 100
    empty.remove_from_index(sample_ids=ids[:30])
    assert empty.total_index_size == 70
    with pytest.raises(InvalidRequest, match="30 ids"):
        empty.remove_from_index(sample_ids=ids[:30], allow_missing=False)
    empty.remove_from_index(sample_ids=ids[:40], warn_missing=True)
    assert empty.total_index_size == 60


# -- the run


def test_a_namesake_of_an_index_is_refused(milvus, indexed):
    with pytest.raises(InvalidRequest, match="'cosine' is in use"):
        fob.compute_similarity(
            indexed.dataset,
            brain_key="cosine",
            backend="milvus",
            embeddings="embeddings",
        )
    assert indexed.index["cosine"].total_index_size == 100


@pytest.mark.parametrize(
    "wrong",
    [
        {"uri": "http://127.0.0.1:1"},
        {"metric": "manhattan"},
        {"consistency_level": "Sometimes"},
        {"collection_name": "no spaces please"},
        {"pasword": "hunter2"},
    ],
    ids=str,
)
def test_a_run_that_cannot_be_leaves_nothing_behind(milvus, vectors_dataset, wrong):
    with pytest.raises((InvalidRequest, ServerUnavailable)) as raised:
        fob.compute_similarity(
            vectors_dataset,
            brain_key="bad",
            backend="milvus",
            embeddings="embeddings",
            **wrong,
        )
    assert "hunter2" not in str(raised.value)
    assert vectors_dataset.list_brain_runs() == []


def test_ragged_vectors_leave_neither_run_nor_collection(milvus, vectors_dataset):
    sample = vectors_dataset.last()
    sample["embeddings"] = np.ones(5)
    sample.save()
    with pytest.raises(ValueError):
        fob.compute_similarity(
            vectors_dataset,
            brain_key="ragged",
            backend="milvus",
            embeddings="embeddings",
        )
    assert vectors_dataset.list_brain_runs() == []


def test_the_stored_run_holds_no_secret_and_the_stock_class(milvus, indexed):
    stored = indexed.dataset.get_brain_info("cosine").config.serialize()
    assert stored["cls"].startswith("fiftyone.brain.internal.core.milvus.")
    assert not set(stored) & {"uri", "user", "password", "token"}


def test_the_owner_is_stamped_and_follows_a_rename(milvus, indexed):
    dataset = indexed.dataset
    assert runs.load(dataset, "cosine").rows.collection.owner().brain_key == "cosine"
    dataset.rename_brain_run("cosine", "renamed")
    assert runs.load(dataset, "renamed").rows.collection.owner().brain_key == "renamed"
    dataset.rename_brain_run("renamed", "cosine")


def test_cleanup_refuses_a_collection_of_another_dataset(milvus, indexed):
    clone = indexed.dataset.clone()
    try:
        index = runs.load(clone, "cosine")
        assert not index.owned
        with pytest.raises(CollectionError, match="was not created by this dataset"):
            index.cleanup()
        plan = runs.cleanup(clone, "cosine")
        assert not plan.deletes_rows and "stays" in plan.message
        assert "cosine" not in clone.list_brain_runs()
        assert indexed.index["cosine"].total_index_size == 100
    finally:
        clone.delete()


def test_delete_deletes_rows_and_run(milvus, vectors_dataset):
    index = fob.compute_similarity(
        vectors_dataset, brain_key="gone", backend="milvus", embeddings="embeddings"
    )
    name, client = index.config.collection_name, index.client
    assert client.has_collection(name)
    index.delete()
    assert not client.has_collection(name)
    assert vectors_dataset.list_brain_runs() == []


def test_a_collection_that_was_dropped_is_reported_and_cleaned_up(
    milvus, vectors_dataset
):
    index = fob.compute_similarity(
        vectors_dataset, brain_key="lost", backend="milvus", embeddings="embeddings"
    )
    index.client.drop_collection(index.config.collection_name)
    with pytest.raises(CollectionError, match="was dropped, or the index was built on"):
        runs.load(vectors_dataset, "lost")
    assert "already gone" in runs.cleanup_plan(vectors_dataset, "lost").message
    runs.cleanup(vectors_dataset, "lost")
    assert vectors_dataset.list_brain_runs() == []


def test_an_index_is_listed_with_its_size(milvus, indexed):
    found = {info.brain_key: info for info in runs.list_indexes(indexed.dataset)}
    assert found["cosine"].size == 100
    assert found["cosine"].owned
    assert found["patches"].size == len(indexed.label_ids)
    assert found["patches"].patches_field == "ground_truth"


def test_a_released_collection_is_loaded_again(milvus, indexed):
    index = indexed.index["dotproduct"]
    index.client.release_collection(index.config.collection_name)
    assert index.total_index_size == 100


def test_the_milvus_objects_are_there_for_experts(milvus, indexed):
    index = indexed.index["cosine"]
    assert index.config.collection_name in index.client.list_collections()
    assert index.collection.name == index.config.collection_name


def test_a_run_is_stored_though_another_thread_loads_the_dataset(
    vectors_dataset, monkeypatch
):
    """FiftyOne's document of the dataset is replaced under the hands of the first."""
    tries, register = [], BrainMethod.register_run

    def register_run(*args, **kwargs):
        tries.append(args)
        if len(tries) == 1:
            raise ReferenceError("weakly-referenced object no longer exists")
        register(*args, **kwargs)

    monkeypatch.setattr(BrainMethod, "register_run", register_run)
    build.build(vectors_dataset, "k", build.Source(embeddings_field="embeddings"))
    assert len(tries) == 2
    assert runs.load(vectors_dataset, "k").total_index_size == len(vectors_dataset)
    runs.cleanup(vectors_dataset, "k")
