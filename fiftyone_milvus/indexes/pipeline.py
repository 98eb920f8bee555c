"""The batches of a build and its result; stages of a pipeline that run at the same
time, each item in order; and patience with a server."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

import fiftyone as fo

from ..dataset.sources import Embedded, Item, Source
from ..errors import ServerUnavailable
from ..progress import Failure
from ..threads import ContextThreadPool

T = TypeVar("T")
R = TypeVar("R")

END: Any = object()
# Samples that are embedded at a time: at least forty steps of progress; ten where the
# vectors are there already, which is quick. A kill loses at most two batches, one that
# is embedded and one that is written
MIN_BATCH, MAX_BATCH, STEPS = 8, 256, 40
MIN_BATCH_OF_FIELD, MAX_BATCH_OF_FIELD, STEPS_OF_FIELD = 16, 1_024, 10
PATIENCE_SECONDS, RETRY_SECONDS = 60.0, 1.0


@dataclass(frozen=True)
class Built:
    """The result of a build: ``rows`` in the index, rows that this call ``embedded``,
    and how many ``failed`` to give a vector (``failures`` lists the first thousand)."""

    brain_key: str
    collection_name: str
    rows: int
    embedded: int
    samples: int
    failed: int
    failures: tuple[Failure, ...]
    seconds: float


@dataclass
class Batch:
    """Samples that are read, embedded and written together.

    Args:
        chunk: the samples
        samples: how many
        wanted: the rows to embed; ``None`` for all
        embedded: their vectors
        filter_values: of each of its rows, by primary key; only where Ray's workers
            write them
        rows: how many rows were written
        failures: what gave no vector
    """

    chunk: fo.DatasetView
    samples: int
    wanted: list[Item] | None = None
    embedded: Embedded | None = None
    filter_values: dict[str, dict[str, Any]] | None = None
    rows: int = 0
    failures: list[Failure] = field(default_factory=list)


def batch_size(source: Source, total: int) -> int:
    """How many of so many samples a batch has; of a model, whole ones of its own."""
    if not source.embeds:
        least, most, steps = MIN_BATCH_OF_FIELD, MAX_BATCH_OF_FIELD, STEPS_OF_FIELD
        return min(most, max(least, total // steps))
    size = min(MAX_BATCH, max(MIN_BATCH, total // STEPS))
    at_once = source.batch_size or 1
    return -(-size // at_once) * at_once


def ahead(items: Iterator[T]) -> Generator[T, None, None]:
    """Computes each item in a thread, while the one before is used."""
    with ContextThreadPool(1) as pool:
        coming = pool.submit(next, items, END)
        while (item := coming.result()) is not END:
            coming = pool.submit(next, items, END)
            yield item


def done_in_turn(
    function: Callable[[T], None], items: Iterator[T], at_once: int
) -> Generator[T, None, None]:
    """Calls a function for several items at a time, each in a thread; yields the items
    in order, each once its call has returned."""
    with ContextThreadPool(at_once) as pool:
        under_way: deque[tuple[T, Future[None]]] = deque()
        for item in items:
            under_way.append((item, pool.submit(function, item)))
            if len(under_way) == at_once:
                yield _ended(*under_way.popleft())
        while under_way:
            yield _ended(*under_way.popleft())


def patiently(
    cancelled: Callable[[], bool], call: Callable[..., R], *args: Any, **kwargs: Any
) -> R:
    """Calls what may be called twice; and again while a server does not answer, as when
    a part of a cluster is started again, for a minute at most."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return call(*args, **kwargs)
        except ServerUnavailable:
            if time.monotonic() > end or cancelled():
                raise
        time.sleep(RETRY_SECONDS)


def _ended(item: T, work: Future[None]) -> T:
    work.result()
    return item
