"""Seconds, megabytes, recall, and the tables they go into."""

from __future__ import annotations

import ctypes
import gc
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import psutil

SAMPLE_SECONDS = 0.02
Value = float | str | None


class PeakMemory:
    """How much this process grew, at most, while the block ran: ``megabytes``."""

    megabytes = 0.0

    def __enter__(self) -> PeakMemory:
        gc.collect()
        if sys.platform == "linux":
            # what an earlier block freed must not hide what this one takes
            ctypes.CDLL(None).malloc_trim(0)
        self._process = psutil.Process()
        self._before = self._process.memory_info().rss
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._done.wait(SAMPLE_SECONDS):
            grown = self._process.memory_info().rss - self._before
            self.megabytes = max(self.megabytes, grown / 1e6)


def seconds(function: Callable[[], object]) -> float:
    """How long a call takes."""
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def attempt(function: Callable[[], float]) -> Value:
    """What a call returns; the name of its error, if it can't."""
    try:
        return function()
    except Exception as e:
        return type(e).__name__


def recall(found: Sequence[Sequence[str]], truth: Sequence[Sequence[str]]) -> float:
    """The share of the true neighbors that were found, over all queries."""
    pairs = list(zip(found, truth, strict=True))
    right = sum(len(set(ids[: len(wanted)]) & set(wanted)) for ids, wanted in pairs)
    return right / sum(len(wanted) for _, wanted in pairs)


@dataclass
class Table:
    """Rows of values, a column for each contender; with ``versus``, ratios too."""

    title: str
    columns: Sequence[str]
    versus: str | None = None
    rows: list[list[str]] = field(default_factory=list)

    def add(
        self,
        label: str,
        values: dict[str, Value],
        form: str = ",.0f",
        ratio: bool = True,
    ) -> None:
        """Adds a row; ``values`` are those of the columns by name."""
        row = [label, *(_text(values.get(name), form) for name in self.columns)]
        base = values.get(self.versus) if self.versus and ratio else None
        row += [_ratio(values.get(name), base) for name in self._compared()]
        self.rows.append(row)

    def show(self) -> None:
        """Prints it."""
        ratios = [f"{name}/{self.versus}" for name in self._compared()]
        rows = [[self.title, *self.columns, *ratios], *self.rows]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        rule = ["-" * width for width in widths]
        for row in (rows[0], rule, *rows[1:]):
            first, *rest = row
            cells = [first.ljust(widths[0])]
            cells += [c.rjust(w) for c, w in zip(rest, widths[1:], strict=True)]
            print("  ".join(cells).rstrip())
        print(flush=True)

    def _compared(self) -> list[str]:
        return [n for n in self.columns if n != self.versus] if self.versus else []


def median(values: Sequence[float]) -> float:
    """The p50."""
    return float(np.median(values))


def _text(value: Value, form: str) -> str:
    if value is None:
        return "-"
    return value if isinstance(value, str) else format(value, form)


def _ratio(value: Value, base: Value) -> str:
    if isinstance(value, float) and isinstance(base, float) and base:
        return f"{value / base:.2f}"
    return ""
