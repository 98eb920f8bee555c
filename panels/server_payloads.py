"""Which Milvus is in use, as the plain data that React gets."""

from __future__ import annotations

import time
from typing import Any

from fiftyone_milvus.errors import VectorSearchError
from fiftyone_milvus.store import client, settings


def server(connection: dict[str, Any]) -> dict[str, Any]:
    """Which Milvus is in use, and whether it answers; never a secret."""
    found: dict[str, Any] = {
        "kind": "server",
        "address": "not configured",
        "reachable": False,
        "version": None,
        "latency_ms": None,
        "problem": None,
    }
    try:
        in_use = settings.resolve(connection)
        found["kind"] = "embedded" if in_use.embedded else "server"
        found["address"] = in_use.address
        milvus = client.connect(in_use)
        started = time.perf_counter()
        milvus.ping()
        found["latency_ms"] = round((time.perf_counter() - started) * 1000, 1)
        found["version"] = milvus.version
        found["reachable"] = True
    except VectorSearchError as e:
        found["problem"] = str(e)
    return found
