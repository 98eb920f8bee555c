"""*Collections*: every collection on the server, with its owner and state."""

from __future__ import annotations

from collections import Counter
from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.indexes import collections
from fiftyone_milvus.indexes.collections import CollectionInfo

from ..app import collection_payloads, tables
from .base import Operator

COLUMNS = {
    "name": "Collection",
    "state": "State",
    "reason": "Reason",
    "dataset": "Owner",
    "brain_key": "Brain key",
    "created": "Created",
    "rows": "Rows",
    "size": "Size (about)",
    "vectors": "Vectors",
    "shards": "Shards",
    "replicas": "Replicas",
    "problem": "Problem",
}


class Collections(Operator):
    """Lists the collections of the Milvus in use, also those of other tools."""

    name = "collections"
    label = "Collections"
    description = "List every collection on the server: owner, state, rows, size"
    returns = (
        "Returns collections, each with its state (in use, orphaned, unmanaged), "
        "rows, size in bytes, dim and owner"
    )
    icon = "storage"
    risk = types.RiskLevel.LOW
    columns = COLUMNS

    def run(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        found = collections.list_collections()
        return {
            "collections": [collection_payloads.to_dict(info) for info in found],
            "table": [_row(info) for info in found],
            "message": _summary(found),
        }


def _row(info: CollectionInfo) -> dict[str, str]:
    rows = tables.count(info.rows)
    return {
        "name": info.name,
        "state": info.state,
        "reason": info.reason,
        "dataset": info.owner.dataset if info.owner else "",
        "brain_key": (info.owner and info.owner.brain_key) or "",
        "created": tables.when(info.created),
        "rows": rows if info.loaded else f"about {rows} (not loaded)",
        "size": tables.size(info.size_bytes),
        "vectors": f"{info.dim}-dim, {info.metric or ''}" if info.dim else "",
        "shards": tables.count(info.shards),
        "replicas": tables.count(info.replicas),
        "problem": info.problem or "",
    }


def _summary(found: list[CollectionInfo]) -> str:
    states = Counter(info.state for info in found)
    counts = ", ".join(
        f"{states[state]:,} {state}" for state in collections.STATES if states[state]
    )
    return f"{len(found):,} collections" + (f": {counts}" if counts else "")
