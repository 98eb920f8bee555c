"""*Collections*: every collection on the server, whose it is, and orphans."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.indexes import collections
from fiftyone_milvus.indexes.collections import CollectionInfo

from ..app import forms, tables
from ..app.context import connection, without_causes

COLUMNS = {
    "name": "Collection",
    "state": "State",
    "reason": "Reason",
    "dataset": "Made by dataset",
    "brain_key": "Brain key",
    "created": "Created",
    "rows": "Rows",
    "size": "About",
    "vectors": "Vectors",
    "problem": "Problem",
}


class Collections(foo.Operator):
    """Lists the collections of the Milvus in use, other people's too."""

    @property
    def config(self) -> foo.OperatorConfig:
        return forms.config(
            name="collections",
            label="Milvus: Collections",
            description="Every collection on the server: owner, rows, size, orphans",
            icon="storage",
            risk=types.RiskLevel.LOW,
        )

    def resolve_input(self, ctx: foo.ExecutionContext) -> types.Property:
        view = types.View(label="Milvus collections")
        return types.Property(types.Object(), view=view)

    @without_causes
    def execute(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        found = collections.list_collections(**connection(ctx))
        return {
            "collections": [plain(info) for info in found],
            "table": [_row(info) for info in found],
            "message": _summary(found),
        }

    def resolve_output(self, ctx: foo.ExecutionContext) -> types.Property:
        outputs = types.Object()
        outputs.str("message", label="Collections")
        tables.output(outputs, "table", COLUMNS)
        return types.Property(outputs, view=types.View(label="Milvus collections"))


def plain(info: CollectionInfo) -> dict[str, Any]:
    """A collection as plain data; moments are ISO texts."""
    users = [{**asdict(user), "created": _iso(user.created)} for user in info.users]
    found = {**asdict(info), "users": users, "created": _iso(info.created)}
    del found["others"]  # why it may not be deleted says so
    return found


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
        "vectors": f"{info.dim:,} {info.metric or ''}" if info.dim else "",
        "problem": info.problem or "",
    }


def _summary(found: list[CollectionInfo]) -> str:
    states = Counter(info.state for info in found)
    told = ", ".join(
        f"{states[state]:,} {state}" for state in collections.STATES if states[state]
    )
    return f"{len(found):,} collections" + (f": {told}" if told else "")


def _iso(moment: Any) -> str | None:
    return moment and moment.isoformat()
