"""Who made a collection, or a partition of it: stamps in the collection's properties.

A property that one client writes doesn't touch those of others, so each partition that
is created gets a property of its own, see :func:`claim_key`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import uuid4

OWNER = "fiftyone.owner"


@dataclass(frozen=True)
class Owner:
    """The index, and its dataset, that made a collection or a partition."""

    dataset_id: str
    dataset: str
    brain_key: str | None
    version: int = 1

    @property
    def text(self) -> str:
        """The stamp."""
        return json.dumps(asdict(self))

    @classmethod
    def parse(cls, text: Any) -> Owner | None:
        """The owner that a stamp names; ``None`` for no stamp, and an unknown owner,
        with no dataset id, for a stamp that can't be read."""
        if not text:
            return None
        try:
            owner = cls(**json.loads(text))
        except (ValueError, TypeError, RecursionError):
            return UNREADABLE
        texts = (owner.dataset_id, owner.dataset, owner.brain_key or "")
        return owner if all(isinstance(one, str) for one in texts) else UNREADABLE


UNREADABLE = Owner("", "unknown", None)


def claim_key(partition: str) -> str:
    """A new property for the stamp of a partition. Clients that create one partition
    at the same moment write one each, so that none hides another's."""
    return f"{_prefix(partition)}{uuid4().hex[:12]}"


def claims(
    described: Mapping[str, Any], partition: str | None = None
) -> dict[str, Owner]:
    """The stamps of a partition, or of all, by property, from a collection's
    description. Milvus 2.3 can't remove a property, so an empty one is none."""
    prefix = f"{OWNER}." if partition is None else _prefix(partition)
    found = {
        str(key): Owner.parse(text)
        for key, text in (described.get("properties") or {}).items()
        if str(key).startswith(prefix)
    }
    return {key: owner for key, owner in found.items() if owner is not None}


def _prefix(partition: str) -> str:
    return f"{OWNER}.{partition}."  # Milvus's names have no dot
