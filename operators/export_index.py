"""*Export index*: keep an index as a Parquet file on the server's disk."""

from __future__ import annotations

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.indexes import archive

from ..app import export_folders, forms, transfer_forms
from ..app.context import flag
from ..app.long_jobs import Work
from .base import LongOperator


class ExportIndex(LongOperator):
    """Exports an index; only an earlier export is ever overwritten."""

    name = "export_index"
    label = "Export index"
    description = "Keep an index as a Parquet file: ids, vectors and settings"
    icon = "file_download"
    risk = types.RiskLevel.MEDIUM

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
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

    def work(self, ctx: foo.ExecutionContext) -> Work:
        return transfer_forms.work(
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
