"""Where a search's time goes."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, TypeVar

T = TypeVar("T")
Stage = Literal["ids", "milvus", "ranking"]


@dataclass(frozen=True)
class Seconds:
    """Seconds by stage: MongoDB's answers about a view, Milvus's calls, and ranking
    in this process."""

    ids: float = 0.0
    milvus: float = 0.0
    ranking: float = 0.0

    def __add__(self, other: Seconds) -> Seconds:
        return Seconds(
            self.ids + other.ids,
            self.milvus + other.milvus,
            self.ranking + other.ranking,
        )


class Stopwatch:
    """Adds up the seconds of each stage; a stage inside another counts alone."""

    def __init__(self) -> None:
        self._spent: dict[Stage, float] = {}

    @contextmanager
    def timing(self, stage: Stage) -> Iterator[None]:
        """Counts the block's time."""
        started, before = time.perf_counter(), sum(self._spent.values())
        try:
            yield
        finally:
            inner = sum(self._spent.values()) - before
            took = time.perf_counter() - started - inner
            self._spent[stage] = self._spent.get(stage, 0.0) + took

    def each(self, stage: Stage, values: Iterable[T]) -> Iterator[T]:
        """Counts the time that it takes to get each of the values, not to use it."""
        rest = iter(values)
        while True:
            with self.timing(stage):
                try:
                    value = next(rest)
                except StopIteration:
                    return
            yield value

    @property
    def seconds(self) -> Seconds:
        """What was counted so far."""
        return Seconds(**self._spent)
