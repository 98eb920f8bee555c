"""*More like these*: the nearest to what is selected, and not that itself."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import VectorSearchError
from fiftyone_milvus.searches.request import DEFAULT_K, SearchRequest

from ..app import forms, search_form, searches
from .search import SearchOperator


class MoreLikeThese(SearchOperator):
    """Searches with the selected samples or patches."""

    name = "more_like_these"
    label = "More like these"
    description = "Find what is most similar to the selection in the grid"
    returns = (
        "Returns ids in rank order, sample_ids, scores, score (similarity, distance "
        "or rank), exact, plan, milliseconds and message; shows them in the grid"
    )
    icon = "image_search"
    risk = types.RiskLevel.LOW

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        key = forms.index_choice(ctx, inputs)
        inputs.int("k", default=DEFAULT_K, label="Results")
        inputs.list("ids", types.String(), required=False, view=types.HiddenView())
        if key is not None:
            try:
                search_form.read_query(ctx, runs.describe(ctx.dataset, key))
                searches.check_k(ctx.params.get("k", DEFAULT_K))
            except VectorSearchError as e:
                forms.problem(inputs, "brain_key", str(e))

    def run(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        key = ctx.params["brain_key"]
        query = search_form.read_query(ctx, runs.describe(ctx.dataset, key))
        request = SearchRequest(
            key,
            query,
            searches.check_k(ctx.params.get("k", DEFAULT_K)),
            exclude_query=True,
        )
        return searches.perform(ctx, request)
