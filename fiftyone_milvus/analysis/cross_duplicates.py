"""Samples and patches of which another dataset has a near duplicate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import fiftyone as fo
import numpy as np

from ..metrics import pair_distances
from ..progress import Monitor, Report
from .cross_dataset import QUERIES_AT_ONCE, check_comparable
from .found import Found, place
from .loaded_vectors import check_thresh, left_out, load_vectors
from .near_new import reach

if TYPE_CHECKING:
    from ..backend.index import MilvusSimilarityIndex


@dataclass(frozen=True)
class Duplicate:
    """A sample or patch, and its nearest in the other dataset, which is as near as
    ``dist``."""

    id: str
    sample_id: str
    other_id: str
    other_sample_id: str
    dist: float


@dataclass(frozen=True, repr=False)
class CrossDuplicates(Found):
    """What another dataset has too of ``compared`` samples or patches, the nearest
    first; ``orphaned`` rows of the index were left out, since their samples or patches
    were deleted."""

    other_dataset: str
    other_key: str
    thresh: float
    compared: int
    matches: tuple[Duplicate, ...]
    seconds: float
    orphaned: int = 0

    @property
    def ids(self) -> list[str]:
        """The ids in this dataset, the nearest first."""
        return [match.id for match in self.matches]

    @property
    def message(self) -> str:
        """A summary in one sentence."""
        what = "samples" if self.patches_field is None else "patches"
        return (
            f"'{self.other_dataset}' has near duplicates of {len(self.matches):,} of "
            f"{self.compared:,} {what}, within a distance of {self.thresh:g}"
            f"{left_out(self.orphaned)}"
        )


def find_duplicates_in(
    index: MilvusSimilarityIndex,
    other: MilvusSimilarityIndex,
    thresh: float,
    *,
    view: fo.SampleCollection | None = None,
    progress: Report | bool | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> CrossDuplicates:
    """Finds the samples or patches whose nearest in another dataset's index is within a
    distance; changes nothing.

    The other index is searched for the nearest of each, and the distances of those are
    then computed exactly: so none is wrong, and what a graph index misses is missed.

    Args:
        index: the index
        other: the index of the other dataset
        thresh: the distance
        view: the view to stay within; ``None`` for what the index is restricted to
        progress: a function to call with the progress, from this thread; or whether to
            show a progress bar, by default as FiftyOne's configuration says
        cancelled: whether to stop; asked again and again

    Raises:
        InvalidRequest: if the two indexes' vectors can't be compared, or the threshold
            is no distance
        Cancelled: if ``cancelled()`` returned true
        VectorSearchError: if Milvus doesn't answer
    """
    check_comparable(other, index)
    thresh = check_thresh(thresh, index.config.metric)
    where = place(index, view)
    monitor = Monitor(progress, cancelled, "vectors")
    found: list[Duplicate] = []
    with load_vectors(index, view, monitor) as loaded, other.use_view(other.view):
        tick = loaded.tick("Searching")
        for start in range(0, len(loaded), QUERIES_AT_ONCE):
            part = slice(start, start + QUERIES_AT_ONCE)
            ours = list(zip(loaded.ids[part], loaded.sample_ids[part], strict=True))
            found += _nearest(
                other, ours, np.asarray(loaded.space.vectors[part]), thresh
            )
            tick(min(start + QUERIES_AT_ONCE, len(loaded)))
    return CrossDuplicates(
        other._dataset.name,
        other.key,
        thresh,
        len(loaded),
        tuple(sorted(found, key=lambda one: (one.dist, one.id))),
        monitor.seconds,
        loaded.orphaned,
        **where,
    )


def _nearest(
    other: MilvusSimilarityIndex,
    ours: list[tuple[str, str]],
    vectors: np.ndarray,
    thresh: float,
) -> list[Duplicate]:
    """The nearest in the other index of some vectors ``(n, dim)``, if it is within a
    distance."""
    sample_ids, label_ids, dists = other._kneighbors(vectors, k=1, return_dists=True)
    keys = sample_ids if label_ids is None else label_ids
    # distances of compressed vectors are not exact
    near = [n for n, one in enumerate(dists) if len(one) and one[0] <= reach(thresh)]
    if not near:
        return []
    theirs = other.vectors_of([str(keys[n][0]) for n in near])
    exact = pair_distances(
        other.config.metric, vectors[near].astype(float), theirs.astype(float)
    )
    return [
        Duplicate(
            str(ours[n][0]),
            str(ours[n][1]),
            str(keys[n][0]),
            str(sample_ids[n][0]),
            float(dist),
        )
        for n, dist in zip(near, exact, strict=True)
        if dist <= thresh
    ]
