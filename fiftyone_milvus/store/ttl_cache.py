"""What Milvus said lately of collections, where it is too costly to ask each time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from .collection import Collection

T = TypeVar("T")


class Lately(Generic[T]):
    """One thing of each collection, shared by all objects that stand for it.

    Args:
        seconds: what other processes change is noticed so late
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._known: dict[tuple[int, str], tuple[float, T]] = {}

    def get(self, of: Collection, ask: Callable[[], T], anew: bool = False) -> T:
        """What ``ask`` returned lately, or returns now."""
        kept, now = self._known.get(_key(of)), time.monotonic()
        if kept is None or anew or now - kept[0] > self.seconds:
            kept = self._known[_key(of)] = now, ask()
        return kept[1]

    def forget(self, of: Collection) -> None:
        """Has it asked anew next time: this process changed it, or somebody may have
        made the collection anew."""
        self._known.pop(_key(of), None)


def _key(collection: Collection) -> tuple[int, str]:
    return id(collection.connection), collection.name  # connections last
