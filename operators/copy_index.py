"""*Copy index*: create an index from a similarity run of another backend."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.backend import runs
from fiftyone_milvus.indexes.copy_index import Copied, copy_index

from ..app import forms, transfer_forms
from ..app.labels import LABELS
from ..app.long_jobs import Work
from .base import LongOperator

NONE = "This dataset has no similarity index of another backend"


class CopyIndex(LongOperator):
    """Copies an index of another backend, without embedding anything again."""

    name = "copy_index"
    label = "Copy index"
    description = "Copy a similarity index of another backend into Milvus"
    returns = (
        "Returns rows, skipped (vectors whose samples the dataset lacks, or that can't "
        "be indexed), collection_name and seconds; the index that is copied stays"
    )
    icon = "content_copy"
    risk = types.RiskLevel.MEDIUM

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        others = runs.of_other_backends(ctx.dataset)
        only = next(iter(others)) if len(others) == 1 else None
        forms.choice(
            inputs,
            "from_key",
            {key: f"{key} ({backend})" for key, backend in others.items()},
            ctx.params.get("from_key"),
            required=True,
            default=only,
            label=LABELS["from_key"],
        )
        if not others:
            forms.problem(inputs, "from_key", NONE)
        forms.new_key(ctx, inputs, default=forms.free_key(ctx.dataset))

    def work(self, ctx: foo.ExecutionContext) -> Work:
        from_key = ctx.params["from_key"]

        def copy_from(dataset: fo.Dataset, brain_key: str, **kwargs: Any) -> Copied:
            return copy_index(dataset, from_key, brain_key, **kwargs)

        return transfer_forms.work(ctx, copy_from, _summary)


def _summary(copied: Copied) -> str:
    text = (
        f"Copied {copied.rows:,} vectors of '{copied.from_key}' ({copied.backend}) to "
        f"the index '{copied.brain_key}' in {copied.seconds:.0f} s"
    )
    if copied.skipped:
        text += f"; skipped {copied.skipped:,} that can't be indexed here"
    return text
