"""*Rename index*: change the brain key of an index."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.backend import runs

from ..app import forms
from .base import Operator


class RenameIndex(Operator):
    """Renames an index's record, and the brain key that its collection stores."""

    name = "rename_index"
    label = "Rename index"
    description = "Change the brain key of an index"
    returns = "Returns brain_key and collection_name; the vectors stay where they are"
    icon = "edit"
    risk = types.RiskLevel.MEDIUM

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        forms.index_choice(ctx, inputs)
        forms.new_key(ctx, inputs, "new_brain_key", label="New brain key")

    def run(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        old, new = ctx.params["brain_key"], ctx.params["new_brain_key"]
        info = runs.rename(ctx.dataset, old, new)
        if not ctx.delegated:
            ctx.ops.reload_dataset()
        return {
            "brain_key": info.brain_key,
            "collection_name": info.collection_name,
            "message": f"The index '{old}' is now '{new}'",
        }
