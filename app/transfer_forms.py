"""What moving, exporting and importing share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.indexes import archive, move
from fiftyone_milvus.progress import Report

from . import export_folders, forms
from .context import connection
from .long_jobs import perform

Result = move.Moved | archive.Exported | archive.Imported


def run(
    ctx: foo.ExecutionContext,
    work: Callable[..., Result],
    summary: Callable[[Any], str],
    *args: Any,
    **kwargs: Any,
) -> Any:
    """Does the work on the dataset's index, and says in a sentence what it did.

    Args:
        ctx: the context
        work: a function of ``fiftyone_milvus.indexes.move`` or ``files``
        summary: the sentence for what it returns
        *args: what the function takes after the dataset and the brain key
        **kwargs: its keyword arguments, other than those of every such function
    """
    key = ctx.params["brain_key"]

    def done(report: Report, cancelled: Callable[[], bool]) -> dict[str, Any]:
        result = work(
            ctx.dataset,
            key,
            *args,
            progress=report,
            cancelled=cancelled,
            **kwargs,
            **connection(ctx),
        )
        return {**asdict(result), "message": summary(result)}

    return perform(ctx, key, done)


def check_path(ctx: foo.ExecutionContext, inputs: types.Object) -> None:
    """Marks the input ``path`` if the App may not use the file that it names. The panel
    has a form of its own, and shows what running the operator says."""
    if ctx.panel_id:
        return
    try:
        export_folders.check(ctx.params.get("path"))
    except InvalidRequest as e:
        forms.problem(inputs, "path", str(e))


def with_note(text: str, note: str | None) -> str:
    return f"{text}. {note}" if note else text
