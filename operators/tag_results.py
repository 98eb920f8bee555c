"""*Tag results*: tags what is selected or shown, or takes a tag off it."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import fiftyone.core.patches as fop
import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.analysis import tagging
from fiftyone_milvus.backend import runs
from fiftyone_milvus.dataset import names

from ..app import analysis_forms, forms
from ..app.context import SCOPES, flag, scope_choices, scope_samples, without_causes


class TagResults(foo.Operator):
    """Tags samples; patches where the grid shows patches."""

    @property
    def config(self) -> foo.OperatorConfig:
        return forms.config(
            name="tag_results",
            label="Milvus: Tag results",
            description="Tag the samples or patches that are selected or shown",
            icon="sell",
            risk=types.RiskLevel.MEDIUM,
        )

    def resolve_input(self, ctx: foo.ExecutionContext) -> types.Property:
        inputs = types.Object()
        inputs.str("tag", required=True, label="Tag")
        tag = ctx.params.get("tag")
        problem = names.tag_problem(tag) if tag else None
        if problem is not None:
            forms.problem(inputs, "tag", problem)
        inputs.bool("remove", default=False, label="Take the tag off instead")
        forms.choice(
            inputs,
            "scope",
            list(SCOPES),
            ctx.params.get("scope"),
            default=_default_scope(ctx),
            label="Of",
            view=scope_choices(ctx, selected=True),
        )
        # from Python: the ids of an index, instead of what is shown
        inputs.list("ids", types.String(), required=False, view=types.HiddenView())
        inputs.str("brain_key", required=False, view=types.HiddenView())
        return types.Property(inputs, view=types.View(label="Tag results"))

    @without_causes
    def execute(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        samples, ids, field = _chosen(ctx)
        tag, remove = ctx.params.get("tag"), flag(ctx, "remove")
        return change(ctx, samples, ids, field, tag, remove)

    def resolve_output(self, ctx: foo.ExecutionContext) -> types.Property:
        return analysis_forms.output("Tag results", "Done")


def change(
    ctx: foo.ExecutionContext,
    samples: fo.SampleCollection,
    ids: list[str],
    field: str | None,
    tag: Any,
    remove: bool = False,
) -> dict[str, Any]:
    """Tags samples, or the labels of a field, or takes the tag off them.

    Args:
        ctx: the context
        samples: the dataset or view that they are in
        ids: ids of samples, or of the labels
        field: the field of the labels; ``None`` for samples
        tag: the tag
        remove: whether to take it off

    Returns:
        how many changed, and a sentence

    Raises:
        InvalidRequest: if it can't be a tag
    """
    name = tagging.check_tag(tag)
    count = (tagging.untag if remove else tagging.tag)(samples, ids, name, field)
    there = tagging.count(samples, ids, field)
    if not ctx.delegated:
        ctx.ops.reload_samples()
    what = "samples" if field is None else "patches"
    did = f"Took '{name}' off" if remove else f"Tagged '{name}'"
    message = f"{did}: {count:,} of {len(ids):,} {what}"
    rest = "didn't have it" if remove else "had it"
    if count < there:
        others = "the others" if there == len(ids) else f"{there - count:,}"
        message += f"; {others} {rest}"
    if there < len(ids):
        message += f"; {len(ids) - there:,} aren't in the dataset any more"
    return {"changed": count, "patches_field": field, "message": message}


def _chosen(
    ctx: foo.ExecutionContext,
) -> tuple[fo.SampleCollection, list[str], str | None]:
    """What to tag: a dataset or view, ids in it, and the field of the patches that they
    are; ``None`` for samples."""
    if ctx.params.get("ids"):
        ids, key = list(ctx.params["ids"]), ctx.params.get("brain_key")
        if not key:
            return ctx.dataset, ids, None
        field = runs.describe(ctx.dataset, key).patches_field
        return runs.all_samples(ctx.dataset, key, ctx.view), ids, field
    samples = scope_samples(ctx, ctx.params.get("scope") or _default_scope(ctx))
    return samples, samples.values("id"), _field_of(samples)


def _field_of(samples: fo.SampleCollection) -> str | None:
    return samples.patches_field if isinstance(samples, fop.PatchesView) else None


def _default_scope(ctx: foo.ExecutionContext) -> str:
    if ctx.selected:
        return "selected"
    return "view" if ctx.has_custom_view else "dataset"
