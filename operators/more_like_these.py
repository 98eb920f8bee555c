"""*More like these*: the nearest to what is selected, and not that itself."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import VectorSearchError

from ..app import forms, search_form
from ..app.context import without_causes
from ..app.search_request import DEFAULT_K, SearchRequest, check_k
from .search import output, perform


class MoreLikeThese(foo.Operator):
    """Searches with the selected samples or patches."""

    @property
    def config(self) -> foo.OperatorConfig:
        return forms.config(
            name="more_like_these",
            label="Milvus: More like these",
            description="The nearest to what is selected in the grid",
            icon="image_search",
            risk=types.RiskLevel.LOW,
        )

    def resolve_input(self, ctx: foo.ExecutionContext) -> types.Property:
        inputs = types.Object()
        key = forms.index_choice(ctx, inputs)
        inputs.int("k", default=DEFAULT_K, label="Results")
        inputs.list("ids", types.String(), required=False, view=types.HiddenView())
        if key is not None:
            try:
                search_form.read_query(ctx, runs.describe(ctx.dataset, key))
                check_k(ctx.params.get("k", DEFAULT_K))
            except VectorSearchError as e:
                forms.problem(inputs, "brain_key", str(e))
        return types.Property(inputs, view=types.View(label="More like these"))

    @without_causes
    def execute(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        key = ctx.params["brain_key"]
        query = search_form.read_query(ctx, runs.describe(ctx.dataset, key))
        request = SearchRequest(
            key,
            query.to_dict(),
            check_k(ctx.params.get("k", DEFAULT_K)),
            exclude_query=True,
        )
        return perform(ctx, request)

    def resolve_output(self, ctx: foo.ExecutionContext) -> types.Property:
        return output()
