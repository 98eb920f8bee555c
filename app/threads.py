"""The threads of operators and of the panel's methods, and how many may work at once.
FiftyOne has few threads for all of the App: a search that waits for a model takes none
of those."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from threading import Semaphore
from typing import TypeVar

import fiftyone.operators as foo

from fiftyone_milvus.errors import Busy

T = TypeVar("T")

MAX_THREADS = 64
MAX_JOBS = 4  # more would take the processor from searches

_pool = ThreadPoolExecutor(MAX_THREADS, thread_name_prefix="milvus-plugin")
_jobs = Semaphore(MAX_JOBS)


async def run(
    function: Callable[[foo.ExecutionContext], T], ctx: foo.ExecutionContext
) -> T:
    """Calls a function in one of the threads."""
    return await asyncio.get_running_loop().run_in_executor(_pool, function, ctx)


def place_of_job(ctx: foo.ExecutionContext) -> AbstractContextManager[None]:
    """Limits how many jobs the App runs at once; a worker runs one.

    Raises:
        Busy: if it runs as many
    """
    return place(
        ctx,
        _jobs,
        f"The App already runs {MAX_JOBS} jobs, as many as it can while people "
        "search. Run this one on a worker, or wait until one of them ends.",
    )


@contextmanager
def place(ctx: foo.ExecutionContext, places: Semaphore, message: str) -> Iterator[None]:
    """Takes one of some places in the App; a worker needs none.

    Raises:
        Busy: with the message, if none is free
    """
    if ctx.delegated:
        yield
        return
    if not places.acquire(blocking=False):
        raise Busy(message)
    try:
        yield
    finally:
        places.release()
