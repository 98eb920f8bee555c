"""The vectors of an index, loaded once to compare all of them: what finding
duplicates, leaks, outliers and the most unique have in common."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import fiftyone as fo
import numpy as np

from ..checks import is_number
from ..errors import InvalidRequest
from ..exact.tiles import Tick
from ..metrics import Space
from ..progress import Monitor

if TYPE_CHECKING:
    from ..backend.index import MilvusSimilarityIndex


@dataclass(frozen=True)
class LoadedVectors:
    """The vectors of an index, or of a view of it: ``ids`` (primary keys) and
    ``sample_ids`` of shape ``(n,)``, in the dataset's order, and in the same order the
    vectors in ``space``. ``orphaned`` counts the rows that were left out because their
    sample or patch was deleted."""

    ids: np.ndarray
    sample_ids: np.ndarray
    space: Space
    monitor: Monitor
    orphaned: int

    def __len__(self) -> int:
        return len(self.ids)

    def tick(self, phase: str) -> Tick:
        """What to call with how many vectors of a phase are done."""
        return self.monitor.ticks(phase, len(self))


@contextmanager
def load_vectors(
    index: MilvusSimilarityIndex, view: fo.SampleCollection | None, monitor: Monitor
) -> Iterator[LoadedVectors]:
    """Loads the vectors of an index, for as long as the block runs.

    Args:
        index: the index
        view: the view to stay within; ``None`` for what the index is restricted to
        monitor: watches the work

    Raises:
        Cancelled: from a tick, if the work was cancelled
        InvalidRequest: if vectors were removed since the index was loaded
    """
    with index.use_view(index.view if view is None else view), monitor:
        reading = monitor.ticks("Reading", index.index_size)
        with index._loaded_vectors(reading) as space:
            ids = index._current_ids()
            sample_ids = np.asarray(index.current_sample_ids, dtype=str)
            orphaned = 0 if index.has_view else index.orphaned
            yield LoadedVectors(ids, sample_ids, space, monitor, orphaned)


def left_out(orphaned: int) -> str:
    """The end of a message about an index with orphaned rows; empty without any."""
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
