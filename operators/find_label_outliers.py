"""*Find label outliers*: labels that disagree with those of the nearest."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.backend import runs
from fiftyone_milvus.finding import outliers

from . import findings, schema
from .context import without_causes

DEFAULT_K = 10
DEFAULT_SCORE = 0.5


class FindLabelOutliers(foo.Operator):
    """Shows the labels that look most like mistakes first; the result names the
    neighbours of each."""

    @property
    def config(self) -> foo.OperatorConfig:
        return schema.config(
            name="find_label_outliers",
            label="Milvus: Find label outliers",
            description="Labels that disagree with those of their nearest neighbours",
            icon="label_off",
            risk=types.RiskLevel.MEDIUM,
            streams=True,
        )

    def resolve_input(self, ctx: foo.ExecutionContext) -> types.Property:
        inputs = types.Object()
        key = schema.index_choice(ctx, inputs)
        if key is not None:
            _label_input(ctx, inputs, runs.describe(ctx.dataset, key))
        findings.number(
            ctx,
            inputs,
            "k",
            DEFAULT_K,
            1,
            outliers.MAX_NEIGHBORS,
            label="Neighbours",
            description="How many of the nearest are asked",
        )
        findings.number(
            ctx,
            inputs,
            "min_score",
            DEFAULT_SCORE,
            0.01,
            1.0,
            label="Least score",
            description="The share of the neighbours that must disagree",
        )
        findings.inputs_for(ctx, inputs, "the outliers")
        return types.Property(inputs, view=types.View(label="Find label outliers"))

    @without_causes
    def execute(self, ctx: foo.ExecutionContext) -> Any:
        return findings.run(
            ctx,
            outliers.find_outliers,
            _outcome,
            label_field=ctx.params.get("label_field") or None,
            k=ctx.params.get("k", DEFAULT_K),
            min_score=ctx.params.get("min_score", DEFAULT_SCORE),
        )

    def resolve_output(self, ctx: foo.ExecutionContext) -> types.Property:
        return findings.output("Label outliers")


def _label_input(
    ctx: foo.ExecutionContext, inputs: types.Object, info: runs.IndexInfo
) -> None:
    dataset, key, patches_field = ctx.dataset, info.brain_key, info.patches_field
    fields = {
        *schema.fields_of(dataset, key, embedded_doc_type=fo.Classification),
        *schema.fields_of(dataset, key, ftype=fo.StringField),
    } - {"filepath"}
    if patches_field is not None:
        fields.add(patches_field)
    schema.choice(
        inputs,
        "label_field",
        sorted(fields),
        ctx.params.get("label_field"),
        required=patches_field is None,
        default=patches_field,
        label="Labels",
        description="The field whose labels are compared",
    )


def _outcome(found: outliers.Outliers) -> findings.Outcome:
    data = {
        "label_field": found.label_field,
        "k": found.k,
        "labelled": found.labelled,
        "unlabelled": found.unlabelled,
        "total": found.total,
        "outliers": [asdict(one) for one in found.outliers[: findings.MAX_LISTED]],
        "orphaned": found.orphaned,
        "seconds": round(found.seconds, 3),
    }
    return findings.Outcome(found.ids, found.ids, data, found.message)
