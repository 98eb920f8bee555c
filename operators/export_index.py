"""*Export index*: write an index to a Parquet file on the server's disk."""

from __future__ import annotations

from collections.abc import Callable

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.indexes import archive
from fiftyone_milvus.progress import Report

from ..app import export_folders, forms, transfer_forms, transfers
from ..app.context import flag
from ..app.labels import LABELS
from ..app.long_jobs import JobResult, Work
from .base import LongOperator


class ExportIndex(LongOperator):
    """Exports an index; overwrites nothing but an earlier export."""

    name = "export_index"
    label = "Export index"
    description = "Write an index to a Parquet file: ids, vectors and settings"
    returns = (
        "Returns path, rows, bytes and seconds; existing files stay unless "
        "overwrite is true"
    )
    icon = "file_download"
    risk = types.RiskLevel.MEDIUM

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        forms.index_choice(ctx, inputs)
        transfer_forms.transfer(inputs)
        inputs.str(
            "path",
            required="transfer" not in ctx.params,
            label=LABELS["path"],
            description=export_folders.hint(),
        )
        transfer_forms.check_path(ctx, inputs)
        inputs.bool(
            "overwrite",
            default=False,
            label=LABELS["overwrite"],
            description="Other files are never overwritten",
        )

    def work(self, ctx: foo.ExecutionContext) -> Work:
        if token := ctx.params.get("transfer"):
            return _to_download(ctx, token)
        return transfer_forms.work(
            ctx,
            archive.export_index,
            _summary,
            export_folders.check_to_write(ctx.params["path"]),
            overwrite=flag(ctx, "overwrite"),
        )


def _to_download(ctx: foo.ExecutionContext, token: str) -> Work:
    path = transfers.file(token)
    work = transfer_forms.work(ctx, archive.export_index, _prepared, path)

    def export_to_download(report: Report, cancelled: Callable[[], bool]) -> JobResult:
        try:
            return work(report, cancelled)
        except BaseException:
            transfers.end(token)
            raise

    return export_to_download


def _prepared(exported: archive.Exported) -> str:
    return (
        f"Exported {exported.rows:,} vectors to download ({exported.bytes / 1e6:,.1f} "
        f"MB) in {exported.seconds:.0f} s"
    )


def _summary(exported: archive.Exported) -> str:
    return (
        f"Wrote {exported.rows:,} vectors to {exported.path} "
        f"({exported.bytes / 1e6:,.1f} MB) in {exported.seconds:.0f} s"
    )
