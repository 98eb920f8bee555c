"""Searches in the App: run, shown in the grid, added to the history, and explained if
nothing was found."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import fiftyone.operators as foo

from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.numbers import is_number
from fiftyone_milvus.search import search
from fiftyone_milvus.search.request import SearchRequest
from fiftyone_milvus.search.result import SearchResult

from . import empty_results, saved_searches
from .context import MAX_RESULTS


def check_k(k: Any, score_field: str | None = None) -> int:
    """Checks how many results were asked for.

    Raises:
        InvalidRequest: if it is no count, or more than the grid can show without a
            field of their scores
    """
    whole = is_number(k) and k == int(k)
    if not whole or k < 1 or (not score_field and k > MAX_RESULTS):
        raise InvalidRequest(
            f"Ask for 1 to {MAX_RESULTS:,} results; this was {k}. To get more, name a "
            "score field."
        )
    return int(k)


def scope_of(ctx: foo.ExecutionContext, request: SearchRequest) -> fo.SampleCollection:
    """The dataset, or the view that the search stays within, as it is now.

    Raises:
        InvalidRequest: if the view is empty
    """
    if request.view is None:
        return ctx.dataset
    view = fo.DatasetView._build(ctx.dataset, request.view)
    if not view.limit(1).count():
        raise InvalidRequest("The view is empty. Clear it, or search the dataset.")
    return view


def perform(ctx: foo.ExecutionContext, request: SearchRequest) -> dict[str, Any]:
    """Runs a search for an operator, and shows its results in the grid.

    Returns:
        the result as plain data
    """
    result, view = find(ctx, request)
    if not ctx.delegated:
        ctx.ops.set_view(view)
        select_objects(ctx, result)
    data = result.to_dict()
    if (reason := empty_reason(ctx, result)) is not None:
        data["message"] += f". {reason}"
    return data


def find(
    ctx: foo.ExecutionContext, request: SearchRequest
) -> tuple[SearchResult, fo.DatasetView]:
    """Runs a search, writes the scores if it asks for that, and adds it to the history.

    Returns:
        the result, and a view of it in rank order
    """
    check_k(request.k, request.score_field)
    samples, rank_field = scope_of(ctx, request), None
    result = search.run(request, samples)
    if request.score_field is not None:
        rank_field = search.write_scores(result, samples, request.score_field)
    view = search.result_view(result, samples, rank_field)
    saved_searches.remember(ctx, request, len(result.ids))
    return result, view


def empty_reason(ctx: foo.ExecutionContext, result: SearchResult) -> str | None:
    """Why a search has no result, and what to do; ``None`` if it has one."""
    if result.ids:
        return None
    samples = scope_of(ctx, result.request)
    return empty_results.reason(result.request, samples)


def select_objects(ctx: foo.ExecutionContext, result: SearchResult) -> None:
    """Selects in the grid the objects that images were found by; shows a new score
    field."""
    if result.request.score_field:
        ctx.ops.reload_dataset()
    if result.matched:
        ctx.ops.set_selected_labels(
            [
                {
                    "label_id": matched.label_id,
                    "sample_id": sample_id,
                    "field": result.index_field,
                }
                for sample_id, objects in zip(
                    result.sample_ids, result.matched, strict=True
                )
                for matched in objects
            ]
        )
