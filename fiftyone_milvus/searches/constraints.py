"""What the matches of a search must fulfil, and whether enough of them do."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from ..retrieval.plans import Neighbors
from ..store.row_search import Matches
from .grouping import Grouping
from .result import scores


@dataclass(frozen=True)
class Constraints:
    """What the matches of a search must fulfil.

    Args:
        metric: the index's
        reverse: whether the least similar come first
        min_score: the lowest score, see
            :class:`~fiftyone_milvus.searches.result.SearchResult`
        max_score: the highest
        grouping: groups of which only the best match counts
        excluded: ids of rows or of samples that don't count
    """

    metric: str
    reverse: bool
    min_score: float | None = None
    max_score: float | None = None
    grouping: Grouping | None = None
    excluded: frozenset[str] = frozenset()

    def passing(self, matches: Matches) -> list[int]:
        """Which of the matches fulfil them."""
        values = scores(self.metric, matches.dists)
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

    def first_asked(self, k: int) -> int:
        """How many matches to ask for at first, to have ``k`` that fulfil them."""
        asked = k + len(self.excluded)
        skips_nearest = self.max_score if self._falling else self.min_score
        if self.grouping is not None or skips_nearest is not None:
            return 4 * asked + 64
        return asked

    def is_enough(
        self, found: Neighbors, passing: int, k: int, asked: int | None
    ) -> bool:
        """Whether no search for more is needed.

        Args:
            found: what was found
            passing: how many of them fulfil the constraints
            k: how many are wanted
            asked: how many matches were asked for; ``None`` for all
        """
        matches = found.matches[0]
        if passing >= k or asked is None:
            return True
        if len(matches.ids) < asked and (found.plan.exact or not matches.ids):
            return True  # those were all
        if self._exhausted(matches):
            return True
        count = None if self.grouping is None else self.grouping.count
        return count is not None and passing >= count

    @property
    def _falling(self) -> bool:
        """Whether the scores fall from match to match."""
        return (self.metric != "euclidean") != self.reverse

    def _exhausted(self, matches: Matches) -> bool:
        """Whether no match after these can fulfil the bounds of the score."""
        last = float(scores(self.metric, matches.dists[-1:])[0])
        bound = self.min_score if self._falling else self.max_score
        return bound is not None and (last < bound if self._falling else last > bound)

    def _firsts(self, matches: Matches, inds: list[int]) -> list[int]:
        assert self.grouping is not None
        seen: set[Hashable] = set()
        firsts = []
        groups = self.grouping.values(matches.take(inds))
        for i, group in zip(inds, groups, strict=True):
            if group not in seen:
                seen.add(group)
                firsts.append(i)
        return firsts
