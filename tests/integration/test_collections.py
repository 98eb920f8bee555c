"""All collections of a Milvus: whose they are, dropped, and adopted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import fiftyone as fo
import fiftyone.brain as fob
import fiftyone.operators as foo
import numpy as np
import pytest
from pymilvus import MilvusClient

import fiftyone_milvus  # noqa: F401 (makes the backend ours)
from fiftyone_milvus.backend import active_writes, runs
from fiftyone_milvus.errors import CollectionError, InvalidRequest, VectorSearchError
from fiftyone_milvus.indexes import adopt, collection_cleanup, collections
from fiftyone_milvus.indexes.collections import CollectionInfo
from fiftyone_milvus.store import client, creation, embedded, settings
from fiftyone_milvus.store.collection import Collection, Owner
from fiftyone_milvus.store.rows import Rows, StoredRows
from harness import builds, datasets, environment
from harness.context import PLUGIN, execute, make_context
from harness.forks import Fork

URI = "FIFTYONE_BRAIN_SIMILARITY_MILVUS_URI"
OLD = datetime(2000, 1, 1, tzinfo=timezone.utc)
ELSEWHERE = "0123456789abcdef01234567"  # no dataset of this database
STOCK = """
import json, sys
import fiftyone as fo
import fiftyone.brain as fob
given = json.loads(sys.argv[1])
fob.compute_similarity(
    fo.load_dataset(given["dataset"]),
    brain_key="stock",
    backend="milvus",
    embeddings="embeddings",
    metric="cosine",
    uri=given["uri"],
)
assert not any(name.startswith("fiftyone_milvus") for name in sys.modules)
"""


@dataclass(frozen=True)
class Shown:
    """A dataset with an index of ours, of plain FiftyOne, and of patches; and one
    collection of each state."""

    dataset: fo.Dataset
    ours: str
    patches: str
    stock: str
    forgotten: str  # its run is gone
    gone: str  # its dataset is gone
    unmanaged: str


def compute(dataset: fo.Dataset, key: str, **kwargs: Any) -> str:
    """Builds an index; its collection's name."""
    kwargs = {"embeddings": "embeddings", "metric": "cosine", **kwargs}
    index = fob.compute_similarity(dataset, brain_key=key, backend="milvus", **kwargs)
    return index.config.collection_name


def make_dataset() -> fo.Dataset:
    dataset = datasets.make_vectors_dataset()
    dataset.persistent = True  # another process would delete it
    return dataset


def unused_name() -> str:
    return f"test_{uuid.uuid4().hex[:12]}"


def rows_of(name: str, **connection: Any) -> StoredRows:
    server = client.connect(settings.resolve(connection))
    return StoredRows(Collection(server, name, "cosine", "Session"))


def stamped(dataset_id: str, **connection: Any) -> str:
    """A collection of two rows, stamped as that of an index without a run."""
    rows = rows_of(unused_name(), **connection)
    creation.create(rows.collection, 4, Owner(dataset_id, "somebody's", "idx"))
    rows.upsert(Rows(["a", "b"], ["a", "b"], np.eye(2, 4, dtype=np.float32)))
    return rows.collection.name


def listed(*names: str) -> list[CollectionInfo]:
    found = {info.name: info for info in collections.list_collections()}
    return [found[name] for name in names]


def watched() -> Iterator[MilvusClient]:
    """pymilvus's own client; what is made meanwhile goes with it."""
    found = client.connect(settings.resolve()).client
    before = set(found.list_collections())
    yield found
    for name in set(found.list_collections()) - before:
        found.drop_collection(name)


@pytest.fixture(scope="module")
def environ(milvus_of_module):
    yield from watched()


@pytest.fixture(scope="module")
def shown(environ, _milvus):
    dataset, lost = make_dataset(), make_dataset()
    dataset.name = f"shown-{uuid.uuid4().hex[:8]}"
    ours, forgotten, gone = (
        compute(dataset, "ours"),
        compute(dataset, "forgotten"),
        compute(lost, "idx"),
    )
    patches = compute(
        dataset, "patches", embeddings="embedding", patches_field="ground_truth"
    )
    dataset.delete_brain_run("forgotten")
    lost.delete()
    unmanaged = unused_name()
    environ.create_collection(unmanaged, dimension=8)
    make_stock(dataset, _milvus.uri)
    stock = dataset.get_brain_info("stock").config.collection_name
    yield Shown(dataset, ours, patches, stock, forgotten, gone, unmanaged)
    dataset.delete()


def make_stock(dataset: fo.Dataset, uri: str | None) -> None:
    """Builds the index ``stock`` in a FiftyOne that knows nothing of this library."""
    uri = uri or embedded.ensure_running(embedded.home(settings.Settings())).uri
    kept = {k: v for k, v in os.environ.items() if k != "FIFTYONE_MODULE_PATH"}
    subprocess.run(
        [
            *(sys.executable, "-c", textwrap.dedent(STOCK)),
            json.dumps({"dataset": dataset.name, "uri": uri}),
        ],
        env={**kept, "FIFTYONE_PLUGINS_DIR": str(environment.HOME / "none")},
        cwd=environment.HOME,
        timeout=120,
        check=True,
        capture_output=True,
    )
    dataset.reload()


@pytest.fixture
def server(milvus):
    yield from watched()


@pytest.fixture
def apart(server):
    """How to connect to a database of the test's own."""
    name = unused_name()
    server.create_database(name)
    yield {"db_name": name}
    inside = client.connect(settings.resolve({"db_name": name})).client
    for collection in inside.list_collections():
        inside.drop_collection(collection)
    server.drop_database(name)


@pytest.fixture
def lite(monkeypatch):
    """As ``server``, for what concerns FiftyOne's records and no kind of Milvus."""
    monkeypatch.delenv(URI, raising=False)
    yield from watched()


@pytest.fixture
def dataset():
    made = make_dataset()
    yield made
    if not made.deleted:
        made.delete()


# -- listed


def test_collections_say_who_uses_them(milvus, shown):
    name = shown.dataset.name
    ours, stock = listed(shown.ours, shown.stock)
    for info, key in ((ours, "ours"), (stock, "stock")):
        assert info.state == "in use"
        assert info.reason == f"The index '{key}' of the dataset '{name}' uses it"
        assert [(user.dataset, user.brain_key) for user in info.users] == [(name, key)]
        assert info.created is not None
    assert ours.owner.brain_key == "ours"
    assert ours.owner.dataset_id == str(shown.dataset._doc.id)
    assert stock.owner is None


def test_collections_say_what_is_in_them(milvus, shown):
    ours, unmanaged = listed(shown.ours, shown.unmanaged)
    assert (ours.rows, ours.dim, ours.metric) == (100, 16, "cosine")
    assert ours.size_bytes == 100 * (16 * 4 + 48)
    assert ours.index_type == ("FLAT" if milvus.kind == "lite" else "HNSW")
    assert (unmanaged.rows, unmanaged.dim) == (0, 8)
    assert ours.problem is unmanaged.problem is None


def test_orphans_say_whether_their_run_or_their_dataset_is_gone(milvus, shown):
    forgotten, gone = listed(shown.forgotten, shown.gone)
    assert forgotten.state == gone.state == "orphaned"
    assert not forgotten.owner_deleted and gone.owner_deleted
    assert forgotten.reason.startswith("The index 'forgotten' of the dataset 'shown-")
    assert "is not in this FiftyOne database" in gone.reason
    assert "another FiftyOne" in gone.reason


def test_what_nobody_here_made_or_uses_is_unmanaged(milvus, shown):
    (info,) = listed(shown.unmanaged)
    assert info.state == "unmanaged"
    assert info.owner is None and info.users == ()


def test_a_server_says_when_a_collection_was_made(milvus, shown):
    (unmanaged,) = listed(shown.unmanaged)
    if milvus.kind == "lite":
        assert unmanaged.created is None
    else:
        (ours,) = listed(shown.ours)
        assert abs((ours.users[0].created - unmanaged.created).total_seconds()) < 120


def test_a_clone_uses_its_originals_collection(lite, dataset):
    name = compute(dataset, "idx")
    clone = dataset.clone()
    try:
        (info,) = listed(name)
        assert {user.dataset for user in info.users} == {dataset.name, clone.name}
        assert info.reason.endswith("and 1 more use it")
        dataset.delete()
        (info,) = listed(name)
        assert info.state == "in use" and info.owner_deleted
        assert [user.dataset for user in info.users] == [clone.name]
    finally:
        clone.delete()


def test_what_an_index_built_again_left_behind_is_orphaned(lite, dataset):
    old = compute(dataset, "idx")
    dataset.delete_brain_run("idx")
    new = compute(dataset, "idx")
    left, used = listed(old, new)
    assert (left.state, used.state) == ("orphaned", "in use")
    assert left.reason.endswith("has another collection now")


def test_a_stale_stamp_makes_no_orphan(lite, dataset):
    name = compute(dataset, "idx")
    rows_of(name).collection.set_owner(Owner(ELSEWHERE, "another", "key"))
    assert listed(name)[0].state == "in use"


def test_an_index_on_another_milvus_does_not_use_a_namesake(lite, dataset):
    name = unused_name()
    index = fob.compute_similarity(
        dataset, embeddings=False, brain_key="x", backend="milvus", collection_name=name
    )
    lite.create_collection(name, dimension=4)
    assert listed(name)[0].state == "in use"
    index.config.remember(address="http://elsewhere:19530")
    index.save_config()
    assert listed(name)[0].state == "unmanaged"


@pytest.mark.parametrize("_milvus", ["standalone"], indirect=True)  # Lite has none
def test_an_index_uses_a_collection_by_its_alias(server, dataset):
    name, alias = stamped(ELSEWHERE), unused_name()
    server.create_alias(name, alias)
    compute(
        dataset, "idx", embeddings=False, collection_name=alias, embeddings_field=None
    )
    assert [user.brain_key for user in listed(name)[0].users] == ["idx"]
    server.drop_alias(alias)


def test_a_problem_with_one_collection_hides_no_other(milvus, shown, monkeypatch):
    def failing(self, name, *args, **kwargs):
        if name == shown.forgotten:
            raise RuntimeError("no such thing")
        return describe(self, name, *args, **kwargs)

    describe = MilvusClient.describe_collection
    monkeypatch.setattr(MilvusClient, "describe_collection", failing)
    broken, ours = listed(shown.forgotten, shown.ours)
    assert broken.state == "unknown"
    assert "no such thing" in broken.problem
    assert ours.rows == 100
    plan = collection_cleanup.deletion_plan(
        [shown.forgotten], confirmed_names=[shown.forgotten]
    )
    assert "no such thing" in plan.refused[0].reason


@pytest.mark.parametrize("_milvus", ["standalone"], indirect=True)  # Lite loads all
def test_listing_loads_no_collection(milvus, shown, server):
    server.release_collection(shown.patches)
    (info,) = listed(shown.patches)
    assert not info.loaded
    assert info.rows is not None
    assert "NotLoad" in str(server.get_load_state(shown.patches)["state"])
    server.load_collection(shown.patches)


def test_no_server_is_reported(monkeypatch):
    monkeypatch.setenv(URI, "http://127.0.0.1:1")
    with pytest.raises(VectorSearchError, match="does not answer"):
        collections.list_collections()


# -- dropped


def test_a_plan_drops_nothing(milvus, shown, server):
    plan = collection_cleanup.deletion_plan([shown.forgotten, shown.unmanaged])
    assert [one.allowed for one in plan.candidates] == [True, False]
    assert plan.rows == 100
    assert plan.refused[0].confirmation_needed
    assert server.has_collection(shown.forgotten)


@pytest.mark.parametrize(
    ("names", "confirmed_names", "words"),
    [
        (["ours"], ["ours"], "The index 'ours' of the dataset 'shown-.*Clean that ind"),
        (["stock"], ["stock"], "The index 'stock' of the dataset"),
        (["unmanaged"], [], "did not create it.*type its name out"),
        (["gone"], ["unmanaged"], "not in this FiftyOne database.*type its name out"),
        (["forgotten", "unmanaged"], ["forgotten"], "type its name out"),
        (["forgotten", "missing"], ["missing"], "has no such collection"),
    ],
    ids=str,
)
def test_one_refusal_drops_nothing(
    milvus, shown, server, names, confirmed_names, words
):
    def named(wanted: list[str]) -> list[str]:
        return [getattr(shown, word, word) for word in wanted]

    before = set(server.list_collections())
    with pytest.raises(InvalidRequest, match=f"Nothing was deleted.*{words}"):
        collection_cleanup.delete_collections(
            named(names), confirmed_names=named(confirmed_names)
        )
    assert set(server.list_collections()) == before


def test_a_name_in_other_letters_is_not_typed_out(lite):
    name = unused_name()
    lite.create_collection(name, dimension=4)
    with pytest.raises(InvalidRequest, match="type its name out"):
        collection_cleanup.delete_collections(
            [name], confirmed_names=[name.upper(), f" {name}"]
        )
    collection_cleanup.delete_collections([name], confirmed_names=[name])
    assert not lite.has_collection(name)


def test_all_orphans_are_those_whose_dataset_is_here(apart, dataset):
    here, gone = stamped(str(dataset._doc.id), **apart), stamped(ELSEWHERE, **apart)
    unmanaged = unused_name()
    server = client.connect(settings.resolve(apart)).client
    server.create_collection(unmanaged, dimension=4)
    plan = collection_cleanup.deletion_plan(orphaned=True, **apart)
    assert plan.names == [here]
    assert [one.name for one in plan.kept] == [gone]
    collection_cleanup.delete_collections(plan.names, **apart)
    assert set(server.list_collections()) == {gone, unmanaged}
    known = {"include_deleted_datasets": True, **apart}
    plan = collection_cleanup.deletion_plan(orphaned=True, **known)
    assert plan.names == [gone]
    collection_cleanup.delete_collections(plan.names, **known)
    assert server.list_collections() == [unmanaged]


def test_orphans_of_gone_datasets_go_on_request(server):
    named, all_ = stamped(ELSEWHERE), stamped(ELSEWHERE)
    collection_cleanup.delete_collections([named], confirmed_names=[named])
    assert not server.has_collection(named)
    plan = collection_cleanup.deletion_plan(
        orphaned=True, include_deleted_datasets=True
    )
    assert all_ in [one.name for one in plan.candidates]
    done = collection_cleanup.delete_collections([all_], include_deleted_datasets=True)
    assert (done.rows, done.kept) == (2, ())
    assert not server.has_collection(all_)


def test_a_collection_that_another_process_is_filling_stays(server, dataset):
    """FiftyOne's own call stores the run of an index after its rows."""
    name = Fork({}, builds.add_without_run, dataset.name).result()
    assert listed(name)[0].state == "orphaned"
    assert name not in collection_cleanup.deletion_plan(orphaned=True).names
    with pytest.raises(InvalidRequest, match="It is being written to"):
        collection_cleanup.delete_collections([name])
    assert server.has_collection(name)
    last = datetime.now(timezone.utc) - timedelta(seconds=active_writes.LOST_SECONDS)
    active_writes._marks().update_one({"_id": name}, {"$set": {"seen": last}})
    collection_cleanup.delete_collections([name])
    assert not server.has_collection(name)


def test_a_complete_index_is_not_being_written_to(lite, dataset):
    assert active_writes.recent([compute(dataset, "idx")]) == set()


def test_a_mark_lasts_as_long_as_the_writing(lite):
    with active_writes.writing("some_name"):
        active_writes._marks().update_one({"_id": "some_name"}, {"$set": {"seen": OLD}})
        assert active_writes.recent(["some_name"]) == set()
        with active_writes.writing("some_name"):
            assert active_writes.recent(["some_name", "other"]) == {"some_name"}
    assert active_writes._marks().find_one({"_id": "some_name"}) is None


@pytest.mark.parametrize("change", ["run", "owner"])
def test_each_collection_is_looked_at_just_before_it_is_dropped(
    lite, dataset, monkeypatch, change
):
    name = compute(dataset, "idx")
    doc = dataset._doc.brain_methods["idx"]
    dataset._doc.brain_methods.pop("idx")
    dataset.save()
    connect = client.connect

    def meanwhile(place):
        if change == "run":
            dataset._doc.brain_methods["idx"] = doc
            dataset.save()
        else:
            rows_of(name).collection.set_owner(
                Owner(str(dataset._doc.id), "mine now", "other")
            )
        return connect(place)

    assert listed(name)[0].state == "orphaned"
    monkeypatch.setattr(
        collection_cleanup, "client", SimpleNamespace(connect=meanwhile)
    )
    words = {"run": "Clean that index up instead", "owner": "use changed meanwhile"}
    with pytest.raises(InvalidRequest, match=words[change]):
        collection_cleanup.delete_collections([name])
    assert lite.has_collection(name)


@pytest.mark.parametrize("given", ["{name}", ["{name}", 1], b"{name}"], ids=str)
@pytest.mark.parametrize("which", ["names", "confirmed_names"])
def test_names_are_lists_of_texts(lite, given, which):
    """A text holds other names as parts of it."""
    name = unused_name()
    lite.create_collection(name, dimension=4)
    if isinstance(given, str):
        given = f"x{name}x"
    params = {"names": [name], "confirmed_names": [name], which: given}
    with pytest.raises(InvalidRequest, match=f"{which} is a list of names"):
        collection_cleanup.delete_collections(**params)
    assert lite.has_collection(name)


def test_a_drop_that_fails_says_what_went(lite, dataset, monkeypatch):
    names = [stamped(str(dataset._doc.id)) for _ in range(2)]
    drop = MilvusClient.drop_collection

    def failing(self, name, *args, **kwargs):
        if name == names[1]:
            raise RuntimeError("the disk is full")
        return drop(self, name, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(MilvusClient, "drop_collection", failing)
        with pytest.raises(
            VectorSearchError, match=r"disk is full.*Deleted before"
        ) as e:
            collection_cleanup.delete_collections(names)
    assert str(e.value).endswith(f"{names[0]}.")
    assert [lite.has_collection(name) for name in names] == [False, True]


def test_nothing_asked_is_reported(lite):
    with pytest.raises(InvalidRequest, match="Name collections to delete"):
        collection_cleanup.deletion_plan()


# -- adopted


def test_a_match_is_shown(milvus, shown):
    found = adopt.adoption(shown.dataset, shown.ours)
    assert found.fits
    assert (found.match.rows, found.match.matched) == (100, 100)
    assert found.match.unmatched == ()
    assert found.message == (
        "100 of its 100 ids are samples of this dataset (16-dim vectors, cosine)"
    )


def test_a_match_of_patches_is_shown(milvus, shown):
    found = adopt.adoption(shown.dataset, shown.patches, "ground_truth")
    count = shown.dataset.count("ground_truth.detections")
    assert found.fits
    assert (found.match.rows, found.match.matched) == (count, count)
    assert f"{count} ids are labels of 'ground_truth'" in found.message


def test_a_part_that_matches_is_counted(milvus, shown, dataset):
    dataset.delete_samples(dataset)
    dataset.add_samples(shown.dataset.limit(30), progress=False)  # new ids
    some = shown.dataset.match(fo.ViewField("number") < 30).clone()
    try:
        found = adopt.adoption(some, shown.ours)
        assert (found.match.matched, found.match.rows) == (30, 100)
        assert found.fits
        assert found.match.unmatched[0] not in some.values("id")
        assert found.match.unmatched[0] in found.message
    finally:
        some.delete()


@pytest.mark.parametrize(
    ("name", "field", "words"),
    [
        ("ours", "ground_truth", "But 100 of its rows are of samples of this dataset"),
        ("patches", None, "it has patches. Name their field as patches_field"),
        ("unmanaged", None, "a FiftyOne index needs 'pk'"),
        (
            "gone",
            None,
            "None of its 100 ids .* of this dataset. It is an index of other",
        ),
    ],
)
def test_what_does_not_match_is_reported_and_not_adopted(
    milvus, shown, name, field, words
):
    before = shown.dataset.list_brain_runs()
    collection = getattr(shown, name)
    found = adopt.adoption(shown.dataset, collection, field)
    assert not found.fits
    with pytest.raises(InvalidRequest, match=f"was not adopted.*{words}"):
        adopt.adopt(shown.dataset, "adopted", collection, patches_field=field)
    assert shown.dataset.list_brain_runs() == before


def test_an_empty_collection_is_not_adopted(lite, dataset):
    rows = rows_of(unused_name())
    creation.create(rows.collection, 4, Owner(ELSEWHERE, "x", "y"))
    assert "It is empty" in adopt.adoption(dataset, rows.collection.name).problem


def test_a_collection_without_an_index_is_reported(lite, dataset):
    from pymilvus import DataType

    name = unused_name()
    schema = lite.create_schema()
    schema.add_field("pk", DataType.VARCHAR, is_primary=True, max_length=64)
    schema.add_field("sample_id", DataType.VARCHAR, max_length=64)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=4)
    lite.create_collection(name, schema=schema)
    assert "no index in Milvus" in adopt.adoption(dataset, name).problem


@pytest.mark.parametrize(
    ("key", "name", "words"),
    [
        ("not a key", "ours", "can't be a brain key"),
        ("ours", "ours", "is in use"),
        ("new", "missing", "has no collection 'missing'"),
    ],
)
def test_what_cannot_be_adopted_is_reported(milvus, shown, key, name, words):
    with pytest.raises(VectorSearchError, match=words):
        adopt.adopt(shown.dataset, key, getattr(shown, name, name))


def test_unknown_fields_and_models_are_reported(milvus, shown):
    with pytest.raises(InvalidRequest, match="no field 'nope'"):
        adopt.adoption(shown.dataset, shown.ours, "nope")
    with pytest.raises(InvalidRequest, match="no model 'nope'"):
        adopt.adopt(shown.dataset, "new", shown.ours, model="nope")
    assert "new" not in shown.dataset.list_brain_runs()


def test_an_index_outlives_its_dataset_by_adoption(server, dataset):
    """As after a dataset was deleted and imported again with its ids."""
    name = compute(dataset, "idx")
    query = dataset.first().id
    before = dataset.sort_by_similarity(query, brain_key="idx", k=9).values("id")
    again = dataset.clone()
    try:
        again.delete_brain_runs()
        dataset.delete()
        info = adopt.adopt(again, "back", name, take_ownership=True)
        assert (info.brain_key, info.size, info.owned) == ("back", 100, True)
        found = again.sort_by_similarity(query, brain_key="back", k=9)
        assert found.values("id") == before
        runs.load(again, "back").remove_from_index(sample_ids=before[:2])
        owner = listed(name)[0].owner
        assert (owner.dataset, owner.brain_key) == (again.name, "back")
        assert runs.cleanup(again, "back").deletes_rows
        assert not server.has_collection(name)
    finally:
        again.delete()


def test_without_ownership_nothing_is_changed_or_dropped(lite, dataset):
    name = compute(dataset, "idx")
    again = dataset.clone()
    try:
        again.delete_brain_runs()
        dataset.delete()
        assert not adopt.adopt(again, "back", name).owned
        with pytest.raises(CollectionError, match="belong to the dataset"):
            runs.load(again, "back").remove_from_index(sample_ids=again.values("id"))
        assert not runs.cleanup(again, "back").deletes_rows
        assert lite.has_collection(name)
    finally:
        again.delete()


def test_what_another_dataset_has_is_not_taken(milvus, shown):
    clone = shown.dataset.clone()
    try:
        clone.delete_brain_runs()
        for name, words in (
            (shown.ours, "The index 'ours' of the dataset"),
            (shown.stock, "The index 'stock' of the dataset"),
            (shown.forgotten, "which is in this FiftyOne"),
        ):
            assert words in adopt.adoption(clone, name).ownership_problem
            with pytest.raises(InvalidRequest, match="can't become this dataset's own"):
                adopt.adopt(clone, "mine", name, take_ownership=True)
        assert clone.list_brain_runs() == []
        assert not adopt.adopt(clone, "lent", shown.stock).owned
        assert len(listed(shown.stock)[0].users) == 2
    finally:
        clone.delete()


def test_rows_in_several_partitions_are_not_taken(lite, dataset):
    """Only those in the default one would count as the index's own."""
    name, ids = unused_name(), dataset.values("id")
    rows = rows_of(name)
    creation.create(rows.collection, 16, Owner(ELSEWHERE, "x", "y"))
    lite.drop_collection_properties(name, property_keys=["fiftyone.owner"])
    lite.create_partition(name, "apart")
    apart = StoredRows(rows.collection.in_partition("apart"))
    apart.upsert(Rows(ids[:2], ids[:2], np.eye(2, 16, dtype="f4")))
    found = adopt.adoption(dataset, name)
    assert found.match.matched == 2
    assert "several partitions" in found.ownership_problem


def test_ownership_that_cannot_be_written_leaves_no_index(lite, dataset, monkeypatch):
    name = compute(dataset, "idx")
    dataset.delete_brain_run("idx")

    def failing(self, owner):
        raise VectorSearchError("no")

    monkeypatch.setattr(Collection, "set_owner", failing)
    with pytest.raises(VectorSearchError, match="no"):
        adopt.adopt(dataset, "new", name, take_ownership=True)
    assert dataset.list_brain_runs() == []
    assert lite.has_collection(name)


# -- renamed


def test_a_renamed_index_keeps_its_collection_and_stamp(server, dataset):
    name = compute(dataset, "old")
    info = runs.rename(dataset, "old", "new")
    assert (info.brain_key, info.collection_name) == ("new", name)
    (found,) = listed(name)
    assert found.owner.brain_key == "new"
    assert [user.brain_key for user in found.users] == ["new"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("idx", "not a key", "can't be a brain key"),
        ("idx", "other", "is in use"),
        ("nope", "new", "no Milvus index 'nope'"),
    ],
)
def test_what_cannot_be_renamed_is_reported(lite, dataset, old, new, words):
    for key in ("idx", "other"):
        compute(dataset, key, embeddings=False)
    with pytest.raises(InvalidRequest, match=words):
        runs.rename(dataset, old, new)
    assert dataset.list_brain_runs() == ["idx", "other"]


def test_without_its_server_an_index_keeps_its_key(lite, dataset):
    compute(dataset, "idx", embeddings=False)
    with pytest.raises(VectorSearchError, match="does not answer"):
        runs.rename(dataset, "idx", "new", uri="http://127.0.0.1:1")
    assert dataset.list_brain_runs() == ["idx"]


def test_a_lost_index_is_renamed(lite, dataset):
    lite.drop_collection(compute(dataset, "idx"))
    assert runs.rename(dataset, "idx", "new").brain_key == "new"


# -- the operators


def shown_output(name: str, dataset: fo.Dataset, results: dict[str, Any]) -> str:
    """What the App gets to draw an operator's result with."""
    operator = foo.get_operator(f"{PLUGIN}/{name}")
    ctx = make_context(dataset)
    ctx.request_params["results"] = results
    return json.dumps(operator.resolve_output(ctx).to_json())


def test_the_operator_lists_collections(milvus, shown):
    found = execute("collections", shown.dataset)
    json.dumps(found)
    rows = {row["name"]: row for row in found["table"]}
    assert rows[shown.ours]["dataset"] == shown.dataset.name
    assert rows[shown.ours]["vectors"] == "16-dim, cosine"
    assert rows[shown.gone]["state"] == "orphaned"
    assert "unmanaged" in found["message"]
    assert "TableView" in shown_output("collections", shown.dataset, found)


def test_the_operator_lists_indexes(milvus, shown):
    found = execute("list_indexes", shown.dataset)
    json.dumps(found)
    rows = {row["brain_key"]: row for row in found["table"]}
    assert rows["ours"]["rows"] == "100"
    assert rows["patches"]["of"] == "ground_truth"
    assert {index["brain_key"] for index in found["indexes"]} >= {"ours", "stock"}
    assert "TableView" in shown_output("list_indexes", shown.dataset, found)


def test_the_operator_shows_before_it_drops(server, dataset):
    name = stamped(str(dataset._doc.id))
    found = execute("cleanup_collections", dataset, names=[name])
    json.dumps(found)
    assert found["dry_run"] and found["deleted"] == []
    assert found["table"][0]["what"] == "would be deleted"
    assert server.has_collection(name)
    done = execute("cleanup_collections", dataset, names=[name], dry_run=False)
    assert done["deleted"] == [name]
    assert "Deleted 1 collections with 2 vectors" in done["message"]
    assert not server.has_collection(name)


@pytest.mark.parametrize("dry_run", [None, 0, "", "false", "False", [], {}], ids=repr)
def test_only_false_drops(lite, dataset, dry_run):
    """Also where no form was resolved, as on a worker."""
    name = stamped(str(dataset._doc.id))
    ctx = make_context(dataset, names=[name], dry_run=dry_run)
    operator = foo.get_operator(f"{PLUGIN}/cleanup_collections")
    if dry_run is None:
        assert operator.answer(ctx)["deleted"] == []
    else:
        with pytest.raises(InvalidRequest, match="dry_run as true or false"):
            operator.answer(ctx)
    assert lite.has_collection(name)


def test_the_orphans_that_go_are_those_that_were_shown(server, dataset):
    orphans = {"orphaned": True, "dry_run": False}
    with pytest.raises(Exception, match="were not listed"):
        execute("cleanup_collections", dataset, **orphans)
    shown = stamped(str(dataset._doc.id))
    found = execute("cleanup_collections", dataset, orphaned=True)
    names = [one["name"] for one in found["candidates"]]
    assert shown in names
    later = stamped(str(dataset._doc.id))
    form = foo.get_operator(f"{PLUGIN}/cleanup_collections").resolve_input(
        make_context(dataset, **orphans)
    )
    assert f"{len(names)} collections" in str(form.to_json())
    done = execute("cleanup_collections", dataset, **orphans)
    assert done["deleted"] == names
    assert server.has_collection(later)
    assert not server.has_collection(shown)
    with pytest.raises(Exception, match="were not listed"):
        execute("cleanup_collections", dataset, **orphans)


def test_the_operator_says_what_it_leaves_alone(server, dataset):
    name = stamped(ELSEWHERE)
    found = execute("cleanup_collections", dataset, orphaned=True)
    row = next(row for row in found["table"] if row["name"] == name)
    assert row["what"] == "kept"
    assert "orphaned collections of datasets that aren't in" in found["message"]


def test_the_operator_refuses_what_is_in_use(milvus, shown):
    names = [shown.ours]
    found = execute("cleanup_collections", shown.dataset, names=names)
    assert found["table"][0]["what"] == "refused"
    assert "Nothing would be deleted" in found["message"]
    with pytest.raises(Exception, match="Clean that index up instead"):
        execute("cleanup_collections", shown.dataset, names=names, dry_run=False)


def test_the_form_asks_what_to_drop(lite, dataset):
    with pytest.raises(Exception, match="Name the collections to delete"):
        execute("cleanup_collections", dataset)


def test_the_operator_adopts(server, dataset):
    name = compute(dataset, "idx")
    dataset.delete_brain_run("idx")
    found = execute("adopt_collection", dataset, collection_name=name)
    json.dumps(found)
    assert found["fits"] and found["match"]["matched"] == 100
    assert {"fact": "Ids in this dataset", "value": "100 of 100"} in found["table"]
    assert dataset.list_brain_runs() == []
    done = execute(
        "adopt_collection",
        dataset,
        collection_name=name,
        brain_key="back",
        take_ownership=True,
        dry_run=False,
    )
    json.dumps(done)
    assert (done["brain_key"], done["size"], done["owned"]) == ("back", 100, True)
    assert dataset.list_brain_runs() == ["back"]


def test_the_operator_renames(lite, dataset):
    compute(dataset, "old", embeddings=False)
    done = execute("rename_index", dataset, brain_key="old", new_brain_key="new")
    assert done["brain_key"] == "new"
    assert dataset.list_brain_runs() == ["new"]
    with pytest.raises(Exception, match="is in use"):
        execute("rename_index", dataset, brain_key="new", new_brain_key="new")


@pytest.mark.parametrize(
    "name",
    [
        *("list_indexes", "rename_index", "collections"),
        *("cleanup_collections", "adopt_collection"),
    ],
)
def test_forms_ask_no_server(
    lite, dataset, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    compute(dataset, "idx", embeddings=False)

    def asked(*_):
        raise AssertionError("a form asked a server")

    monkeypatch.setattr(client, "connect", asked)
    operator = foo.get_operator(f"{PLUGIN}/{name}")
    for dry_run in (True, False):
        ctx = make_context(
            dataset, brain_key="idx", collection_name="x", dry_run=dry_run
        )
        assert operator.resolve_input(ctx).to_json()
