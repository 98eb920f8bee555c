"""*Find near duplicates*: groups of them, with one representative each."""

from __future__ import annotations

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.analysis import duplicates

from ..app import analysis_forms, forms
from ..app.context import flag
from ..app.long_jobs import Work
from .base import LongOperator

MAX_MEMBERS = 100  # of a group, in the result
DEFAULT_FRACTION = 0.1
HOW = {"thresh": "By distance", "fraction": "By fraction"}
MODES = {"auto": "Automatic", "exact": "All pairs", "candidates": "Candidate pairs"}


class FindDuplicates(LongOperator):
    """Shows near duplicates group by group, and tags all but the representatives."""

    name = "find_duplicates"
    label = "Find near duplicates"
    description = "Find groups of near duplicates, the largest first"
    returns = (
        "Returns groups (the largest 1,000, each with ids and dists, the "
        "representative first), count, duplicates (how many could be deleted), "
        "thresh, tagged, saved_view and message; deletes nothing"
    )
    icon = "content_copy"
    risk = types.RiskLevel.MEDIUM

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        forms.index_choice(ctx, inputs)
        forms.radio_choice(ctx, inputs, "by", HOW, "Threshold")
        by_fraction = ctx.params.get("by", "thresh") == "fraction"
        if by_fraction:
            analysis_forms.number(
                ctx,
                inputs,
                "fraction",
                DEFAULT_FRACTION,
                0.0,
                1.0,
                label="Fraction",
                description="The fraction of all rows to report as near duplicates",
            )
        else:
            analysis_forms.distance(ctx, inputs)
            forms.radio_choice(ctx, inputs, "mode", MODES, "Compare")
        analysis_forms.result_inputs(ctx, inputs, "all but one of each group")
        if ctx.params.get("scope") == "view" and not by_fraction:
            inputs.bool(
                "against_index",
                default=False,
                label="Compare the view with the whole index",
                description="For new samples: finds what they are near duplicates of",
            )

    def work(self, ctx: foo.ExecutionContext) -> Work:
        if ctx.params.get("by", "thresh") == "fraction":
            how = {"fraction": ctx.params.get("fraction", DEFAULT_FRACTION)}
        else:
            mode = ctx.params.get("mode", "auto")
            how = {"thresh": analysis_forms.thresh(ctx), "mode": mode}
        return analysis_forms.work(
            ctx,
            duplicates.find_groups,
            _outcome,
            against_index=flag(ctx, "against_index"),
            **how,
        )


def _outcome(found: duplicates.DuplicateGroups) -> analysis_forms.Outcome:
    listed = found.groups[: analysis_forms.MAX_LISTED]
    data = {
        "mode": found.mode,
        "recall": found.recall,
        "metric": found.metric,
        "thresh": found.thresh,
        "compared": found.compared,
        "count": len(found.groups),
        "duplicates": len(found.duplicate_ids),
        "groups": [
            {
                "size": len(group),
                "ids": list(group.ids[:MAX_MEMBERS]),
                "sample_ids": list(group.sample_ids[:MAX_MEMBERS]),
                "dists": list(group.dists[:MAX_MEMBERS]),
            }
            for group in listed
        ],
        "orphaned": found.orphaned,
        "seconds": round(found.seconds, 3),
        "resumed": round(found.resumed, 3),
    }
    return analysis_forms.Outcome(found.ids, found.duplicate_ids, data, found.message)
