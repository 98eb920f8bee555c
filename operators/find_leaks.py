"""*Find leaks between splits*: near duplicates in different splits."""

from __future__ import annotations

from dataclasses import asdict

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.analysis import leaks

from ..app import analysis_forms, forms
from ..app.long_jobs import Work
from .base import LongOperator

DEFAULT_TAGS = "train, test"


class FindLeaks(LongOperator):
    """Shows the leaks between splits, the nearest first, and tags both sides."""

    name = "find_leaks"
    label = "Find leaks between splits"
    description = "Find near duplicates in different splits"
    returns = (
        "Returns total, counts of each pair of splits, leaks (the nearest 1,000) "
        "with ids, splits and distance, tagged, saved_view and message"
    )
    icon = "water_drop"
    risk = types.RiskLevel.MEDIUM

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        key = forms.index_choice(ctx, inputs)
        given = ctx.params.get("field")
        forms.choice(
            inputs,
            "field",
            analysis_forms.split_fields(ctx.dataset, key),
            given,
            required=False,
            label="Splits by field",
            description="Its values are the splits; leave empty to use tags",
        )
        if not given:
            inputs.str(
                "tags",
                default=DEFAULT_TAGS,
                label="Splits by tags",
                description="Two or more sample tags, separated by commas",
            )
            if len(_tags(ctx.params.get("tags", DEFAULT_TAGS))) < 2:
                forms.problem(
                    inputs, "tags", "Enter two tags or more, such as: train, test"
                )
        analysis_forms.distance(ctx, inputs)
        analysis_forms.result_inputs(ctx, inputs, "both sides of each leak")

    def work(self, ctx: foo.ExecutionContext) -> Work:
        field = ctx.params.get("field") or None
        tags = None if field else _tags(ctx.params.get("tags", DEFAULT_TAGS))
        return analysis_forms.work(
            ctx,
            leaks.find_leaks,
            _outcome,
            thresh=analysis_forms.thresh(ctx),
            tags=tags,
            field=field,
        )


def _tags(text: str | None) -> list[str]:
    return [tag.strip() for tag in (text or "").split(",") if tag.strip()]


def _outcome(found: leaks.Leaks) -> analysis_forms.Outcome:
    data = {
        "thresh": found.thresh,
        "sizes": dict(found.sizes),
        "total": found.total,
        "counts": [
            {
                "splits": [a, b],
                "leaks": count,
                "leaking": [found.leaking[a, b], found.leaking[b, a]],
            }
            for (a, b), count in found.counts.items()
        ],
        "in_several": list(found.in_several[: analysis_forms.MAX_LISTED]),
        "leaks": [asdict(leak) for leak in found.leaks[: analysis_forms.MAX_LISTED]],
        "orphaned": found.orphaned,
        "seconds": round(found.seconds, 3),
    }
    return analysis_forms.Outcome(found.ids, found.ids, data, found.message)
