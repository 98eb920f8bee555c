"""What Milvus said of collections, cached for some seconds."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

from cachetools import TTLCache

T = TypeVar("T")
Key = tuple[int, str]  # of a collection
MAX_CACHED = 1_024  # collections


class CollectionCache(Generic[T]):
    """What Milvus said of each collection, cached: asking each time costs too much.

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
        self._values: TTLCache[Key, T] = TTLCache(MAX_CACHED, self._seconds)

    def get(self, key: Key, ask: Callable[[], T], refresh: bool = False) -> T:
        """The cached value, or what ``ask`` returns if there is none, or if it is to be
        refreshed."""
        if not refresh:
            with self._lock, suppress(KeyError):
                return self._values[key]
        value = ask()  # without the lock: it may take seconds
        with self._lock:
            self._values[key] = value
        return value

    def discard(self, key: Key) -> None:
        """Asks again next time: this process changed the collection, or another may
        have created it again."""
        with self._lock:
            self._values.pop(key, None)
