"""What Milvus said of collections, cached for seconds: asking each time costs too
much."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Generic, Protocol, TypeVar

from cachetools import TTLCache

T = TypeVar("T")

MAX_COLLECTIONS = 1_024


class Named(Protocol):
    """A collection on a connection, by its name."""

    @property
    def connection(self) -> Any: ...

    @property
    def name(self) -> str: ...


class CollectionCache(Generic[T]):
    """A value for each collection, shared by all objects of that collection.

    Args:
        seconds: changes that other processes make are seen after this time
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._clear()
        # another thread of the parent may hold the lock for ever
        os.register_at_fork(after_in_child=self._clear)

    def _clear(self) -> None:
        self._lock = threading.Lock()
        self._values: TTLCache[tuple[int, str], T] = TTLCache(
            MAX_COLLECTIONS, self._seconds
        )

    def get(self, collection: Named, ask: Callable[[], T], refresh: bool = False) -> T:
        """The cached value, or what ``ask`` returns if there is none, or if it is to be
        refreshed."""
        key = _key(collection)
        if not refresh:
            with self._lock, suppress(KeyError):
                return self._values[key]
        value = ask()  # without the lock: it may take seconds
        with self._lock:
            self._values[key] = value
        return value

    def discard(self, collection: Named) -> None:
        """Forgets the value, since this process changed the collection, or another may
        have created it again."""
        with self._lock:
            self._values.pop(_key(collection), None)


def _key(collection: Named) -> tuple[int, str]:
    return id(collection.connection), collection.name  # connections are never freed
