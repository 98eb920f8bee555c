"""The Milvus in use, as the plain data that React gets; never a secret."""

from __future__ import annotations

import os
import time
from dataclasses import asdict
from typing import Any

import fiftyone.brain as fob

from fiftyone_milvus.errors import InvalidRequest, VectorSearchError
from fiftyone_milvus.indexes import collections
from fiftyone_milvus.store import client, embedded, settings
from fiftyone_milvus.store.settings import Settings

from ..app import collection_payloads


def server() -> dict[str, Any]:
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
        in_use = settings.resolve()
        found["kind"] = "embedded" if in_use.embedded else "server"
        found["address"] = in_use.address
        milvus = client.connect(in_use)
        started = time.perf_counter()
        milvus.ping()
        found["latency_ms"] = round((time.perf_counter() - started) * 1000, 1)
        found["version"] = milvus.capabilities.version
        found["reachable"] = True
    except VectorSearchError as e:
        found["problem"] = str(e)
    return found


def details() -> dict[str, Any]:
    """What the *Server* tab shows. Does not start an embedded Milvus."""
    found: dict[str, Any] = {
        "server": None,
        "database": None,
        "capabilities": None,
        "embedded": None,
        "settings": _settings(),
        "collections": None,
        "problem": None,
    }
    try:
        in_use = settings.resolve()
    except VectorSearchError as e:
        return {**found, "problem": str(e)}
    found["database"] = in_use.db_name
    found["embedded"] = _embedded(in_use) if in_use.embedded else None
    if in_use.embedded and not found["embedded"]["running"]:
        return found
    found["server"] = server()
    if not found["server"]["reachable"]:
        return {**found, "problem": found["server"]["problem"]}
    try:
        found["capabilities"] = asdict(client.connect(in_use).capabilities)
        listed = collections.list_collections()
        found["collections"] = [collection_payloads.to_dict(info) for info in listed]
    except VectorSearchError as e:
        found["problem"] = str(e)
    return found


def home() -> embedded.Home:
    """The folders of the embedded Milvus in use.

    Raises:
        InvalidRequest: if the settings name a server, which isn't ours to start or stop
    """
    in_use = settings.resolve()
    if not in_use.embedded:
        raise InvalidRequest(
            f"Milvus at {in_use.address} is a server of its own. Start and stop it "
            "where it runs."
        )
    return embedded.home(in_use)


def _embedded(in_use: Settings) -> dict[str, Any]:
    where = embedded.home(in_use)
    running = embedded.running(where)
    return {
        "running": running is not None,
        "folder": str(where.data),
        "log": str(where.log_file),
        "started": running and running.started,
    }


def _settings() -> list[dict[str, Any]]:
    """The names of the settings, and where each that is set is set."""
    configured = fob.brain_config.similarity_backends.get("milvus", {})
    return [
        {
            "key": key,
            "variable": settings.ENV_PREFIX + key.upper(),
            "set_in": _set_in(key, configured),
        }
        for key in settings.KEYS
    ]


def _set_in(key: str, configured: Any) -> str | None:
    if key in settings.current():
        return "secrets"
    if os.environ.get(settings.ENV_PREFIX + key.upper()):
        return "environment"
    return "brain config" if configured.get(key) not in (None, "", "None") else None
