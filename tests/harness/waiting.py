"""Waiting for what happens elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

PATIENCE_SECONDS = 250


def wait_until(check: Callable[[], bool], running: Any = None) -> None:
    """Waits until something is so; fails where ``running``, a future, ends before."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not check():
        assert time.monotonic() < until, "It didn't happen"
        if running is not None and running.done():
            raise AssertionError(f"It ended before: {running.exception()}")
        time.sleep(0.02)
