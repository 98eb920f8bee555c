"""The most unique: those furthest from their nearest neighbor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import fiftyone as fo

from .. import checks
from ..exact.outliers import distance_outliers
from ..progress import Monitor, Report
from .found import Found, place
from .loaded_vectors import left_out, load_vectors

if TYPE_CHECKING:
    from ..backend.index import MilvusSimilarityIndex


@dataclass(frozen=True, repr=False)
class Unique(Found):
    """The most unique of ``compared`` vectors, the most unique first: ``ids`` (primary
    keys), ``sample_ids`` and ``dists``, the distance of each to its nearest neighbor,
    whose id is in ``nearest_ids``; ``orphaned`` rows of the index were left out, since
    their samples or patches were deleted."""

    metric: str
    compared: int
    ids: tuple[str, ...]
    sample_ids: tuple[str, ...]
    dists: tuple[float, ...]
    nearest_ids: tuple[str, ...]
    seconds: float
    orphaned: int = 0

    @property
    def message(self) -> str:
        """A summary in one sentence."""
        what = "samples" if self.patches_field is None else "patches"
        text = f"The {len(self.ids):,} most unique of {self.compared:,} {what}"
        if self.dists:
            text += f", {self.dists[-1]:.4g} to {self.dists[0]:.4g} from their nearest"
        return text + left_out(self.orphaned)


def most_unique(
    index: MilvusSimilarityIndex,
    count: int,
    *,
    view: fo.SampleCollection | None = None,
    progress: Report | bool | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Unique:
    """Finds those with the largest distance to their nearest neighbor, exactly (the
    distance-based outliers of Ramaswamy, Rastogi and Shim, Efficient algorithms for
    mining outliers from large data sets, 2000, with k = 1); changes nothing.

    So of two equal images that are unlike all others neither is unique. FiftyOne's
    ``index.find_unique(count)`` is another thing: a subset of that size with no two
    near each other, one of each kind.

    Args:
        index: the index
        count: how many, 1 or more
        view: the view to stay within; ``None`` for what the index is restricted to
        progress: a function to call with the progress, from this thread; or whether to
            show a progress bar, by default as FiftyOne's configuration says
        cancelled: whether to stop; asked again and again

    Raises:
        InvalidRequest: if ``count`` is no such number
        Cancelled: if ``cancelled()`` returned true
        VectorSearchError: if Milvus doesn't answer
    """
    count = checks.count(count, "count", "samples or patches")
    where = place(index, view)
    monitor = Monitor(progress, cancelled, "vectors")
    with load_vectors(index, view, monitor) as loaded:
        tick = loaded.tick("Looking for the nearest")
        chosen, near, dists = distance_outliers(loaded.space, count, tick)
    return Unique(
        index.config.metric,
        len(loaded),
        tuple(loaded.ids[chosen].tolist()),
        tuple(loaded.sample_ids[chosen].tolist()),
        tuple(dists.tolist()),
        tuple(loaded.ids[near].tolist()),
        loaded.monitor.seconds,
        loaded.orphaned,
        **where,
    )
