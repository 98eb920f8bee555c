"""Searches on until enough matches are what a person wants to see."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from numbers import Real

import numpy as np

from ..dataset.ids import Members
from ..errors import InvalidRequest
from ..retrieval import planner
from ..retrieval.planner import Found
from ..retrieval.ranking import kept
from ..store.batches import MAX_K
from ..store.row_search import IndexedRows, Matches
from .grouping import Groups
from .result import scores

GROWTH = 8


@dataclass(frozen=True)
class Conditions:
    """What matches must fulfil.

    Args:
        min_score: the least score, see
            :attr:`~fiftyone_milvus.search.result.Result.scores`
        max_score: the largest
        groups: of which the best match alone counts
        excluded: ids of rows or of samples that don't count
    """

    min_score: float | None = None
    max_score: float | None = None
    groups: Groups | None = None
    excluded: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        low, high = self.min_score, self.max_score
        for bound in (low, high):
            real = isinstance(bound, Real) and not isinstance(bound, bool)
            if bound is not None and (not real or np.isnan(bound)):
                raise InvalidRequest(f"A score limit must be a number, not {bound!r}")
        if low is not None and high is not None and low > high:
            raise InvalidRequest(
                f"No score is at least {low} and at most {high}. Swap the limits."
            )

    def passing(self, matches: Matches, metric: str) -> list[int]:
        """The places of those that fulfil them."""
        values = scores(metric, matches.dists)
        good = np.ones(len(matches.ids), bool)
        if self.min_score is not None:
            good &= values >= self.min_score
        if self.max_score is not None:
            good &= values <= self.max_score
        if self.excluded:
            out = self.excluded
            at = zip(matches.ids, matches.sample_ids, strict=True)
            good &= np.array([i not in out and of not in out for i, of in at], bool)
        inds = [int(i) for i in np.flatnonzero(good)]
        return inds if self.groups is None else self._firsts(matches, inds)

    def over(self, matches: Matches, metric: str, reverse: bool) -> bool:
        """Whether none that follows these can fulfil them."""
        last = float(scores(metric, matches.dists[-1:])[0])
        falling = (metric != "euclidean") != reverse
        bound = self.min_score if falling else self.max_score
        return bound is not None and (last < bound if falling else last > bound)

    def _firsts(self, matches: Matches, inds: list[int]) -> list[int]:
        assert self.groups is not None
        seen: set[Hashable] = set()
        firsts = []
        for i, group in zip(inds, self.groups.of(kept(matches, inds)), strict=True):
            if group not in seen:
                seen.add(group)
                firsts.append(i)
        return firsts


def nearest(
    rows: IndexedRows,
    query: np.ndarray,
    k: int,
    conditions: Conditions,
    *,
    among: Members | None = None,
    reverse: bool = False,
) -> Found:
    """The nearest ``k`` rows that fulfil conditions, or as many as there are.

    Args:
        rows: the rows to search
        query: ``(1, dim)``
        k: how many
        conditions: what they must fulfil
        among: what to search among; ``None`` for all
        reverse: the least similar first

    Raises:
        InvalidRequest: as of :func:`~fiftyone_milvus.retrieval.planner.nearest`
    """
    asked: int | None = _first_asked(k, conditions, rows.metric, reverse)
    found: Found | None = None
    while True:
        now = planner.nearest(rows, query, asked, among=among, reverse=reverse)
        if found is not None:
            spent = found.plan.seconds + now.plan.seconds
            now = replace(now, plan=replace(now.plan, seconds=spent))
        found = now
        matches = found.matches[0]
        inds = conditions.passing(matches, rows.metric)
        if _is_enough(found, inds, asked, k, conditions, rows.metric, reverse):
            return Found([kept(matches, inds[:k])], found.plan)
        assert asked is not None
        asked = None if len(matches.ids) < asked else _next(asked)


def _next(asked: int) -> int | None:
    """How many to ask for after so many; ``None`` for all."""
    return min(MAX_K, GROWTH * asked) if asked < MAX_K else None


def _first_asked(k: int, conditions: Conditions, metric: str, reverse: bool) -> int:
    asked = k + len(conditions.excluded)
    falling = (metric != "euclidean") != reverse
    skips_nearest = conditions.max_score if falling else conditions.min_score
    if conditions.groups is not None or skips_nearest is not None:
        return 4 * asked + 64
    return asked


def _is_enough(
    found: Found,
    inds: list[int],
    asked: int | None,
    k: int,
    conditions: Conditions,
    metric: str,
    reverse: bool,
) -> bool:
    matches = found.matches[0]
    if len(inds) >= k or asked is None:
        return True
    if len(matches.ids) < asked and (found.plan.exact or not matches.ids):
        return True  # those were all
    if conditions.over(matches, metric, reverse):
        return True
    groups = conditions.groups
    return groups is not None and groups.count is not None and len(inds) >= groups.count
