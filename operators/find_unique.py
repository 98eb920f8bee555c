"""*Find most unique*: those that are furthest from their nearest neighbor."""

from __future__ import annotations

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.analysis import unique

from ..app import analysis_forms, forms
from ..app.context import MAX_RESULTS
from ..app.labels import LABELS
from ..app.long_jobs import Work
from .base import LongOperator

DEFAULT_COUNT = 100


class FindUnique(LongOperator):
    """Shows the most unique samples or patches, the most unique first."""

    name = "find_unique"
    label = "Find most unique"
    description = "Find the samples or patches that are least similar to any other"
    returns = (
        "Returns ids, the most unique first, dists to their nearest neighbor, "
        "nearest_ids, tagged, saved_view and message; 10,000 at most"
    )
    icon = "fingerprint"
    risk = types.RiskLevel.MEDIUM

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        forms.index_choice(ctx, inputs)
        analysis_forms.number(
            ctx, inputs, "count", DEFAULT_COUNT, 1, MAX_RESULTS, label=LABELS["k"]
        )
        analysis_forms.result_inputs(ctx, inputs, "the most unique")

    def work(self, ctx: foo.ExecutionContext) -> Work:
        count = ctx.params.get("count", DEFAULT_COUNT)
        return analysis_forms.work(ctx, unique.most_unique, _outcome, count=count)


def _outcome(found: unique.Unique) -> analysis_forms.Outcome:
    data = {
        "metric": found.metric,
        "compared": found.compared,
        "ids": list(found.ids),
        "sample_ids": list(found.sample_ids),
        "dists": list(found.dists),
        "nearest_ids": list(found.nearest_ids),
        "orphaned": found.orphaned,
        "seconds": round(found.seconds, 3),
    }
    return analysis_forms.Outcome(found.ids, found.ids, data, found.message)
