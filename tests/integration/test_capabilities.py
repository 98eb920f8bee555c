"""What a server's version says that it can is what it does."""

import logging
import uuid

import numpy as np
import pytest

from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.store import (
    capabilities,
    client,
    creation,
    index_types,
    row_search,
    settings,
)
from fiftyone_milvus.store.collection import Collection, Owner
from fiftyone_milvus.store.rows import Rows, StoredRows

NEEDS_HARDWARE = "GPU_CAGRA"
OWNER = Owner("dataset id", "dataset", "brain key")
DIM, GROUPS, GROUP_SIZE = 8, 5, 20
COUNT = GROUPS * GROUP_SIZE
IDS = [f"{i:024x}" for i in range(COUNT)]
# group 0 is the nearest to VECTORS[0], and so on
VECTORS = np.zeros((COUNT, DIM), np.float32)
VECTORS[:, 0] = 1
VECTORS[:, 1] = np.arange(COUNT) // GROUP_SIZE + np.arange(COUNT) / 1000


@pytest.fixture
def connection(milvus):
    """A connection of this test's own to the Milvus of the environment."""
    connection = client.Connection(settings.resolve())
    yield connection
    connection.close()


@pytest.fixture
def new_rows(connection):
    """Makes collections, not yet created; they end with the test."""
    made = []

    def new(index_type=None, **options):
        chosen = index_types.IndexOptions(index_type=index_type, **options)
        name = f"capabilities_{uuid.uuid4().hex}"
        made.append(
            StoredRows(Collection(connection, name, "cosine", "Strong", chosen))
        )
        return made[-1]

    yield new
    for rows in made:
        rows.collection.drop()


@pytest.fixture
def rows(new_rows):
    """Five groups of twenty rows; the group is the sample id."""
    rows = new_rows("FLAT")
    fill(rows)
    return rows


def fill(rows):
    creation.create(rows.collection, DIM, OWNER)
    rows.upsert(Rows(IDS, [f"group {i // GROUP_SIZE}" for i in range(COUNT)], VECTORS))


def load_anew(rows):
    """Has Milvus Lite build the index, which it does when it loads flushed rows."""
    rows.flush()
    rows.collection.connection.call(
        lambda c: c.release_collection(rows.collection.name)
    )
    rows.collection.connection.call(lambda c: c.load_collection(rows.collection.name))


def test_it_is_known_by_its_version(milvus, connection):
    can = connection.capabilities
    assert can.version in connection.client.get_server_version()
    assert can.embedded == (milvus.kind == "lite")
    if milvus.kind == "standalone":
        assert can == capabilities.of_version("v2.3.5")


def test_it_builds_the_index_types_that_it_has(milvus, connection, new_rows):
    for index_type in connection.capabilities.index_types:
        if index_type == NEEDS_HARDWARE:
            continue
        rows = new_rows(index_type)
        fill(rows)
        if milvus.kind == "lite":
            load_anew(rows)
        assert rows.collection.built["index_type"] == index_type
        assert row_search.search(rows, VECTORS[:1], 1)[0].ids == IDS[:1], index_type


def test_an_index_type_that_it_lacks_is_refused_at_first(
    connection, new_rows, monkeypatch
):
    can = connection.capabilities
    monkeypatch.setattr(connection.client, "create_collection", None)  # not called
    for index_type in set(index_types.INDEX_TYPES) - set(can.index_types):
        rows = new_rows(index_type)
        with pytest.raises(InvalidRequest) as refused:
            creation.create(rows.collection, DIM, OWNER)
        assert not rows.collection.exists()
        message = str(refused.value)
        assert f"has no index type {index_type}" in message
        assert f"Milvus {can.version} at {connection.settings.address}" in message
        assert ", ".join(can.index_types) in message


@pytest.mark.parametrize("vector_type", ["float16", "bfloat16"])
def test_vectors_that_it_cannot_store_are_refused_at_first(
    connection, new_rows, monkeypatch, vector_type
):
    monkeypatch.setattr(connection.client, "create_collection", None)  # not called
    rows = new_rows(vector_type=vector_type)
    with pytest.raises(InvalidRequest, match=f"stores no {vector_type} vectors"):
        creation.create(rows.collection, DIM, OWNER)
    assert not rows.collection.exists()


def test_a_type_of_vectors_that_every_server_has_is_no_other_collection(new_rows):
    rows = new_rows("FLAT", vector_type="float32")
    fill(rows)
    rows.collection.check_fits()
    assert rows.collection.vector_type == "float32"
    assert not rows.collection.keeps_id_numbers
    assert row_search.search(rows, VECTORS[:1], 1)[0].ids == IDS[:1]


def test_the_servers_own_refusal_leaves_nothing_behind(
    milvus, connection, new_rows, monkeypatch
):
    if milvus.kind == "lite":
        return  # Milvus Lite takes every name
    monkeypatch.setattr(connection, "_capabilities", capabilities.of_version("unknown"))
    rows = new_rows("HNSW_SQ")
    with pytest.raises(InvalidRequest, match="has no index type HNSW_SQ"):
        creation.create(rows.collection, DIM, OWNER)
    assert not rows.collection.exists()


def test_filter_templates_that_are_refused_are_not_sent_again(
    connection, rows, monkeypatch, caplog
):
    monkeypatch.setattr(connection, "_capabilities", capabilities.of_version("v2.5.0"))
    with caplog.at_level(logging.WARNING):
        assert rows.ids(IDS[:2]) == set(IDS[:2])
        [found] = row_search.search(rows, VECTORS[:1], 2, among=IDS[:2])
        assert set(found.ids) == set(IDS[:2])
        rows.delete(IDS[:2])
    assert rows.ids(IDS) == set(IDS[2:])
    [said] = [record.message for record in caplog.records]
    assert said.startswith("Without filter templates from now on: ")
    assert connection.refused == {"filter templates"}


def test_ids_of_any_letters_are_found_and_deleted(rows):
    odd = ["it's", 'a "quote"', "back\\slash", "ä 漢字", "{values}"]
    rows.upsert(Rows(odd, odd, VECTORS[: len(odd)]))
    assert rows.ids(odd) == set(odd)
    assert set(row_search.search(rows, VECTORS[:1], COUNT, among=odd)[0].ids) == set(
        odd
    )
    rows.delete(odd)
    assert rows.ids(odd) == set()
    assert rows.collection.count() == COUNT


def test_the_version_is_asked_once(connection, new_rows, monkeypatch):
    asked = []
    ask = connection.client.get_server_version
    monkeypatch.setattr(
        connection.client,
        "get_server_version",
        lambda *args, **kwargs: asked.append(1) or ask(*args, **kwargs),
    )
    rows = new_rows("FLAT")
    fill(rows)
    rows.fetch(IDS)
    row_search.search(rows, VECTORS[:1], 1, among=IDS[:9])
    assert connection.capabilities.version
    assert len(asked) == 1


def test_it_is_asked_again_after_connecting_again(connection, monkeypatch):
    before = connection.capabilities
    monkeypatch.setattr(connection, "_capabilities", capabilities.of_version("v1.0"))
    connection.close()
    assert connection.capabilities == before
