"""Runs a person's search, over a whole index or within a view."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import fiftyone as fo

from ..dataset.ids import Members, as_list, within
from ..numbers import count
from ..retrieval import filter_fields
from . import constraints
from .constraints import Conditions
from .grouping import Groups
from .query_vector import resolve
from .result import Result as Result
from .result import result_view as result_view
from .score_fields import check_field as check_field
from .score_fields import write_scores as write_scores

if TYPE_CHECKING:
    from ..backend.index import MilvusSimilarityIndex
    from .query import Query


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
    where: Mapping[str, Any] | None = None,
    search_params: Mapping[str, Any] | None = None,
) -> Result:
    """Searches an index for a person's query.

    Args:
        index: the index
        query: what to search with
        k: how many matches, up to as many as the index has
        samples: the view to stay within; ``None`` for the whole index
        reverse: the least similar first
        min_score: the least score of a match, a similarity, or a distance for
            euclidean: see :attr:`~fiftyone_milvus.search.result.Result.score_kind`
        max_score: the largest score of a match
        group_by: a field of the samples, of whose values each gives its best match
            alone; or ``"group"`` of a grouped dataset, ``"sample"`` of patches.
            Samples without a value are each a group of their own
        exclude: ids of rows or samples that are no matches, such as those seen before
        exclude_query: whether what the query names is no match either
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
    k = count(k, "k", "matches")
    index.check_filled()
    rows = index.rows.searched_with(search_params) if search_params else index.rows
    field, everything = index.config.patches_field, index.samples_for(samples)
    excluded = frozenset(as_list(exclude))
    resolved = resolve(index, query)
    if exclude_query:
        excluded |= resolved.ids
    conditions = Conditions(
        min_score,
        max_score,
        Groups(everything, field, group_by, samples) if group_by else None,
        excluded,
    )
    among: Members = within(samples, field, everything)
    if where:
        stored = index.config.options.filter_fields
        told = filter_fields.expression(where, stored, index.samples, field)
        among = filter_fields.Matching(rows, told, among)
    started = time.perf_counter()
    found = constraints.nearest(
        rows,
        resolved.vector,
        k,
        conditions,
        among=among,
        reverse=reverse,
    )
    matches = found.matches[0]
    return Result(
        index.key,
        field,
        index.config.metric,
        matches.ids,
        matches.sample_ids,
        matches.dists,
        found.plan,
        time.perf_counter() - started,
        resolved,
        everything,
    )
