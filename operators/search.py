"""*Search*: sort the grid by similarity to texts, images, patches and vectors, each
wanted or negative."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from ..app import search_form, searches
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
    description = "Sort by similarity to the selection or to a text"
    returns = (
        "Returns ids in rank order, sample_ids, scores, score (similarity, distance "
        "or rank), exact, plan, milliseconds and message; shows them in the grid"
    )
    icon = "search"
    risk = types.RiskLevel.MEDIUM

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        search_form.inputs(ctx, inputs)

    def run(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        return searches.perform(ctx, search_form.read(ctx))
