"""Records of indexes that somebody else wrote: an imported or cloned dataset's, or one
that was edited in MongoDB. They change, open and run nothing, and harm their own index
alone."""

import json
import os
import shutil
import sys
import threading
import uuid
from pathlib import Path

import fiftyone as fo
import fiftyone.brain as fob
import numpy as np
import pytest
from fiftyone.core.brain import BrainMethod

import fiftyone_milvus
from fiftyone_milvus.backend import active_writes, runs
from fiftyone_milvus.errors import BrokenRecord, CollectionError, InvalidRequest
from fiftyone_milvus.indexes import adopt, collection_cleanup, collections
from fiftyone_milvus.store import (
    client,
    creation,
    embedded,
    owners,
    partitions,
    settings,
)
from fiftyone_milvus.store.collection import OWNER, Collection, Owner
from fiftyone_milvus.store.rows import Rows, StoredRows
from harness import datasets, records
from harness.context import execute, make_context
from harness.panel import CheckedPanel
from harness.users import NOBODY, only_root

URI = settings.ENV_PREFIX + "URI"
panel = CheckedPanel()


def compute(dataset, key, **kwargs):
    kwargs = {"embeddings": "embeddings", "metric": "cosine", **kwargs}
    return fob.compute_similarity(dataset, brain_key=key, backend="milvus", **kwargs)


def unused_name() -> str:
    return f"test_{uuid.uuid4().hex[:12]}"


def shown(dataset) -> dict[str, dict]:
    """The indexes that opening the panel shows, by key."""
    ctx = make_context(dataset)
    panel.on_load(ctx)
    return {index["brain_key"]: index for index in panel.overview(ctx)["indexes"]}


def claims(index) -> list[str]:
    """The brain keys in the stamps of an index's rows."""
    return [owner.brain_key for owner in partitions.owners_of(index.rows.collection)]


@pytest.fixture
def victim(milvus):
    """Another dataset, whose index ``theirs`` is in a partition of a collection that
    its index ``whole`` has the rest of."""
    made = datasets.make_vectors_dataset(20, seed=5)
    whole = compute(made, "whole", collection_name=unused_name())
    compute(
        made,
        "theirs",
        embeddings=False,
        collection_name=whole.config.collection_name,
        partition="theirs",
    ).add_to_index(np.ones((3, 16)), [f"{n:024x}" for n in range(3)])
    yield made
    for key in runs.keys(made):
        runs.cleanup(made, key)
    client.connect(settings.resolve()).client.drop_collection(
        whole.config.collection_name
    )
    made.delete()


# -- what a record names is not its own


@pytest.mark.parametrize("partition", [None, "_default", "theirs"])
@pytest.mark.parametrize("known", [True, False], ids=["here", "of another FiftyOne"])
def test_what_another_dataset_made_stays(milvus, dataset, victim, partition, known):
    compute(dataset, "mine")
    name = runs.load(victim, "theirs").rows.collection.name
    records.edit(
        dataset,
        "mine",
        {"collection_name": name},
        {
            "options": {"partition": partition} if partition else {},
            "own_partition": True,  # as records once said
            "dataset_id": str(dataset._doc.id),
        },
    )
    whole, theirs = (runs.load(victim, key) for key in ("whole", "theirs"))
    if not known:  # who else uses it says nothing any more, the stamp does
        for key in ("whole", "theirs"):
            victim.delete_brain_run(key)
    index = runs.load(dataset, "mine")
    assert not index.owned
    with pytest.raises(CollectionError, match=f"belong to the dataset '{victim.name}'"):
        fiftyone_milvus.sync(dataset, "mine")
    for change in (
        lambda: index.add_to_index(np.ones((1, 16)), dataset.values("id")[:1]),
        lambda: index.remove_from_index(sample_ids=index.sample_ids[:1]),
        index.cleanup,
    ):
        with pytest.raises(CollectionError, match=victim.name):
            change()
    plan = runs.cleanup_plan(dataset, "mine")
    assert not plan.deletes_rows and f"but by '{victim.name}'" in plan.message
    assert runs.cleanup(dataset, "mine") == plan
    assert dataset.list_brain_runs() == []
    assert (whole.total_index_size, theirs.total_index_size) == (20, 3)


@pytest.mark.parametrize("partition", [None, "apart"])
def test_what_no_stamp_is_on_stays(milvus, dataset, partition):
    """Another tool's collection, or a partition in one of this dataset's own."""
    mine = compute(dataset, "mine")
    server, name, dim = mine.client, mine.rows.collection.name, 16
    if partition is None:
        name = unused_name()
        connection = mine.rows.collection.connection
        rows = StoredRows(Collection(connection, name, "cosine", "Session"))
        creation.create(rows.collection, dim, Owner("x", "x", "x"))
        rows.collection.set_property(OWNER, "")
    else:
        server.create_partition(name, partition)
        server.load_collection(name)
        rows = StoredRows(mine.rows.collection.in_partition(partition))
    ids = [f"{n:024x}" for n in range(3)]
    rows.upsert(Rows(ids, ids, np.eye(3, dim, dtype=np.float32)))
    compute(dataset, "edited", embeddings=False)
    options = {"partition": partition} if partition else {}
    records.edit(
        dataset,
        "edited",
        {"collection_name": name, "embeddings_field": "embeddings"},
        {"options": options, "filled": True, "own_partition": True},
    )
    with pytest.raises(CollectionError, match="not deleted, since it"):
        fiftyone_milvus.sync(dataset, "edited")
    assert not runs.cleanup(dataset, "edited").deletes_rows
    assert rows.collection.count() == 3
    assert mine.total_index_size == 100
    server.drop_collection(name)


def test_a_partition_without_a_stamp_is_cleaned_up_by_its_owner_alone(milvus, dataset):
    """Older versions of this backend stamped none."""
    other = datasets.make_vectors_dataset(5, seed=7)
    name = compute(other, "first").rows.collection.name
    index = compute(
        dataset, "old", embeddings=False, collection_name=name, partition="old"
    )
    index.add_to_index(np.eye(4, 16), dataset.values("id")[:4])
    for key in owners.claims(index.rows.collection.description(), "old"):
        index.rows.collection.set_property(key, "")
    clone = dataset.clone()
    try:
        dataset._doc.reload()
        record = BrainMethod._get_run_doc(dataset, "old").config
        index = runs.load(dataset, "old")
        assert partitions.owners_of(index.rows.collection) == () and index.owned
        assert not runs.load(clone, "old").owned
        index.add_to_index(np.ones((1, 16)), dataset.values("id")[5:6])
        assert fiftyone_milvus.health(dataset, "old").problem is None

        dataset.delete_brain_run("old")  # its record isn't here to speak for it
        assert not runs.cleanup(clone, "old").deletes_rows
        assert index.total_index_size == 5
        records.add(dataset, "old", {"config": dict(record)})
        assert "deletes the partition 'old'" in runs.cleanup(dataset, "old").message
        assert not index.client.has_partition(name, "old")
    finally:
        clone.delete()
        runs.cleanup(other, "first")
        other.delete()


def test_an_import_brings_no_right_to_what_its_record_names(
    milvus, dataset, victim, tmp_path
):
    compute(dataset, "mine")
    kind = fo.types.FiftyOneDataset
    dataset.export(str(tmp_path), kind, export_media=False)
    metadata = tmp_path / "metadata.json"
    stored = json.loads(metadata.read_text())
    run = stored["brain_methods"]["mine"]
    name = runs.load(victim, "theirs").rows.collection.name
    ext = json.loads(run["config"]["ext"])
    ext |= {"options": {"partition": "theirs"}, "own_partition": True}
    run["config"] |= {"collection_name": name, "ext": json.dumps(ext)}
    metadata.write_text(json.dumps(stored))
    imported = fo.Dataset.from_dir(str(tmp_path), kind, progress=False)
    try:
        assert shown(imported)["mine"]["collection_name"] == name
        plan = runs.cleanup(imported, "mine")
        assert not plan.deletes_rows and victim.name in plan.message
        assert runs.load(victim, "theirs").total_index_size == 3
    finally:
        imported.delete()


def test_renaming_writes_no_stamp_but_its_own(milvus, dataset):
    one, two = compute(dataset, "one"), compute(dataset, "two")
    records.edit(dataset, "two", {"collection_name": one.rows.collection.name})
    runs.rename(dataset, "two", "three")
    assert claims(one) == ["one"]
    runs.rename(dataset, "one", "first")
    assert claims(one) == ["first"]
    assert not runs.cleanup_plan(dataset, "three").deletes_rows
    two.rows.collection.drop()


def test_the_stamp_of_a_partition_follows_its_index(milvus, dataset, victim):
    name = runs.load(victim, "whole").rows.collection.name
    index = compute(
        dataset, "a", embeddings=False, collection_name=name, partition="mine"
    )
    assert claims(index) == ["a"] and index.owned
    runs.rename(dataset, "a", "b")
    index = runs.load(dataset, "b")
    assert claims(index) == ["b"]
    index.cleanup()
    assert claims(index) == [] and not index.client.has_partition(name, "mine")
    index.add_to_index(np.eye(2, 16), dataset.values("id")[:2])
    assert claims(index) == ["b"]
    assert runs.cleanup(dataset, "b").deletes_rows
    assert not index.client.has_partition(name, "mine")


def test_a_collection_with_a_partition_of_another_fiftyone_is_no_plain_orphan(
    milvus, dataset
):
    index = compute(dataset, "mine")
    name, elsewhere = index.rows.collection.name, Owner("0" * 24, "far away", "k")
    partitions.add(index.rows.collection.in_partition("theirs"), elsewhere)
    dataset.delete_brain_run("mine")
    active_writes.done(name)
    [candidate] = collection_cleanup.deletion_plan([name]).candidates
    assert not candidate.allowed and candidate.confirmation_needed
    assert "'far away' is not in this FiftyOne database" in candidate.reason
    assert collection_cleanup.delete_collections(
        [name], confirmed_names=[name]
    ).names == [name]


@pytest.mark.parametrize("round_", range(3))
def test_of_indexes_that_create_a_partition_at_one_moment_one_owns_it(
    milvus, dataset, victim, round_
):
    collection = runs.load(victim, "whole").rows.collection
    others = [collection.in_partition(f"raced_{round_}") for _ in range(4)]
    start = threading.Barrier(len(others))

    def add(number):
        owner = Owner(f"{number:024x}", f"dataset {number}", "key")
        start.wait()
        partitions.add(others[number], owner)

    threads = [threading.Thread(target=add, args=[n]) for n in range(len(others))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = [one.claim is not None for one in others]
    assert sum(made) == 1
    [owner] = partitions.owners_of(others[0])
    assert owner.dataset_id == f"{made.index(True):024x}"
    partitions.drop(others[0])


# -- addresses


def folder_of_lite(path: Path) -> Path:
    for name in embedded.LITE_FOLDERS:
        (path / name).mkdir(parents=True)
    path.chmod(0o700)
    return path


ADDRESSES = {
    "missing": lambda path: path,
    "a file": lambda path: path.touch(),
    "an empty folder": lambda path: path.mkdir(mode=0o700),
    "open to others": lambda path: folder_of_lite(path).chmod(0o777),
    "somebody else's": lambda path: os.chown(folder_of_lite(path), NOBODY, NOBODY),
}


@pytest.mark.parametrize(
    "kind",
    [
        *list(ADDRESSES)[:-1],
        pytest.param(list(ADDRESSES)[-1], marks=only_root),
    ],
)
def test_an_address_of_a_record_opens_and_makes_nothing(
    monkeypatch, vectors_dataset, tmp_path, kind
):
    monkeypatch.delenv(URI, raising=False)
    index = compute(vectors_dataset, "mine")
    path = tmp_path / "theirs.db"
    ADDRESSES[kind](path)
    records.edit(vectors_dataset, "mine", own={"address": str(path)})
    home = embedded.home(settings.Settings()).state
    before = sorted(tmp_path.rglob("*")), sorted((home / "servers").glob("*"))
    listed = shown(vectors_dataset)["mine"]
    assert f"embedded Milvus at {path}" in listed["problem"]
    assert panel.server_details(make_context(vectors_dataset))["problem"] is None
    with pytest.raises(CollectionError, match="The record says"):
        runs.load(vectors_dataset, "mine")
    plan = runs.cleanup(vectors_dataset, "mine")
    assert not plan.deletes_rows and str(path) in plan.message
    assert vectors_dataset.list_brain_runs() == []
    assert index.total_index_size == 100  # where it really is
    after = sorted(tmp_path.rglob("*")), sorted((home / "servers").glob("*"))
    assert after == before
    index.rows.collection.drop()


def test_the_embedded_milvus_is_not_made_because_a_record_names_it(
    monkeypatch, vectors_dataset, tmp_path
):
    monkeypatch.delenv(URI, raising=False)
    index = compute(vectors_dataset, "mine")
    monkeypatch.setenv(URI, "http://127.0.0.1:1")
    with monkeypatch.context() as patch:
        patch.setenv("FIFTYONE_MILVUS_DIR", str(tmp_path / "none"))
        assert "there is none" in shown(vectors_dataset)["mine"]["problem"]
        assert not (tmp_path / "none").exists()
    assert shown(vectors_dataset)["mine"]["size"] == 100  # it is there
    index.rows.collection.drop()


# -- nothing of a record is run


def test_a_record_runs_and_imports_nothing(
    monkeypatch, vectors_dataset, milvus, tmp_path
):
    (tmp_path / "planted.py").write_text("open(__file__ + '.ran', 'w')")
    monkeypatch.syspath_prepend(tmp_path)
    program = {"_cls": "subprocess.Popen", "kwargs": [["args", ["touch"]]]}
    program["kwargs"][0][1].append(str(tmp_path / "stage.ran"))
    compute(vectors_dataset, "ok")
    compute(vectors_dataset, "class").rows.collection.drop()
    compute(vectors_dataset, "stage")
    records.edit(vectors_dataset, "class", {"cls": "planted.Config"})
    records.edit(vectors_dataset, "stage", view_stages=[json.dumps(program)])
    found = shown(vectors_dataset)
    assert "isn't this backend's" in found["class"]["problem"]
    assert found["ok"]["problem"] is None and found["ok"]["size"] == 100
    with pytest.raises(BrokenRecord, match="is damaged"):
        runs.load(vectors_dataset, "class")
    assert "nothing in Milvus" in runs.cleanup(vectors_dataset, "class").message
    assert runs.load(vectors_dataset, "stage").total_index_size == 100
    health = fiftyone_milvus.health(vectors_dataset, "stage")
    assert "no view stage 'subprocess.Popen'" in health.problem
    assert runs.cleanup(vectors_dataset, "stage").deletes_rows
    assert "planted" not in sys.modules and not list(tmp_path.glob("*.ran"))
    runs.cleanup(vectors_dataset, "ok")


# -- damaged records


@pytest.fixture(scope="module")
def damaged(milvus_of_module):
    """A dataset whose index ``ok`` is well, and one damaged record of each kind."""
    made = datasets.make_vectors_dataset(10)
    compute(made, "ok")
    kinds = [
        *(records.config(**config) for config in records.BROKEN_CONFIGS.values()),
        *(
            records.config(ext=json.dumps(own))
            for own in records.BROKEN_SETTINGS.values()
        ),
    ]
    for number, config in enumerate(kinds):
        records.add(made, f"bad_{number}", {"config": config})
    for number, stages in enumerate(records.BROKEN_VIEWS.values()):
        stored = {"config": records.config(), "view_stages": stages}
        records.add(made, f"bad_view_{number}", stored)
    yield made
    for key in runs.all_keys(made):
        runs.cleanup(made, key)
    assert made.list_brain_runs() == []
    made.delete()


def test_a_damaged_record_hides_no_other(milvus, damaged):
    found = shown(damaged)
    assert found.pop("ok")["size"] == 10
    assert len(found) == len(
        records.BROKEN_CONFIGS | records.BROKEN_SETTINGS | records.BROKEN_VIEWS
    )
    for index in found.values():
        assert "is damaged, so its index is not used: " in index["problem"]
        assert "Clean it up, which deletes the record alone" in index["problem"]
    listed = execute("list_indexes", damaged)
    assert len(listed["indexes"]) == len(found) + 1
    assert runs.keys(damaged) == ["ok"]


def test_a_damaged_record_of_one_dataset_is_no_problem_of_another(
    milvus, damaged, dataset
):
    compute(dataset, "mine")
    details = panel.server_details(make_context(dataset))
    assert details["problem"] is None
    names = [info["name"] for info in details["collections"]]
    assert runs.load(dataset, "mine").rows.collection.name in names
    assert runs.cleanup(dataset, "mine").deletes_rows


def test_the_collection_of_a_damaged_record_is_in_use(milvus, dataset):
    index = compute(dataset, "mine")
    records.edit(dataset, "mine", {"ext": "{"})
    assert collections.inspect(index.rows.collection.name).state == collections.IN_USE
    runs.cleanup(dataset, "mine")
    assert collections.inspect(index.rows.collection.name).state == collections.ORPHANED
    index.rows.collection.drop()


def test_a_damaged_record_is_offered_for_clean_up_alone(milvus, damaged):
    from plugin.operators.cleanup_index import CleanupIndex
    from plugin.operators.sync_index import SyncIndex

    key = runs.all_keys(damaged)[0]
    ctx = make_context(damaged, brain_key=key)
    form = CleanupIndex().resolve_input(ctx).type
    assert "is damaged" in form.properties["notice"].view.label
    assert key in offered(form)
    assert offered(SyncIndex().resolve_input(ctx).type) == ["ok"]


def offered(form) -> list[str]:
    return [choice.value for choice in form.properties["brain_key"].view.choices]


@pytest.mark.parametrize(
    "stamp", ["{", "[]", "7", '{"dataset_id": [], "dataset": {}, "brain_key": 1}']
)
def test_a_stamp_that_cannot_be_read_is_somebody_elses(milvus, dataset, stamp):
    index = compute(dataset, "mine")
    index.rows.collection.set_property(OWNER, stamp)
    assert collections.inspect(index.rows.collection.name).state == collections.IN_USE
    assert not index.owned
    assert not runs.cleanup(dataset, "mine").deletes_rows
    assert collections.inspect(index.rows.collection.name).owner_deleted
    index.rows.collection.drop()


@pytest.mark.parametrize("name", ["../../../x", "/srv/x", "a b", "", None, 7, ["a"]])
def test_a_name_that_is_none_is_not_adopted(milvus, dataset, name):
    with pytest.raises(InvalidRequest, match="can't name a Milvus collection"):
        adopt.adopt(dataset, "new", name)
    assert dataset.list_brain_runs() == []


def test_an_index_in_an_embedded_milvus_of_ones_own_is_found(
    monkeypatch, vectors_dataset, tmp_path
):
    monkeypatch.delenv(URI, raising=False)
    path = tmp_path / "own.db"
    compute(vectors_dataset, "mine", uri=str(path))
    assert shown(vectors_dataset)["mine"]["size"] == 100
    assert runs.cleanup(vectors_dataset, "mine").deletes_rows
    embedded.stop(embedded.home(settings.resolve({"uri": str(path)})))
    shutil.rmtree(path)
