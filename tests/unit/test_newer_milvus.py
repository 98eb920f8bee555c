"""What is sent to servers newer than those that the other tests run on, and what is
done when they refuse it."""

import json
import logging
import uuid
from contextlib import nullcontext
from dataclasses import replace
from types import SimpleNamespace

import bson
import numpy as np
import pymilvus
import pytest
from pymilvus.grpc_gen import schema_pb2

from fiftyone_milvus import metrics
from fiftyone_milvus.backend.ownership import Ownership
from fiftyone_milvus.errors import (
    AccessDenied,
    Cancelled,
    CollectionError,
    InvalidRequest,
    ServerUnavailable,
    VectorSearchError,
)
from fiftyone_milvus.id_set import IdSet
from fiftyone_milvus.indexes import bulk_import, row_copy, sync
from fiftyone_milvus.progress import Monitor
from fiftyone_milvus.store import (
    client,
    collection,
    creation,
    id_bitmaps,
    index_types,
    messages,
    partitions,
    row_search,
    settings,
)
from fiftyone_milvus.store.collection import ID_NUMBER, Collection, Owner
from fiftyone_milvus.store.rows import Rows, StoredRows
from harness import newer_milvus
from harness.roaring import members

OWNER = Owner("dataset id", "dataset", "brain key")
COUNT, DIM, K = 100, 8, 5
FIRST = "65a1b2c3" + "0123456789" + "00fff0"
IDS = [f"{int(FIRST, 16) + i:024x}" for i in range(COUNT)]
VECTORS = np.random.default_rng(0).normal(size=(COUNT, DIM)).astype(np.float32)
ROWS = Rows(IDS, IDS, VECTORS)
PRINTS = [f"fingerprint {i}" for i in range(COUNT)]
ODD = IDS[1::2]
QUERY = VECTORS[:1]
LISTED = 10  # ids that a list of them may have here
BATCH = 30  # rows that a sync numbers at once here
OTHER = Owner("dataset id", "dataset", "another brain key")
IN_BITMAP = (
    "membership_match(fiftyone_id_number, {ids}, type=roaring)"
    " or fiftyone_id_number is null"
)


@pytest.fixture
def milvus(request, monkeypatch):
    """A server of the version that the test is marked with, else the newest."""
    monkeypatch.setattr(row_search, "IDS_PER_CALL", LISTED)
    with newer_milvus.running(getattr(request, "param", "v3.0.2")) as server:
        yield server


@pytest.fixture
def connection(milvus):
    connection = client.Connection(settings.resolve({"uri": milvus.uri}))
    yield connection
    connection.close()


@pytest.fixture
def new_rows(connection):
    def new(**options):
        options = index_types.parse({"index_type": "FLAT", **options})
        name = f"newer_{uuid.uuid4().hex}"
        rows = StoredRows(Collection(connection, name, "cosine", "Session", options))
        creation.create(rows.collection, DIM, OWNER)
        return rows

    return new


@pytest.fixture
def rows(new_rows):
    rows = new_rows()
    rows.upsert(ROWS)
    return rows


@pytest.fixture
def older_rows(milvus, connection):
    """Of a collection that was there before the server was updated."""
    version, milvus.version = milvus.version, "v2.6.0"
    older = client.Connection(connection.settings)
    created = StoredRows(Collection(older, "older", "cosine", "Session"))
    creation.create(created.collection, DIM, OWNER)
    created.upsert(replace(ROWS, fingerprints=PRINTS))
    older.close()
    milvus.version = version
    milvus.received.clear()
    return StoredRows(Collection(connection, "older", "cosine", "Session"))


@pytest.fixture
def sync_numbers(monkeypatch):
    """What a sync of an index does about the numbers of its rows."""
    monkeypatch.setattr(sync, "Lease", lambda *_: nullcontext())
    row_bytes = DIM * 4 + messages.ROW_BYTES
    monkeypatch.setattr(messages, "CALL_BYTES", BATCH * row_bytes)

    def run(rows, owner=OWNER, progress=False, cancelled=None):
        ownership = Ownership(rows, None, None, owner, is_new=False)
        index = SimpleNamespace(rows=rows, key=owner.brain_key, ownership=ownership)
        dataset = SimpleNamespace(_doc=SimpleNamespace(id=owner.dataset_id))
        with Monitor(progress, cancelled) as monitor:
            sync._add_id_numbers(dataset, index, monitor)

    return run


def of_version(version):
    return pytest.mark.parametrize("milvus", [version], indirect=True)


def search(rows, among=ODD, k=K, reverse=False):
    """The ids that a search among some finds, the nearest first."""
    parts = row_search.search_ids(rows, QUERY, k, IdSet.of(among), 1, reverse)
    found = [pair for [one] in parts for pair in zip(one.dists, one.ids, strict=True)]
    return [id_ for _, id_ in sorted(found, reverse=reverse)[:k]]


def nearest(among=ODD, k=K, reverse=False):
    """Those that it should find."""
    inside = [i for i, id_ in enumerate(IDS) if id_ in among]
    [dists] = metrics.distances("cosine", QUERY, VECTORS[inside])
    order = np.argsort(-dists if reverse else dists, kind="stable")[:k]
    return [IDS[inside[i]] for i in order]


def filters(milvus):
    """The filters of the searches so far."""
    return [request.dsl for request in milvus.sent("SearchRequest")]


def schema(milvus):
    """The fields of the collection that was created last, by name."""
    request = milvus.sent("CreateCollectionRequest")[-1]
    fields = schema_pb2.CollectionSchema.FromString(request.schema).fields
    return {f.name: f for f in fields}


# -- membership filters


def test_a_collection_has_a_number_of_each_row(milvus, rows):
    field = schema(milvus)[ID_NUMBER]
    assert field.data_type == schema_pb2.DataType.Int64
    assert field.nullable  # plain FiftyOne adds rows without it
    [written] = milvus.sent("UpsertRequest")
    [numbers] = [c for c in written.fields_data if c.field_name == ID_NUMBER]
    wanted = [id_bitmaps.number_of(id_) for id_ in IDS]
    assert list(numbers.scalars.long_data.data) == wanted


@pytest.mark.parametrize("reverse", [False, True])
def test_a_view_is_sent_as_one_bitmap(milvus, rows, reverse):
    assert len(ODD) > LISTED
    assert search(rows, reverse=reverse) == nearest(reverse=reverse)
    [sent] = milvus.sent("SearchRequest")
    assert sent.dsl == IN_BITMAP
    bitmap = sent.expr_template_values["ids"].bytes_val
    assert members(bitmap).tolist() == sorted(map(id_bitmaps.number_of, ODD))


def test_each_part_of_a_view_has_a_bitmap_of_its_own(milvus, rows):
    parts = list(row_search.search_ids(rows, QUERY, K, IdSet.of(ODD), 3))
    assert len(parts) == 3
    found = sorted(
        pair for [one] in parts for pair in zip(one.dists, one.ids, strict=True)
    )
    assert [id_ for _, id_ in found[:K]] == nearest()
    sent = [
        set(members(one.expr_template_values["ids"].bytes_val).tolist())
        for one in milvus.sent("SearchRequest")
    ]
    assert len(sent) == 3
    assert sum(map(len, sent)) == len(set.union(*sent)) == len(ODD)


@pytest.mark.parametrize(
    ("milvus", "condition"),
    [("v3.0.1", "pk in {values}"), ("v2.6.9", "pk in {values}"), ("v2.4.0", "pk in [")],
    indirect=["milvus"],
)
def test_older_servers_are_sent_what_they_were(milvus, rows, condition):
    assert ID_NUMBER not in schema(milvus)
    [written] = milvus.sent("UpsertRequest")
    columns = {c.field_name for c in written.fields_data}
    assert columns == {"pk", "vector", "sample_id", "$meta"}
    assert search(rows) == nearest()
    assert len(filters(milvus)) == len(ODD) // LISTED
    assert all(one.startswith(condition) for one in filters(milvus))
    assert milvus.sent("QueryRequest") == []


@of_version("v2.5.0")
def test_no_ids_are_no_template(milvus, rows):
    [found] = row_search.search(rows, QUERY, K, among=[])
    assert found.ids == []
    assert filters(milvus) == ["pk in []"]


@of_version("v2.5.0")
def test_what_is_stored_beside_vectors_is_asked_for_once(milvus, new_rows):
    rows = new_rows(filter_fields=["number"])
    values = [{"filter_0": i, "filter_part": i} for i in range(COUNT)]
    rows.upsert(replace(ROWS, fingerprints=PRINTS, filter_values=values))
    milvus.received.clear()
    found = rows.sources(IDS)
    assert [found[id_] for id_ in IDS] == list(zip(PRINTS, values, strict=True))
    assert len(milvus.sent("QueryRequest")) == 1


def test_without_pymilvuss_bitmaps_ids_are_listed(milvus, new_rows, monkeypatch):
    monkeypatch.delattr(pymilvus, "build_roaring_bitmap")
    rows = new_rows()
    rows.upsert(ROWS)
    assert ID_NUMBER not in schema(milvus)
    assert search(rows) == nearest()
    assert set(filters(milvus)) == {"pk in {values}"}


def test_an_index_without_the_numbers_is_searched_by_lists(milvus, older_rows):
    connection = older_rows.collection.connection
    assert connection.capabilities.membership_filters
    older_rows.upsert(ROWS)
    assert search(older_rows) == nearest()
    assert set(filters(milvus)) == {"pk in {values}"}
    assert connection.refused == set()


def test_a_refused_bitmap_is_not_sent_again_and_logged_once(milvus, rows, caplog):
    milvus.refuses = ("membership_match",)
    with caplog.at_level(logging.WARNING):
        assert search(rows) == search(rows) == nearest()
    assert filters(milvus).count(IN_BITMAP) == 1
    [said] = [record.message for record in caplog.records]
    assert said.startswith("Without membership filters from now on: Milvus at ")
    assert row_search.ids_per_search(rows) == LISTED
    rows.collection.connection.close()
    milvus.refuses = ()  # another server answers there now
    milvus.received.clear()
    assert search(rows) == nearest()
    assert filters(milvus) == [IN_BITMAP]


def test_parts_that_are_refused_at_once_are_logged_once(milvus, rows, caplog):
    milvus.refuses = ("membership_match",)
    with caplog.at_level(logging.WARNING, "fiftyone_milvus"):
        assert len(list(row_search.search_ids(rows, QUERY, K, IdSet.of(ODD), 3))) == 6
    assert IN_BITMAP in filters(milvus)
    assert len(caplog.records) == 1


@pytest.mark.parametrize("error", [AccessDenied, ServerUnavailable, InvalidRequest])
def test_only_a_refusal_is_done_in_the_plain_way(connection, error):
    def newer():
        raise error("no")

    with pytest.raises(error):
        connection.try_feature("a feature", newer, lambda: pytest.fail("called"))
    assert connection.refused == set()


def test_what_fails_in_the_plain_way_too_is_no_refusal_of_the_bitmap(milvus, rows):
    milvus.refuses = ("membership_match", "pk in")
    with pytest.raises(Exception, match="refused the request: cannot parse: pk in"):
        search(rows)
    milvus.refuses = ()
    assert search(rows) == nearest()
    assert filters(milvus)[-1] == IN_BITMAP


def test_a_refused_field_is_left_out(milvus, new_rows, caplog):
    milvus.refuses = (ID_NUMBER,)
    with caplog.at_level(logging.WARNING, "fiftyone_milvus"):
        rows = new_rows()
    assert ID_NUMBER not in schema(milvus)
    rows.upsert(ROWS)
    assert search(rows) == nearest()
    assert new_rows().collection.exists()
    assert len(milvus.sent("CreateCollectionRequest")) == 3
    assert len(caplog.records) == 1


def test_a_refused_count_of_rows_without_a_number_means_lists(milvus, rows):
    milvus.refuses = ("is null",)
    assert search(rows) == nearest()
    assert set(filters(milvus)) == {"pk in {values}"}


def add_without_numbers(rows, inds):
    """As plain FiftyOne does."""
    values = [
        {"pk": IDS[i], "sample_id": IDS[i], "vector": VECTORS[i].tolist()} for i in inds
    ]
    rows.collection.connection.client.insert(rows.collection.name, values)


def test_rows_without_a_number_are_found(milvus, new_rows):
    rows = new_rows()
    rows.upsert(ROWS.take(range(50)))
    add_without_numbers(rows, range(50, COUNT))
    assert search(rows) == nearest()
    assert IN_BITMAP not in filters(milvus)


def test_rows_without_a_number_that_were_added_since_are_found(milvus, new_rows):
    rows = new_rows()
    rows.upsert(ROWS.take(range(50)))
    few = ODD[:25]
    assert search(rows, few) == nearest(few)
    add_without_numbers(rows, range(50, COUNT))
    assert search(rows, k=K) == nearest(k=K)
    assert search(rows, k=len(ODD)) == nearest(k=len(ODD))


def test_rows_with_the_number_of_another_one_are_dropped(milvus, new_rows, monkeypatch):
    monkeypatch.setattr(id_bitmaps, "number_of", lambda id_: int(id_, 16) % 50)
    monkeypatch.setattr("fiftyone_milvus.store.rows.number_of", id_bitmaps.number_of)
    rows = new_rows()
    rows.upsert(ROWS)
    few = IDS[50:60]
    assert search(rows, few, k=K) == nearest(few, k=K)
    assert set(filters(milvus)) == {IN_BITMAP, "pk in {values}"}


@pytest.mark.parametrize("step", [1, 1 << 16, 1 << 32])
def test_any_numbers_of_so_many_ids_fit_into_a_bitmap(monkeypatch, step):
    monkeypatch.setattr(id_bitmaps, "number_of", lambda place: place * step)
    places = range(id_bitmaps.IDS_PER_BITMAP)
    bitmap = id_bitmaps.is_in(places)["filter_params"]["ids"]
    assert len(bitmap) < 8 << 20
    assert len(members(bitmap)) == len(places)


def test_ids_that_were_made_in_a_row_have_numbers_in_a_row():
    numbers = [id_bitmaps.number_of(str(bson.ObjectId())) for _ in range(100)]
    steps = set(np.diff(numbers).tolist())
    assert 1 in steps
    assert len(steps - {1}) <= 1  # the clock's next second, or the counter's end


@pytest.mark.parametrize("id_", ["", "a", "ä 漢字", "A" * 24, FIRST.upper(), "f" * 24])
def test_any_key_has_a_number_that_milvus_can_store(id_):
    assert 0 <= id_bitmaps.number_of(id_) < 1 << 63
    assert id_bitmaps.number_of(id_) == id_bitmaps.number_of(id_[:])


def test_files_of_an_import_have_the_numbers():
    table = bulk_import._table(ROWS, with_id_numbers=True)
    assert table[ID_NUMBER].to_pylist() == [*map(id_bitmaps.number_of, IDS)]
    assert ID_NUMBER not in bulk_import._table(ROWS, with_id_numbers=False).schema.names


# -- the numbers of rows that are there


CHANGES = {
    "AlterCollectionSchemaRequest",
    "AddCollectionFieldRequest",
    "UpsertRequest",
    "FlushRequest",
}


def kinds(milvus):
    """The kinds of the requests so far."""
    return {request.DESCRIPTOR.name for request in milvus.received}


def test_a_sync_numbers_the_rows_of_an_older_collection(
    milvus, older_rows, sync_numbers
):
    seen = []
    sync_numbers(older_rows, progress=seen.append)
    [sent] = milvus.sent("AlterCollectionSchemaRequest")
    [added] = [one.field_schema for one in sent.action.add_request.field_infos]
    assert (added.name, added.data_type) == (ID_NUMBER, schema_pb2.DataType.Int64)
    assert added.nullable
    assert [(now.phase, now.done, now.total) for now in seen] == [
        ("Numbering", done, COUNT) for done in (30, 60, 90, 100)
    ]
    assert search(older_rows) == nearest()
    assert filters(milvus) == [IN_BITMAP]


def test_a_sync_writes_the_numbers_and_nothing_else_of_a_row(
    milvus, older_rows, sync_numbers
):
    sync_numbers(older_rows)
    for written in milvus.sent("UpsertRequest"):
        assert written.partial_update
        columns = {c.field_name: c.scalars for c in written.fields_data}
        assert set(columns) == {"pk", ID_NUMBER, "$meta"}
        assert set(columns["$meta"].json_data.data) == {b"{}"}
    found = older_rows.sources(IDS)
    assert [found[id_].fingerprint for id_ in IDS] == PRINTS
    assert np.array_equal(older_rows.fetch(IDS).vectors, VECTORS)


def test_a_second_sync_writes_nothing(milvus, older_rows, sync_numbers):
    sync_numbers(older_rows)
    milvus.received.clear()
    sync_numbers(older_rows)
    assert "QueryRequest" in kinds(milvus)
    assert not kinds(milvus) & CHANGES


def test_a_sync_numbers_what_others_added(milvus, new_rows, sync_numbers):
    rows = new_rows()
    rows.upsert(ROWS.take(range(80)))
    add_without_numbers(rows, range(80, COUNT))
    assert search(rows) == nearest()
    assert IN_BITMAP not in filters(milvus)
    milvus.received.clear()
    sync_numbers(rows)
    [written] = milvus.sent("UpsertRequest")
    assert written.num_rows == 20
    assert search(rows) == nearest()
    assert filters(milvus) == [IN_BITMAP]


def test_a_cancelled_sync_is_resumed(milvus, older_rows, sync_numbers):
    with pytest.raises(Cancelled, match="30 of 100 rows were numbered"):
        sync_numbers(older_rows, cancelled=lambda: True)
    milvus.received.clear()
    sync_numbers(older_rows)
    assert sum(one.num_rows for one in milvus.sent("UpsertRequest")) == 70


@pytest.mark.parametrize("word", ["add_request", "partial_update: true", "is null"])
def test_a_sync_goes_on_where_numbers_are_refused(
    milvus, older_rows, sync_numbers, caplog, word
):
    milvus.refuses = (word,)
    with caplog.at_level(logging.WARNING, "fiftyone_milvus"):
        sync_numbers(older_rows)
        sent = len(milvus.received)
        sync_numbers(older_rows)
        assert len(milvus.received) == sent
        assert search(older_rows) == nearest()
    assert set(filters(milvus)) == {"pk in {values}"}
    without = "Without id numbers in existing collections from now on: "
    assert sum(one.message.startswith(without) for one in caplog.records) == 1


def test_a_sync_goes_on_without_the_right_to_add_a_field(
    milvus, older_rows, sync_numbers, monkeypatch
):
    def denied(_):
        raise newer_milvus.Refused(65535, "permission deny to the user")

    monkeypatch.setattr(milvus, "_AlterCollectionSchema", denied, raising=False)
    sync_numbers(older_rows)
    assert len(milvus.sent("AlterCollectionSchemaRequest")) == 1
    assert search(older_rows) == nearest()


@pytest.mark.parametrize(
    "milvus", ["v3.0.1", "v2.6.9", "v2.4.0", "unknown"], indirect=True
)
def test_a_sync_sends_older_servers_none_of_it(milvus, older_rows, sync_numbers):
    sync_numbers(older_rows)
    assert kinds(milvus) <= {"ConnectRequest", "GetVersionRequest"}


def test_a_sync_leaves_the_collection_of_another_index_as_it_is(
    milvus, older_rows, sync_numbers
):
    sync_numbers(older_rows, OTHER)
    assert not kinds(milvus) & CHANGES


def test_a_sync_numbers_no_rows_of_another_index(milvus, new_rows, sync_numbers):
    rows = new_rows()
    add_without_numbers(rows, range(20))
    milvus.received.clear()
    sync_numbers(rows, OTHER)
    assert not kinds(milvus) & CHANGES


def in_partition(rows, owner):
    """Those of a partition of another index's collection."""
    found = StoredRows(rows.collection.in_partition("own"))
    partitions.add(found.collection, owner)
    return found


def test_a_partition_gets_no_field_from_its_owner(milvus, older_rows, sync_numbers):
    own = in_partition(older_rows, OTHER)
    sync_numbers(own, OTHER)
    assert not kinds(milvus) & CHANGES


def test_a_sync_numbers_the_rows_of_its_own_partition(milvus, new_rows, sync_numbers):
    rows = new_rows()
    own = in_partition(rows, OTHER)
    add_without_numbers(rows, range(20))
    milvus.received.clear()
    sync_numbers(own, OTHER)
    [written] = milvus.sent("UpsertRequest")
    assert written.partition_name == "own"
    asked = {tuple(one.partition_names) for one in milvus.sent("QueryRequest")}
    assert asked == {("own",)}


# -- index types


def index_params(milvus):
    request = milvus.sent("CreateIndexRequest")[-1]
    return {pair.key: pair.value for pair in request.extra_params}


@of_version("v2.6.0")
def test_ivf_rabitq_is_refined(milvus, new_rows):
    rows = new_rows(index_type="IVF_RABITQ")
    sent = index_params(milvus)
    assert sent == {
        "index_type": "IVF_RABITQ",
        "metric_type": "COSINE",
        "nlist": "128",
        "refine": "True",
        "refine_type": "SQ8",
    }
    rows.upsert(ROWS)
    row_search.search(rows, QUERY, K)
    [searched] = milvus.sent("SearchRequest")
    params = {pair.key: pair.value for pair in searched.search_params}["params"]
    wanted = {"metric_type": "COSINE", "nprobe": 32, "refine_k": 4}
    assert json.loads(params) == wanted


@of_version("v2.5.9")
def test_ivf_rabitq_is_not_asked_for_before_milvus_has_it(milvus, new_rows):
    with pytest.raises(InvalidRequest, match="has no index type IVF_RABITQ"):
        new_rows(index_type="IVF_RABITQ")
    assert milvus.sent("CreateCollectionRequest") == []


# -- types of vectors

# Half of the last digit
EPSILON = {"float16": 2.0**-11, "bfloat16": 2.0**-8}


@pytest.mark.parametrize("vector_type", [*EPSILON])
@of_version("v2.4.0")
def test_vectors_of_two_bytes_a_number(milvus, new_rows, vector_type):
    rows = new_rows(vector_type=vector_type)
    field = schema(milvus)["vector"]
    kind = {"float16": "Float16Vector", "bfloat16": "BFloat16Vector"}[vector_type]
    assert field.data_type == schema_pb2.DataType.Value(kind)
    assert rows.collection.vector_type == vector_type
    assert rows.collection.dimension() == DIM
    rows.upsert(ROWS)
    [written] = milvus.sent("UpsertRequest")
    [column] = [c for c in written.fields_data if c.field_name == "vector"]
    assert len(getattr(column.vectors, f"{vector_type}_vector")) == COUNT * DIM * 2
    found = rows.fetch(IDS)
    assert found.vectors.dtype == np.float32
    assert found.vectors.shape == VECTORS.shape
    error = np.abs(found.vectors / VECTORS - 1).max()
    assert EPSILON[vector_type] / 2 < error <= EPSILON[vector_type]
    # the server here refuses a query of another type
    assert row_search.search(rows, VECTORS[:3], 1)[2].ids == IDS[2:3]


@pytest.mark.parametrize(("vector_type", "largest"), [("float16", 65504.0)])
@of_version("v2.4.0")
def test_numbers_too_large_for_the_type_are_refused(
    milvus, new_rows, vector_type, largest
):
    rows = new_rows(vector_type=vector_type)
    rows.upsert(Rows(IDS[:1], IDS[:1], np.full((1, DIM), largest, np.float32)))
    for vectors in (largest * 1.1, np.finfo(np.float32).max):
        large = np.full((1, DIM), vectors, np.float32)
        with pytest.raises(InvalidRequest, match=f"too large for {vector_type}. Scale"):
            rows.upsert(Rows(IDS[1:2], IDS[1:2], large))
    assert len(milvus.sent("UpsertRequest")) == 1


def test_the_largest_bfloat16_is_that_of_float32_rounded_down():
    largest = np.array([[3.3895314e38, -3.3895314e38, 1e-40, 0.0]], np.float32)
    bits = messages.as_type(largest, "bfloat16")
    assert bits.tolist() == [[0x7F7F, 0xFF7F, 1, 0]]
    with pytest.raises(InvalidRequest):
        messages.as_type(np.array([[3.4028235e38]], np.float32), "bfloat16")


@of_version("v2.3.5")
def test_a_server_without_the_type_is_told_at_first(milvus, new_rows):
    with pytest.raises(InvalidRequest, match=r"2\.3\.5 .* stores no float16 vectors"):
        new_rows(vector_type="float16")
    assert milvus.sent("CreateCollectionRequest") == []


def test_a_collection_of_another_type_does_not_fit(new_rows):
    rows = new_rows(vector_type="float16")
    rows.collection.check_fits()
    rows.collection.options = index_types.parse({"vector_type": "bfloat16"})
    with pytest.raises(CollectionError, match="Pass vector_type='float16'"):
        rows.collection.check_fits()


@pytest.mark.parametrize("given", ["float64", "FLOAT16", 16, [], ["float16"]])
def test_an_unknown_type_is_refused(given):
    with pytest.raises(InvalidRequest, match="Supported values are"):
        index_types.parse({"vector_type": given})


@pytest.mark.parametrize("to", ["float32", "float16", "bfloat16"])
@pytest.mark.parametrize("source", ["float32", "bfloat16"])
def test_a_copy_may_have_another_type(new_rows, source, to):
    one, other = new_rows(vector_type=source), new_rows(vector_type=to)
    one.upsert(ROWS)
    sample = row_copy.RowSample()
    kept = one.fetch(IDS)
    other.upsert(kept)
    sample.add(kept)
    with Monitor(False, None, "vectors") as monitor:
        row_copy.check_copy(one, other, COUNT, sample, monitor)
        other.upsert(Rows(IDS[:50], IDS[:50], VECTORS[50:]))
        with pytest.raises(CollectionError, match="finds other rows"):
            row_copy.check_copy(one, other, COUNT, sample, monitor)


def test_an_import_takes_no_vectors_of_two_bytes_a_number(milvus, new_rows, tmp_path):
    rows = new_rows(vector_type="float16")
    folder = bulk_import.staging.opened(str(tmp_path))
    with Monitor(False, None, "vectors") as monitor:
        bulk = bulk_import.BulkImport(rows.collection, folder, monitor)
        with pytest.raises(InvalidRequest, match="Leave via out"), bulk:
            pass


# -- what takes a server long


def test_a_flush_that_takes_long_is_no_failure(milvus, rows, monkeypatch, caplog):
    monkeypatch.setattr(collection, "WRITE_SECONDS", 0.3)
    with caplog.at_level(logging.WARNING):
        rows.flush()
    assert len(milvus.sent("GetFlushStateRequest")) > 1
    [said] = [record.message for record in caplog.records]
    assert said.startswith("Milvus is still flushing")


def test_a_flush_that_is_refused_is_a_failure(milvus, rows):
    milvus.refuses = ("collection_names",)
    with pytest.raises(VectorSearchError, match="refused"):
        rows.flush()


def test_a_collection_that_takes_long_to_load_is_to_be_tried_again(
    milvus, rows, monkeypatch
):
    half = {"progress": 50}
    monkeypatch.setattr(milvus, "_GetLoadingProgress", lambda _: half)
    monkeypatch.setattr(collection, "WRITE_SECONDS", 0.3)
    with pytest.raises(ServerUnavailable, match="still loading"):
        rows.collection.load()
