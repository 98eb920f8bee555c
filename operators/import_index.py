"""*Import index*: create an index from a file that *Export index* wrote."""

from __future__ import annotations

from collections.abc import Callable

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.errors import VectorSearchError
from fiftyone_milvus.indexes import archive
from fiftyone_milvus.progress import Report

from ..app import export_folders, forms, transfer_forms, transfers
from ..app.labels import LABELS
from ..app.long_jobs import JobResult, Work
from .base import LongOperator

DEFAULT_KEY = "imported"


class ImportIndex(LongOperator):
    """Imports an index, without the rows of samples that aren't in the dataset."""

    name = "import_index"
    label = "Import index"
    description = "Create an index from an exported file"
    returns = (
        "Returns rows, skipped (rows whose samples the dataset lacks), "
        "collection_name and seconds"
    )
    icon = "file_upload"
    risk = types.RiskLevel.MEDIUM

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        transfer_forms.transfer(inputs)
        inputs.str(
            "path",
            required="transfer" not in ctx.params,
            label=LABELS["path"],
            description=(
                f"{export_folders.hint()}. Vectors are matched by the ids of samples "
                "and labels."
            ),
        )
        transfer_forms.check_path(ctx, inputs)
        forms.new_key(ctx, inputs, default=forms.free_key(ctx.dataset, DEFAULT_KEY))

    def work(self, ctx: foo.ExecutionContext) -> Work:
        if token := ctx.params.get("transfer"):
            return _uploaded(ctx, token)
        path = export_folders.check(ctx.params["path"])
        return transfer_forms.work(ctx, archive.import_index, _summary, path)


def _uploaded(ctx: foo.ExecutionContext, token: str) -> Work:
    path = transfers.file(token)
    work = transfer_forms.work(ctx, archive.import_index, _summary, path)

    def import_uploaded(report: Report, cancelled: Callable[[], bool]) -> JobResult:
        try:
            return work(report, cancelled)
        except VectorSearchError as e:
            # where it was on the server means nothing to the person
            raise type(e)(str(e).replace(str(path), "the uploaded file")) from e
        finally:
            transfers.end(token)

    return import_uploaded


def _summary(imported: archive.Imported) -> str:
    text = (
        f"Created the index '{imported.brain_key}' of {imported.rows:,} vectors in "
        f"{imported.seconds:.0f} s"
    )
    if imported.skipped:
        text += f"; skipped {imported.skipped:,} that aren't of this dataset"
    return transfer_forms.with_note(text, imported.note)
