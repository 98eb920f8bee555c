"""The life of an index: found again, renamed, copied, lost, and shared with a
FiftyOne that knows nothing of this library."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import fiftyone as fo
import fiftyone.brain as fob
import fiftyone.core.odm as foo
import numpy as np
import pytest
from fiftyone.core.brain import BrainMethod
from pymilvus import MilvusClient

import fiftyone_milvus  # noqa: F401 (makes the backend ours)
from fiftyone_milvus.backend import runs
from fiftyone_milvus.backend.similarity import MilvusSimilarityIndex
from fiftyone_milvus.errors import CollectionError, InvalidRequest
from fiftyone_milvus.indexes import build
from fiftyone_milvus.searches.query import Query
from fiftyone_milvus.store import client, embedded, settings
from harness import datasets, environment
from harness.oracle import distances, ranked
from harness.searching import search_index

URI = "FIFTYONE_BRAIN_SIMILARITY_MILVUS_URI"
PRELUDE = """
import json, os, sys
given = json.loads(sys.argv[1])
import fiftyone as fo
import fiftyone.brain as fob
def answer(value):
    print(json.dumps(value))
"""
OURS = "import fiftyone_milvus\n"
PLAIN = """
import atexit
def check():
    if any(name.startswith("fiftyone_milvus") for name in sys.modules):
        os._exit(99)
atexit.register(check)
"""


def run(
    program: str,
    *,
    plain: bool = False,
    variables: dict[str, str] | None = None,
    **given,
) -> Any:
    """What a fresh process answers; a ``plain`` one must not import this library."""
    kept = {k: v for k, v in os.environ.items() if k != "FIFTYONE_MODULE_PATH"}
    plugins = {"FIFTYONE_PLUGINS_DIR": str(environment.HOME / "none")} if plain else {}
    code = PRELUDE + (PLAIN if plain else OURS) + textwrap.dedent(program)
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(given)],
        env={**kept, **plugins, **(variables or {})},
        cwd=environment.HOME,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@dataclass(frozen=True)
class Kept:
    """A dataset with an index of samples, shared by tests."""

    dataset: fo.Dataset
    index: MilvusSimilarityIndex
    ids: list[str]
    vectors: np.ndarray

    def nearest(self, row: int, k: int, reverse: bool = False) -> list[str]:
        dists = distances("cosine", self.vectors[row], self.vectors)
        return ranked(dists, self.ids, reverse)[:k]


def uri_of(milvus) -> str:
    """Where plain FiftyOne, which starts no server, finds the test's Milvus."""
    home = embedded.home(settings.Settings())
    return milvus.uri or embedded.ensure_running(home).uri


def make_dataset() -> fo.Dataset:
    dataset = datasets.make_vectors_dataset()
    dataset.persistent = True  # another process would delete it
    return dataset


def compute(dataset: fo.Dataset, key: str, **kwargs: Any) -> MilvusSimilarityIndex:
    kwargs = {"embeddings": "embeddings", "metric": "cosine", **kwargs}
    return fob.compute_similarity(dataset, brain_key=key, backend="milvus", **kwargs)


@pytest.fixture(scope="module")
def environ(milvus_of_module):
    """The kind of Milvus is in the environment of the module's fixtures too."""
    yield from watched()


@pytest.fixture(scope="module")
def kept(environ):
    """An index of ours, ``kept``; ``fed`` is empty and ``lent`` is full."""
    dataset = make_dataset()
    vectors = np.array(dataset.values("embeddings"))
    index = compute(dataset, "kept")
    compute(dataset, "fed", embeddings=False)
    compute(dataset, "lent")
    yield Kept(dataset, index, dataset.values("id"), vectors)
    dataset.delete()


@pytest.fixture(scope="module")
def elsewhere(kept):
    """What a fresh process read of ``kept``; it added four rows to ``fed``."""
    return run(
        """
        import numpy as np
        dataset = fo.load_dataset(given["dataset"])
        query = given["ids"][7]
        index = dataset.load_brain_results("kept")
        ids, _, dists = index._kneighbors(query, k=10, return_dists=True)
        vectors, sample_ids, _ = index.get_embeddings(sample_ids=ids[:3])
        view = dataset.sort_by_similarity(query, brain_key="kept", k=10)
        fed = dataset.load_brain_results("fed")
        fed.add_to_index(np.eye(4, 16), given["ids"][:4])
        answer({
            "runs": dataset.list_brain_runs(type=fob.Similarity, method="milvus"),
            "size": index.total_index_size,
            "view": view.values("id"),
            "ids": ids,
            "dists": dists,
            "sample_ids": sample_ids.tolist(),
            "vectors": vectors.tolist(),
        })
        """,
        dataset=kept.dataset.name,
        ids=kept.ids,
    )


@pytest.fixture(scope="module")
def visited(kept, _milvus):
    """What plain FiftyOne read of ``kept``; it stored that run's config again, and
    cleaned ``lent`` up."""
    found = run(
        """
        dataset = fo.load_dataset(given["dataset"])
        config = dataset.get_brain_info("kept").config
        index = dataset.load_brain_results("kept", uri=given["uri"])
        view = dataset.sort_by_similarity(given["query"], brain_key="kept", k=10)
        index.save_config()
        dataset.load_brain_results("lent", uri=given["uri"]).cleanup()
        answer({
            "runs": dataset.list_brain_runs(type=fob.Similarity, method="milvus"),
            "class": config.cls,
            "metric": config.metric,
            "ids": view.values("id"),
        })
        """,
        plain=True,
        dataset=kept.dataset.name,
        uri=uri_of(_milvus),
        query=kept.ids[9],
    )
    kept.dataset.reload()
    return found


@pytest.fixture(scope="module")
def stock(environ, _milvus):
    """Indexes that plain FiftyOne made: ``stock`` and ``doomed``."""
    dataset = make_dataset()
    dataset.name = f"stock-made-{uuid.uuid4().hex[:8]}"
    run(
        """
        dataset = fo.load_dataset(given["dataset"])
        for key in ("stock", "doomed"):
            fob.compute_similarity(
                dataset,
                brain_key=key,
                backend="milvus",
                embeddings="embeddings",
                metric="cosine",
                uri=given["uri"],
            )
        answer(None)
        """,
        plain=True,
        dataset=dataset.name,
        uri=uri_of(_milvus),
    )
    dataset.reload()
    ids, vectors = dataset.values("id"), np.array(dataset.values("embeddings"))
    yield Kept(dataset, runs.load(dataset, "stock"), ids, vectors)
    dataset.delete()


@pytest.fixture
def server(milvus):
    """pymilvus's own client. What the test makes on the server goes with it."""
    yield from watched()


@pytest.fixture
def lite(monkeypatch):
    """As ``server``, for what concerns FiftyOne's records and no kind of Milvus."""
    monkeypatch.delenv(URI, raising=False)
    yield from watched()


def watched() -> Iterator[MilvusClient]:
    found = client.connect(settings.resolve()).client
    before = set(found.list_collections())
    yield found
    for name in set(found.list_collections()) - before:
        found.drop_collection(name)


@pytest.fixture
def dataset():
    made = make_dataset()
    yield made
    if not made.deleted:
        made.delete()


# -- found again


@pytest.mark.on_lite
def test_a_fresh_process_answers_the_same(milvus, kept, elsewhere):
    ids, _, dists = kept.index._kneighbors(kept.ids[7], k=10, return_dists=True)
    assert elsewhere["runs"] == ["fed", "kept", "lent"]
    assert elsewhere["size"] == 100
    assert elsewhere["ids"] == elsewhere["view"] == ids == kept.nearest(7, 10)
    assert elsewhere["sample_ids"] == ids[:3]
    np.testing.assert_allclose(elsewhere["dists"], dists, atol=1e-6)
    rows = [kept.ids.index(id_) for id_ in ids[:3]]
    np.testing.assert_array_equal(elsewhere["vectors"], kept.vectors[rows])


def test_what_another_process_added_is_found(milvus, kept, elsewhere):
    loaded = kept.dataset.load_brain_results("fed")
    assert loaded.total_index_size == 4
    assert loaded._kneighbors(np.eye(4, 16)[2], k=1)[0] == [kept.ids[2]]
    assert runs.load(kept.dataset, "fed").total_index_size == 4


def test_module_path_makes_the_backend_ours_without_an_import():
    found = run(
        """
        from fiftyone.brain.internal.core.milvus import MilvusSimilarityIndex
        answer([hasattr(MilvusSimilarityIndex, "delete"), "pymilvus" in sys.modules])
        """.replace("import fiftyone_milvus", ""),
        variables={"FIFTYONE_MODULE_PATH": "fiftyone_milvus"},
    )
    assert found == [True, False]


# -- renamed, cleaned up, deleted


def test_an_index_renamed_before_it_is_filled_has_its_new_key(server, dataset):
    index = compute(dataset, "old", embeddings=False)
    dataset.rename_brain_run("old", "new")
    index.add_to_index(np.eye(3, 16), dataset.values("id")[:3])
    assert index.rows.collection.owner().brain_key == "new"
    with pytest.raises(InvalidRequest, match="no Milvus index 'old'"):
        runs.load(dataset, "old")
    assert runs.load(dataset, "new").total_index_size == 3
    runs.cleanup(dataset, "new")
    assert not server.has_collection(index.config.collection_name)


def test_cleanup_twice_leaves_an_index_that_can_be_filled_again(server, dataset):
    index = compute(dataset, "again")
    index.cleanup()
    index.cleanup()
    assert not server.has_collection(index.config.collection_name)
    assert dataset.list_brain_runs() == ["again"]
    assert runs.load(dataset, "again").total_index_size == 0
    index.add_to_index(np.eye(2, 16), dataset.values("id")[:2])
    assert runs.load(dataset, "again").total_index_size == 2
    assert index.owned


def test_cleanup_by_two_objects_of_one_index(lite, dataset):
    index = compute(dataset, "twice")
    other = runs.load(dataset, "twice")
    index.cleanup()
    other.cleanup()
    assert other.total_index_size == 0
    assert runs.load(dataset, "twice").total_index_size == 0


def test_delete_of_an_index_that_was_never_filled(lite, dataset):
    compute(dataset, "never", embeddings=False)
    runs.load(dataset, "never").delete()
    assert dataset.list_brain_runs() == []


def test_delete_of_a_renamed_index(lite, dataset):
    index = compute(dataset, "old")
    dataset.rename_brain_run("old", "new")
    index.delete()
    assert not lite.has_collection(index.config.collection_name)
    assert dataset.list_brain_runs() == []


# -- several indexes


def test_two_indexes_made_empty_do_not_mix(lite, dataset):
    one, two = (compute(dataset, key, embeddings=False) for key in ("one", "two"))
    assert one.config.collection_name != two.config.collection_name
    ids = dataset.values("id")
    one.add_to_index(np.eye(2, 16), ids[:2])
    two.add_to_index(-np.eye(3, 16), ids[:3])
    assert (one.total_index_size, two.total_index_size) == (2, 3)
    np.testing.assert_array_equal(one.get_embeddings()[0].sum(), 2)
    one.cleanup()
    assert two.total_index_size == 3


def test_an_index_made_again_under_its_old_key_has_the_new_rows_only(lite, dataset):
    old = compute(dataset, "key")
    old.delete()
    new = compute(dataset.limit(5), "key")
    assert new.total_index_size == 5
    assert not lite.has_collection(old.config.collection_name)


# -- the dataset


def test_a_clone_outlives_its_original(server, dataset):
    index = compute(dataset, "idx")
    ids, vectors = dataset.values("id"), np.array(dataset.values("embeddings"))
    exact = ranked(distances("cosine", vectors[4], vectors), ids)
    clone = dataset.clone()
    try:
        dataset.delete()
        found = clone.sort_by_similarity(ids[4], brain_key="idx", k=7)
        assert found.values("id") == exact[:7]
        few = clone.match(fo.ViewField("number") > 89)
        found = few.sort_by_similarity(ids[4], brain_key="idx")
        assert found.values("id") == [i for i in exact if i in ids[90:]]
        runs.cleanup(clone, "idx")
        assert clone.list_brain_runs() == []
        assert server.has_collection(index.config.collection_name)
    finally:
        clone.delete()


def test_a_clone_of_an_empty_index_keeps_its_rows_apart(lite, dataset):
    index = compute(dataset, "idx", embeddings=False)
    clone = dataset.clone()
    try:
        copied = runs.load(clone, "idx")
        copied.add_to_index(np.eye(3, 16), clone.values("id")[:3])
        assert runs.load(dataset, "idx").total_index_size == 0
        index.add_to_index(-np.eye(2, 16), dataset.values("id")[:2])
        assert index.owned and copied.owned
        assert (index.total_index_size, copied.total_index_size) == (2, 3)
    finally:
        clone.delete()


def test_a_renamed_dataset_keeps_its_index(lite, dataset):
    index = compute(dataset, "idx")
    dataset.name = f"renamed-{uuid.uuid4().hex}"
    loaded = runs.load(fo.load_dataset(dataset.name), "idx")
    assert loaded.owned
    assert loaded.total_index_size == 100
    assert runs.cleanup(dataset, "idx").deletes_rows
    assert not lite.has_collection(index.config.collection_name)


def test_a_namesake_of_a_deleted_dataset_inherits_nothing(lite, dataset):
    old = compute(dataset, "idx")
    name, kept = dataset.name, old.config.collection_name
    dataset.delete()
    assert lite.has_collection(kept)
    namesake = make_dataset()
    try:
        namesake.name = name
        new = compute(namesake.limit(5), "idx")
        assert new.config.collection_name != kept
        assert new.total_index_size == 5
        connected = compute(
            namesake, "connected", embeddings=False, collection_name=kept
        )
        assert not connected.owned
        assert not runs.cleanup(namesake, "connected").deletes_rows
    finally:
        namesake.delete()


def test_the_index_in_hand_of_a_deleted_dataset_is_cleaned_up(lite, dataset):
    index = compute(dataset, "idx")
    dataset.delete()
    index.cleanup()
    assert not lite.has_collection(index.config.collection_name)


# -- changed behind our back

DROPPED = "was dropped, or the index was built on another Milvus"


def test_a_dropped_collection_says_so_to_the_index_in_hand(server, dataset):
    index = compute(dataset, "lost")
    ids = dataset.values("id")
    server.drop_collection(index.config.collection_name)
    for read in (
        lambda: index._kneighbors(np.ones(16), k=3),
        lambda: dataset.sort_by_similarity(np.ones(16), brain_key="lost", k=3),
        lambda: dataset.sort_by_similarity(ids[0], brain_key="lost", k=3),
        lambda: dataset.limit(9).sort_by_similarity(ids[0], brain_key="lost"),
        lambda: index.get_embeddings(sample_ids=ids[:2]),
        lambda: index.get_embeddings(),
    ):
        with pytest.raises(CollectionError, match=DROPPED):
            read()


def test_adding_to_a_dropped_collection_does_not_pass_for_the_whole(lite, dataset):
    """One row where a hundred were must not look like a healthy index."""
    index = compute(dataset, "lost")
    lite.drop_collection(index.config.collection_name)
    with pytest.raises(CollectionError, match=DROPPED):
        index.add_to_index(np.eye(1, 16), dataset.values("id")[:1])
    assert not lite.has_collection(index.config.collection_name)


@pytest.mark.parametrize("lost", ["files", "chunks", "reference"])
def test_a_run_whose_results_are_lost_works_and_is_finished(lite, dataset, lost):
    """As after a kill of MongoDB: FiftyOne's own loading fails, or finds nothing."""
    source = build.Source(embeddings_field="embeddings")
    build.build(dataset, "idx", source)
    runs.load(dataset, "idx").remember(partial=True)
    run = BrainMethod._get_run_doc(dataset, "idx")
    if lost == "reference":
        run.results = None
        run.save()
    else:
        key = {"files": "_id", "chunks": "files_id"}[lost]
        foo.get_db_conn()[f"fs.{lost}"].delete_one({key: run.results.grid_id})
    dataset.reload()
    assert not runs.has_results(dataset, "idx")
    index = runs.load(dataset, "idx")
    assert len(search_index(index, Query.of(ids=[dataset.first().id]), 5).ids) == 5
    assert build.build(dataset, "idx", source).embedded == 0
    assert dataset.load_brain_results("idx", cache=False).total_index_size == 100
    assert runs.cleanup(dataset, "idx").rows == 100
    assert runs.keys(dataset) == []


def test_a_dropped_index_is_deleted(lite, dataset):
    index = compute(dataset, "lost")
    lite.drop_collection(index.config.collection_name)
    index.delete()
    assert dataset.list_brain_runs() == []


def test_a_collection_made_again_with_another_dimension_is_reported(server, dataset):
    index = compute(dataset, "wide")
    ids, name = dataset.values("id"), index.config.collection_name
    server.drop_collection(name)
    narrow = compute(dataset, "narrow", embeddings=False, collection_name=name)
    narrow.add_to_index(np.ones((1, 8)), ids[:1])
    with pytest.raises(InvalidRequest, match="dimension 8; the query has dimension 16"):
        index._kneighbors(np.ones(16), k=3)
    with pytest.raises(
        InvalidRequest, match="dimension 8; these vectors have dimension 16"
    ):
        index.add_to_index(np.ones((2, 16)), ids[:2])
    index.add_to_index(np.ones((2, 8)), ids[:2])
    assert index.get_embeddings()[0].shape == (2, 8)


def test_a_collection_made_again_without_our_fields_is_reported(server, dataset):
    index = compute(dataset, "unmanaged")
    ids, name = dataset.values("id"), index.config.collection_name
    server.drop_collection(name)
    server.create_collection(name, dimension=16)
    for use in (
        lambda: index._kneighbors(np.ones(16), k=3),
        lambda: index._kneighbors(ids[0], k=3),
        lambda: index.add_to_index(np.ones((1, 16)), ids[:1]),
        lambda: index.add_to_index(np.ones((1, 16)), ids[:1], overwrite=False),
        lambda: index.remove_from_index(sample_ids=ids[:1]),
        lambda: index.get_embeddings(sample_ids=ids[:1]),
        lambda: index.get_embeddings(),
    ):
        with pytest.raises(CollectionError, match="a FiftyOne index needs 'pk'"):
            use()
    with pytest.raises(CollectionError, match="was not created by this dataset"):
        index.cleanup()
    assert server.has_collection(name)


# -- made by plain FiftyOne


@pytest.mark.parametrize("k", [5, 100, None])
def test_an_index_of_plain_fiftyone_is_searched(milvus, stock, k):
    found = stock.dataset.sort_by_similarity(stock.ids[6], brain_key="stock", k=k)
    assert found.values("id") == stock.nearest(6, 100)[:k]


def test_an_index_of_plain_fiftyone_is_searched_in_a_view(milvus, stock):
    few = stock.dataset.match(fo.ViewField("cluster") == 3)
    found = few.sort_by_similarity(stock.ids[6], brain_key="stock", k=4, reverse=True)
    inside = set(few.values("id"))
    exact = [i for i in stock.nearest(6, 100, reverse=True) if i in inside]
    assert found.values("id") == exact[:4]


def test_an_index_of_plain_fiftyone_is_read(milvus, stock):
    assert type(stock.index) is MilvusSimilarityIndex
    assert "stock" in runs.keys(stock.dataset)
    assert stock.index.total_index_size == 100
    vectors = stock.index.get_embeddings(sample_ids=stock.ids[:3])[0]
    np.testing.assert_array_equal(vectors, stock.vectors[:3])


def test_an_index_of_plain_fiftyone_does_not_pass_for_exact(milvus, stock):
    """It is an HNSW graph, in an embedded Milvus too."""
    found = search_index(stock.index, Query.of(vector=stock.vectors[0]), 5)
    assert not found.plan.exact


def test_a_clone_does_not_own_what_plain_fiftyone_made(milvus, stock):
    """There is no stamp to ask; and the clone's name is how the original's begins."""
    clone = stock.dataset.clone(stock.dataset.name[:-4])
    try:
        assert not runs.load(clone, "stock").owned
        assert not runs.cleanup_plan(clone, "stock").deletes_rows
    finally:
        clone.delete()


def test_an_index_of_plain_fiftyone_is_changed_and_cleaned_up(server, stock):
    index = runs.load(stock.dataset, "doomed")
    index.add_to_index(-stock.vectors[:5], stock.ids[:5])
    assert index.total_index_size == 100
    vectors = index.get_embeddings(sample_ids=stock.ids[:5])[0]
    np.testing.assert_array_equal(vectors, -stock.vectors[:5])
    index.remove_from_index(sample_ids=stock.ids[:2])
    assert index.total_index_size == 98
    assert runs.cleanup(stock.dataset, "doomed").deletes_rows
    assert not server.has_collection(index.config.collection_name)
    assert stock.dataset.list_brain_runs() == ["stock"]
    assert server.has_collection(stock.index.config.collection_name)


# -- opened by plain FiftyOne


def test_an_index_of_ours_works_in_plain_fiftyone(milvus, kept, visited):
    assert visited == {
        "runs": ["fed", "kept", "lent"],
        "class": "fiftyone.brain.internal.core.milvus.MilvusSimilarityConfig",
        "metric": "cosine",
        "ids": kept.nearest(9, 10),
    }


def test_an_index_of_ours_comes_back_from_plain_fiftyone(milvus, kept, visited):
    index = runs.load(kept.dataset, "kept")
    assert index.config.stored == kept.index.config.stored
    assert index.config.stored["address"] == (milvus.uri or "embedded")
    assert index.owned
    assert index._kneighbors(kept.ids[9], k=10)[0] == kept.nearest(9, 10)


def test_what_plain_fiftyone_cleaned_up_is_reported(milvus, kept, visited):
    with pytest.raises(CollectionError, match=DROPPED):
        runs.load(kept.dataset, "lent")
    assert "already gone" in runs.cleanup_plan(kept.dataset, "lent").message
