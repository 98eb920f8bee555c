"""*Refine search*: the last search, moved towards or away from what is selected."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import InvalidRequest, VectorSearchError
from fiftyone_milvus.searches.request import SearchRequest

from ..app import forms, searches
from ..app.context import selection
from .search import SearchOperator

MARKS = {"more": "More like these", "less": "Less like these"}


class RefineSearch(SearchOperator):
    """A round of relevance feedback. Each round is a search of the history, from which
    an earlier one can be run again."""

    name = "refine_search"
    label = "Refine search"
    description = "Repeat the last search with more or less like the selection"
    returns = (
        "Returns ids in rank order, sample_ids, scores, score (similarity, distance "
        "or rank), exact, plan, milliseconds and message; shows them in the grid"
    )
    icon = "tune"
    risk = types.RiskLevel.MEDIUM

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        forms.radio_choice(ctx, inputs, "mark", MARKS, "What is selected")
        # from Python: the ids to mark, instead of a selection
        hidden: dict[str, Any] = {"required": False, "view": types.HiddenView()}
        inputs.list("more", types.String(), **hidden)
        inputs.list("less", types.String(), **hidden)
        try:
            inputs.view("search", types.Notice(label=_refined(ctx).label))
        except VectorSearchError as e:
            forms.problem(inputs, "mark", str(e))

    def run(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        return searches.perform(ctx, _refined(ctx))


def _refined(ctx: foo.ExecutionContext) -> SearchRequest:
    """The last search, with the marks.

    Raises:
        InvalidRequest: if there was none, or nothing is marked
    """
    last = searches.from_history(ctx)
    more, less = _marked(ctx, last)
    return replace(last, query=last.query.with_feedback(more, less))


def _marked(
    ctx: foo.ExecutionContext, last: SearchRequest
) -> tuple[list[str], list[str]]:
    more, less = ctx.params.get("more") or [], ctx.params.get("less") or []
    if not more and not less:
        info = runs.describe(ctx.dataset, last.brain_key)
        ids, _ = selection(ctx, last.brain_key)
        what = info.patches_field or "samples"
        if not ids:
            raise InvalidRequest(f"Nothing is selected. Select {what} in the grid.")
        more, less = (ids, []) if ctx.params.get("mark") != "less" else ([], ids)
    return list(more), list(less)
