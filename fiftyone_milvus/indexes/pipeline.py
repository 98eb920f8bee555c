"""Stages of a pipeline that run at the same time, each item in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from typing import Any, TypeVar

from ..threads import ContextThreadPool

T = TypeVar("T")

END: Any = object()


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


def _ended(item: T, work: Future[None]) -> T:
    work.result()
    return item
