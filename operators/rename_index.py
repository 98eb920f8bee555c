"""*Rename*: give an index another brain key."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.dataset import names
from fiftyone_milvus.indexes import rename

from ..app import forms
from ..app.context import connection, without_causes


class RenameIndex(foo.Operator):
    """Renames an index's run, and its key in the collection's stamp."""

    @property
    def config(self) -> foo.OperatorConfig:
        return forms.config(
            name="rename_index",
            label="Milvus: Rename index",
            description="Give an index another brain key",
            icon="edit",
            risk=types.RiskLevel.MEDIUM,
        )

    def resolve_input(self, ctx: foo.ExecutionContext) -> types.Property:
        inputs = types.Object()
        forms.index_choice(ctx, inputs)
        inputs.str("new_brain_key", required=True, label="New brain key")
        new = ctx.params.get("new_brain_key")
        problem = names.brain_key_problem(ctx.dataset, new) if new else None
        if problem is not None:
            forms.problem(inputs, "new_brain_key", problem)
        return types.Property(inputs, view=types.View(label="Rename Milvus index"))

    @without_causes
    def execute(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        old, new = ctx.params["brain_key"], ctx.params["new_brain_key"]
        info = rename.rename(ctx.dataset, old, new, **connection(ctx))
        if not ctx.delegated:
            ctx.ops.reload_dataset()
        return {
            "brain_key": info.brain_key,
            "collection_name": info.collection_name,
            "message": f"The index '{old}' is now '{new}'",
        }

    def resolve_output(self, ctx: foo.ExecutionContext) -> types.Property:
        outputs = types.Object()
        outputs.str("message", label="Done")
        return types.Property(outputs, view=types.View(label="Milvus rename"))
