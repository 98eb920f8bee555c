"""Runs a person's search, over a whole index or within a view: searches for more until
enough matches fulfil all constraints."""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import fiftyone as fo
import numpy as np

from .. import tuning
from ..backend import runs
from ..dataset.ids import AllowedIds, as_list, within
from ..dataset.indexed_samples import IndexedSamples, kind_of
from ..errors import InvalidRequest
from ..retrieval import filter_fields, planner
from ..retrieval.plans import Neighbors, Seconds
from ..store import row_search
from ..store.messages import MAX_K
from ..store.row_search import Matches
from ..store.rows import StoredRows
from . import fusion
from .grouping import Grouping, nearest_samples
from .query import Query
from .query_vector import Resolved, resolve, term_scores
from .request import SearchRequest
from .result import MatchedObject, SearchResult, scores
from .score_fields import check_field as check_field
from .score_fields import write_scores as write_scores

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


def search(
    index: MilvusSimilarityIndex,
    query: Query,
    k: int,
    *,
    samples: fo.SampleCollection | None = None,
    reverse: bool = False,
    min_score: float | None = None,
    max_score: float | None = None,
    group_by: str | None = None,
    exclude: Iterable[str] = (),
    exclude_query: bool = False,
    min_matches: int | None = None,
    where: Mapping[str, Any] | None = None,
    search_params: Mapping[str, Any] | None = None,
) -> SearchResult:
    """Searches an index for a person's query.

    Args:
        index: the index
        query: what to search with
        k: how many matches, up to as many as the index has
        samples: the view to stay within; ``None`` for the whole index
        reverse: the least similar first
        min_score: the lowest score of a match, a similarity, or a distance for
            euclidean: see :class:`~fiftyone_milvus.searches.result.SearchResult`
        max_score: the highest score of a match
        group_by: a field of the samples, of whose values each gives its best match
            alone; or ``"group"`` of a grouped dataset, ``"sample"`` of patches.
            Samples without a value are each a group of their own
        exclude: ids of rows or samples that are no matches, such as those seen before
        exclude_query: whether the rows that the query names are excluded too
        min_matches: of an index of patches, find the samples that have at least so
            many matching patches; each is ranked by the last of these
        where: for some of the fields that the index stores (its ``filter_fields``),
            a value that matches must have, a list of such values, or
            ``{"min": ..., "max": ...}``; as Milvus has them, which is as they were
            when the index was built or last synced
        search_params: parameters of the index for this search alone, by Milvus's
            names, such as ``{"ef": 512}`` of HNSW

    Raises:
        InvalidRequest: if the query or ``k`` can't be answered, the samples can't be
            grouped so, or the index has no such parameters
    """
    request = SearchRequest(
        index.key,
        query,
        k,
        reverse=reverse,
        min_score=min_score,
        max_score=max_score,
        group_by=group_by,
        where=where,
        exclude=tuple(as_list(exclude)),
        exclude_query=exclude_query,
        min_matches=min_matches,
        search_params=search_params,
    )
    return _searched(index, request, samples)


def run(request: SearchRequest, samples: fo.SampleCollection) -> SearchResult:
    """Runs a request, of two indexes if it combines their rankings.

    Args:
        request: the search
        samples: the dataset, or the view that the request names

    Raises:
        VectorSearchError: one of its kinds, in words for people
    """
    dataset = samples._root_dataset
    check_score_field(request, samples)
    index = runs.load(dataset, request.brain_key)
    result = _searched(index, request, samples)
    if request.fuse_with is not None:
        check_alike(samples, request.brain_key, request.fuse_with)
        other = runs.load(dataset, request.fuse_with)
        second = replace(request, brain_key=request.fuse_with, fuse_with=None)
        return fusion.fuse([result, _searched(other, second, samples)], request.k)
    if len(request.query.terms) < 2:
        return result
    of_terms = term_scores(index, result.resolved, result.row_ids[:EXPLAINED])
    return replace(result, term_scores=of_terms)


def check_alike(samples: fo.SampleCollection, brain_key: str, other: str) -> None:
    """Checks that the rankings of two indexes can be combined or compared; asks no
    server.

    Raises:
        InvalidRequest: if one has frames or clips, and the other something else
    """
    first, second = (
        kind_of(runs.indexed(samples._root_dataset, key, samples).samples)
        for key in (brain_key, other)
    )
    if first != second:
        raise InvalidRequest(
            f"'{brain_key}' is an index of {first}, and '{other}' one of {second}. "
            "Choose two indexes of the same."
        )


def check_score_field(request: SearchRequest, samples: fo.SampleCollection) -> None:
    """Checks that the scores can be written that are asked for, if any are.

    Raises:
        InvalidRequest: if not
    """
    field = request.score_field
    if field is None:
        return
    keys = [key for key in (request.brain_key, request.fuse_with) if key]
    fields = {runs.describe(samples._root_dataset, key).patches_field for key in keys}
    by_patch = len(fields) == 1 and request.min_matches is None
    patches_field = fields.pop() if by_patch else None
    indexed = runs.indexed(samples._root_dataset, request.brain_key, samples)
    written = replace(indexed, patches_field=patches_field).written_to(samples)
    check_field(written, patches_field, field)
    if request.k > tuning.MAX_SELECTED:
        check_field(written, patches_field, f"{field}_rank")


def _searched(
    index: MilvusSimilarityIndex,
    request: SearchRequest,
    samples: fo.SampleCollection | None,
) -> SearchResult:
    """Searches one index."""
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
