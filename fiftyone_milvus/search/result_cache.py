"""Recent results of this process, so that more results of a search, and views of its
first ones, need no other search."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import fiftyone as fo
import fiftyone.core.stages as fos
import numpy as np
from cachetools import TTLCache

from ..backend import runs
from ..errors import InvalidRequest
from .query_vector import term_scores
from .result import SearchResult

MAX_CACHED_RESULTS = 64
MAX_CACHED_IDS = 1_000_000  # about 150 MB
SECONDS = 3_600.0


@dataclass(frozen=True)
class CachedResult:
    """A result, and the stages of the view that shows it in the grid."""

    result: SearchResult
    stages: list[dict[str, Any]]

    def unordered_view(self, dataset: fo.Dataset) -> fo.DatasetView:
        """The samples or patches that the results are some of: not in rank order."""
        view = fo.DatasetView._build(dataset, self.stages)
        if view._stages and isinstance(view._stages[-1], fos.Select):
            return fo.DatasetView._build(dataset, self.stages[:-1])
        return view

    def view(self, dataset: fo.Dataset, keep: int | None = None) -> fo.DatasetView:
        """The first results in rank order; all of them by default."""
        view = fo.DatasetView._build(dataset, self.stages)
        ids = self.result.ids
        if keep is None or keep >= len(ids):
            return view
        if isinstance(view._stages[-1], fos.Select):
            return self.unordered_view(dataset).select(ids[:keep], ordered=True)
        return view.limit(keep)

    def term_scores(
        self, dataset: fo.Dataset, start: int, count: int
    ) -> np.ndarray | None:
        """What each of several terms says of some results, ``(n, t)``; ``None`` for a
        single term, and for combined rankings."""
        first = self.result.term_scores
        if first is None:
            return None
        if start + count <= len(first) or start == 0:
            return first[start : start + count]
        index = runs.load(dataset, self.result.request.brain_key)
        ids = self.result.row_ids[start : start + count]
        return term_scores(index, self.result.resolved, ids)


def _size(cached: CachedResult) -> int:
    least = MAX_CACHED_IDS // MAX_CACHED_RESULTS
    return min(MAX_CACHED_IDS, max(least, len(cached.result.ids)))


def new_cache(timer: Callable[[], float] = time.monotonic) -> Any:
    """An empty cache, of tokens to results.

    Args:
        timer: what tells the time, in seconds
    """
    return TTLCache(MAX_CACHED_IDS, SECONDS, timer, _size)


_cache = new_cache()
_lock = threading.Lock()


def keep(result: SearchResult, view: fo.DatasetView) -> str:
    """Keeps a result, and the view that shows it, for an hour, or until many newer ones
    came.

    Returns:
        the token to get it with
    """
    token, cached = uuid4().hex, CachedResult(result, view._serialize())
    with _lock:
        _cache[token] = cached
    return token


def get(token: str) -> CachedResult:
    """A result that was kept.

    Raises:
        InvalidRequest: if it has expired
    """
    with _lock:
        cached: CachedResult | None = _cache.get(token)
    if cached is None:
        raise InvalidRequest("This result has expired. Search again.")
    return cached
