"""*Clean up*: drop an index's collection and delete its run."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import BrokenRecord

from ..app import forms
from ..app.context import connection, without_causes


class CleanupIndex(foo.Operator):
    """Cleans an index up; a collection that this dataset didn't make stays."""

    @property
    def config(self) -> foo.OperatorConfig:
        return forms.config(
            name="cleanup_index",
            label="Milvus: Clean up index",
            description="Drop an index's collection and delete its record",
            icon="delete",
            risk=types.RiskLevel.HIGH,
        )

    def resolve_input(self, ctx: foo.ExecutionContext) -> types.Property:
        inputs = types.Object()
        key = forms.index_choice(ctx, inputs, propose=False, damaged=True)
        if key is not None:
            text = _description(ctx.dataset, key)
            inputs.view("notice", types.Notice(label=text))
        return types.Property(inputs, view=types.View(label="Clean up Milvus index"))

    @without_causes
    def execute(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        plan = runs.cleanup(ctx.dataset, ctx.params["brain_key"], **connection(ctx))
        if not ctx.delegated:
            ctx.ops.reload_dataset()
        return {**asdict(plan), "message": done(plan)}

    def resolve_output(self, ctx: foo.ExecutionContext) -> types.Property:
        outputs = types.Object()
        outputs.str("message", label="Done")
        return types.Property(outputs, view=types.View(label="Milvus clean-up"))


def done(plan: runs.CleanupPlan) -> str:
    """What a clean-up did, in a sentence."""
    if plan.deletes_rows:
        return (
            f"Removed the {plan.rows:,} vectors in '{plan.collection_name}', and "
            f"deleted the record '{plan.brain_key}'"
        )
    text = f"Deleted the record '{plan.brain_key}'; no collection was dropped"
    return f"{text}, since {plan.kept_because}" if plan.kept_because else text


def _description(dataset: fo.Dataset, brain_key: str) -> str:
    try:
        info = runs.describe(dataset, brain_key)
    except BrokenRecord as e:
        return str(e)
    return (
        f"This deletes the record '{info.brain_key}' (an index of "
        f"{info.patches_field or 'samples'}), and drops its collection "
        f"'{info.collection_name}' if this dataset made it. No image, label or "
        "embeddings field is touched."
    )
