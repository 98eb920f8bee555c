"""*Export index*: keep an index as a Parquet file on the server's disk."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.managing import files

from . import schema, transfers
from .context import without_causes


class ExportIndex(foo.Operator):
    """Exports an index; only an earlier export is ever overwritten."""

    @property
    def config(self) -> foo.OperatorConfig:
        return schema.config(
            name="export_index",
            label="Milvus: Export index",
            description="Keep an index as a Parquet file: ids, vectors and settings",
            icon="file_download",
            risk=types.RiskLevel.MEDIUM,
            streams=True,
        )

    def resolve_input(self, ctx: foo.ExecutionContext) -> types.Property:
        inputs = types.Object()
        schema.index_choice(ctx, inputs)
        inputs.str(
            "path",
            required=True,
            label="File",
            description=(
                "Its path on the machine where this runs, such as "
                "/data/index.parquet; the folder must exist"
            ),
        )
        if not ctx.params.get("path"):
            schema.problem(inputs, "path", "Type the path of the file to write")
        inputs.bool(
            "overwrite",
            default=False,
            label="Overwrite an earlier export",
            description="Another kind of file is never overwritten",
        )
        return types.Property(inputs, view=types.View(label="Export Milvus index"))

    @without_causes
    def execute(self, ctx: foo.ExecutionContext) -> Any:
        return transfers.run(
            ctx,
            files.export_index,
            _summary,
            ctx.params["path"],
            overwrite=bool(ctx.params.get("overwrite", False)),
        )


def _summary(exported: files.Exported) -> str:
    return (
        f"Wrote {exported.rows:,} vectors to {exported.path} "
        f"({exported.bytes / 1e6:,.1f} MB) in {exported.seconds:.0f} s"
    )
