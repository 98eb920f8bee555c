"""A person's search, over a whole index or within a view: checked, and run for more and
more matches until enough of them fulfil all constraints."""

from __future__ import annotations

import time
from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import fiftyone as fo
import numpy as np

from ..backend import runs
from ..dataset.ids import AllowedIds, within
from ..dataset.indexed_samples import IndexedSamples, kind_of
from ..errors import InvalidRequest
from ..retrieval import filter_fields, planner
from ..retrieval.plans import Neighbors, Seconds
from ..store import row_search
from ..store.messages import MAX_K
from ..store.row_search import Matches
from ..store.rows import StoredRows
from . import fusion, score_fields
from .grouping import Grouping, nearest_samples
from .query_vector import Resolved, resolve, term_scores
from .request import SearchRequest
from .result import MatchedObject, SearchResult, scores

if TYPE_CHECKING:
    from ..backend.index import MilvusSimilarityIndex

EXPLAINED = 100  # results whose term scores come with the result
GROWTH = 8  # of how many matches are asked for, while too few fulfil the constraints


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


class PreparedSearch:
    """A search whose indexes are loaded, ready to run.

    Args:
        request: the search
        samples: the dataset, or the view that the request names

    Attributes:
        index: the index that the request names
        other: the same search of the index that it is combined with, if it is

    Raises:
        VectorSearchError: one of its kinds, in words for people
    """

    def __init__(self, request: SearchRequest, samples: fo.SampleCollection) -> None:
        self.request, self.samples = request, samples
        self.index = runs.load(samples._root_dataset, request.brain_key)
        self.other: PreparedSearch | None = None
        if request.fuse_with is not None:
            second = replace(
                request, brain_key=request.fuse_with, fuse_with=None, score_field=None
            )
            self.other = PreparedSearch(second, samples)
            check_alike(self, self.other)
        if request.score_field is not None:
            others = [] if self.other is None else [self.other.indexed]
            score_fields.check_request(request, samples, [self.indexed, *others])

    @property
    def indexed(self) -> IndexedSamples:
        """What the index has."""
        return self.index.indexed(self.samples)

    @property
    def indexes(self) -> list[MilvusSimilarityIndex]:
        """All indexes that are searched."""
        return [self.index] if self.other is None else [self.index, self.other.index]

    def run(self) -> SearchResult:
        """Runs it, and writes the scores if the request names a field for them.

        Raises:
            VectorSearchError: one of its kinds, in words for people
        """
        result, field = self._ranked(), self.request.score_field
        return result if field is None else score_fields.write_scores(result, field)

    def _ranked(self) -> SearchResult:
        """The ranking, of two indexes combined from theirs."""
        result = search_index(self.index, self.request, self.samples)
        other = self.other
        if other is not None:
            second = search_index(other.index, other.request, other.samples)
            return fusion.fuse([result, second], self.request.k)
        if len(self.request.query.terms) < 2:
            return result
        of_terms = term_scores(self.index, result.resolved, result.row_ids[:EXPLAINED])
        return replace(result, term_scores=of_terms)


def run(request: SearchRequest, samples: fo.SampleCollection) -> SearchResult:
    """Runs a request, see :class:`PreparedSearch`."""
    return PreparedSearch(request, samples).run()


def check_alike(first: PreparedSearch | SearchResult, second: PreparedSearch) -> None:
    """Checks that the rankings of two searches can be combined or compared.

    Raises:
        InvalidRequest: if one has frames or clips, and the other something else
    """
    kinds = [kind_of(each.indexed.samples) for each in (first, second)]
    if kinds[0] != kinds[1]:
        raise InvalidRequest(
            f"'{first.request.brain_key}' is an index of {kinds[0]}, and "
            f"'{second.request.brain_key}' one of {kinds[1]}. Choose two indexes of "
            "the same."
        )


def search_index(
    index: MilvusSimilarityIndex,
    request: SearchRequest,
    samples: fo.SampleCollection | None = None,
) -> SearchResult:
    """Searches one index.

    Args:
        index: the index, whatever the request names
        request: the search; what it combines with is not searched
        samples: the view to stay within; ``None`` for the whole index

    Raises:
        InvalidRequest: if the query or ``k`` can't be answered, the samples can't be
            grouped so, or the index has no such parameters
    """
    index.check_filled()
    field, metric = index.config.patches_field, index.config.metric
    if request.min_matches is not None and field is None:
        raise InvalidRequest(
            f"The index '{index.key}' has samples, not patches. Choose an index of "
            "patches to find images by their objects."
        )
    params, indexed = request.search_params, index.indexed(samples)
    rows = row_search.with_params(index.rows, params) if params else index.rows
    resolved = resolve(index, request.query)
    constraints = _constraints(index, request, resolved, indexed, samples)
    among: AllowedIds = within(samples, indexed)
    if request.where:
        stored = index.config.options.filter_fields
        expr = filter_fields.filter_expr(request.where, stored, index.samples, field)
        among = filter_fields.FilteredRows(rows, expr, among)

    def nearest(k: int) -> Neighbors:
        return _nearest(rows, resolved.vector, k, constraints, among)

    started = time.perf_counter()
    objects: list[list[int]] | None = None
    if request.min_matches is None:
        found = nearest(request.k)
    else:
        found, objects = nearest_samples(nearest, request.k, request.min_matches)
    seconds, matches = time.perf_counter() - started, found.matches[0]
    of_matches = scores(metric, matches.dists)
    ids, sample_ids, matched = matches.ids, matches.sample_ids, None
    if objects is not None:
        last = [inds[-1] for inds in objects]
        ids = sample_ids = [sample_ids[i] for i in last]
        matched = [
            [MatchedObject(matches.ids[i], float(of_matches[i])) for i in inds]
            for inds in objects
        ]
        of_matches = of_matches[last]
    return SearchResult(
        request,
        resolved,
        indexed=indexed,
        patches_field=field if matched is None else None,
        ids=ids,
        sample_ids=sample_ids,
        scores=of_matches,
        score_kind="distance" if metric == "euclidean" else "similarity",
        plan=found.plan,
        seconds=seconds,
        samples=index._dataset if samples is None else samples,
        matched=matched,
    )


def _constraints(
    index: MilvusSimilarityIndex,
    request: SearchRequest,
    resolved: Resolved,
    indexed: IndexedSamples,
    samples: fo.SampleCollection | None,
) -> Constraints:
    by = request.group_by
    excluded = frozenset(request.exclude)
    return Constraints(
        index.config.metric,
        request.reverse,
        request.min_score,
        request.max_score,
        Grouping(indexed, by, samples) if by else None,
        excluded | resolved.ids if request.exclude_query else excluded,
    )


def _nearest(
    rows: StoredRows,
    query: np.ndarray,
    k: int,
    constraints: Constraints,
    among: AllowedIds,
) -> Neighbors:
    """The nearest ``k`` rows that fulfil constraints, or as many as there are, of a
    query ``(1, dim)``."""
    asked: int | None = constraints.first_asked(k)
    spent = Seconds()
    while True:
        found = planner.nearest(
            rows, query, asked, among=among, reverse=constraints.reverse
        )
        spent += found.plan.seconds
        matches = found.matches[0]
        inds = constraints.passing(matches)
        if constraints.is_enough(found, len(inds), k, asked):
            plan = replace(found.plan, seconds=spent)
            return Neighbors([matches.take(inds[:k])], plan)
        assert asked is not None
        more = len(matches.ids) == asked < MAX_K
        asked = min(MAX_K, GROWTH * asked) if more else None
