"""*Compare indexes*: the results of one query in two indexes, side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.searches import fusion
from fiftyone_milvus.searches.search import PreparedSearch, check_alike

from ..app import forms, search_form, searches
from .base import Operator

SHOWN = 100
COLUMNS = {"id": "Id", "first": "Rank in the first", "second": "Rank in the other"}


class CompareIndexes(Operator):
    """Searches two indexes for the same, and compares their rankings."""

    name = "compare_indexes"
    label = "Compare indexes"
    description = "The results of one query in two indexes, side by side"
    returns = (
        "Returns rows of id and rank in each index (null where it isn't in one), "
        "overlap from 0 to 1, and mean_difference of the ranks"
    )
    icon = "compare"
    risk = types.RiskLevel.LOW
    columns = COLUMNS

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        keys = runs.keys(ctx.dataset)
        first = ctx.params.get("brain_key") or (keys[0] if keys else None)
        others = [key for key in keys if key != first]
        forms.choice(
            inputs,
            "other",
            others,
            ctx.params.get("other"),
            required=True,
            label="Compare with",
        )
        if not others:
            text = "This dataset has fewer than two indexes. Build another to compare."
            forms.problem(inputs, "other", text)
        search_form.inputs(ctx, inputs)

    def run(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        first = replace(search_form.read(ctx), fuse_with=None, score_field=None)
        if first.min_matches is not None:
            raise InvalidRequest(
                "Indexes are compared by their patches: leave min_matches out"
            )
        second = replace(first, brain_key=ctx.params["other"])
        samples = searches.scope_of(ctx, first)
        prepared = [PreparedSearch(request, samples) for request in (first, second)]
        check_alike(*prepared)
        with searches.place_of_search(ctx, *prepared):
            results = [each.run() for each in prepared]
        compared = fusion.compare(*results)
        rows = [
            {"id": id_, "first": _rank(a), "second": _rank(b)}
            for id_, a, b in compared.rows[:SHOWN]
        ]
        return {
            "brain_keys": list(compared.brain_keys),
            "patches_field": compared.patches_field,
            "rows": [list(row) for row in compared.rows],
            "overlap": round(compared.overlap, 6),
            "mean_difference": round(compared.mean_difference, 6),
            "first": results[0].to_dict(),
            "second": results[1].to_dict(),
            "table": rows,
            "message": compared.message,
        }


def _rank(rank: int | None) -> str:
    return "" if rank is None else f"{rank:,}"
