"""*Tag results*: tag what is selected or shown, or remove a tag from it."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import fiftyone.core.patches as fop
import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.backend import runs
from fiftyone_milvus.dataset import names

from ..app import forms, tag_changes
from ..app.context import flag, scope_samples
from ..app.labels import LABELS
from .base import Operator


class TagResults(Operator):
    """Tags samples, or patches if the grid shows patches."""

    name = "tag_results"
    label = "Tag results"
    description = "Tag the samples or patches that are selected or shown"
    returns = "Returns how many tags were changed"
    icon = "sell"
    risk = types.RiskLevel.MEDIUM

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        inputs.str("tag", required=True, label=LABELS["tag"])
        tag = ctx.params.get("tag")
        problem = names.tag_problem(tag) if tag else None
        if problem is not None:
            forms.problem(inputs, "tag", problem)
        inputs.bool("remove", default=False, label="Remove the tag instead")
        default = _default_scope(ctx)
        forms.scope_choice(ctx, inputs, "Samples to tag", default, selected=True)
        # from Python: the ids of an index, instead of what is shown
        inputs.list("ids", types.String(), required=False, view=types.HiddenView())
        inputs.str("brain_key", required=False, view=types.HiddenView())

    def run(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        samples, ids, field = _chosen(ctx)
        tag, remove = ctx.params.get("tag"), flag(ctx, "remove")
        return tag_changes.tag_results(ctx, samples, ids, field, tag, remove)


def _chosen(
    ctx: foo.ExecutionContext,
) -> tuple[fo.SampleCollection, list[str], str | None]:
    """What to tag: a dataset or view, ids in it, and the field of the patches that they
    are; ``None`` for samples."""
    if ctx.params.get("ids"):
        ids, key = list(ctx.params["ids"]), ctx.params.get("brain_key")
        if not key:
            return ctx.dataset, ids, None
        indexed = runs.indexed(ctx.dataset, key, ctx.view)
        return indexed.samples, ids, indexed.patches_field
    samples = scope_samples(ctx, ctx.params.get("scope") or _default_scope(ctx))
    return samples, samples.values("id"), _field_of(samples)


def _field_of(samples: fo.SampleCollection) -> str | None:
    return samples.patches_field if isinstance(samples, fop.PatchesView) else None


def _default_scope(ctx: foo.ExecutionContext) -> str:
    if ctx.selected:
        return "selected"
    return "view" if ctx.has_custom_view else "dataset"
