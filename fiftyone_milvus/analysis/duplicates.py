"""Near duplicates in groups, each with a representative."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, get_args

import fiftyone as fo
import numpy as np

from .. import tuning
from ..checks import is_number
from ..dataset import ids
from ..errors import InvalidRequest
from ..exact import checkpoints, tiles
from ..exact.cells import Cells, cells_of
from ..exact.checkpoints import Checkpoint
from ..exact.pca_prefilter import PcaPrefilter, pca_prefilter
from ..exact.union_find import CHOOSING, NEARING, UnionFind, threshold_for
from ..id_set import IdSet
from ..progress import Monitor, Report
from .found import Found, place
from .loaded_vectors import LoadedVectors, check_thresh, left_out, load_vectors
from .near_new import load_near

if TYPE_CHECKING:
    from ..backend.index import MilvusSimilarityIndex

COMPARING = "comparing"
MOST_COMPARED = 0.5  # of all pairs, by candidates; else all are compared
Mode = Literal["auto", "exact", "candidates"]
MODES: tuple[Mode, ...] = get_args(Mode)


@dataclass(frozen=True)
class DuplicateGroup:
    """Near duplicates: ``ids`` (primary keys) and ``sample_ids``, the representative
    first and then by their distance to it, which ``dists`` has (its own is 0)."""

    ids: tuple[str, ...]
    sample_ids: tuple[str, ...]
    dists: tuple[float, ...]

    @property
    def representative(self) -> str:
        """The id of the one with most neighbors within the threshold."""
        return self.ids[0]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, repr=False)
class DuplicateGroups(Found):
    """The near duplicates among ``compared`` vectors, the largest group first.

    ``thresh`` is the given distance, or the one found for the fraction; ``None`` if
    the fraction allows no duplicate. ``resumed`` is the share of the work, from 0 to 1,
    that an earlier, interrupted call had done. ``orphaned`` rows of the index were left
    out: their samples or patches were deleted.

    ``mode`` says how the pairs were found: ``"exact"``, all of them, or
    ``"candidates"``. ``recall`` is then the share of a sample's pairs that were among
    the candidates; ``None`` if it wasn't measured. ``new`` are the ids that near
    duplicates were found of, if not of all.
    """

    metric: str
    thresh: float | None
    compared: int
    groups: tuple[DuplicateGroup, ...]
    seconds: float
    resumed: float = 0.0
    orphaned: int = 0
    mode: str = "exact"
    recall: float | None = None
    new: frozenset[str] | None = None

    @cached_property
    def ids(self) -> list[str]:
        """All that have a near duplicate, group by group."""
        return [id_ for group in self.groups for id_ in group.ids]

    @cached_property
    def duplicate_ids(self) -> list[str]:
        """All but the representatives, of the new ones only if there are such: what can
        be deleted."""
        others = [id_ for group in self.groups for id_ in group.ids[1:]]
        return [id_ for id_ in others if self.new is None or id_ in self.new]

    @property
    def message(self) -> str:
        """A summary in one sentence."""
        what = "samples" if self.patches_field is None else "patches"
        among = f"among {self.compared:,} {what}"
        if self.new is not None:
            among = f"among {len(self.new):,} new {what}, compared with the index"
        if self.groups:
            text = (
                f"{len(self.duplicate_ids):,} near duplicates of {len(self.groups):,} "
                f"others {among}, within a distance of "
                f"{self.thresh:.4g}; the largest group has {len(self.groups[0]):,}"
            )
        else:
            text = f"No near duplicates {among}"
        if self.mode == "candidates":
            text += "; found by candidates"
            if self.recall is not None:
                text += f", {self.recall:.1%} of a sample's pairs"
        if self.resumed:
            text += f"; {self.resumed:.0%} of the work was done before"
        return text + left_out(self.orphaned)


def find_groups(
    index: MilvusSimilarityIndex,
    thresh: float | None = None,
    *,
    fraction: float | None = None,
    view: fo.SampleCollection | None = None,
    new: fo.SampleCollection | None = None,
    mode: Mode = "auto",
    progress: Report | bool | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> DuplicateGroups:
    """Finds groups of near duplicates; changes nothing.

    A group is a connected component of the pairs within the threshold (single
    linkage), so two of one group may be further apart if others lie between. Its
    representative is the one with most neighbors within the threshold, of equal ones
    the first in the dataset's order. Memory is bounded: no list of pairs is kept.

    With ``new``, the pairs are those with one of these samples or more, and the
    representative is not a new one if the group has another.

    ``mode`` is how pairs are found. ``"exact"`` compares all; time grows with the
    square of their number. ``"candidates"`` compares those of a coarse quantiser's
    cells (:mod:`~fiftyone_milvus.exact.cells`), or with a few ``new`` samples those
    that a search of the index finds: each pair is within the threshold, and a few may
    be missing. ``"auto"`` is exact up to 50,000 vectors.

    A checkpoint is stored in FiftyOne's MongoDB every few seconds, but with ``new``
    samples. After the process was killed, or the work cancelled, the same call resumes
    from it if the vectors are the same.

    Args:
        index: the index
        thresh: the distance up to which two are near duplicates
        fraction: instead of ``thresh``, the share of the vectors, from 0 to 1, to count
            as duplicates of a representative: the smallest threshold with that many
            is used, more only where distances are equal; always exact
        view: the view to stay within; ``None`` for what the index is restricted to
        new: the samples to find near duplicates of, among themselves and in ``view``;
            ``None`` for all
        mode: ``"auto"``, ``"exact"`` or ``"candidates"``
        progress: a function to call with the progress, from this thread; or whether to
            show a progress bar, by default as FiftyOne's configuration says
        cancelled: whether to stop; asked again and again

    Raises:
        InvalidRequest: unless one of ``thresh`` and ``fraction`` is given, and is a
            distance or a share, and the mode can find them
        Cancelled: if ``cancelled()`` returned true
        VectorSearchError: if Milvus doesn't answer
    """
    thresh = _checked(index.config.metric, thresh, fraction, new, mode)
    where = place(index, view)
    monitor = Monitor(progress, cancelled, "vectors")
    asked = None if new is None else ids.within(new, index.indexed()).ids
    searched = asked is not None and _searched(index, asked, mode)
    with ExitStack() as stack:
        if asked is not None and thresh is not None and searched:
            loading = load_near(index, view, asked, thresh, monitor)
        else:
            loading = load_vectors(index, view, monitor)
        loaded = stack.enter_context(loading)
        new_ones = None if asked is None else _those_in(loaded.ids, asked)
        cells = None
        if thresh is not None and not searched and _by_cells(loaded, mode):
            tick = loaded.tick("Sorting into cells")
            cells = stack.enter_context(cells_of(loaded.space, thresh, tick))
            if mode == "auto" and cells.compared > MOST_COMPARED:
                cells = None
        checkpoint = _checkpoint(index, loaded, thresh, fraction, cells, new_ones)
        if fraction is not None:
            thresh = _threshold(loaded, fraction, checkpoint)
        groups: tuple[DuplicateGroup, ...] = ()
        if thresh is not None:
            groups = grouped(loaded, thresh, checkpoint, cells, new_ones)
        checkpoint.forget()
        return DuplicateGroups(
            index.config.metric,
            thresh,
            len(loaded) if new_ones is None else int(new_ones.sum()),
            groups,
            loaded.monitor.seconds,
            checkpoint.resumed,
            loaded.orphaned,
            "candidates" if searched or cells is not None else "exact",
            None if cells is None else cells.recall,
            None if new_ones is None else frozenset(loaded.ids[new_ones].tolist()),
            **where,
        )


def _checked(
    metric: str,
    thresh: float | None,
    fraction: float | None,
    new: fo.SampleCollection | None,
    mode: Mode,
) -> float | None:
    """The threshold, if one is given."""
    if mode not in MODES:
        raise InvalidRequest(f"There is no mode {mode!r}; choose one of {[*MODES]}")
    if (thresh is None) == (fraction is None):
        raise InvalidRequest("Give either a threshold or a fraction")
    if thresh is not None:
        if mode == "candidates" and metric == "dotproduct" and new is None:
            raise InvalidRequest(
                "Candidates need cosine or euclidean, and this index has dotproduct. "
                "Use the mode 'exact', or build the index with cosine."
            )
        return check_thresh(thresh, metric)
    if not is_number(fraction) or not 0 <= fraction <= 1:
        raise InvalidRequest(
            f"The fraction is {fraction!r}. Give a number from 0 to 1."
        )
    if new is not None or mode == "candidates":
        raise InvalidRequest(
            "A fraction is of all samples, and is found exactly. Give a threshold for "
            "new samples or for candidates."
        )
    return None


def _searched(index: MilvusSimilarityIndex, new: IdSet, mode: Mode) -> bool:
    """Whether to search the index for what is near to new ones."""
    count = index.total_index_size
    few = len(new) <= tuning.SEARCHED_UP_TO or index.config.metric == "dotproduct"
    return few and _by_candidates(mode, count)


def _those_in(ids: np.ndarray, new: IdSet) -> np.ndarray:
    """Which of ``(n,)`` ids are new ones: ``(n,)`` bool."""
    found = new.containing(ids.tolist())
    return np.array([id_ in found for id_ in ids.tolist()], bool)


def _by_cells(loaded: LoadedVectors, mode: Mode) -> bool:
    """Whether to compare only those of cells that are near each other."""
    return loaded.space.metric != "dotproduct" and _by_candidates(mode, len(loaded))


def _by_candidates(mode: Mode, count: int) -> bool:
    if mode == "auto":
        return count > tuning.EXACT_UP_TO
    return mode == "candidates" and count > 0


def _checkpoint(
    index: MilvusSimilarityIndex,
    loaded: LoadedVectors,
    thresh: float | None,
    fraction: float | None,
    cells: Cells | None,
    new: np.ndarray | None,
) -> Checkpoint:
    what: tuple[object, ...] = ("groups", thresh, fraction)
    if cells is not None:
        what += (cells.digest,)
    if new is not None:
        if cells is None:  # quick, and always from the beginning
            return Checkpoint()
        what += (new.tobytes(),)
    name = checkpoints.name_of(index.samples._root_dataset, index.key)
    asked = checkpoints.fingerprint(loaded.space, loaded.ids, *what)
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
            "have near neighbors. Give a smaller fraction, or a threshold."
        )
    return thresh


def grouped(
    loaded: LoadedVectors,
    thresh: float,
    checkpoint: Checkpoint | None = None,
    cells: Cells | None = None,
    new: np.ndarray | None = None,
) -> tuple[DuplicateGroup, ...]:
    """The groups among loaded vectors, the largest first.

    Args:
        loaded: the vectors
        thresh: the distance up to which two are near duplicates
        checkpoint: to resume from, and to store the state in
        cells: whose candidates are compared; ``None`` for all pairs
        new: which are new, ``(n,)`` bool; ``None`` for the pairs of all
    """
    checkpoint = checkpoint or Checkpoint()
    groups = UnionFind(len(loaded))
    start = checkpoint.restore(COMPARING, groups)
    tick, save = loaded.tick("Comparing"), checkpoint.saver(COMPARING, groups)
    if cells is not None:
        for i, j in cells.pairs(tick, start, save):
            kept = slice(None) if new is None else new[i] | new[j]
            groups.add(i[kept], j[kept])
    else:
        with pca_prefilter(loaded.space, thresh) as prefilter:
            if new is None:
                pairs = tiles.pairs(
                    loaded.space, lambda: thresh, tick, prefilter, start, save
                )
            else:
                pairs = _pairs_of_new(loaded, thresh, new, prefilter)
            for i, j in pairs:
                groups.add(i, j)
    found = (_group(loaded, inds, groups.degrees, new) for inds in groups.components())
    return tuple(sorted(found, key=len, reverse=True))


def _pairs_of_new(
    loaded: LoadedVectors,
    thresh: float,
    new: np.ndarray,
    prefilter: PcaPrefilter | None,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The pairs with one new vector or two, each once."""
    rows, every = np.flatnonzero(new), np.arange(len(new))
    tick = loaded.monitor.ticks("Comparing", len(rows))
    for i, j in tiles.crossing(
        loaded.space, rows, every, lambda: thresh, tick, prefilter
    ):
        once = (i < j) | ~new[j]
        yield i[once], j[once]


def _group(
    loaded: LoadedVectors,
    inds: np.ndarray,
    degrees: np.ndarray,
    new: np.ndarray | None,
) -> DuplicateGroup:
    possible = inds
    if new is not None and not new[inds].all():
        possible = inds[~new[inds]]
    chosen = possible[np.argmax(degrees[possible])]
    others = inds[inds != chosen]
    dists = loaded.space.distances(np.full(len(others), chosen), others)
    order = np.argsort(dists, kind="stable")
    inds = np.concatenate([[chosen], others[order]])
    return DuplicateGroup(
        tuple(loaded.ids[inds].tolist()),
        tuple(loaded.sample_ids[inds].tolist()),
        (0.0, *dists[order].tolist()),
    )
