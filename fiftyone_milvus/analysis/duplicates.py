"""Near duplicates as groups, each with one that stands for it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import fiftyone as fo
import numpy as np

from ..errors import InvalidRequest
from ..exact import checkpoints, tiles
from ..exact.checkpoints import Checkpoint
from ..exact.pca_prefilter import pca_prefilter
from ..exact.union_find import CHOOSING, NEARING, UnionFind, threshold_for
from ..numbers import is_number
from ..progress import Report
from .loaded_vectors import LoadedVectors, Stop, check_thresh, held, left_out, never

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

    ``thresh`` is the distance that was asked for, or that the fraction led to; ``None``
    if the fraction left nothing to join. ``resumed`` is the share of the work, of 0 to
    1, that an earlier call had done before it was interrupted; ``orphaned`` rows of the
    index were left out, since their samples or patches were deleted.
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
    def representative_ids(self) -> list[str]:
        """One of each group."""
        return [group.representative for group in self.groups]

    @cached_property
    def duplicate_ids(self) -> list[str]:
        """All but the representatives: what can go without loss."""
        return [id_ for group in self.groups for id_ in group.ids[1:]]

    @property
    def message(self) -> str:
        """It in a sentence."""
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
    cancelled: Stop = never,
) -> DuplicateGroups:
    """Finds groups of near duplicates, exactly; changes nothing.

    A group is a connected component of the pairs within the threshold (single
    linkage), so two of one group may be further apart if others lie between. Its
    representative is the one with most neighbours within the threshold, of equal ones
    the first in the dataset's order. Memory is bounded: pairs are joined as they come.

    How far it is, it keeps in FiftyOne's MongoDB every few seconds: after the process
    was killed, or it was cancelled, the same call goes on from there, as long as the
    vectors are the same.

    Args:
        index: the index
        thresh: the distance up to which two are near duplicates
        fraction: instead of ``thresh``, the share of the vectors, of 0 to 1, that are
            to be duplicates of a representative: the threshold is the smallest that
            makes them as many, more only where distances are equal
        view: the view to stay within; ``None`` for what the index is restricted to
        progress: called now and then, from this thread; or whether to show a progress
            bar, by default as FiftyOne's configuration says
        cancelled: asked now and then

    Raises:
        InvalidRequest: unless one of ``thresh`` and ``fraction`` is given, and is a
            distance or a share
        Cancelled: if ``cancelled()`` was true
        VectorSearchError: if Milvus doesn't answer
    """
    started = time.monotonic()
    metric = index.config.metric
    if (thresh is None) == (fraction is None):
        raise InvalidRequest("Give a threshold or a fraction, one of them")
    if thresh is not None:
        thresh = check_thresh(thresh, metric)
    elif not is_number(fraction) or not 0 <= fraction <= 1:
        raise InvalidRequest(f"The fraction is {fraction!r}. Give a share of 0 to 1.")
    with held(index, view, progress, cancelled) as found:
        checkpoint = _checkpoint(index, found, thresh, fraction)
        if fraction is not None:
            thresh = _threshold(found, fraction, checkpoint)
        groups = () if thresh is None else grouped(found, thresh, checkpoint)
        checkpoint.forget()
        return DuplicateGroups(
            index.key,
            index.config.patches_field,
            metric,
            thresh,
            len(found),
            groups,
            time.monotonic() - started,
            checkpoint.resumed,
            found.orphaned,
        )


def _checkpoint(
    index: MilvusSimilarityIndex,
    found: LoadedVectors,
    thresh: float | None,
    fraction: float | None,
) -> Checkpoint:
    name = checkpoints.name_of(index.samples._root_dataset, index.key)
    asked = checkpoints.fingerprint(found.space, found.ids, "groups", thresh, fraction)
    phases = (COMPARING,) if fraction is None else (NEARING, CHOOSING, COMPARING)
    return Checkpoint(checkpoints.Store(name, asked), phases, len(found))


def _threshold(
    found: LoadedVectors, fraction: float, checkpoint: Checkpoint
) -> float | None:
    joins = min(round(fraction * len(found)), len(found) - 1)
    if joins < 1:
        return None
    thresh = threshold_for(
        found.space,
        joins,
        found.phase("Looking for the nearest"),
        found.phase("Choosing the threshold"),
        checkpoint,
    )
    if thresh is None:
        raise InvalidRequest(
            f"No threshold that makes sense leaves {fraction:.0%} as duplicates: too "
            "few have near neighbours. Give a smaller fraction, or a threshold."
        )
    return thresh


def grouped(
    found: LoadedVectors, thresh: float, checkpoint: Checkpoint | None = None
) -> tuple[DuplicateGroup, ...]:
    """The groups of vectors that are held, the largest first."""
    checkpoint = checkpoint or Checkpoint()
    joined = UnionFind(len(found))
    start = checkpoint.restore(COMPARING, joined)
    tick, keep = found.phase("Comparing"), checkpoint.keeping(COMPARING, joined)
    with pca_prefilter(found.space, thresh) as prefilter:
        for i, j in tiles.pairs(
            found.space, lambda: thresh, tick, prefilter, start, keep
        ):
            joined.add(i, j)
    groups = [_group(found, inds, joined.degrees) for inds in joined.members()]
    return tuple(sorted(groups, key=len, reverse=True))


def _group(
    found: LoadedVectors, inds: np.ndarray, degrees: np.ndarray
) -> DuplicateGroup:
    chosen = inds[np.argmax(degrees[inds])]
    others = inds[inds != chosen]
    dists = found.space.distances(np.full(len(others), chosen), others)
    order = np.argsort(dists, kind="stable")
    inds = np.concatenate([[chosen], others[order]])
    return DuplicateGroup(
        tuple(found.ids[inds].tolist()),
        tuple(found.sample_ids[inds].tolist()),
        (0.0, *dists[order].tolist()),
    )
