"""The threads of operators and of the panel's methods. FiftyOne has few for all of the
App: a search that waits for a model takes none of those."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import Semaphore
from typing import TypeVar

import fiftyone.operators as foo

from fiftyone_milvus.backend import runs
from fiftyone_milvus.dataset import models
from fiftyone_milvus.errors import Busy
from fiftyone_milvus.search import query_embedding
from fiftyone_milvus.search.request import SearchRequest

T = TypeVar("T")

MAX_THREADS = 64
MAX_JOBS = 4  # more would take the processor from searches
MAX_SEARCHES = 16  # of each kind that uses a model; the other threads need none
BUSY = (
    f"{MAX_SEARCHES} other searches are using models, or waiting for one to be loaded. "
    "Search again in a moment."
)

_pool = ThreadPoolExecutor(MAX_THREADS, thread_name_prefix="milvus-plugin")
_jobs = Semaphore(MAX_JOBS)
_searches_by_text = Semaphore(MAX_SEARCHES)
_slow_searches = Semaphore(MAX_SEARCHES)


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
    return _place(
        ctx,
        _jobs,
        f"The App already runs {MAX_JOBS} jobs, as many as it can while people "
        "search. Run this one on a worker, or wait until one of them ends.",
    )


def place_of_search(
    ctx: foo.ExecutionContext, request: SearchRequest
) -> AbstractContextManager[None]:
    """Limits how many searches at once embed images or many texts, or wait for a model
    to be loaded; and, apart from these, how many embed a few texts.

    Raises:
        Busy: if there are as many
    """
    terms = request.query.terms
    if not {"text", "image", "crop"} & {term.kind for term in terms}:
        return nullcontext()
    keys = [key for key in (request.brain_key, request.fuse_with) if key is not None]
    configs = [runs.config_of(ctx.dataset, key) for key in keys]
    loaded = all(models.is_loaded(each.model, each.model_kwargs) for each in configs)
    is_quick = loaded and query_embedding.embeds_little(terms)
    return _place(ctx, _searches_by_text if is_quick else _slow_searches, BUSY)


@contextmanager
def _place(
    ctx: foo.ExecutionContext, places: Semaphore, message: str
) -> Iterator[None]:
    if ctx.delegated:
        yield
        return
    if not places.acquire(blocking=False):
        raise Busy(message)
    try:
        yield
    finally:
        places.release()
