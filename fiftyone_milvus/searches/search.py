"""Runs a person's search, over a whole index or within a view: searches for more until
enough matches fulfil all constraints."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import fiftyone as fo
import numpy as np

from .. import tuning
from ..backend import runs
from ..dataset.ids import AllowedIds, within
from ..dataset.indexed_samples import IndexedSamples, kind_of
from ..errors import InvalidRequest
from ..retrieval import filter_fields, planner
from ..retrieval.plans import Neighbors, Seconds
from ..store import row_search
from ..store.messages import MAX_K
from ..store.rows import StoredRows
from . import fusion
from .constraints import Constraints
from .grouping import Grouping, nearest_samples
from .query_vector import Resolved, resolve, term_scores
from .request import SearchRequest
from .result import MatchedObject, SearchResult, scores
from .score_fields import check_field as check_field
from .score_fields import write_scores as write_scores

if TYPE_CHECKING:
    from ..backend.index import MilvusSimilarityIndex

EXPLAINED = 100  # results whose term scores come with the result
GROWTH = 8  # of how many matches are asked for, while too few fulfil the constraints


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
    result = search_index(index, request, samples)
    if request.fuse_with is not None:
        check_alike(samples, request.brain_key, request.fuse_with)
        other = runs.load(dataset, request.fuse_with)
        second = replace(request, brain_key=request.fuse_with, fuse_with=None)
        return fusion.fuse([result, search_index(other, second, samples)], request.k)
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
