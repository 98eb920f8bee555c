"""*Export index*: keep an index as a Parquet file on the server's disk."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.indexes import archive

from ..app import export_folders, forms, transfer_forms
from ..app.context import flag, without_causes


class ExportIndex(foo.Operator):
    """Exports an index; only an earlier export is ever overwritten."""

    @property
    def config(self) -> foo.OperatorConfig:
        return forms.config(
            name="export_index",
            label="Milvus: Export index",
            description="Keep an index as a Parquet file: ids, vectors and settings",
            icon="file_download",
            risk=types.RiskLevel.MEDIUM,
            streams=True,
        )

    def resolve_input(self, ctx: foo.ExecutionContext) -> types.Property:
        inputs = types.Object()
        forms.index_choice(ctx, inputs)
        inputs.str(
            "path",
            required=True,
            label="File",
            description=f"{export_folders.DESCRIPTION} {export_folders.names()}",
        )
        transfer_forms.check_path(ctx, inputs)
        inputs.bool(
            "overwrite",
            default=False,
            label="Overwrite an earlier export",
            description="Another kind of file is never overwritten",
        )
        return types.Property(inputs, view=types.View(label="Export Milvus index"))

    @without_causes
    def execute(self, ctx: foo.ExecutionContext) -> Any:
        return transfer_forms.run(
            ctx,
            archive.export_index,
            _summary,
            export_folders.check_to_write(ctx.params["path"]),
            overwrite=flag(ctx, "overwrite"),
        )


def _summary(exported: archive.Exported) -> str:
    return (
        f"Wrote {exported.rows:,} vectors to {exported.path} "
        f"({exported.bytes / 1e6:,.1f} MB) in {exported.seconds:.0f} s"
    )
