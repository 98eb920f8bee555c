"""*Clean up*: drop an index's collection and delete its run."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.backend import runs

from . import schema
from .context import connection, without_causes


class CleanupIndex(foo.Operator):
    """Cleans an index up; a collection that this dataset didn't make stays."""

    @property
    def config(self) -> foo.OperatorConfig:
        return schema.config(
            name="cleanup_index",
            label="Milvus: Clean up index",
            description="Drop an index's collection and delete its record",
            icon="delete",
            risk=types.RiskLevel.HIGH,
        )

    def resolve_input(self, ctx: foo.ExecutionContext) -> types.Property:
        inputs = types.Object()
        key = schema.index_choice(ctx, inputs, propose=False)
        if key is not None:
            _describe(inputs, runs.describe(ctx.dataset, key))
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
    if plan.drops_rows:
        return (
            f"Removed the {plan.rows:,} vectors in '{plan.collection_name}', and "
            f"deleted the record '{plan.brain_key}'"
        )
    text = f"Deleted the record '{plan.brain_key}'; no collection was dropped"
    return f"{text}, since {plan.kept_because}" if plan.kept_because else text


def _describe(inputs: types.Object, info: runs.IndexInfo) -> None:
    what = info.patches_field or "samples"
    inputs.view(
        "notice",
        types.Notice(
            label=(
                f"This deletes the record '{info.brain_key}' (an index of {what}), and "
                f"drops its collection '{info.collection_name}' if this dataset made "
                "it. No picture, label or embeddings field is touched."
            )
        ),
    )
