"""The cluster itself: its network, its messages, shards and replicas."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import numpy as np
import psutil
import pytest

from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.indexes.collections import inspect
from fiftyone_milvus.store import client, creation, messages, partitions, settings
from fiftyone_milvus.store.collection import Collection, Owner
from fiftyone_milvus.store.index_types import IndexOptions
from fiftyone_milvus.store.rows import Rows, StoredRows
from harness.cluster import Cluster

DIM = 512
KAFKA_BYTES = 2 * 1024 * 1024  # the one of the tests refuses more


@pytest.fixture
def make_rows() -> Iterator[Callable[[IndexOptions], StoredRows]]:
    """Creates collections, ``make_rows(options)``; they go with the test."""
    made: list[StoredRows] = []

    def make(options: IndexOptions) -> StoredRows:
        name = f"rows_{uuid.uuid4().hex}"
        connection = client.connect(settings.resolve())
        collection = Collection(connection, name, "cosine", "Session", options)
        made.append(StoredRows(collection))
        creation.create(collection, DIM, Owner("d", "d", "k"))
        return made[-1]

    yield make
    for rows in made:
        rows.collection.drop()


def vectors(count: int) -> tuple[list[str], np.ndarray]:
    rng = np.random.default_rng(0)
    found = rng.normal(size=(count, DIM)).astype(np.float32)
    return [f"{i:06d}" for i in range(count)], found


def test_nothing_of_it_listens_on_the_machines_network(cluster: Cluster) -> None:
    parts = psutil.Process(cluster.service.pid).children(recursive=True)
    listening = {
        (found.laddr.ip, found.laddr.port)
        for found in psutil.net_connections("tcp")
        if found.status == psutil.CONN_LISTEN and found.pid in {p.pid for p in parts}
    }
    assert listening == {("127.0.0.1", cluster.port), ("127.0.0.1", cluster.s3_port)}


def test_a_queue_that_takes_small_messages_gets_smaller_parts(make_rows) -> None:
    rows = make_rows(IndexOptions(index_type="FLAT"))
    ids, wanted = vectors(5_000)  # 10 MB
    rows.collection.connection.write_bytes = messages.CALL_BYTES
    rows.upsert(Rows(ids, ids, wanted))
    assert rows.collection.connection.write_bytes <= KAFKA_BYTES
    assert rows.collection.count() == len(ids)
    assert np.array_equal(rows.fetch(ids).vectors, wanted)


def test_a_collection_has_the_shards_and_replicas_that_were_chosen(make_rows) -> None:
    rows = make_rows(IndexOptions(num_shards=2, replicas=2))
    rows.collection.count()  # waits until it is loaded
    found = inspect(rows.collection.name)
    assert (found.shards, found.replicas) == (2, 2)


def test_more_replicas_than_query_nodes_are_refused_in_a_sentence(make_rows) -> None:
    before = client.connect(settings.resolve()).client.list_collections()
    with pytest.raises(InvalidRequest, match="fewer query nodes than replicas"):
        make_rows(IndexOptions(replicas=3))
    assert client.connect(settings.resolve()).client.list_collections() == before


def test_replicas_are_kept_by_what_loads_a_collection_again(make_rows) -> None:
    collection = make_rows(IndexOptions(replicas=2)).collection
    collection.count()
    partitions.add(collection.in_partition("other"), Owner("d", "d", "other"))
    assert inspect(collection.name).replicas == 2
    collection.connection.client.release_collection(collection.name)
    assert collection.count() == 0
    assert inspect(collection.name).replicas == 2
