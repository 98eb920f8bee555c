"""*Search*: sort the grid by similarity to texts, images, patches and vectors, each
wanted or negative."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
import fiftyone.operators.types as types

from ..app import empty_results, saved_searches, search_form, search_request
from ..app.context import connection
from ..app.search_request import Answer, SearchRequest
from .base import Operator


class SearchOperator(Operator):
    """An operator whose result is that of a search."""

    def add_outputs(self, ctx: foo.ExecutionContext, outputs: types.Object) -> None:
        super().add_outputs(ctx, outputs)
        outputs.str("plan", label="Plan")
        outputs.float("milliseconds", label="Milliseconds")


class Search(SearchOperator):
    """Searches an index; the results go into the grid in rank order, with their scores
    in the result."""

    name = "search"
    label = "Search"
    description = "Sort by similarity to what is selected, or to a text"
    icon = "search"
    risk = types.RiskLevel.MEDIUM

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        search_form.inputs(ctx, inputs)

    def run(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        return perform(ctx, search_form.read(ctx))


def perform(ctx: foo.ExecutionContext, request: SearchRequest) -> dict[str, Any]:
    """Runs a search, shows its results in the grid, and adds it to the history.

    Returns:
        what was found, as plain data
    """
    answer, view = find(ctx, request)
    if not ctx.delegated:
        ctx.ops.set_view(view)
        mark(ctx, answer)
    found = answer.to_dict()
    if (why := empty_reason(ctx, answer)) is not None:
        found["message"] += f". {why}"
    return found


def empty_reason(ctx: foo.ExecutionContext, answer: Answer) -> str | None:
    """Why a search has no result, and what to do; ``None`` if it has one."""
    if answer.ids:
        return None
    samples = search_request.samples_of(ctx, answer.request)
    return empty_results.reason(answer.request, samples, **connection(ctx))


def find(
    ctx: foo.ExecutionContext, request: SearchRequest
) -> tuple[Answer, fo.DatasetView]:
    """Runs a search, and adds it to the history.

    Returns:
        what was found, and the view of it in rank order
    """
    samples = search_request.samples_of(ctx, request)
    answer = search_request.run(request, samples, **connection(ctx))
    view = answer.view(samples)
    saved_searches.remember(ctx, request, len(answer.ids))
    return answer, view


def mark(ctx: foo.ExecutionContext, answer: Answer) -> None:
    """Shows a new score field; where images were found by their objects, selects
    these."""
    if answer.request.score_field:
        ctx.ops.reload_dataset()
    if answer.matched:
        found = zip(answer.sample_ids, answer.matched, strict=True)
        ctx.ops.set_selected_labels(
            [
                {
                    "label_id": label_id,
                    "sample_id": sample_id,
                    "field": answer.result.patches_field,
                }
                for sample_id, label_ids in found
                for label_id in label_ids
            ]
        )
