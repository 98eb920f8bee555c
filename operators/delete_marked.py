"""*Delete marked samples*: delete what a review in the *Find* tab marked for it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.errors import InvalidRequest

from ..app import deletions, forms, jobs
from ..app.context import flag
from ..app.labels import LABELS
from ..app.reviews import GROUPS
from .base import Operator


class DeleteMarked(Operator):
    """Shows what would be deleted, and deletes exactly that."""

    name = "delete_marked"
    label = "Delete marked samples"
    description = "Delete the samples or patches that a review marked for deletion"
    returns = (
        "Returns ids, sample_ids, indexes and plan_id; deletes only with dry_run false "
        "and the plan_id of a dry run"
    )
    icon = "delete_forever"
    risk = types.RiskLevel.HIGH

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        labels = {name: jobs.KINDS[name].label for name in GROUPS}
        forms.choice(
            inputs,
            "operator",
            labels,
            ctx.params.get("operator"),
            required=False,
            label="Found by",
            description="Empty for what was found last",
        )
        inputs.bool(
            "dry_run",
            default=True,
            label=LABELS["dry_run"],
            description="Only list what would be deleted",
        )
        if ctx.params.get("dry_run") is False:
            _confirmation(ctx, inputs)

    def run(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        operator = ctx.params.get("operator")
        if flag(ctx, "dry_run", default=True):
            found = deletions.plan(ctx, operator)
            return {**asdict(found), "message": found.message}
        plan_id = ctx.params.get("plan_id") or ""
        found, deleted = deletions.delete(ctx, operator, plan_id)
        return {**asdict(found), "message": deletions.summary(found, deleted)}


def _confirmation(ctx: foo.ExecutionContext, inputs: types.Object) -> None:
    plan_id, problem = None, None
    try:
        found = deletions.plan(ctx, ctx.params.get("operator"))
        plan_id = found.plan_id
        inputs.view("notice", types.Warning(label=found.message))
    except InvalidRequest as e:
        problem = str(e)
    inputs.str(
        "plan_id",
        default=plan_id,
        required=True,
        label="Confirmation code",
        view=types.TextFieldView(read_only=True),
    )
    if problem is not None:
        forms.problem(inputs, "plan_id", problem)
