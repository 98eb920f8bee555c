"""The most unique: those furthest from their nearest neighbour."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import fiftyone as fo

from .. import numbers
from ..exact.outliers import distance_outliers
from ..progress import Report
from .loaded_vectors import Stop, held, left_out, never

if TYPE_CHECKING:
    from ..backend.index import MilvusSimilarityIndex


@dataclass(frozen=True)
class Unique:
    """The most unique of ``compared`` vectors, the most unique first: ``ids`` (primary
    keys), ``sample_ids`` and ``dists``, the distance of each to its nearest neighbour,
    whose id is in ``nearest_ids``; ``orphaned`` rows of the index were left out, since
    their samples or patches were deleted."""

    brain_key: str
    patches_field: str | None
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
        """It in a sentence."""
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
    cancelled: Stop = never,
) -> Unique:
    """Finds those with the largest distance to their nearest neighbour, exactly (the
    distance-based outliers of Ramaswamy, Rastogi and Shim, Efficient algorithms for
    mining outliers from large data sets, 2000, with k = 1); changes nothing.

    So of two equal images that are unlike all others neither is unique. FiftyOne's
    ``index.find_unique(count)`` is another thing: a subset of that size with no two
    near each other, one of each kind.

    Args:
        index: the index
        count: how many, 1 or more
        view: the view to stay within; ``None`` for what the index is restricted to
        progress: called now and then, from this thread; or whether to show a progress
            bar, by default as FiftyOne's configuration says
        cancelled: asked now and then

    Raises:
        InvalidRequest: if ``count`` is no such number
        Cancelled: if ``cancelled()`` was true
        VectorSearchError: if Milvus doesn't answer
    """
    started = time.monotonic()
    count = numbers.count(count, "count", "samples or patches")
    with held(index, view, progress, cancelled) as found:
        tick = found.phase("Looking for the nearest")
        chosen, near, dists = distance_outliers(found.space, count, tick)
    return Unique(
        index.key,
        index.config.patches_field,
        index.config.metric,
        len(found),
        tuple(found.ids[chosen].tolist()),
        tuple(found.sample_ids[chosen].tolist()),
        tuple(dists.tolist()),
        tuple(found.ids[near].tolist()),
        time.monotonic() - started,
        found.orphaned,
    )
