"""Those that are compared, behind one interface: ours, FiftyOne's own, pymilvus."""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from importlib.machinery import PathFinder
from types import ModuleType
from typing import Any, Protocol

import fiftyone as fo
import fiftyone.brain as fob
import fiftyone.brain.internal.core as brain_core
import numpy as np
from pymilvus import DataType, MilvusClient, MilvusException

from harness import environment

from ._data import Data
from ._setup import Server

METRICS = {"cosine": "COSINE", "dotproduct": "IP", "euclidean": "L2"}
FLAT: dict[str, Any] = {"index_type": "FLAT"}
HNSW: dict[str, Any] = {
    "index_type": "HNSW",
    "params": {"M": 32, "efConstruction": 256},
}
# Milvus Lite takes the parameters in this wrapping only
HNSW_ON_LITE = {**HNSW, "params": {"params": json.dumps(HNSW["params"])}}
BATCH_SIZES = (250, 1_000, 2_500)
PROBE_ROWS = 5_000
IDS_PER_CALL = 2_000
SETTLE_SECONDS = 300


class Contender(Protocol):
    """A way to keep vectors in Milvus and to search them."""

    name: str
    collection: str

    def build(self, data: Data) -> None:
        """Creates the collection, writes every vector and flushes."""

    def stay_within(self, view: fo.DatasetView | None) -> None:
        """Restricts searches to a view; ``None`` lifts that."""

    def search(self, query: np.ndarray, k: int) -> list[str]:
        """The ids of the ``k`` nearest to a vector ``(dim,)``."""

    def read_all(self) -> int:
        """Reads every vector, and returns how many came."""

    def read(self, ids: list[str]) -> int:
        """Reads the vectors of ids, and returns how many came."""

    def drop(self) -> None:
        """Drops the collection."""


class FiftyOneBackend:
    """A similarity backend of FiftyOne, ours or the one that it ships."""

    def __init__(
        self,
        name: str,
        backend: Any,
        data: Data,
        metric: str,
        uri: str | None,
        named: str = "collection_name",
        **options: Any,
    ) -> None:
        self.name = name
        self.collection = f"benchmark_{name}"
        self.index = fob.compute_similarity(
            data.dataset,
            embeddings=False,
            backend=backend,
            brain_key=name,
            **{named: self.collection},
            metric=metric,
            uri=uri,
            **options,
        )

    def build(self, data: Data) -> None:
        self.index.add_to_index(data.vectors, data.ids)

    def stay_within(self, view: fo.DatasetView | None) -> None:
        if view is None:
            self.index.clear_view()
        else:
            self.index.use_view(view)

    def search(self, query: np.ndarray, k: int) -> list[str]:
        # what sort_by_similarity() calls; the rest of it makes a view in MongoDB
        return list(self.index._kneighbors(query, k, return_dists=True)[0])

    def read_all(self) -> int:
        return len(self.index.get_embeddings()[0])

    def read(self, ids: list[str]) -> int:
        return len(self.index.get_embeddings(sample_ids=ids)[0])

    def drop(self) -> None:
        self.index.cleanup()


class Raw:
    """pymilvus's own client, with the schema and the index of ours."""

    def __init__(
        self,
        name: str,
        server: Server,
        metric: str,
        index: dict[str, Any],
        batch_size: int,
    ) -> None:
        self.name = name
        self.collection = f"benchmark_{name}"
        self._client = MilvusClient(uri=server.uri)
        self._metric = METRICS[metric]
        self._index = index
        self.batch_size = batch_size
        self._filter = ""

    def build(self, data: Data) -> None:
        self.create(data.vectors.shape[1])
        self.write(data)
        self._client.flush(self.collection)

    def create(self, dim: int) -> None:
        """Creates the collection with its index, loaded."""
        schema = self._client.create_schema(auto_id=False)
        schema.add_field("pk", DataType.VARCHAR, is_primary=True, max_length=64_000)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
        schema.add_field("sample_id", DataType.VARCHAR, max_length=64_000)
        index = self._client.prepare_index_params()
        index.add_index("vector", metric_type=self._metric, **self._index)
        self._client.create_collection(
            self.collection,
            schema=schema,
            index_params=index,
            consistency_level="Session",
        )

    def write(self, data: Data, limit: int | None = None) -> None:
        """Upserts every vector, or as many as the limit says."""
        count = len(data.ids[:limit])
        for start in range(0, count, self.batch_size):
            part = range(start, min(start + self.batch_size, count))
            rows = [
                {"pk": data.ids[i], "sample_id": data.ids[i], "vector": data.vectors[i]}
                for i in part
            ]
            self._client.upsert(self.collection, rows)

    def stay_within(self, view: fo.DatasetView | None) -> None:
        ids = [] if view is None else view.values("id")
        self._filter = f"pk in {json.dumps(ids)}" if ids else ""

    def search(self, query: np.ndarray, k: int) -> list[str]:
        return self.search_many(query[None], k)[0]

    def search_many(self, queries: np.ndarray, k: int) -> list[list[str]]:
        """The ids of the ``k`` nearest to each of ``(q, dim)``, in one call."""
        params: dict[str, Any] = {"metric_type": self._metric, "params": {}}
        if self._index["index_type"] == "HNSW":
            params["params"]["ef"] = max(128, 2 * k)
        found = self._client.search(
            self.collection,
            data=list(queries),
            anns_field="vector",
            limit=k,
            filter=self._filter,
            # without it Milvus Lite answers with the vectors as well
            output_fields=["pk"],
            search_params=params,
            consistency_level="Session",
        )
        return [[match.id for match in matches] for matches in found]

    def read_all(self) -> int:
        iterator = self._client.query_iterator(
            self.collection,
            batch_size=IDS_PER_CALL,
            filter="",
            output_fields=["pk", "vector"],
        )
        parts = []
        while rows := iterator.next():
            parts.append(np.array([row["vector"] for row in rows], np.float32))
        iterator.close()
        return len(np.concatenate(parts))

    def read_columns(self) -> int:
        """Reads every vector, decoding the messages alone; returns how many came."""
        parts: list[np.ndarray] = []
        last, size = "", IDS_PER_CALL
        while True:
            found = self._client.query(
                self.collection,
                filter=f"pk > {json.dumps(last)}",
                output_fields=["pk", "vector"],
                limit=size,
                iterator="True",
                reduce_stop_for_best="True",
            )
            if not found:
                return len(np.concatenate(parts))
            [column] = [c for c in found._lazy_field_data if c.field_name == "vector"]
            data = column.vectors.float_vector.SerializeToString()
            numbers = len(found) * int(column.vectors.dim)
            parts.append(np.frombuffer(data, "<f4", offset=len(data) - 4 * numbers))
            parts[-1] = parts[-1].reshape(len(found), -1)
            last = found[-1]["pk"]

    def read(self, ids: list[str]) -> int:
        parts = []
        for start in range(0, len(ids), IDS_PER_CALL):
            rows = self._client.get(
                self.collection,
                ids=ids[start : start + IDS_PER_CALL],
                output_fields=["pk", "vector"],
            )
            parts.append(np.array([row["vector"] for row in rows], np.float32))
        return len(np.concatenate(parts))

    def drop(self) -> None:
        self._client.drop_collection(self.collection)


def ours(data: Data, metric: str, server: Server, **options: Any) -> FiftyOneBackend:
    """This package's backend, with index options."""
    return FiftyOneBackend("ours", "milvus", data, metric, server.given, **options)


def stock(data: Data, metric: str, server: Server) -> FiftyOneBackend:
    """FiftyOne's backend as it is shipped."""
    config = _stock_module().MilvusSimilarityConfig
    return FiftyOneBackend("stock", config, data, metric, server.uri)


def lancedb(data: Data, metric: str) -> FiftyOneBackend:
    """FiftyOne's LanceDB backend, with what it chooses by itself."""
    folder = str(environment.HOME / "lancedb")
    return FiftyOneBackend("lancedb", "lancedb", data, metric, folder, "table_name")


def raw(data: Data, metric: str, server: Server) -> Raw:
    """pymilvus, at the batch size that turns out best."""
    index = FLAT if server.kind == "lite" else HNSW
    size = max(BATCH_SIZES, key=lambda size: _write_rate(data, metric, server, size))
    return Raw("raw", server, metric, index, size)


def settle(collection: str, server: Server) -> float:
    """Waits until the server has built the index, makes it use it, and waits until the
    server does nothing more: it puts segments together, and builds those again.

    Returns:
        the seconds until it used the index
    """
    took = _use_index(collection, server)
    server.wait_until_idle()
    return took


def wait_for_index(client: MilvusClient, collection: str) -> None:
    """Waits until each row that was flushed is indexed."""
    started = time.perf_counter()
    (index,) = client.list_indexes(collection)
    while time.perf_counter() - started < SETTLE_SECONDS:
        state = client.describe_index(collection, index)
        if not int(state.get("pending_index_rows") or 0):
            return
        time.sleep(0.2)


def _use_index(collection: str, server: Server) -> float:
    client = MilvusClient(uri=server.uri)
    started = time.perf_counter()
    wait_for_index(client, collection)
    while True:
        try:
            client.release_collection(collection)
            client.load_collection(collection)
            return time.perf_counter() - started
        except MilvusException:
            # Milvus Lite reads an index file that it is still writing
            if time.perf_counter() - started > SETTLE_SECONDS:
                raise
            time.sleep(0.2)


def _write_rate(data: Data, metric: str, server: Server, size: int) -> float:
    probe = Raw(f"probe_{size}", server, metric, FLAT, size)
    probe.create(data.vectors.shape[1])
    started = time.perf_counter()
    probe.write(data, PROBE_ROWS)
    rate = 1 / (time.perf_counter() - started)
    probe.drop()
    return rate


def _stock_module() -> ModuleType:
    """FiftyOne's module under another name, which our import hook leaves alone."""
    name = "benchmark_stock_milvus"
    if name not in sys.modules:
        found = PathFinder.find_spec("milvus", brain_core.__path__)
        assert found is not None and found.origin is not None
        spec = importlib.util.spec_from_file_location(name, found.origin)
        assert spec is not None and spec.loader is not None
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]
