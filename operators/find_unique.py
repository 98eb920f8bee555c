"""*Find unique*: those furthest from their nearest neighbour."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.analysis import unique

from ..app import analysis_forms, forms
from ..app.context import MAX_RESULTS, without_causes

DEFAULT_COUNT = 100


class FindUnique(foo.Operator):
    """Shows the most unique, the most unique first."""

    @property
    def config(self) -> foo.OperatorConfig:
        return forms.config(
            name="find_unique",
            label="Milvus: Find most unique",
            description="Those that are least like any other",
            icon="fingerprint",
            risk=types.RiskLevel.MEDIUM,
            streams=True,
        )

    def resolve_input(self, ctx: foo.ExecutionContext) -> types.Property:
        inputs = types.Object()
        forms.index_choice(ctx, inputs)
        analysis_forms.number(
            ctx, inputs, "count", DEFAULT_COUNT, 1, MAX_RESULTS, label="How many"
        )
        analysis_forms.inputs_for(ctx, inputs, "the most unique")
        return types.Property(inputs, view=types.View(label="Find most unique"))

    @without_causes
    def execute(self, ctx: foo.ExecutionContext) -> Any:
        count = ctx.params.get("count", DEFAULT_COUNT)
        return analysis_forms.run(ctx, unique.most_unique, _outcome, count=count)

    def resolve_output(self, ctx: foo.ExecutionContext) -> types.Property:
        return analysis_forms.output("Most unique")


def _outcome(found: unique.Unique) -> analysis_forms.Outcome:
    data = {
        "metric": found.metric,
        "compared": found.compared,
        "ids": list(found.ids),
        "dists": list(found.dists),
        "nearest_ids": list(found.nearest_ids),
        "orphaned": found.orphaned,
        "seconds": round(found.seconds, 3),
    }
    return analysis_forms.Outcome(found.ids, found.ids, data, found.message)
