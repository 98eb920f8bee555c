"""The threads of operators and of the panel's methods. FiftyOne has few for all of the
App: a search that waits for a model takes none of those."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from threading import Semaphore
from typing import Any, TypeVar

import fiftyone.operators as foo

from fiftyone_milvus.backend import runs
from fiftyone_milvus.backend.config import MilvusSimilarityConfig
from fiftyone_milvus.dataset import models
from fiftyone_milvus.errors import Busy
from fiftyone_milvus.searches import query_embedding
from fiftyone_milvus.searches.request import SearchRequest

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
_waiting: dict[str, list[MilvusSimilarityConfig]] = {}  # panels' searches, for models


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


@contextmanager
def place_of_search(
    ctx: foo.ExecutionContext, request: SearchRequest, other: str | None = None
) -> Iterator[None]:
    """Limits how many searches at once embed images or many texts, or wait for a model
    to be loaded; and, apart from these, how many embed a few texts.

    Args:
        ctx: the context
        request: the search
        other: another index, of which the same is searched for

    Raises:
        Busy: if there are as many
    """
    terms = request.query.terms
    if not {"text", "image", "crop"} & {term.kind for term in terms}:
        yield
        return
    keys = {key for key in (request.brain_key, request.fuse_with, other) if key}
    configs = [runs.config_of(ctx.dataset, key) for key in keys]
    missing = [
        each for each in configs if not models.is_loaded(each.model, each.model_kwargs)
    ]
    is_quick = not missing and query_embedding.embeds_little(terms)
    with _place(ctx, _searches_by_text if is_quick else _slow_searches, BUSY):
        _waiting[str(ctx.panel_id)] = missing
        try:
            yield
        finally:
            _waiting.pop(str(ctx.panel_id), None)


def loading(ctx: foo.ExecutionContext) -> dict[str, Any] | None:
    """The model that the panel's search waits for, which is being loaded, and for how
    many seconds it is; ``None`` if it waits for none."""
    for config in _waiting.get(str(ctx.panel_id), ()):
        seconds = models.loading_seconds(config.model, config.model_kwargs)
        if seconds is not None:
            return {"model": config.model, "seconds": int(seconds)}
    return None


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
