"""The nearest rows of query vectors: picks a plan, runs it, and says which."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from .errors import InvalidRequest
from .ids import Within
from .rows import IDS_PER_CALL, MAX_K, Hits, IndexedRows, Rows

# Up to so many vectors are quicker to fetch and rank here than to search among
FETCH_ALWAYS = 300
FETCH_AT_ONCE = 10_000
# Past so many, reading every vector is quicker than fetching those of the view
STREAM_PAST = 50_000
# Up to so many ids may go with a search
PUSH_DOWN = 200_000
# A part of a view is at most a twentieth of any segment; past a fourteenth of it,
# Milvus would search the graph
PARTS = 20
# Past so many hits in all, looking past unwanted ones costs more than ranking
OVERSCAN_HITS = 500_000
QUERY_BLOCK = 256

COMBINATIONS: dict[str, Callable[..., np.ndarray]] = {
    "post-mean": np.mean,
    "post-min": np.min,
    "post-max": np.max,
}


@dataclass(frozen=True)
class Plan:
    """How a search was done, whether its answer is exact, and why."""

    name: str
    exact: bool
    reason: str


@dataclass(frozen=True)
class Found:
    """The neighbours of each query, and the plan that found them."""

    hits: list[Hits]
    plan: Plan


@dataclass(frozen=True)
class _Task:
    rows: IndexedRows
    queries: np.ndarray
    k: int | None
    among: Within | None
    reverse: bool
    combine: str | None


def nearest(
    rows: IndexedRows,
    queries: np.ndarray,
    k: int | None,
    *,
    among: Within | None = None,
    reverse: bool = False,
    combine: str | None = None,
) -> Found:
    """The nearest rows of each query, ties in the order of their ids.

    Filtered graph search loses hits. So a search in a view first looks past what is
    outside of it; where too little is inside, it searches the view in parts so small
    that Milvus does without its graph, or ranks the view's vectors here.

    Args:
        rows: the rows to search
        queries: ``(q, dim)`` vectors
        k: how many for each query; ``None`` ranks everything
        among: what to search among; ``None`` for all
        reverse: the least similar first, always exact
        combine: one of :data:`COMBINATIONS` of each row's distances to the queries:
            then there is one ranking for all queries

    Raises:
        InvalidRequest: if ``k`` or the queries make no sense
    """
    task = _Task(rows, queries, k, among, reverse, combine)
    check(rows, queries, k)
    if not reverse and combine is None and k is not None and k <= MAX_K:
        return _near(task, k, among)
    if among is not None and len(among.ids) <= STREAM_PAST:
        return _fetched(task, among.ids)
    why = "by the distances to several queries" if combine else "more than one call"
    return _streamed(task, "least similar first" if reverse else why)


def _near(task: _Task, k: int, among: Within | None) -> Found:
    if among is None:
        hits = task.rows.search(task.queries, k)
        return Found(hits, Plan("index", task.rows.exact, "over the whole index"))
    found = _looked_past(task, k, among, 4 * k + 64)
    if found is not None:
        return found
    ids = among.ids
    if len(ids) <= FETCH_ALWAYS:
        return _fetched(task, ids)
    if task.rows.filters_exactly and len(ids) <= PUSH_DOWN:
        return _pushed_down(task, k, ids)
    found = _looked_past(task, k, among, MAX_K)
    if found is not None:
        return found
    if len(ids) <= STREAM_PAST:
        return _fetched(task, ids)
    return _streamed(task, "the view is large, and few of the nearest are in it")


def check(rows: IndexedRows, queries: np.ndarray, k: int | None) -> None:
    """Checks that rows can be searched so.

    Raises:
        InvalidRequest: if ``k`` or the queries make no sense
    """
    if k is not None and k < 1:
        raise InvalidRequest(f"k is {k}; ask for 1 or more neighbours")
    dim = rows.dimension()
    if queries.ndim != 2 or queries.shape[1] != dim:
        raise InvalidRequest(
            f"The index holds vectors of length {dim}; the query has length "
            f"{queries.shape[-1]}. Query with the model that the index was made with."
        )
    if not np.isfinite(queries).all():
        raise InvalidRequest("The query vector holds NaN or infinity")


def _fetched(task: _Task, ids: list[str]) -> Found:
    if not ids:
        count = len(task.queries) if task.combine is None else 1
        nothing = Hits([], [], np.empty(0))
        return Found([nothing] * count, Plan("nothing", True, "an empty view"))
    parts = (
        task.rows.fetch(ids[start : start + FETCH_AT_ONCE], task.rows.consistency_level)
        for start in range(0, len(ids), FETCH_AT_ONCE)
    )
    reason = f"{len(ids):,} vectors of the view, ranked exactly"
    return Found(_ranked(task, parts), Plan("exact", True, reason))


def _streamed(task: _Task, why: str) -> Found:
    batches = task.rows.iterate()
    if task.among is not None:
        wanted = set(task.among.ids)
        batches = (_only(rows, wanted) for rows in batches)
    reason = f"every vector ranked exactly: {why}"
    return Found(_ranked(task, batches), Plan("scan", True, reason))


def _pushed_down(task: _Task, k: int, ids: list[str]) -> Found:
    """Searches the view alone. Among more than a few percent of its rows a graph
    index loses hits, so it gets the view in parts."""
    parts = max(1 if task.rows.exact else PARTS, -(-len(ids) // IDS_PER_CALL))
    best = [_Best(k, False) for _ in task.queries]
    for found in task.rows.search_parts(task.queries, k, ids, parts):
        for one, hits in zip(best, found, strict=True):
            one.add(hits, hits.dists)
    reason = f"Milvus searched the {len(ids):,} of the view alone"
    return Found([one.hits() for one in best], Plan("pushed down", True, reason))


def _looked_past(task: _Task, k: int, among: Within, enough: int) -> Found | None:
    """Searches for more than ``k`` and leaves out those outside the view; ``None`` if
    too few are in it."""
    enough = min(MAX_K, enough)
    if enough * len(task.queries) > OVERSCAN_HITS:
        return None
    found = task.rows.search(task.queries, enough)
    wanted = among.holding(
        [id_ for one in found for id_ in one.ids],
        [id_ for one in found for id_ in one.sample_ids],
    )
    hits = [_keep(one, wanted, k) for one in found]
    if min(len(one.ids) for one in hits) < k:
        return None
    reason = f"the nearest {enough:,}, those outside the view left out"
    return Found(hits, Plan("filtered", task.rows.exact, reason))


def _keep(hits: Hits, wanted: set[str], k: int) -> Hits:
    return hits.at([i for i, id_ in enumerate(hits.ids) if id_ in wanted][:k])


def _only(rows: Rows, wanted: set[str]) -> Rows:
    kept = [i for i, id_ in enumerate(rows.ids) if id_ in wanted]
    return Rows(
        [rows.ids[i] for i in kept],
        [rows.sample_ids[i] for i in kept],
        rows.vectors[kept],
    )


def _ranked(task: _Task, batches: Iterable[Rows]) -> list[Hits]:
    """Ranks streamed rows; memory grows with ``k``, not with the rows."""
    count = len(task.queries) if task.combine is None else 1
    best = [_Best(task.k, task.reverse) for _ in range(count)]
    for rows in batches:
        if not rows.ids:
            continue
        hits = Hits(rows.ids, rows.sample_ids, np.empty(0))
        for start, dists in _distances(task, rows.vectors):
            for i, row in enumerate(dists):
                best[start + i].add(hits, row)
    return [one.hits() for one in best]


def _distances(task: _Task, vectors: np.ndarray) -> Iterable[tuple[int, np.ndarray]]:
    """Distances of a block of queries after the other, with its first query's number;
    or, combined, one row for all queries."""
    if task.combine is not None:
        dists = task.rows.distances(task.queries, vectors)
        yield 0, COMBINATIONS[task.combine](dists, axis=0, keepdims=True)
        return
    for start in range(0, len(task.queries), QUERY_BLOCK):
        block = task.queries[start : start + QUERY_BLOCK]
        yield start, task.rows.distances(block, vectors)


class _Best:
    """The best ``k`` of all hits added so far, ties in the order of their ids."""

    def __init__(self, k: int | None, reverse: bool) -> None:
        self._k = k
        self._reverse = reverse
        self._parts: list[Hits] = []
        self._size = 0

    def add(self, hits: Hits, dists: np.ndarray) -> None:
        """Adds rows with their distances ``(n,)``; those of the hits don't count."""
        kept = self._candidates(dists)
        self._parts.append(
            Hits(
                [hits.ids[i] for i in kept],
                [hits.sample_ids[i] for i in kept],
                dists[kept],
            )
        )
        self._size += len(kept)
        if self._k is not None and self._size > 4 * self._k + 1_000:
            self._parts = [self.hits()]
            self._size = len(self._parts[0].ids)

    def hits(self) -> Hits:
        """The best, in order."""
        ids = [id_ for part in self._parts for id_ in part.ids]
        sample_ids = [id_ for part in self._parts for id_ in part.sample_ids]
        dists = np.concatenate([np.empty(0), *(part.dists for part in self._parts)])
        keys = -dists if self._reverse else dists
        order = np.lexsort((np.array(ids, dtype=str), keys))[: self._k]
        return Hits(
            [ids[i] for i in order], [sample_ids[i] for i in order], dists[order]
        )

    def _candidates(self, dists: np.ndarray) -> np.ndarray:
        """Those of a batch that may be among the best, equal ones all included."""
        if self._k is None or self._k >= len(dists):
            return np.arange(len(dists))
        keys = -dists if self._reverse else dists
        worst = np.partition(keys, self._k - 1)[self._k - 1]
        return np.flatnonzero(keys <= worst)
