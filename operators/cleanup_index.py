"""*Clean up index*: delete an index, with its collection and its record."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import BrokenRecord

from ..app import forms
from .base import Operator


class CleanupIndex(Operator):
    """Deletes an index; a collection that this dataset doesn't own is kept."""

    name = "cleanup_index"
    label = "Clean up index"
    description = "Delete an index, and its collection if this dataset owns it"
    returns = (
        "Returns what was deleted: rows, the collection and the record; images and "
        "labels stay"
    )
    icon = "delete"
    risk = types.RiskLevel.HIGH

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        key = forms.index_choice(ctx, inputs, propose=False, damaged=True)
        if key is not None:
            text = _description(ctx.dataset, key)
            inputs.view("notice", types.Notice(label=text))

    def run(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        plan = runs.cleanup(ctx.dataset, ctx.params["brain_key"])
        if not ctx.delegated:
            ctx.ops.reload_dataset()
        return {**asdict(plan), "message": plan.done_message}


def _description(dataset: fo.Dataset, brain_key: str) -> str:
    try:
        info = runs.describe(dataset, brain_key)
    except BrokenRecord as e:
        return str(e)
    return (
        f"This deletes the record of the index '{info.brain_key}' (of "
        f"{info.patches_field or 'samples'}), and its collection "
        f"'{info.collection_name}' if this dataset owns it. No image, label or "
        "embeddings field is changed."
    )
