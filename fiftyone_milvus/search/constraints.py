"""Searches for more until enough matches fulfil all constraints."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

import numpy as np

from ..dataset.ids import Members
from ..retrieval import planner
from ..retrieval.planner import Neighbors
from ..retrieval.ranking import take
from ..store.batches import MAX_K
from ..store.row_search import IndexedRows, Matches
from .grouping import Grouping
from .result import scores

GROWTH = 8


@dataclass(frozen=True)
class Constraints:
    """What matches must fulfil.

    Args:
        min_score: the lowest score, see
            :class:`~fiftyone_milvus.search.result.SearchResult`
        max_score: the highest
        grouping: groups of which only the best match counts
        excluded: ids of rows or of samples that don't count
    """

    min_score: float | None = None
    max_score: float | None = None
    grouping: Grouping | None = None
    excluded: frozenset[str] = frozenset()

    def passing(self, matches: Matches, metric: str) -> list[int]:
        """Which of the matches fulfil them."""
        values = scores(metric, matches.dists)
        passes = np.ones(len(matches.ids), bool)
        if self.min_score is not None:
            passes &= values >= self.min_score
        if self.max_score is not None:
            passes &= values <= self.max_score
        if self.excluded:
            out = self.excluded
            pairs = zip(matches.ids, matches.sample_ids, strict=True)
            passes &= np.array([i not in out and s not in out for i, s in pairs], bool)
        inds = [int(i) for i in np.flatnonzero(passes)]
        return inds if self.grouping is None else self._firsts(matches, inds)

    def exhausted(self, matches: Matches, metric: str, reverse: bool) -> bool:
        """Whether no match after these can fulfil them."""
        last = float(scores(metric, matches.dists[-1:])[0])
        falling = (metric != "euclidean") != reverse
        bound = self.min_score if falling else self.max_score
        return bound is not None and (last < bound if falling else last > bound)

    def _firsts(self, matches: Matches, inds: list[int]) -> list[int]:
        assert self.grouping is not None
        seen: set[Hashable] = set()
        firsts = []
        groups = self.grouping.values(take(matches, inds))
        for i, group in zip(inds, groups, strict=True):
            if group not in seen:
                seen.add(group)
                firsts.append(i)
        return firsts


def nearest(
    rows: IndexedRows,
    query: np.ndarray,
    k: int,
    constraints: Constraints,
    *,
    among: Members | None = None,
    reverse: bool = False,
) -> Neighbors:
    """The nearest ``k`` rows that fulfil constraints, or as many as there are.

    Args:
        rows: the rows to search
        query: ``(1, dim)``
        k: how many
        constraints: what they must fulfil
        among: what to search among; ``None`` for all
        reverse: the least similar first

    Raises:
        InvalidRequest: as of :func:`~fiftyone_milvus.retrieval.planner.nearest`
    """
    asked: int | None = _first_asked(k, constraints, rows.metric, reverse)
    found: Neighbors | None = None
    while True:
        now = planner.nearest(rows, query, asked, among=among, reverse=reverse)
        if found is not None:
            spent = found.plan.seconds + now.plan.seconds
            now = replace(now, plan=replace(now.plan, seconds=spent))
        found = now
        matches = found.matches[0]
        inds = constraints.passing(matches, rows.metric)
        if _is_enough(found, inds, asked, k, constraints, rows.metric, reverse):
            return Neighbors([take(matches, inds[:k])], found.plan)
        assert asked is not None
        asked = None if len(matches.ids) < asked else _next(asked)


def _next(asked: int) -> int | None:
    """How many to ask for after so many; ``None`` for all."""
    return min(MAX_K, GROWTH * asked) if asked < MAX_K else None


def _first_asked(k: int, constraints: Constraints, metric: str, reverse: bool) -> int:
    asked = k + len(constraints.excluded)
    falling = (metric != "euclidean") != reverse
    skips_nearest = constraints.max_score if falling else constraints.min_score
    if constraints.grouping is not None or skips_nearest is not None:
        return 4 * asked + 64
    return asked


def _is_enough(
    found: Neighbors,
    inds: list[int],
    asked: int | None,
    k: int,
    constraints: Constraints,
    metric: str,
    reverse: bool,
) -> bool:
    matches = found.matches[0]
    if len(inds) >= k or asked is None:
        return True
    if len(matches.ids) < asked and (found.plan.exact or not matches.ids):
        return True  # those were all
    if constraints.exhausted(matches, metric, reverse):
        return True
    grouping = constraints.grouping
    if grouping is None or grouping.count is None:
        return False
    return len(inds) >= grouping.count
