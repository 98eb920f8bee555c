"""*Import index*: make an index of a file that *Export index* wrote."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.dataset import names
from fiftyone_milvus.indexes import archive

from ..app import export_folders, forms, transfer_forms
from ..app.context import without_causes

DEFAULT_KEY = "imported"


class ImportIndex(foo.Operator):
    """Imports an index; rows of samples that the dataset lacks are left out."""

    @property
    def config(self) -> foo.OperatorConfig:
        return forms.config(
            name="import_index",
            label="Milvus: Import index",
            description="Make an index of a file that was exported",
            icon="file_upload",
            risk=types.RiskLevel.MEDIUM,
            streams=True,
        )

    def resolve_input(self, ctx: foo.ExecutionContext) -> types.Property:
        inputs = types.Object()
        inputs.str(
            "path",
            required=True,
            label="File",
            description=(
                f"{export_folders.DESCRIPTION} {export_folders.names()}. Its rows are "
                "matched by the ids of samples and labels."
            ),
        )
        transfer_forms.check_path(ctx, inputs)
        free = forms.free_key(ctx.dataset, DEFAULT_KEY)
        inputs.str("brain_key", required=True, default=free, label="Brain key")
        key = ctx.params.get("brain_key", free)
        problem = names.brain_key_problem(ctx.dataset, key or "")
        if problem is not None:
            forms.problem(inputs, "brain_key", problem)
        return types.Property(inputs, view=types.View(label="Import Milvus index"))

    @without_causes
    def execute(self, ctx: foo.ExecutionContext) -> Any:
        path = export_folders.check(ctx.params["path"])
        return transfer_forms.run(ctx, archive.import_index, _summary, path)


def _summary(imported: archive.Imported) -> str:
    text = (
        f"Made the index '{imported.brain_key}' of {imported.rows:,} vectors in "
        f"{imported.seconds:.0f} s"
    )
    if imported.skipped:
        text += f"; {imported.skipped:,} were of what this dataset lacks"
    return transfer_forms.with_note(text, imported.note)
