"""What moving, exporting, importing and copying share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.indexes import archive, move
from fiftyone_milvus.indexes.copy_index import Copied
from fiftyone_milvus.progress import Report
from fiftyone_milvus.store import settings

from . import export_folders, forms
from .long_jobs import JobResult, Work

Transferred = move.Moved | archive.Exported | archive.Imported | Copied


def work(
    ctx: foo.ExecutionContext,
    transfer: Callable[..., Transferred],
    summary: Callable[[Any], str],
    *args: Any,
    **kwargs: Any,
) -> Work:
    """The work that moves, exports, imports or copies the dataset's index, and says in
    a sentence what it did.

    Args:
        ctx: the context
        transfer: a function of ``fiftyone_milvus.indexes``
        summary: the sentence for what it returns
        *args: what the function takes after the dataset and the brain key
        **kwargs: its keyword arguments, other than those of every such function
    """

    def transfer_index(report: Report, cancelled: Callable[[], bool]) -> JobResult:
        result = transfer(
            ctx.dataset,
            ctx.params["brain_key"],
            *args,
            progress=report,
            cancelled=cancelled,
            **kwargs,
        )
        return JobResult({**asdict(result), "message": summary(result)})

    return transfer_index


def destinations() -> list[dict[str, str]]:
    """The Milvus that indexes can be moved to without typing an address: those in the
    list of servers, the configured one, and the embedded one.

    Returns:
        of each its address as ``uri``, and a ``label``

    Raises:
        InvalidRequest: if what is configured or listed can't be right
    """
    listed = settings.servers().items()
    labels = {server.address: f"{name} ({server.address})" for name, server in listed}
    configured = settings.resolve()
    if configured.uri is not None:
        labels.setdefault(configured.address, configured.address)
    labels[settings.EMBEDDED] = "Embedded Milvus"
    return [{"uri": uri, "label": label} for uri, label in labels.items()]


def transfer(inputs: types.Object) -> None:
    """The input for a file that the panel downloads or uploads, in place of a path."""
    inputs.str("transfer", required=False, view=types.HiddenView())


def check_path(ctx: foo.ExecutionContext, inputs: types.Object) -> None:
    """Marks the input ``path`` if the App may not use the file that it names. The panel
    has a form of its own, and shows what running the operator says."""
    if ctx.panel_id or ctx.params.get("transfer"):
        return
    try:
        export_folders.check(ctx.params.get("path"))
    except InvalidRequest as e:
        forms.problem(inputs, "path", str(e))


def with_note(text: str, note: str | None) -> str:
    return f"{text}. {note}" if note else text
