"""Ranks rows by their distances to queries, in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from .. import metrics
from ..store.row_search import Matches
from ..store.rows import Rows, StoredRows

QUERY_BLOCK = 256

COMBINATIONS: dict[str, Callable[..., np.ndarray]] = {
    "post-mean": np.mean,
    "post-min": np.min,
    "post-max": np.max,
}


def rank(
    rows: StoredRows,
    queries: np.ndarray,
    batches: Iterable[Rows],
    k: int | None,
    *,
    reverse: bool = False,
    combine: str | None = None,
) -> list[Matches]:
    """The best ``k`` of streamed rows for each of ``(q, dim)`` queries, or, combined,
    for all of them; memory grows with ``k``, not with the rows."""
    count = len(queries) if combine is None else 1
    best = [TopK(k, reverse) for _ in range(count)]
    for batch in batches:
        if not batch.ids:
            continue
        matches = Matches(batch.ids, batch.sample_ids, np.empty(0))
        for start, dists in _distances(rows, queries, batch.vectors, combine):
            for i, row in enumerate(dists):
                best[start + i].add(matches, row)
    return [one.matches() for one in best]


class TopK:
    """The best ``k`` of all matches added so far, ties in the order of their ids."""

    def __init__(self, k: int | None, reverse: bool) -> None:
        self._k = k
        self._reverse = reverse
        self._parts: list[Matches] = []
        self._size = 0

    def add(self, matches: Matches, dists: np.ndarray) -> None:
        """Adds rows with their distances ``(n,)``, instead of those of the matches."""
        inds = self._candidates(dists)
        self._parts.append(replace(matches, dists=dists).take(inds))
        self._size += len(inds)
        if self._k is not None and self._size > 4 * self._k + 1_000:
            self._parts = [self.matches()]
            self._size = len(self._parts[0].ids)

    def matches(self) -> Matches:
        """The best, in order."""
        ids = [id_ for part in self._parts for id_ in part.ids]
        sample_ids = [id_ for part in self._parts for id_ in part.sample_ids]
        dists = np.concatenate([np.empty(0), *(part.dists for part in self._parts)])
        keys = -dists if self._reverse else dists
        order = np.lexsort((np.array(ids, dtype=str), keys))[: self._k]
        return Matches(ids, sample_ids, dists).take(order.tolist())

    def _candidates(self, dists: np.ndarray) -> np.ndarray:
        """Those of a batch that may be among the best, equal ones all included."""
        if self._k is None or self._k >= len(dists):
            return np.arange(len(dists))
        keys = -dists if self._reverse else dists
        worst = np.partition(keys, self._k - 1)[self._k - 1]
        return np.flatnonzero(keys <= worst)


def _distances(
    rows: StoredRows, queries: np.ndarray, vectors: np.ndarray, combine: str | None
) -> Iterable[tuple[int, np.ndarray]]:
    """Distances of a block of queries after the other, with its first query's number;
    or, combined, one row for all queries."""
    if combine is not None:
        dists = metrics.distances(rows.collection.metric, queries, vectors)
        yield 0, COMBINATIONS[combine](dists, axis=0, keepdims=True)
        return
    for start in range(0, len(queries), QUERY_BLOCK):
        block = queries[start : start + QUERY_BLOCK]
        yield start, metrics.distances(rows.collection.metric, block, vectors)
