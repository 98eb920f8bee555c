"""Indexes moved from one Milvus to another, and kept as files."""

from __future__ import annotations

import json
import os
import stat
import tracemalloc
from dataclasses import dataclass
from typing import Any

import fiftyone as fo
import fiftyone.brain as fob
import fiftyone.operators as foo
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import fiftyone_milvus
from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import (
    Cancelled,
    CollectionError,
    InvalidRequest,
    ServerUnavailable,
    VectorSearchError,
)
from fiftyone_milvus.indexes import archive, build, collection_cleanup, move, parquet
from fiftyone_milvus.progress import Progress
from fiftyone_milvus.searches.query import Query
from fiftyone_milvus.store import client, row_search, settings
from fiftyone_milvus.store.collection import Collection, Owner
from fiftyone_milvus.store.rows import Rows, StoredRows
from harness import builds, datasets
from harness.context import PLUGIN, execute, make_context
from harness.forks import Fork
from harness.searching import search_index
from plugin.app import export_folders

URI = "FIFTYONE_BRAIN_SIMILARITY_MILVUS_URI"
NOWHERE = "http://127.0.0.1:1"


@dataclass(frozen=True)
class Row:
    """A row as a test compares it."""

    sample_id: str
    vector: bytes
    origin: str | None


def contents(index) -> dict[str, Row]:
    return {
        id_: Row(sample_id, vector.tobytes(), origin)
        for rows in index.rows.iterate(with_fingerprints=True)
        for id_, sample_id, vector, origin in zip(
            rows.ids, rows.sample_ids, rows.vectors, rows.fingerprints, strict=True
        )
    }


def make(dataset, key: str = "idx", patches: bool = False, **kwargs: Any) -> Any:
    """Builds an index and loads it."""
    source = build.Source(embeddings_field="embedding" if patches else "embeddings")
    patches_field = "ground_truth" if patches else None
    build.build(dataset, key, source, patches_field=patches_field, **kwargs)
    return runs.load(dataset, key)


def neighbors(index, count: int = 5) -> np.ndarray:
    """How far the ten nearest to some of an index's own vectors are: by distance,
    since Milvus Lite and a server put equally near ones in another order."""
    rows = next(index.rows.iterate())
    order = np.argsort(rows.ids)[:count]
    matches = row_search.search(index.rows, rows.vectors[order], 10)
    return np.array([match.dists for match in matches])


def collections(**connection: Any) -> set[str]:
    found = client.connect(settings.resolve(connection)).client
    return set(found.list_collections())


def elsewhere(dataset: fo.Dataset, uri: str | None) -> Any:
    """What another process, whose Milvus is ``uri``, finds of the index ``idx``."""
    variables = {URI: uri} if uri else {}
    return Fork(variables, builds.nearest, dataset.name, "idx").result()


@pytest.fixture
def dataset(vectors_dataset):
    vectors_dataset.persistent = True  # another process would delete it
    yield vectors_dataset


@pytest.fixture
def server(standalone, monkeypatch):
    """The address of a server, while nothing is configured. What a test makes there,
    and in the embedded Milvus, goes with it."""
    monkeypatch.delenv(URI, raising=False)
    places: tuple[dict[str, Any], ...] = ({}, {"uri": standalone.uri})
    before = [collections(**place) for place in places]
    yield standalone.uri
    for place, known in zip(places, before, strict=True):
        found = client.connect(settings.resolve(place)).client
        for name in set(found.list_collections()) - known:
            found.drop_collection(name)


@pytest.fixture
def place(milvus):
    """The Milvus of the environment, of either kind; what a test makes goes with it."""
    before = collections()
    yield milvus
    found = client.connect(settings.resolve()).client
    for name in set(found.list_collections()) - before:
        found.drop_collection(name)


# -- moving


@pytest.mark.parametrize(
    ("patches", "metric"),
    [(False, "cosine"), (True, "dotproduct")],
    ids=["samples", "patches"],
)
def test_to_a_server_and_back_keeps_rows_fingerprints_and_neighbors(
    server, dataset, patches, metric
):
    index = make(dataset, patches=patches, metric=metric)
    rows, near = contents(index), neighbors(index)
    assert all(row.origin for row in rows.values())

    moved = move.move(dataset, "idx", {"uri": server})
    there = runs.load(dataset, "idx")
    assert (moved.rows, moved.address) == (len(rows), server)
    assert (moved.old_address, moved.old_collection_name) == (
        settings.EMBEDDED,
        index.rows.collection.name,
    )
    assert there.rows.collection.connection.settings.address == server
    assert contents(there) == rows
    np.testing.assert_allclose(neighbors(there), near, rtol=1e-4, atol=1e-4)
    assert there.owned

    back = move.move(dataset, "idx", {"uri": None})
    here = runs.load(dataset, "idx")
    assert here.rows.collection.connection.settings.embedded
    assert back.collection_name != moved.old_collection_name
    assert contents(here) == rows
    np.testing.assert_allclose(neighbors(here), near, rtol=1e-4, atol=1e-4)


def test_the_old_collection_stays_as_it_was(server, dataset):
    index = make(dataset)
    rows, owner = contents(index), index.rows.collection.owner()
    move.move(dataset, "idx", {"uri": server})
    assert contents(index) == rows
    assert index.rows.collection.owner() == owner
    (old,) = collection_cleanup.deletion_plan([index.rows.collection.name]).candidates
    assert old.allowed


def test_another_process_finds_a_moved_index(server, dataset):
    index = make(dataset)
    near = index._kneighbors(dataset.first().id, k=5)[0]
    moved = move.move(dataset, "idx", {"uri": server})
    assert moved.note is None
    for uri in (server, None):
        assert elsewhere(dataset, uri) == [100, server, near]
    move.move(dataset, "idx", {"uri": ""})
    assert elsewhere(dataset, server) == [100, settings.EMBEDDED, near]


def test_settings_that_name_another_server_are_reported(server, dataset, monkeypatch):
    make(dataset)
    with monkeypatch.context() as patch:
        patch.setenv(URI, NOWHERE)
        moved = move.move(dataset, "idx", {"uri": server})
    assert f"Set {URI} to {server}" in moved.note
    assert f"{NOWHERE} does not answer" in elsewhere(dataset, NOWHERE)
    assert elsewhere(dataset, server)[:2] == [100, server]


def test_an_index_is_found_at_its_old_address_when_the_new_one_is_configured(
    server, dataset, monkeypatch, tmp_path
):
    monkeypatch.setenv(URI, str(tmp_path / "other.db"))
    index = make(dataset)
    monkeypatch.setenv(URI, server)
    moved = move.move(dataset, "idx", {"uri": server})
    assert moved.old_address == str(tmp_path / "other.db")
    assert contents(runs.load(dataset, "idx")) == contents(index)


def test_no_secret_is_stored(server, dataset):
    make(dataset)
    to = {"uri": server.replace("://", "://who:urisecret@"), "token": "tokensecret"}
    moved = move.move(dataset, "idx", to)
    assert "USER and _PASSWORD, or _TOKEN" in moved.note
    stored = str(move._stored_config(dataset, "idx"))
    assert server in stored
    assert "secret" not in stored + repr(moved)


def test_a_result_that_fiftyone_keeps_is_not_the_old_one(server, dataset):
    make(dataset)
    dataset.load_brain_results("idx")
    move.move(dataset, "idx", {"uri": server})
    kept = dataset.load_brain_results("idx")
    assert kept.rows.collection.connection.settings.address == server
    view = dataset.sort_by_similarity(dataset.first().id, brain_key="idx", k=3)
    assert view.values("id")[0] == dataset.first().id


def test_a_moved_index_can_be_changed_and_cleaned_up(server, dataset):
    index = make(dataset.limit(50))
    moved = move.move(dataset, "idx", {"uri": server})
    there = runs.load(dataset, "idx")
    ids = dataset.skip(50).values("id")
    there.add_to_index(np.ones((50, 16)), ids)
    assert there.total_index_size == 100
    assert runs.cleanup(dataset, "idx").deletes_rows
    assert moved.collection_name not in collections(uri=server)
    assert index.rows.collection.exists()


def test_the_index_of_a_clone_becomes_its_own(server, dataset):
    index = make(dataset)
    clone = dataset.clone()
    try:
        move.move(clone, "idx", {"uri": server})
        there = runs.load(clone, "idx")
        assert there.owned
        assert there.rows.collection.owner() == Owner(
            str(clone._doc.id), clone.name, "idx"
        )
        assert contents(there) == contents(index)
        assert runs.load(dataset, "idx").rows.collection.connection.settings.embedded
    finally:
        clone.delete()


def test_an_index_that_shares_a_collection_gets_its_own(server, dataset):
    make(dataset.limit(50), "one", collection_name="shared_by_two")
    make(dataset.skip(50), "two", collection_name="shared_by_two")
    index = runs.load(dataset, "two")
    move.move(dataset, "two", {"uri": server})
    there = runs.load(dataset, "two")
    assert contents(there) == contents(index)
    assert there.config.options.partition is None
    assert runs.cleanup(dataset, "two").deletes_rows
    assert not there.rows.collection.exists()
    assert runs.load(dataset, "one").total_index_size == 50


def test_options_of_the_index_are_kept(server, dataset):
    params = {"M": 16, "efConstruction": 100}
    make(dataset, index_type="HNSW", index_params=params)
    move.move(dataset, "idx", {"uri": server})
    there = runs.load(dataset, "idx")
    assert there.rows.collection.built["index_type"] == "HNSW"
    assert there.rows.collection.built["M"] == "16"
    assert there.config.options.index_params == params


def test_what_searches_are_filtered_by_is_kept(server, dataset):
    index = make(dataset, filter_fields=["cluster"])
    query = Query.of(vector=np.ones(16))
    where = {"cluster": [1, 3]}
    wanted = search_index(index, query, 40, where=where).ids
    assert len(wanted) == 40
    for to in (server, None):
        move.move(dataset, "idx", {"uri": to})
        moved = runs.load(dataset, "idx")
        found = search_index(moved, query, 40, where=where)
        assert sorted(found.ids) == sorted(wanted)
        assert fiftyone_milvus.health(dataset, "idx").healthy


def test_other_options_can_be_chosen(server, dataset):
    make(dataset)
    move.move(dataset, "idx", {"uri": server}, index_options={"index_type": "FLAT"})
    assert runs.load(dataset, "idx").rows.collection.exact


def test_progress_ends_at_the_number_of_rows(server, dataset):
    make(dataset)
    reports: list[Progress] = []
    move.move(dataset, "idx", {"uri": server}, progress=reports.append)
    phases = list(dict.fromkeys(now.phase for now in reports))
    assert phases == ["Copying", "Finishing", "Indexing", "Checking", "Done"]
    assert (reports[-1].done, reports[-1].total) == (100, 100)


def test_a_larger_copy_is_indexed_before_it_is_used(server):
    dataset = fo.Dataset()
    samples = [fo.Sample(filepath=f"/images/{i}.png") for i in range(5_000)]
    dataset.add_samples(samples, progress=False)
    vectors = np.random.default_rng(0).normal(size=(5_000, 64)).astype(np.float32)
    index = fob.compute_similarity(
        dataset, brain_key="idx", backend="milvus", embeddings=vectors, metric="cosine"
    )
    move.move(dataset, "idx", {"uri": server})
    there = runs.load(dataset, "idx")
    assert there.rows.collection.built["pending_index_rows"] == 0
    found = row_search.search(there.rows, vectors[:20], 10)
    exact = row_search.search(index.rows, vectors[:20], 10)
    pairs = zip(found, exact, strict=True)
    assert np.mean([np.isin(a.ids, b.ids).mean() for a, b in pairs]) > 0.9
    dataset.delete()


@dataclass
class Untouched:
    """Checks that a failure changed neither the run nor the server."""

    dataset: fo.Dataset
    server: str

    def __post_init__(self) -> None:
        self.index = make(self.dataset)
        self.before = self.state()

    def state(self) -> Any:
        stored = move._stored_config(self.dataset, "idx")
        return stored, contents(self.index), collections(uri=self.server)

    def check(self) -> None:
        assert self.state() == self.before
        assert runs.load(self.dataset, "idx").total_index_size == 100


@pytest.fixture
def untouched(server, dataset):
    watch = Untouched(dataset, server)
    yield watch
    watch.check()


def test_the_same_milvus_is_refused(untouched, dataset):
    with pytest.raises(InvalidRequest, match="is on Milvus at embedded already"):
        move.move(dataset, "idx", {"uri": "embedded"})


def test_a_target_that_does_not_answer_is_reported(untouched, dataset):
    with pytest.raises(ServerUnavailable, match="does not answer") as e:
        move.move(dataset, "idx", {"uri": NOWHERE})
    # the address was typed, so no variable is to blame
    assert "this is its address" in str(e.value)
    assert settings.ENV_PREFIX not in str(e.value)


def test_a_database_that_is_missing_is_reported(untouched, dataset, server):
    with pytest.raises(InvalidRequest, match="has no database 'nope'"):
        move.move(dataset, "idx", {"uri": server, "db_name": "nope"})


def test_a_setting_that_is_unknown_is_reported(untouched, dataset, server):
    with pytest.raises(InvalidRequest, match="Unknown connection settings"):
        move.move(dataset, "idx", {"uri": server, "port": 1})


def test_a_name_that_is_taken_is_reported(server, dataset):
    other = datasets.make_vectors_dataset(count=10)
    taken = make(other, "theirs", uri=server).rows.collection.name
    watch = Untouched(dataset, server)
    with pytest.raises(CollectionError, match="already has a collection"):
        move.move(dataset, "idx", {"uri": server}, collection_name=taken)
    watch.check()
    assert runs.load(other, "theirs").total_index_size == 10
    other.delete()


def test_the_name_of_the_old_collection_is_refused(untouched, dataset, server):
    with pytest.raises(InvalidRequest, match="stays until you delete it"):
        name = untouched.index.rows.collection.name
        move.move(dataset, "idx", {"uri": server}, collection_name=name)


def test_an_index_type_that_the_target_lacks_is_reported(untouched, dataset, server):
    with pytest.raises(InvalidRequest, match="has no index type"):
        options = {"index_type": "HNSW_SQ"}
        move.move(dataset, "idx", {"uri": server}, index_options=options)


@pytest.mark.parametrize("answers", [1, 2], ids=["before it", "after it"])
def test_cancelled_around_the_copy(untouched, dataset, server, answers):
    asked = iter([False, True])
    with pytest.raises(Cancelled, match="nothing was changed"):
        move.move(
            dataset,
            "idx",
            {"uri": server},
            cancelled=lambda: next(asked) if answers == 2 else True,
        )


def test_an_error_in_the_middle(untouched, dataset, server):
    def progress(now: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move.move(dataset, "idx", {"uri": server}, progress=progress)


def tamper(server: str, known: set[str], change: Any) -> Any:
    """Changes the copy, as another client, just before it is checked."""

    def progress(now: Progress) -> None:
        if now.phase == "Checking":
            (name,) = collections(uri=server) - known
            connection = client.connect(settings.resolve({"uri": server}))
            change(StoredRows(Collection(connection, name, "cosine", "Strong")))

    return progress


def test_a_copy_with_other_vectors_is_not_used(untouched, dataset, server):
    def change(copy: StoredRows) -> None:
        ids, sample_ids = copy.all_ids()
        copy.upsert(Rows(ids, sample_ids, copy.fetch(ids).vectors[::-1].copy()))

    progress = tamper(server, untouched.before[2], change)
    with pytest.raises(CollectionError, match="finds other rows than the index"):
        move.move(dataset, "idx", {"uri": server}, progress=progress)


def test_a_copy_that_lacks_rows_is_not_used(untouched, dataset, server):
    progress = tamper(
        server, untouched.before[2], lambda copy: copy.delete(copy.all_ids()[0][:3])
    )
    with pytest.raises(CollectionError, match="has 97 rows and the index 100"):
        move.move(dataset, "idx", {"uri": server}, progress=progress)


def test_rows_written_meanwhile_are_reported(server, dataset):
    index = make(dataset.limit(99))

    def progress(now: Progress) -> None:
        if now.phase == "Finishing":
            index.add_to_index(np.ones((1, 16)), [dataset.last().id])

    before = collections(uri=server)
    with pytest.raises(CollectionError, match="it changed while"):
        move.move(dataset, "idx", {"uri": server}, progress=progress)
    assert collections(uri=server) == before
    assert runs.load(dataset, "idx").total_index_size == 100


def test_a_run_deleted_meanwhile_is_not_made_again(server, dataset):
    make(dataset)

    def progress(now: Progress) -> None:
        if now.phase == "Checking":  # as another process would
            record = move._record(dataset, "idx")
            record._get_collection().delete_one({"_id": record.id})

    before = collections(uri=server)
    with pytest.raises(InvalidRequest, match="was deleted"):
        move.move(dataset, "idx", {"uri": server}, progress=progress)
    assert collections(uri=server) == before
    dataset._doc.brain_methods.pop("idx")
    dataset.save()


def test_a_run_that_cannot_be_stored_stays(untouched, dataset, server, monkeypatch):
    def fails(*_: Any) -> None:
        raise OSError("MongoDB is gone")

    kind = type(untouched.index)
    with monkeypatch.context() as patch:
        patch.setattr(kind, "save_config", fails)
        with pytest.raises(OSError, match="MongoDB is gone"):
            move.move(dataset, "idx", {"uri": server})


def test_an_empty_index_is_reported(server, dataset):
    fob.compute_similarity(
        dataset, brain_key="idx", backend="milvus", embeddings=False, metric="cosine"
    )
    with pytest.raises(InvalidRequest, match="has no vectors"):
        move.move(dataset, "idx", {"uri": server})


def test_a_stock_index_with_an_id_twice_is_moved(server, dataset):
    """As FiftyOne's own backend leaves them on a server."""
    index = make(dataset, uri=server)
    rows = next(index.rows.iterate())
    index.client.insert(
        index.rows.collection.name,
        [{"pk": rows.ids[0], "vector": rows.vectors[0], "sample_id": rows.ids[0]}],
    )
    moved = move.move(dataset, "idx", {"uri": None})
    assert index.rows.collection.count() == 101
    assert runs.load(dataset, "idx").total_index_size == 100
    assert moved.rows >= 100


# -- files


@pytest.mark.parametrize("patches", [False, True], ids=["samples", "patches"])
def test_a_file_gives_the_same_index(place, dataset, tmp_path, patches):
    index = make(dataset, patches=patches, consistency_level="Bounded")
    path = tmp_path / "idx.parquet"
    made = archive.export_index(dataset, "idx", path)
    assert made.rows == index.total_index_size
    assert made.bytes == path.stat().st_size
    assert os.listdir(tmp_path) == ["idx.parquet"]

    done = archive.import_index(dataset, "copy", path)
    copy = runs.load(dataset, "copy")
    assert (done.rows, done.skipped, done.note) == (made.rows, 0, None)
    assert (
        copy.rows.collection.name == done.collection_name != index.rows.collection.name
    )
    assert contents(copy) == contents(index)
    near = neighbors(index)
    np.testing.assert_allclose(neighbors(copy), near, rtol=1e-4, atol=1e-4)
    for name in ("metric", "consistency_level", "patches_field", "embeddings_field"):
        assert getattr(copy.config, name) == getattr(index.config, name)
    assert copy.owned


def test_a_file_names_no_server(place, dataset, tmp_path, monkeypatch):
    make(dataset)
    monkeypatch.setenv(settings.ENV_PREFIX + "TOKEN", "who:tokensecret")
    path = tmp_path / "idx.parquet"
    archive.export_index(dataset, "idx", path)
    data = path.read_bytes()
    for word in (b"127.0.0.1", b'embedded"', b"tokensecret", b"uri"):
        assert word not in data


def test_other_programs_can_read_a_file(place, dataset, tmp_path):
    make(dataset)
    path = tmp_path / "idx.parquet"
    archive.export_index(dataset, "idx", path)
    table = pq.read_table(path)
    assert table.schema.names == ["id", "sample_id", "vector", "origin"]
    assert table.schema.field("vector").type == pa.list_(pa.float32(), 16)
    vectors = dict(zip(dataset.values("id"), dataset.values("embeddings"), strict=True))
    for row in table.to_pylist():
        np.testing.assert_array_equal(np.float32(row["vector"]), vectors[row["id"]])
    header = json.loads(pq.read_metadata(path).metadata[b"fiftyone_milvus"])
    assert (header["version"], header["rows"]) == (1, 100)
    assert header["dataset"] == dataset.name


def test_a_clone_takes_the_file(place, dataset, tmp_path):
    make(dataset, patches=True)
    path = tmp_path / "idx.parquet"
    archive.export_index(dataset, "idx", path)
    clone = dataset.clone()
    try:
        archive.import_index(clone, "own", path)
        own = runs.load(clone, "own")
        assert own.owned
        assert contents(own) == contents(runs.load(dataset, "idx"))
    finally:
        clone.delete()


@pytest.mark.parametrize("patches", [False, True], ids=["samples", "patches"])
def test_rows_of_missing_samples_are_left_out(place, dataset, tmp_path, patches):
    make(dataset, patches=patches)
    path = tmp_path / "idx.parquet"
    total = archive.export_index(dataset, "idx", path).rows
    part = dataset.limit(30).clone()
    try:
        done = archive.import_index(part, "idx2", path)
        wanted = part.count("ground_truth.detections") if patches else 30
        assert (done.rows, done.skipped) == (wanted, total - wanted)
        index = runs.load(part, "idx2")
        assert set(index.sample_ids) == set(part.values("id"))
    finally:
        part.delete()


def test_a_dataset_of_other_ids_is_reported(place, dataset, tmp_path):
    make(dataset)
    path = tmp_path / "idx.parquet"
    archive.export_index(dataset, "idx", path)
    other = datasets.make_vectors_dataset()
    before = collections()
    with pytest.raises(InvalidRequest, match="None of the 100 rows"):
        archive.import_index(other, "idx", path)
    assert other.list_brain_runs() == []
    assert collections() == before
    other.delete()


def test_a_dataset_without_the_patches_field_is_reported(place, dataset, tmp_path):
    make(dataset, patches=True)
    path = tmp_path / "idx.parquet"
    archive.export_index(dataset, "idx", path)
    dataset.delete_sample_field("ground_truth")
    with pytest.raises(InvalidRequest, match="has no such field"):
        archive.import_index(dataset, "copy", path)


@pytest.fixture
def file(lite_only, dataset, tmp_path, monkeypatch):
    monkeypatch.setenv(export_folders.VARIABLE, str(tmp_path))
    make(dataset)
    path = tmp_path / "idx.parquet"
    archive.export_index(dataset, "idx", path)
    return path


@pytest.fixture
def lite_only(monkeypatch):
    """The embedded Milvus, for what concerns files and no kind of Milvus."""
    monkeypatch.delenv(URI, raising=False)
    before = collections()
    yield
    found = client.connect(settings.resolve()).client
    for name in set(found.list_collections()) - before:
        found.drop_collection(name)


def rewritten(path, metadata: Any = None, **columns: Any) -> None:
    if metadata is None:
        metadata = {parquet.KEY: pq.read_metadata(path).metadata[parquet.KEY]}
    table = pq.read_table(path)
    for name, values in columns.items():
        table = table.set_column(table.schema.names.index(name), name, values)
    pq.write_table(table.replace_schema_metadata(metadata), path)


def header_with(path, **values: Any) -> dict[bytes, bytes]:
    header = json.loads(pq.read_metadata(path).metadata[parquet.KEY])
    return {parquet.KEY: json.dumps({**header, **values}).encode()}


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda p: p.unlink(), "There is no file"),
        (lambda p: p.write_text("a,b\n1,2\n"), "can't be read as a Parquet file"),
        (lambda p: p.write_bytes(b""), "can't be read as a Parquet file"),
        (
            lambda p: p.write_bytes(p.read_bytes()[:-100]),
            "can't be read as a Parquet file",
        ),
        (lambda p: rewritten(p, {}), "isn't an exported Milvus index"),
        (lambda p: rewritten(p, {parquet.KEY: b"[]"}), "Export it again"),
        (lambda p: rewritten(p, {parquet.KEY: b"\xff"}), "Export it again"),
        (lambda p: rewritten(p, header_with(p, version=9)), "has version 9"),
        (lambda p: rewritten(p, header_with(p, metric="up")), "Unsupported metric"),
        (lambda p: rewritten(p, header_with(p, metric=[])), "Export it again"),
        (lambda p: rewritten(p, header_with(p, options=[1])), "Export it again"),
        (
            lambda p: rewritten(p, header_with(p, options={"x": 1})),
            "Unknown index options",
        ),
        (
            lambda p: rewritten(p, vector=pa.array([[1.0, 2.0]] * 100)),
            "needs the columns",
        ),
        (lambda p: rewritten(p, id=pa.array(range(100))), "needs the columns"),
        (
            lambda p: rewritten(p, sample_id=pa.array([None] * 100, pa.string())),
            "rows without an id",
        ),
    ],
    ids=[
        *("gone", "text", "empty", "cut", "unmanaged", "list", "bytes", "version"),
        *(
            "metric",
            "typed",
            "options",
            "option",
            "ragged",
            "numbers",
            "nulls",
        ),
    ],
)
def test_a_bad_file_is_reported(file, dataset, spoil, words):
    before = collections()
    spoil(file)
    with pytest.raises(InvalidRequest, match=words):
        archive.import_index(dataset, "copy", file)
    assert dataset.list_brain_runs() == ["idx"]
    assert collections() == before


def test_a_damaged_page_is_noticed(file, dataset):
    before = collections()
    data = bytearray(file.read_bytes())
    column = pq.read_metadata(file).row_group(0).column(2)
    middle = column.data_page_offset + column.total_compressed_size // 2
    data[middle] ^= 0xFF
    file.write_bytes(data)
    with pytest.raises(InvalidRequest, match="damaged"):
        archive.import_index(dataset, "copy", file)
    assert collections() == before


def test_vectors_that_are_no_numbers_are_reported(file, dataset):
    before = collections()
    bad = pa.array([[np.nan] * 16] * 100, pa.list_(pa.float32(), 16))
    rewritten(file, vector=bad)
    with pytest.raises(InvalidRequest, match="NaN"):
        archive.import_index(dataset, "copy", file)
    assert dataset.list_brain_runs() == ["idx"]
    assert collections() == before


def test_a_models_arguments_are_taken_only_on_trust(file, dataset):
    kwargs = {"entrypoint_fcn": "os.system"}
    model = {"model": "clip-vit-base32-torch", "model_kwargs": kwargs}
    rewritten(file, header_with(file, supports_prompts=True, **model))
    done = archive.import_index(dataset, "copy", file)
    config = runs.load(dataset, "copy").config
    assert (config.model, config.model_kwargs) == (None, None)
    assert not config.supports_prompts
    assert "trusted=True" in done.note
    assert archive.import_index(dataset, "mine", file, trusted=True).note is None
    assert runs.load(dataset, "mine").config.model_kwargs == kwargs


@pytest.mark.parametrize("key", ["idx", "not a key"])
def test_a_brain_key_that_cannot_be_is_reported(file, dataset, key):
    with pytest.raises(InvalidRequest, match="brain key"):
        archive.import_index(dataset, key, file)


def test_a_collection_name_that_is_taken_is_reported(file, dataset):
    name = runs.load(dataset, "idx").rows.collection.name
    with pytest.raises(InvalidRequest, match="already has a collection"):
        archive.import_index(dataset, "copy", file, collection_name=name)
    assert runs.load(dataset, "idx").total_index_size == 100


def test_an_import_that_is_cancelled_leaves_nothing(file, dataset, monkeypatch):
    monkeypatch.setattr(parquet, "rows_per_call", lambda dim: 40)
    before = collections()
    asked = iter([False, False, True])
    with pytest.raises(Cancelled):
        archive.import_index(dataset, "copy", file, cancelled=lambda: next(asked))
    assert dataset.list_brain_runs() == ["idx"]
    assert collections() == before


def test_an_export_that_is_cancelled_leaves_nothing(file, dataset):
    file.unlink()
    with pytest.raises(Cancelled):
        archive.export_index(dataset, "idx", file, cancelled=lambda: True)
    assert os.listdir(file.parent) == []


def test_an_export_is_overwritten_only_when_asked(file, dataset):
    with pytest.raises(InvalidRequest, match="already"):
        archive.export_index(dataset, "idx", file)
    runs.load(dataset, "idx").remove_from_index(dataset.values("id")[:1])
    assert archive.export_index(dataset, "idx", file, overwrite=True).rows == 99
    assert pq.read_metadata(file).num_rows == 99


def test_another_kind_of_file_is_never_overwritten(file, dataset):
    for name, data in (("notes.txt", b"mine"), ("other.parquet", b"PAR1")):
        other = file.with_name(name)
        other.write_bytes(data)
        with pytest.raises(InvalidRequest, match="isn't an exported index"):
            archive.export_index(dataset, "idx", other, overwrite=True)
        assert other.read_bytes() == data


def test_a_folder_that_is_missing_is_reported(file, dataset):
    with pytest.raises(InvalidRequest, match="There is no folder"):
        archive.export_index(dataset, "idx", file.parent / "none" / "i.parquet")
    with pytest.raises(InvalidRequest, match="is a folder"):
        archive.export_index(dataset, "idx", file.parent)
    with pytest.raises(VectorSearchError, match="can't be written"):
        archive.export_index(dataset, "idx", "/proc/i.parquet")


def test_memory_stays_flat(lite_only, tmp_path):
    """40 MB of vectors pass through in less than half of that."""
    dataset = datasets.make_vectors_dataset(count=10)
    index = make(dataset)
    rng = np.random.default_rng(0)
    dim, count = 512, 20_000
    path = tmp_path / "big.parquet"
    header = archive._header(index, count)
    ids = [f"{i:024x}" for i in range(count)]
    ids[:10] = dataset.values("id")
    with parquet.Writer(path, dim) as file:
        for i in range(0, count, 2_000):
            some, vectors = ids[i : i + 2_000], rng.random((2_000, dim), np.float32)
            file.write(parquet.Rows(some, some, vectors))
        del vectors
        file.finish(header)
    tracemalloc.start()
    try:
        assert archive.import_index(dataset, "big", path).rows == 10
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    dataset.delete()
    assert peak < 20e6


# -- operators


def test_operators_move_export_and_import(server, dataset, tmp_path, monkeypatch):
    monkeypatch.setenv(export_folders.VARIABLE, str(tmp_path))
    index = make(dataset)
    moved = execute("move_index", dataset, brain_key="idx", uri=server)
    assert moved["rows"] == 100 and moved["address"] == server
    assert (
        f"'{index.rows.collection.name}' at embedded is still there" in moved["message"]
    )
    assert (
        runs.load(dataset, "idx").rows.collection.connection.settings.address == server
    )

    path = str(tmp_path / "idx.parquet")
    made = execute("export_index", dataset, brain_key="idx", path=path)
    assert made["rows"] == 100
    assert f"Wrote 100 vectors to {path}" in made["message"]
    with pytest.raises(Exception, match="already"):
        execute("export_index", dataset, brain_key="idx", path=path)

    done = execute("import_index", dataset, brain_key="copy", path=path)
    assert done["rows"] == 100 and done["skipped"] == 0
    assert runs.load(dataset, "copy").rows.collection.connection.settings.embedded

    back = execute("move_index", dataset, brain_key="idx", uri="embedded")
    assert back["address"] == "embedded"


@pytest.mark.parametrize(
    ("name", "params", "words"),
    [
        ("move_index", {"uri": "http://x:1"}, "Required property"),
        ("move_index", {"brain_key": "nope", "uri": "http://x"}, "there is no 'nope'"),
        ("move_index", {"brain_key": "idx"}, "Enter the address"),
        (
            "move_index",
            {"brain_key": "idx", "uri": "http://me:secret@x:1"},
            "Leave user and password out",
        ),
        ("move_index", {"brain_key": "idx", "uri": "ftp://x"}, "must look like"),
        ("export_index", {"brain_key": "idx"}, "Enter the path"),
        (
            "export_index",
            {"brain_key": "nope", "path": "x.parquet"},
            "there is no 'nope'",
        ),
        ("import_index", {"brain_key": "new"}, "Enter the path"),
        ("import_index", {"brain_key": "idx", "path": "x.parquet"}, "is in use"),
        ("import_index", {"brain_key": "new", "path": "x.parquet"}, "There is no file"),
    ],
    ids=str,
)
def test_operators_say_what_is_wrong(file, dataset, name, params, words):
    with pytest.raises(Exception, match=words) as e:
        execute(name, dataset, **params)
    assert "secret" not in str(e.value)


@pytest.mark.parametrize("name", ["export_index", "import_index"])
@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("{other}/idx.parquet", "is not in {folder}"),
        ("{folder}/../other/idx.parquet", "is not in"),
        ("../other/idx.parquet", "is not in"),
        ("{folder}/link/idx.parquet", "is not in"),
        ("{folder}/linked.parquet", "is not in"),
        ("{folder}", "is not in"),
        ("{folder}-2/idx.parquet", "is not in"),
        ("/dev/stdin", "is not in"),
        ("{folder}/zz.pth", "doesn't end in .parquet"),
        ("{folder}/idx.parquet\0.txt", "Enter the path"),
        (["idx.parquet"], "."),
    ],
    ids=str,
)
def test_the_app_uses_files_in_its_folders_alone(
    file, dataset, monkeypatch, name, path, words
):
    """Also where the form was never resolved, as on a worker."""
    folder, other = file.parent / "allowed", file.parent / "other"
    monkeypatch.setenv(export_folders.VARIABLE, str(folder))
    for each in (folder, other, file.parent / "allowed-2"):
        each.mkdir()
        (each / "idx.parquet").write_bytes(file.read_bytes())
    (folder / "link").symlink_to(other)
    (folder / "linked.parquet").symlink_to(other / "idx.parquet")
    before = {each: each.stat().st_mtime_ns for each in file.parent.rglob("*.*")}
    if isinstance(path, str):
        path = path.format(folder=folder, other=other)
    params = {"brain_key": "idx" if name == "export_index" else "new", "path": path}
    with pytest.raises(Exception, match=words.format(folder=folder)):
        execute(name, dataset, overwrite=True, **params)
    ctx = make_context(dataset, overwrite=True, **params)
    with pytest.raises(InvalidRequest, match=words.format(folder=folder)):
        foo.get_operator(f"{PLUGIN}/{name}").answer(ctx)
    after = {each: each.stat().st_mtime_ns for each in file.parent.rglob("*.*")}
    assert after == before
    assert dataset.list_brain_runs() == ["idx"]


def test_without_a_setting_exports_are_below_fiftyones_folder(
    file, dataset, monkeypatch, tmp_path
):
    monkeypatch.delenv(export_folders.VARIABLE)
    monkeypatch.setattr(fo.config, "default_dataset_dir", str(tmp_path / "fiftyone"))
    made = execute("export_index", dataset, brain_key="idx", path="idx.parquet")
    folder = tmp_path / "fiftyone" / "milvus-exports"
    assert made["path"] == str(folder / "idx.parquet")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    execute("import_index", dataset, brain_key="copy", path=made["path"])
    assert set(dataset.list_brain_runs()) == {"idx", "copy"}


def test_only_its_owner_can_read_an_export(file):
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_no_link_is_followed_to_write(file, dataset):
    precious = file.with_name("precious.parquet")
    precious.write_bytes(file.read_bytes())
    link = file.with_name("link.parquet")
    link.symlink_to(precious)
    runs.load(dataset, "idx").remove_from_index(dataset.values("id")[:1])
    archive.export_index(dataset, "idx", link, overwrite=True)
    assert pq.read_metadata(precious).num_rows == 100
    assert not link.is_symlink()


def test_forms_ask_no_server(file, dataset, monkeypatch):
    def asked(*_: Any) -> None:
        raise AssertionError("a form asked a server")

    with monkeypatch.context() as patch:
        patch.setattr(client, "connect", asked)
        patch.setenv(URI, NOWHERE)
        for name in ("move_index", "export_index", "import_index"):
            operator = foo.get_operator(f"{PLUGIN}/{name}")
            ctx = make_context(dataset, brain_key="idx", path="/x", uri=NOWHERE)
            operator.resolve_input(ctx)
