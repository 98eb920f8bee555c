"""Memory of the query nodes for each row, by index type, on a Milvus cluster.

    PYTHONPATH=. python benchmarks/index_memory.py --count 200000 --dim 512

The rows have ids and a vector, and no fingerprint or filter values. They are indexed
before they are loaded, so that what the query nodes grow by is what they load. A
cluster is started for each type. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import _options

if TYPE_CHECKING:
    from benchmarks._contenders import Raw
    from harness.cluster import Cluster

# Milvus 2.3.5 has neither HNSW_SQ nor a GPU here
INDEXES: tuple[dict[str, Any], ...] = (
    {"index_type": "FLAT"},
    {"index_type": "HNSW", "params": {"M": 32, "efConstruction": 128}},
    {"index_type": "IVF_FLAT", "params": {"nlist": 128}},
    {"index_type": "IVF_SQ8", "params": {"nlist": 128}},
)
BATCH = 400  # the cluster's queue takes messages of a megabyte


def main() -> None:
    """Prints the table."""
    options = _parsed()
    from benchmarks import _setup

    _setup.prepare()
    from benchmarks._measure import Table

    print(_setup.describe(), flush=True)
    table = Table(
        f"Milvus cluster 2.3.5, {options.count:,} x {options.dim}",
        ("bytes a row", "its vector", "loading, s"),
    )
    for index in INDEXES:
        grown, took = _measured(index, options)
        values = {"bytes a row": grown / options.count, "loading, s": took}
        table.add(index["index_type"], values | {"its vector": 4.0 * options.dim})
    table.show()


def _measured(
    index: dict[str, Any], options: argparse.Namespace
) -> tuple[float, float]:
    """By how many bytes the query nodes grow as they load the rows, and the seconds."""
    from benchmarks._measure import seconds
    from harness.cluster import Cluster

    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(Path(folder) / "cluster")
        try:
            raw = _filled(cluster, index, options)
            before = cluster.memory("querynode1", "querynode2")
            took = seconds(lambda: raw._client.load_collection(raw.collection))
            return cluster.memory("querynode1", "querynode2") - before, took
        finally:
            cluster.stop()


def _filled(
    cluster: Cluster, index: dict[str, Any], options: argparse.Namespace
) -> Raw:
    """Writes and indexes the rows, which no query node has loaded yet."""
    import numpy as np

    from benchmarks._contenders import Raw, wait_for_index
    from benchmarks._setup import Server

    server = Server("cluster", cluster.uri, cluster.uri, cluster.service)
    raw = Raw("memory", server, "cosine", index, BATCH)
    raw.create(options.dim)
    raw._client.release_collection(raw.collection)
    rng = np.random.default_rng(options.seed)
    for start in range(0, options.count, BATCH):
        ids = [f"{i:024x}" for i in range(start, min(start + BATCH, options.count))]
        vectors = rng.normal(size=(len(ids), options.dim)).astype(np.float32)
        rows = [
            {"pk": id_, "sample_id": id_, "vector": vector}
            for id_, vector in zip(ids, vectors, strict=True)
        ]
        raw._client.upsert(raw.collection, rows)
    raw._client.flush(raw.collection)
    wait_for_index(raw._client, raw.collection)
    return raw


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for name in ("dim", "seed"):
        parser.add_argument(f"--{name}", **_options.SHARED[name])
    parser.add_argument("--count", type=int, default=200_000, help="how many rows")
    return parser.parse_args()


if __name__ == "__main__":
    main()
