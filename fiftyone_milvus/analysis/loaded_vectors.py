"""What finding duplicates, leaks, outliers and the like have in common: an index's
vectors in the order of its ids, read once, and progress while they are compared."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import fiftyone as fo
import numpy as np

from ..errors import Cancelled, InvalidRequest
from ..exact.tiles import Tick
from ..metrics import Space
from ..numbers import is_number
from ..progress import Progress, Report, reporting

if TYPE_CHECKING:
    from ..backend.index import MilvusSimilarityIndex

Stop = Callable[[], bool]


def never() -> bool:
    """Asks nobody whether to stop."""
    return False


@dataclass(frozen=True)
class LoadedVectors:
    """The vectors of an index, or of a view of it: ``ids`` (primary keys) and
    ``sample_ids`` of shape ``(n,)``, in the dataset's order, that of the vectors in
    ``space``; what gives a phase of the work its tick; and how many rows were left out
    because their sample or patch is gone, ``orphaned``."""

    ids: np.ndarray
    sample_ids: np.ndarray
    space: Space
    phase: Callable[[str], Tick]
    orphaned: int

    def __len__(self) -> int:
        return len(self.ids)


@contextmanager
def held(
    index: MilvusSimilarityIndex,
    view: fo.SampleCollection | None,
    progress: Report | bool | None,
    cancelled: Stop,
) -> Iterator[LoadedVectors]:
    """Reads the vectors of an index, for as long as the block runs.

    Args:
        index: the index
        view: the view to stay within; ``None`` for what the index is restricted to
        progress: called now and then; or whether to show a progress bar
        cancelled: asked at each tick

    Raises:
        Cancelled: from a tick, if ``cancelled()`` was true
        InvalidRequest: if vectors went away since the index was loaded
    """
    chosen = index.use_view(index.view if view is None else view)
    with chosen, reporting(progress) as report:
        phases = _Phases(lambda: index.index_size, report, cancelled)
        with index._loaded_vectors(phases.tick("Reading")) as space:
            ids = index._current_ids()
            sample_ids = np.asarray(index.current_sample_ids, dtype=str)
            orphaned = 0 if index.has_view else index.orphaned
            yield LoadedVectors(ids, sample_ids, space, phases.tick, orphaned)


class _Phases:
    """Tells of the phases of work on a number of vectors."""

    def __init__(
        self, total: Callable[[], int], report: Report, cancelled: Stop
    ) -> None:
        self._total = total
        self._report = report
        self._cancelled = cancelled

    def tick(self, phase: str) -> Tick:
        started = time.monotonic()
        since: tuple[float, int] | None = None  # what was done before took no time

        def tick(done: int) -> None:
            nonlocal since
            if self._cancelled():
                raise Cancelled("Cancelled; nothing was changed")
            now = time.monotonic()
            since = since or (now, done)
            more, seconds = done - since[1], now - since[0]
            rate = more / seconds if more and seconds > 0 else None
            spent, total = now - started, self._total()
            self._report(Progress(phase, done, total, spent, rate, unit="vectors"))

        return tick


def left_out(orphaned: int) -> str:
    """What is to be said of rows that were left out; nothing if none were."""
    if not orphaned:
        return ""
    rows = "row" if orphaned == 1 else "rows"
    return (
        f"; {orphaned:,} orphaned {rows} of the index left out, whose samples or "
        "patches were deleted: sync it"
    )


def check_thresh(thresh: float, metric: str) -> float:
    """A threshold that is a distance.

    Raises:
        InvalidRequest: if it is none
    """
    negative = is_number(thresh) and thresh < 0 and metric != "dotproduct"
    if not is_number(thresh) or negative:
        raise InvalidRequest(
            f"The threshold is {thresh!r}. Give a distance of 0 or more: for cosine, "
            "0.05 means that two vectors' cosine is at least 0.95."
        )
    return float(thresh)
