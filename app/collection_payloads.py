"""Collections as plain data, for operators and for the panel."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fiftyone_milvus.indexes.collections import CollectionInfo


def to_dict(info: CollectionInfo) -> dict[str, Any]:
    """A collection as plain data; moments are ISO texts."""
    users = [{**asdict(user), "created": _iso(user.created)} for user in info.users]
    found = {**asdict(info), "users": users, "created": _iso(info.created)}
    del found["others"]  # why it may not be deleted says whose they are
    return found


def _iso(moment: Any) -> str | None:
    return moment and moment.isoformat()
