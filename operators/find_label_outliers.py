"""*Find label outliers*: labels that disagree with those of their neighbors."""

from __future__ import annotations

from dataclasses import asdict

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.analysis import label_outliers
from fiftyone_milvus.backend import runs

from ..app import analysis_forms, forms
from ..app.long_jobs import Work
from .base import LongOperator

DEFAULT_K = 10
DEFAULT_SCORE = 0.5


class FindLabelOutliers(LongOperator):
    """Shows the most likely mistakes first; the result names the neighbors of each."""

    name = "find_label_outliers"
    label = "Find label outliers"
    description = "Find labels that disagree with those of their nearest neighbors"
    returns = (
        "Returns outliers (the first 1,000) with label, suggested label, score (the "
        "share of neighbors that disagree) and neighbors, total, tagged, saved_view "
        "and message"
    )
    icon = "label_off"
    risk = types.RiskLevel.MEDIUM

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        key = forms.index_choice(ctx, inputs)
        if key is not None:
            _label_input(ctx, inputs, runs.describe(ctx.dataset, key))
        analysis_forms.number(
            ctx,
            inputs,
            "k",
            DEFAULT_K,
            1,
            label_outliers.MAX_NEIGHBORS,
            label="Neighbors",
            description="How many nearest neighbors each label is compared with",
        )
        analysis_forms.number(
            ctx,
            inputs,
            "min_score",
            DEFAULT_SCORE,
            0.01,
            1.0,
            label="Min score",
            description="The fraction of the neighbors that must disagree",
        )
        analysis_forms.result_inputs(ctx, inputs, "the outliers")

    def work(self, ctx: foo.ExecutionContext) -> Work:
        return analysis_forms.work(
            ctx,
            label_outliers.find_outliers,
            _outcome,
            label_field=ctx.params.get("label_field") or None,
            k=ctx.params.get("k", DEFAULT_K),
            min_score=ctx.params.get("min_score", DEFAULT_SCORE),
        )


def _label_input(
    ctx: foo.ExecutionContext, inputs: types.Object, info: runs.IndexInfo
) -> None:
    patches_field = info.patches_field
    forms.choice(
        inputs,
        "label_field",
        analysis_forms.label_fields(ctx.dataset, info),
        ctx.params.get("label_field"),
        required=patches_field is None,
        default=patches_field,
        label="Label field",
        description="The field whose labels are compared",
    )


def _outcome(found: label_outliers.Outliers) -> analysis_forms.Outcome:
    data = {
        "label_field": found.label_field,
        "k": found.k,
        "labelled": found.labelled,
        "unlabelled": found.unlabelled,
        "total": found.total,
        "outliers": [
            asdict(one) for one in found.outliers[: analysis_forms.MAX_LISTED]
        ],
        "orphaned": found.orphaned,
        "seconds": round(found.seconds, 3),
    }
    return analysis_forms.Outcome(found.ids, found.ids, data, found.message)
