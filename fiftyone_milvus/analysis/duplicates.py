"""Near duplicates in groups, each with a representative."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import fiftyone as fo
import numpy as np

from ..checks import is_number
from ..errors import InvalidRequest
from ..exact import checkpoints, tiles
from ..exact.checkpoints import Checkpoint
from ..exact.pca_prefilter import pca_prefilter
from ..exact.union_find import CHOOSING, NEARING, UnionFind, threshold_for
from ..progress import Monitor, Report
from .loaded_vectors import LoadedVectors, check_thresh, left_out, load_vectors

if TYPE_CHECKING:
    from ..backend.index import MilvusSimilarityIndex

COMPARING = "comparing"


@dataclass(frozen=True)
class DuplicateGroup:
    """Near duplicates: ``ids`` (primary keys) and ``sample_ids``, the representative
    first and then by their distance to it, which ``dists`` has (its own is 0)."""

    ids: tuple[str, ...]
    sample_ids: tuple[str, ...]
    dists: tuple[float, ...]

    @property
    def representative(self) -> str:
        """The id of the one with most neighbours within the threshold."""
        return self.ids[0]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class DuplicateGroups:
    """The near duplicates among ``compared`` vectors, the largest group first.

    ``thresh`` is the given distance, or the one found for the fraction; ``None`` if
    the fraction allows no duplicate. ``resumed`` is the share of the work, from 0 to 1,
    that an earlier, interrupted call had done. ``orphaned`` rows of the index were left
    out: their samples or patches were deleted.
    """

    brain_key: str
    patches_field: str | None
    metric: str
    thresh: float | None
    compared: int
    groups: tuple[DuplicateGroup, ...]
    seconds: float
    resumed: float = 0.0
    orphaned: int = 0

    @cached_property
    def ids(self) -> list[str]:
        """All that have a near duplicate, group by group."""
        return [id_ for group in self.groups for id_ in group.ids]

    @cached_property
    def duplicate_ids(self) -> list[str]:
        """All but the representatives: what can be deleted."""
        return [id_ for group in self.groups for id_ in group.ids[1:]]

    @property
    def message(self) -> str:
        """A summary in one sentence."""
        what = "samples" if self.patches_field is None else "patches"
        if self.groups:
            text = (
                f"{len(self.duplicate_ids):,} near duplicates of {len(self.groups):,} "
                f"others among {self.compared:,} {what}, within a distance of "
                f"{self.thresh:.4g}; the largest group has {len(self.groups[0]):,}"
            )
        else:
            text = f"No near duplicates among {self.compared:,} {what}"
        if self.resumed:
            text += f"; {self.resumed:.0%} of the work was done before"
        return text + left_out(self.orphaned)


def find_groups(
    index: MilvusSimilarityIndex,
    thresh: float | None = None,
    *,
    fraction: float | None = None,
    view: fo.SampleCollection | None = None,
    progress: Report | bool | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> DuplicateGroups:
    """Finds groups of near duplicates, exactly; changes nothing.

    A group is a connected component of the pairs within the threshold (single
    linkage), so two of one group may be further apart if others lie between. Its
    representative is the one with most neighbours within the threshold, of equal ones
    the first in the dataset's order. Memory is bounded: no list of pairs is kept.

    A checkpoint is stored in FiftyOne's MongoDB every few seconds. After the process
    was killed, or the work cancelled, the same call resumes from it if the vectors are
    the same.

    Args:
        index: the index
        thresh: the distance up to which two are near duplicates
        fraction: instead of ``thresh``, the share of the vectors, from 0 to 1, to count
            as duplicates of a representative: the smallest threshold with that many
            is used, more only where distances are equal
        view: the view to stay within; ``None`` for what the index is restricted to
        progress: a function to call with the progress, from this thread; or whether to
            show a progress bar, by default as FiftyOne's configuration says
        cancelled: whether to stop; asked again and again

    Raises:
        InvalidRequest: unless one of ``thresh`` and ``fraction`` is given, and is a
            distance or a share
        Cancelled: if ``cancelled()`` returned true
        VectorSearchError: if Milvus doesn't answer
    """
    metric = index.config.metric
    if (thresh is None) == (fraction is None):
        raise InvalidRequest("Give either a threshold or a fraction")
    if thresh is not None:
        thresh = check_thresh(thresh, metric)
    elif not is_number(fraction) or not 0 <= fraction <= 1:
        raise InvalidRequest(
            f"The fraction is {fraction!r}. Give a number from 0 to 1."
        )
    monitor = Monitor(progress, cancelled, "vectors")
    with load_vectors(index, view, monitor) as loaded:
        checkpoint = _checkpoint(index, loaded, thresh, fraction)
        if fraction is not None:
            thresh = _threshold(loaded, fraction, checkpoint)
        groups = () if thresh is None else grouped(loaded, thresh, checkpoint)
        checkpoint.forget()
        return DuplicateGroups(
            index.key,
            index.config.patches_field,
            metric,
            thresh,
            len(loaded),
            groups,
            loaded.monitor.seconds,
            checkpoint.resumed,
            loaded.orphaned,
        )


def _checkpoint(
    index: MilvusSimilarityIndex,
    loaded: LoadedVectors,
    thresh: float | None,
    fraction: float | None,
) -> Checkpoint:
    name = checkpoints.name_of(index.samples._root_dataset, index.key)
    asked = checkpoints.fingerprint(
        loaded.space, loaded.ids, "groups", thresh, fraction
    )
    phases = (COMPARING,) if fraction is None else (NEARING, CHOOSING, COMPARING)
    return Checkpoint(checkpoints.Store(name, asked), phases, len(loaded))


def _threshold(
    loaded: LoadedVectors, fraction: float, checkpoint: Checkpoint
) -> float | None:
    joins = min(round(fraction * len(loaded)), len(loaded) - 1)
    if joins < 1:
        return None
    thresh = threshold_for(
        loaded.space,
        joins,
        loaded.tick("Looking for the nearest"),
        loaded.tick("Choosing the threshold"),
        checkpoint,
    )
    if thresh is None:
        raise InvalidRequest(
            f"No sensible threshold makes {fraction:.0%} of them duplicates: too few "
            "have near neighbours. Give a smaller fraction, or a threshold."
        )
    return thresh


def grouped(
    loaded: LoadedVectors, thresh: float, checkpoint: Checkpoint | None = None
) -> tuple[DuplicateGroup, ...]:
    """The groups among loaded vectors, the largest first."""
    checkpoint = checkpoint or Checkpoint()
    groups = UnionFind(len(loaded))
    start = checkpoint.restore(COMPARING, groups)
    tick, save = loaded.tick("Comparing"), checkpoint.saver(COMPARING, groups)
    with pca_prefilter(loaded.space, thresh) as prefilter:
        for i, j in tiles.pairs(
            loaded.space, lambda: thresh, tick, prefilter, start, save
        ):
            groups.add(i, j)
    found = (_group(loaded, inds, groups.degrees) for inds in groups.components())
    return tuple(sorted(found, key=len, reverse=True))


def _group(
    loaded: LoadedVectors, inds: np.ndarray, degrees: np.ndarray
) -> DuplicateGroup:
    chosen = inds[np.argmax(degrees[inds])]
    others = inds[inds != chosen]
    dists = loaded.space.distances(np.full(len(others), chosen), others)
    order = np.argsort(dists, kind="stable")
    inds = np.concatenate([[chosen], others[order]])
    return DuplicateGroup(
        tuple(loaded.ids[inds].tolist()),
        tuple(loaded.sample_ids[inds].tolist()),
        (0.0, *dists[order].tolist()),
    )
