"""Threads that run in the context of their caller."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

T = TypeVar("T")


class ContextThreadPool(ThreadPoolExecutor):
    """A pool whose calls see the context variables of the caller, such as the current
    connection settings, as those of ``asyncio.to_thread`` do."""

    def submit(  # also what map() calls
        self, function: Callable[..., T], /, *args: Any, **kwargs: Any
    ) -> Future[T]:
        return super().submit(copy_context().run, function, *args, **kwargs)
