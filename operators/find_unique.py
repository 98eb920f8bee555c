"""*Find unique*: those furthest from their nearest neighbour."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.finding import unique

from . import findings, schema
from .context import MAX_HITS, without_causes

DEFAULT_COUNT = 100


class FindUnique(foo.Operator):
    """Shows the most unique, the most unique first."""

    @property
    def config(self) -> foo.OperatorConfig:
        return schema.config(
            name="find_unique",
            label="Milvus: Find most unique",
            description="Those that are least like any other",
            icon="fingerprint",
            risk=types.RiskLevel.MEDIUM,
            streams=True,
        )

    def resolve_input(self, ctx: foo.ExecutionContext) -> types.Property:
        inputs = types.Object()
        schema.index_choice(ctx, inputs)
        findings.number(
            ctx, inputs, "count", DEFAULT_COUNT, 1, MAX_HITS, label="How many"
        )
        findings.inputs_for(ctx, inputs, "the most unique")
        return types.Property(inputs, view=types.View(label="Find most unique"))

    @without_causes
    def execute(self, ctx: foo.ExecutionContext) -> Any:
        count = ctx.params.get("count", DEFAULT_COUNT)
        return findings.run(ctx, unique.most_unique, _outcome, count=count)

    def resolve_output(self, ctx: foo.ExecutionContext) -> types.Property:
        return findings.output("Most unique")


def _outcome(found: unique.Unique) -> findings.Outcome:
    data = {
        "metric": found.metric,
        "compared": found.compared,
        "ids": list(found.ids),
        "dists": list(found.dists),
        "nearest_ids": list(found.nearest_ids),
        "orphaned": found.orphaned,
        "seconds": round(found.seconds, 3),
    }
    return findings.Outcome(found.ids, found.ids, data, found.message)
