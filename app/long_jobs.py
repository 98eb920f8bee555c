"""Runs work that takes long, with its progress wherever it runs: in the panel and in a
delegated run's record by way of the job, in the operator browser as a stream."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo

from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.progress import Progress, Report

from . import forms
from .context import in_words
from .jobs import JobRecord

# Given what to call with progress, and what to ask whether to stop; its result is plain
# data with a "message"
Work = Callable[[Report, Callable[[], bool]], dict[str, Any]]

# Triggers what the App is to show of the work that was done, if anything
Show = Callable[[], Any]

# FiftyOne runs all operators and all methods of panels in these threads of the App
THREADS = fo.config.max_thread_pool_workers or ThreadPoolExecutor()._max_workers
FOR_OTHERS = 2  # of them, in which people can search whatever else runs
JOBS_AT_ONCE = max(1, THREADS - FOR_OTHERS)

_places = threading.Semaphore(JOBS_AT_ONCE)


def perform(
    ctx: foo.ExecutionContext,
    brain_key: str,
    work: Work,
    show: Show = lambda: None,
) -> Any:
    """Runs work on an index.

    Args:
        ctx: the context
        brain_key: the index
        work: the work
        show: called after it, unless it runs on a worker, which has no App

    Returns:
        the work's result; or, in the operator browser, a generator of its progress

    Raises:
        InvalidRequest: if as many jobs run in this process as may at once
    """
    if _in_operator_browser(ctx):
        return _streamed(ctx, brain_key, work, show)
    result = _recorded(ctx, brain_key, work, lambda progress: _tell(ctx, progress))
    if not ctx.delegated:
        show()
    return result


def _in_operator_browser(ctx: foo.ExecutionContext) -> bool:
    """Whether a person started it there: not a panel, which shows the job itself, and
    not Python or a worker, who want the result."""
    return ctx.spaces is not None and not ctx.panel_id and not ctx.delegated


@contextmanager
def _place(ctx: foo.ExecutionContext) -> Iterator[None]:
    """One of the App's few places for jobs, while one runs; a worker needs none."""
    if ctx.delegated:
        yield
        return
    if not _places.acquire(blocking=False):
        raise InvalidRequest(
            f"The App runs {JOBS_AT_ONCE} jobs already, which is as many as it can do "
            "while people search. Run this one on a worker, or wait until one of them "
            "ends."
        )
    try:
        yield
    finally:
        _places.release()


def _recorded(
    ctx: foo.ExecutionContext, brain_key: str, work: Work, tell: Report
) -> dict[str, Any]:
    with _place(ctx), JobRecord(ctx, brain_key) as job:

        def report(now: Progress) -> None:
            job.progress(now)
            tell(now)

        result = work(report, job.cancelled)
        job.finished(result["message"])
    return result


def _tell(ctx: foo.ExecutionContext, progress: Progress) -> None:
    """For a delegated run's record."""
    ctx.set_progress(progress=_fraction(progress), label=_label(progress))


def _streamed(
    ctx: foo.ExecutionContext, brain_key: str, work: Work, show: Show
) -> Iterator[Any]:
    """Runs the work in a thread, and passes its progress to the operator browser."""
    events: queue.Queue[Progress | dict[str, Any] | Exception] = queue.Queue()

    def run() -> None:
        try:
            events.put(_recorded(ctx, brain_key, work, events.put))
        except Exception as e:  # shown to the person below
            events.put(e)

    threading.Thread(target=run, daemon=True).start()
    while isinstance(event := events.get(), Progress):
        yield ctx.ops.set_progress(label=_label(event), progress=_fraction(event))
    failed = isinstance(event, Exception)
    message = in_words(event) if isinstance(event, Exception) else event["message"]
    yield ctx.ops.reload_dataset()
    if not failed and (shown := show()) is not None:
        yield shown
    output = forms.message(message, failed).to_json()
    yield ctx.ops.show_output(output, {"message": message})


def _fraction(progress: Progress) -> float:
    return progress.done / progress.total if progress.total else 0.0


def _label(progress: Progress) -> str:
    text = f"{progress.phase}: {progress.done:,} of {progress.total:,} {progress.unit}"
    if progress.rate and progress.remaining is not None:
        text += f", {progress.rate:.0f}/s, {progress.remaining:.0f} s left"
    if progress.bottleneck:
        text += f", bottleneck: {progress.bottleneck}"
    if progress.failed:
        text += f", {progress.failed:,} gave no vector"
    return text
