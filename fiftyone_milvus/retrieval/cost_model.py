"""What each plan costs on a server: estimated at first, then learned from searches.

The shape of an estimate was measured once (100,000 and 30,000 512-dim vectors, on two
cores). How far this machine, server and index are from it is learned from the searches
that people make, as a moving average, so nothing is measured for its own sake.
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
    from ..store.rows import StoredRows

Step = Literal[
    "overfetch",
    "filter_expr",
    "id_filter",
    "fetch_and_rank",
    "full_scan",
    "view_ids",
    "membership",
]

DIM = 512  # of the vectors that the estimates were measured with
WEIGHT = 0.3  # of the newest search in the average
MAX_RATIO = 4.0  # of seconds to the estimate: more says nothing about the next search
MAX_MODELS = 256
SIZE_SECONDS = 30.0  # for which an estimate may use an older size


@dataclass(frozen=True)
class CostTerm:
    """``fixed + per_unit * units + per_row * rows`` seconds."""

    fixed: float
    per_unit: float
    per_row: float = 0.0


SERVER: dict[Step, CostTerm] = {
    "overfetch": CostTerm(0.010, 35e-6),  # matches
    "filter_expr": CostTerm(0.015, 35e-6, 0.5e-6),  # matches
    "id_filter": CostTerm(0.012, 15e-6),  # ids
    "fetch_and_rank": CostTerm(0.006, 170e-6),  # vectors
    "full_scan": CostTerm(0.020, 0, 95e-6),
    "view_ids": CostTerm(0.003, 3e-6, 1e-6),  # ids of a view, rows of the index
    "membership": CostTerm(0.002, 8e-6),  # matches that are looked up in the view
}
EMBEDDED: dict[Step, CostTerm] = {
    **SERVER,
    "overfetch": CostTerm(0.005, 30e-6, 0.13e-6),
    "filter_expr": CostTerm(0.005, 30e-6, 2e-6),
    "id_filter": CostTerm(0.005, 0.7e-6, 0.13e-6),
    "fetch_and_rank": CostTerm(0.008, 260e-6),
}


class CostModel:
    """The costs of searching one index in this process.

    Args:
        terms: an estimate for each step
        dim: the dimension of the vectors
    """

    def __init__(self, terms: dict[Step, CostTerm], dim: int = DIM) -> None:
        self._terms = terms
        per_dim = max(0.1, dim / DIM)
        self._dim_factors: dict[Step, float] = {
            "fetch_and_rank": per_dim,
            "full_scan": per_dim,
        }
        self._factors: dict[Step, float] = dict.fromkeys(terms, 1.0)
        self._size: tuple[float, int] | None = None

    def seconds(self, step: Step, units: float, rows: int) -> float:
        """The estimated time.

        Args:
            step: what is to be done
            units: with how many matches, ids or vectors
            rows: how many rows the index has
        """
        term = self._terms[step]
        growing = term.per_unit * units + term.per_row * rows
        growing *= self._dim_factors.get(step, 1.0)
        return self._factors[step] * (term.fixed + growing)

    def learn(self, step: Step, units: float, rows: int, seconds: float) -> None:
        """Corrects the estimates of a step by the time that it took."""
        ratio = seconds / self.seconds(step, units, rows)
        self._factors[step] *= min(MAX_RATIO, max(1 / MAX_RATIO, ratio)) ** WEIGHT

    @contextmanager
    def learning(self, step: Step, units: float, rows: int) -> Iterator[None]:
        """Learns from the time that the block takes, unless it fails."""
        started = time.perf_counter()
        yield
        self.learn(step, units, rows, time.perf_counter() - started)

    @property
    def known_size(self) -> int | None:
        """How many rows the index had when last asked; ``None`` if it never was."""
        return None if self._size is None else self._size[1]

    def size(self, count: Callable[[], int]) -> int:
        """About how many rows the index has, asked now and then."""
        now = time.monotonic()
        if self._size is None or now - self._size[0] > SIZE_SECONDS:
            self._size = now, count()
        return self._size[1]


_models: OrderedDict[tuple[int, str, str | None], CostModel] = OrderedDict()
_lock = threading.Lock()


def for_rows(rows: StoredRows) -> CostModel:
    """The cost model of an index, the same one as long as this process keeps it."""
    collection = rows.collection
    key = (*collection.key, collection.partition)
    dim = collection.dimension()
    with _lock:
        if key not in _models:
            embedded = collection.embedded
            _models[key] = CostModel(EMBEDDED if embedded else SERVER, dim)
        _models.move_to_end(key)
        while len(_models) > MAX_MODELS:
            _models.popitem(last=False)
        return _models[key]
