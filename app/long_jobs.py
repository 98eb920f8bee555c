"""Runs long jobs. Their progress is in the job that the panel shows, in the record of a
delegated run, and in the operator browser, as a stream."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextvars import Context, copy_context
from dataclasses import dataclass
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.progress import Progress, Report

from . import grid, threads
from .context import in_words
from .jobs import JobRecord


@dataclass(frozen=True)
class JobResult:
    """What a job returns: plain data, of which ``message`` is a sentence; the view that
    the grid is to show, if any; and the name of the App's panel to open below it."""

    data: dict[str, Any]
    view: fo.DatasetView | None = None
    open_panel: str | None = None


# It takes what to call with progress, and what to ask whether to stop
Work = Callable[[Report, Callable[[], bool]], JobResult]


def run(ctx: foo.ExecutionContext, brain_key: str, work: Work) -> Any:
    """Runs work on an index.

    Args:
        ctx: the context
        brain_key: the index
        work: the work

    Returns:
        the data of its result; or, in the operator browser, a generator of its progress

    Raises:
        Busy: if as many jobs run in this process as may at once
    """
    if _in_operator_browser(ctx):
        # a generator runs later, outside of the operator's connection scope
        return _streamed(ctx, brain_key, work, copy_context())
    result = _recorded(
        ctx, brain_key, work, lambda progress: _set_progress(ctx, progress)
    )
    if result.view is not None and not ctx.delegated:
        grid.show(ctx, result.view, grid.searched_from(ctx))
    return result.data


def _in_operator_browser(ctx: foo.ExecutionContext) -> bool:
    """Whether it was started there: not by the panel, which shows the job itself, and
    not by Python or a worker, which use the result."""
    return ctx.spaces is not None and not ctx.panel_id and not ctx.delegated


def _recorded(
    ctx: foo.ExecutionContext, brain_key: str, work: Work, show: Report
) -> JobResult:
    with threads.place_of_job(ctx), JobRecord(ctx, brain_key) as job:

        def report(progress: Progress) -> None:
            job.progress(progress)
            show(progress)

        result = work(report, job.cancelled)
        job.finished(result.data["message"])
    return result


def _set_progress(ctx: foo.ExecutionContext, progress: Progress) -> None:
    """Adds it to a delegated run's record."""
    ctx.set_progress(progress=_fraction(progress), label=_label(progress))


def _streamed(
    ctx: foo.ExecutionContext, brain_key: str, work: Work, context: Context
) -> Iterator[Any]:
    """Runs the work in a thread, and passes its progress to the operator browser."""
    events: queue.Queue[Progress | JobResult | str] = queue.Queue()

    def run_and_report() -> None:
        try:
            events.put(_recorded(ctx, brain_key, work, events.put))
        except Exception as e:  # shown to the person below
            events.put(in_words(e))

    threading.Thread(target=context.run, args=(run_and_report,), daemon=True).start()
    while isinstance(event := events.get(), Progress):
        yield ctx.ops.set_progress(label=_label(event), progress=_fraction(event))
    yield ctx.ops.reload_dataset()
    if isinstance(event, str):
        output, text = types.Error, event
    else:
        output, text = types.Success, event.data["message"]
        if event.view is not None:
            yield ctx.ops.set_view(event.view)
        if event.open_panel is not None:
            yield ctx.ops.open_panel(event.open_panel, layout="vertical")
    yield ctx.ops.show_output(_message(output, text), {"message": text})


def _message(view: type[types.View], text: str) -> Any:
    outputs = types.Object()
    outputs.view("message", view(label=text))
    return types.Property(outputs).to_json()


def _fraction(progress: Progress) -> float:
    return progress.done / progress.total if progress.total else 0.0


def _label(progress: Progress) -> str:
    of = f"{progress.done:,} of {progress.total:,} {progress.unit}"
    text = f"{progress.activity}: {of}"
    if progress.rate and progress.remaining is not None:
        text += f", {progress.rate:.0f}/s, {progress.remaining:.0f} s left"
    if progress.bottleneck:
        text += f", bottleneck: {progress.bottleneck}"
    if progress.failed:
        text += f", {progress.failed:,} without a vector"
    return text
