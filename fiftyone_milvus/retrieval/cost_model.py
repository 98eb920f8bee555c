"""What each way to search costs on a server: guessed at first, then learned.

A guess has a form, measured once (100,000 and 30,000 vectors of dimension 512 on two
cores); how far this machine, server and index are from it is learned from the searches
that are made, as a moving average. So nothing is measured for its own sake.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ..store.row_search import IndexedRows

Way = Literal["look", "express", "push", "fetch", "scan", "ids", "holding"]

DIM = 512  # of the vectors that the guesses were measured with
WEIGHT = 0.3  # of the newest search in the average
MOST = 4.0  # a search that took longer than so many guesses had bad luck
REMEMBERED = 256  # indexes
SIZE_SECONDS = 30.0  # for guesses, an older size will do


@dataclass(frozen=True)
class Guess:
    """``fixed + each * units + row * rows`` seconds."""

    fixed: float
    each: float
    row: float = 0.0


SERVER: dict[Way, Guess] = {
    "look": Guess(0.010, 35e-6),  # matches
    "express": Guess(0.015, 35e-6, 0.5e-6),  # matches
    "push": Guess(0.012, 15e-6),  # ids
    "fetch": Guess(0.006, 170e-6),  # vectors
    "scan": Guess(0.020, 0, 95e-6),
    "ids": Guess(0.003, 3e-6, 1e-6),  # ids of a view, rows of the index
    "holding": Guess(0.002, 8e-6),  # matches
}
EMBEDDED: dict[Way, Guess] = {
    **SERVER,
    "look": Guess(0.005, 60e-6, 6e-6),
    "express": Guess(0.005, 60e-6, 12e-6),
    "push": Guess(0.005, 8e-6, 0.65e-6),
    "fetch": Guess(0.008, 260e-6),
}


class Costs:
    """The costs of searching one index in this process.

    Args:
        guesses: a guess for each way
        dim: the dimension of the vectors
    """

    def __init__(self, guesses: dict[Way, Guess], dim: int = DIM) -> None:
        self._guesses = guesses
        self._longer: dict[Way, float] = {"fetch": dim / DIM, "scan": dim / DIM}
        self._pace: dict[Way, float] = dict.fromkeys(guesses, 1.0)
        self._size: tuple[float, int] | None = None

    def seconds(self, way: Way, units: float, rows: int) -> float:
        """What it will take.

        Args:
            way: what is to be done
            units: to how many matches, ids or vectors
            rows: how many rows the index has
        """
        guess = self._guesses[way]
        longer = max(0.1, self._longer.get(way, 1.0))
        growing = (guess.each * units + guess.row * rows) * longer
        return self._pace[way] * (guess.fixed + growing)

    def learn(self, way: Way, units: float, rows: int, seconds: float) -> None:
        """Takes note of what it took."""
        ratio = seconds / self.seconds(way, units, rows)
        self._pace[way] *= min(MOST, max(1 / MOST, ratio)) ** WEIGHT

    @contextmanager
    def learning(self, way: Way, units: float, rows: int) -> Iterator[None]:
        """Takes note of what the block takes, unless it fails."""
        started = time.perf_counter()
        yield
        self.learn(way, units, rows, time.perf_counter() - started)

    @property
    def known_size(self) -> int | None:
        """How many rows it had when that was asked last; ``None`` if it never was."""
        return None if self._size is None else self._size[1]

    def size(self, count: Callable[[], int]) -> int:
        """About how many rows the index has, asked now and then."""
        now = time.monotonic()
        if self._size is None or now - self._size[0] > SIZE_SECONDS:
            self._size = now, count()
        return self._size[1]


_known: OrderedDict[tuple[int, str, str | None], Costs] = OrderedDict()
_lock = threading.Lock()


def of(rows: IndexedRows) -> Costs:
    """The costs of an index, the same ones for as long as this process remembers."""
    key = (id(rows.connection), rows.name, rows.partition)  # connections last
    dim = rows.dimension()
    with _lock:
        if key not in _known:
            embedded = rows.connection.settings.embedded
            _known[key] = Costs(EMBEDDED if embedded else SERVER, dim)
        _known.move_to_end(key)
        while len(_known) > REMEMBERED:
            _known.popitem(last=False)
        return _known[key]
