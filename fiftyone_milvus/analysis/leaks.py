"""Near duplicates in different splits: what leaks from training into a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import fiftyone as fo
import numpy as np

from ..exact import tiles
from ..exact.pca_prefilter import PcaPrefilter, pca_prefilter
from ..progress import Monitor, Report
from .found import Found, place
from .loaded_vectors import LoadedVectors, check_thresh, left_out, load_vectors
from .splits import by_sample

if TYPE_CHECKING:
    from ..backend.index import MilvusSimilarityIndex

MAX_LEAKS = 10_000  # listed; all are counted


@dataclass(frozen=True)
class Leak:
    """Two near duplicates in different splits, and their distance."""

    ids: tuple[str, str]
    sample_ids: tuple[str, str]
    splits: tuple[str, str]
    dist: float


@dataclass(frozen=True, repr=False)
class Leaks(Found):
    """The leaks between the splits of an index.

    ``sizes`` has the number of vectors in each split, ``counts`` the number of leaks of
    each pair of splits, in the order the splits were given, and ``leaking`` how many
    vectors of the first have one in the second, for both orders. ``leaks`` are the
    nearest up to a limit. ``in_several`` are the ids of samples in more than one split,
    each a leak by itself; they count for the first of their splits. ``orphaned`` rows
    of the index were left out, since their samples or patches were deleted.
    """

    thresh: float
    sizes: Mapping[str, int]
    counts: Mapping[tuple[str, str], int]
    leaking: Mapping[tuple[str, str], int]
    leaks: tuple[Leak, ...]
    in_several: tuple[str, ...]
    seconds: float
    orphaned: int = 0

    @property
    def total(self) -> int:
        """The number of leaks, listed or not."""
        return sum(self.counts.values())

    @cached_property
    def ids(self) -> list[str]:
        """The ids in the listed leaks, the nearest leak first, its two side by side."""
        return list(dict.fromkeys(id_ for leak in self.leaks for id_ in leak.ids))

    @property
    def message(self) -> str:
        """A summary in one sentence."""
        splits = ", ".join(f"{name} ({n:,})" for name, n in self.sizes.items())
        if self.total:
            pairs = ", ".join(
                f"{count:,} between {a} and {b}"
                for (a, b), count in self.counts.items()
                if count
            )
            text = f"{self.total:,} leaks within a distance of {self.thresh:.4g}: "
            text += pairs
        else:
            text = f"No leaks within a distance of {self.thresh:.4g} between {splits}"
        if self.in_several:
            text += f"; {len(self.in_several):,} samples are in several splits at once"
        return text + left_out(self.orphaned)


def find_leaks(
    index: MilvusSimilarityIndex,
    thresh: float,
    *,
    tags: Sequence[str] | None = None,
    field: str | None = None,
    limit: int = MAX_LEAKS,
    view: fo.SampleCollection | None = None,
    progress: Report | bool | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Leaks:
    """Finds pairs within a distance whose samples are in different splits, exactly;
    changes nothing. Samples in none of the splits are left out.

    Args:
        index: the index
        thresh: the distance up to which two are near duplicates
        tags: the sample tags that are the splits, such as ``["train", "test"]``
        field: instead of tags, a field of the samples whose values are the splits
        limit: how many leaks to list, the nearest
        view: the view to stay within; ``None`` for what the index is restricted to
        progress: a function to call with the progress, from this thread; or whether to
            show a progress bar, by default as FiftyOne's configuration says
        cancelled: whether to stop; asked again and again

    Raises:
        InvalidRequest: unless there are two splits or more, by tags or by a field, and
            the threshold is a distance
        Cancelled: if ``cancelled()`` returned true
        VectorSearchError: if Milvus doesn't answer
    """
    thresh = check_thresh(thresh, index.config.metric)
    splits = by_sample(index.all_samples, tags, field)
    where = place(index, view)
    monitor = Monitor(progress, cancelled, "vectors")
    with load_vectors(index, view, monitor) as loaded:
        codes = splits.codes(loaded.sample_ids)
        with pca_prefilter(loaded.space, thresh) as prefilter:
            nearest = _between(loaded, codes, thresh, limit, prefilter)
        there = set(loaded.sample_ids.tolist())
        return Leaks(
            thresh,
            nearest.sizes(splits.names),
            nearest.named(splits.names, nearest.counts),
            nearest.leaking(splits.names),
            tuple(nearest.leaks(splits.names)),
            tuple(id_ for id_ in splits.in_several if id_ in there),
            loaded.monitor.seconds,
            loaded.orphaned,
            **where,
        )


def _between(
    loaded: LoadedVectors,
    codes: np.ndarray,
    thresh: float,
    limit: int,
    prefilter: PcaPrefilter | None,
) -> _Nearest:
    """The pairs within a distance whose ``codes`` ``(n,)`` differ, but for those of
    code -1."""
    nearest = _Nearest(loaded, codes, limit)
    done, tick = 0, loaded.tick("Comparing")
    for code in range(codes.max(initial=-1) + 1):
        rows, among = np.flatnonzero(codes == code), np.flatnonzero(codes > code)

        def report(more: int, before: int = done) -> None:
            tick(before + more)

        for i, j in tiles.crossing(
            loaded.space, rows, among, lambda: thresh, report, prefilter
        ):
            nearest.add(i, j)
        done += len(rows)
    tick(len(loaded))
    return nearest


class _Nearest:
    """Counts leaks, and keeps the nearest; memory is bounded by the limit."""

    def __init__(self, loaded: LoadedVectors, codes: np.ndarray, limit: int) -> None:
        self._loaded = loaded
        self._codes = codes
        self._limit = limit
        self._kept = (np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0))
        count = codes.max(initial=-1) + 1
        self._into = np.zeros((count, len(codes)), bool)
        self.counts = np.zeros((count, count), np.intp)

    def add(self, i: np.ndarray, j: np.ndarray) -> None:
        """Takes pairs of which ``i`` is in an earlier split than ``j``."""
        a, b = self._codes[i], self._codes[j]
        np.add.at(self.counts, (a, b), 1)
        self._into[b, i] = self._into[a, j] = True
        kept = self._kept[2]
        full = len(kept) >= self._limit
        if full and (not len(kept) or kept[-1] <= self._least):
            return  # nothing is nearer than those
        self._keep(i, j)

    def sizes(self, names: Sequence[str]) -> dict[str, int]:
        """How many vectors are in each split."""
        return {name: int((self._codes == at).sum()) for at, name in enumerate(names)}

    def named(
        self, names: Sequence[str], counts: np.ndarray
    ) -> dict[tuple[str, str], int]:
        """A matrix's numbers of each two splits, by their names."""
        split = range(len(counts))
        return {
            (names[a], names[b]): int(counts[a, b])
            for a in split
            for b in split
            if a < b
        }

    def leaking(self, names: Sequence[str]) -> dict[tuple[str, str], int]:
        """How many of a split have a near duplicate in another, for each two."""
        split = range(len(self._into))
        return {
            (names[a], names[b]): int(self._into[b][self._codes == a].sum())
            for a in split
            for b in split
            if a != b
        }

    def leaks(self, names: Sequence[str]) -> Iterator[Leak]:
        """Those kept, the nearest first."""
        loaded = self._loaded
        for i, j, dist in zip(*self._kept, strict=True):
            yield Leak(
                (str(loaded.ids[i]), str(loaded.ids[j])),
                (str(loaded.sample_ids[i]), str(loaded.sample_ids[j])),
                (names[self._codes[i]], names[self._codes[j]]),
                float(dist),
            )

    @property
    def _least(self) -> float:
        """The least distance that there can be."""
        return -np.inf if self._loaded.space.metric == "dotproduct" else 0.0

    def _keep(self, i: np.ndarray, j: np.ndarray) -> None:
        dists = self._loaded.space.distances(i, j)
        i, j, dists = (
            np.concatenate([old, new])
            for old, new in zip(self._kept, (i, j, dists), strict=True)
        )
        order = np.lexsort((j, i, dists))[: self._limit]
        self._kept = i[order], j[order], dists[order]
