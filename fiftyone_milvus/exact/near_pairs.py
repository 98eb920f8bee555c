"""Every vector against every other: neighbors and near duplicates, exactly.

Graph indexes are approximate, and a missed neighbor would make a duplicate unique; so
the distances are computed here, a tile of pairs at a time (``tiles.py``).
Memory is a few tiles whatever the number of vectors, plus what is returned.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from .. import tuning
from ..metrics import Block, Space, release_pages
from . import tiles
from .pca_prefilter import PcaPrefilter, pca_prefilter
from .tiles import Tick, as_type, no_tick, where, within_tile

# -- within a distance


def within(
    space: Space, thresh: float, return_dists: bool = True
) -> tuple[list[np.ndarray], list[np.ndarray] | None]:
    """For each vector, those within a distance of it, itself not counted.

    Returns:
        ``n`` arrays of indices in ascending order, and ``n`` arrays of distances, or
        ``None`` instead unless asked for
    """
    n = len(space)
    i, j = _pairs_within(space, thresh)
    order = np.argsort(np.concatenate([i * n + j, j * n + i]), kind="stable")
    ends = np.cumsum(np.bincount(np.concatenate([i, j]), minlength=n))[:-1]
    near = _split(np.concatenate([j, i])[order], ends, n)
    if not return_dists:
        return near, None
    dists = space.distances(i, j)
    return near, _split(np.concatenate([dists, dists])[order], ends, n)


def remove_near(space: Space, thresh: float) -> np.ndarray:
    """What remains when each vector, in order, removes all later ones within a
    distance: ascending indices.

    Removed vectors aren't compared any more, so this is quicker than :func:`within`,
    and needs no memory for the pairs.
    """
    with pca_prefilter(space, thresh) as prefilter:
        return _remove_near(space, thresh, prefilter)


def _remove_near(
    space: Space, thresh: float, prefilter: PcaPrefilter | None
) -> np.ndarray:
    kept, waiting = [np.empty(0, np.intp)], np.arange(len(space))
    side = min(space.side, tuning.FIRST_BLOCK)
    while len(waiting):
        head = _remove_near_in_block(space, waiting[:side], thresh, prefilter)
        waiting = waiting[side:]
        side = min(space.side, 2 * side)
        kept.append(head.inds)
        rest = [
            b.inds[~within_tile(space, head, b, thresh, prefilter).any(axis=0)]
            for b in space.blocks(waiting)
        ]
        waiting = np.concatenate([np.empty(0, np.intp), *rest])
    return np.concatenate(kept)


def _remove_near_in_block(
    space: Space, inds: np.ndarray, thresh: float, prefilter: PcaPrefilter | None
) -> Block:
    block = Block(space, inds)
    near = within_tile(space, block, block, thresh, prefilter)
    keep = np.ones(len(inds), bool)
    for i in range(len(inds)):
        if keep[i]:
            keep[i + 1 :] &= ~near[i, i + 1 :]
    return Block(space, inds[keep])


def _pairs_within(space: Space, thresh: float) -> tuple[np.ndarray, np.ndarray]:
    """Indices ``(m,)`` and ``(m,)`` of the pairs within a distance, each pair once."""
    left, right = [np.empty(0, np.intp)], [np.empty(0, np.intp)]
    with pca_prefilter(space, thresh) as prefilter:
        for i, j in tiles.pairs(space, lambda: thresh, prefilter=prefilter):
            left.append(i)
            right.append(j)
    return np.concatenate(left), np.concatenate(right)


# -- the nearest


@dataclass(frozen=True)
class _Candidates:
    """Pairs of a row of a block with a vector, and bounds of their keys, ``(m,)``."""

    rows: np.ndarray
    inds: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def __len__(self) -> int:
        return len(self.rows)

    def __add__(self, other: _Candidates) -> _Candidates:
        return _Candidates(
            np.concatenate([self.rows, other.rows]),
            np.concatenate([self.inds, other.inds]),
            np.concatenate([self.low, other.low]),
            np.concatenate([self.high, other.high]),
        )

    def at(self, which: np.ndarray) -> _Candidates:
        return _Candidates(
            self.rows[which], self.inds[which], self.low[which], self.high[which]
        )


def nearest(
    space: Space,
    k: int | None,
    rows: np.ndarray | None = None,
    among: np.ndarray | None = None,
    tick: Tick = no_tick,
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """For each vector, its ``k`` nearest others, the nearest first, ties by index.

    Args:
        space: the vectors
        k: how many; ``None`` for all
        rows: the indices of the vectors to ask about; all by default
        among: the ascending indices of the possible neighbors; all by default
        tick: called with how many of the rows are done

    Returns:
        an array of indices for each, and an array of distances for each
    """
    near: list[np.ndarray] = []
    dists: list[np.ndarray] = []
    for found in nearest_by_block(space, k, rows, among, tick):
        near += found[0]
        dists += found[1]
    return near, dists


def nearest_by_block(
    space: Space,
    k: int | None,
    rows: np.ndarray | None = None,
    among: np.ndarray | None = None,
    tick: Tick = no_tick,
) -> Iterator[tuple[list[np.ndarray], list[np.ndarray]]]:
    """What :func:`nearest` returns, for one block of the rows after the other."""
    rows = np.arange(len(space)) if rows is None else rows
    among = np.arange(len(space)) if among is None else among
    k = len(among) if k is None else min(k, len(among))
    among = first_of_equals(space, among, k + 1)
    side = max(1, min(space.side, tuning.MAX_CANDIDATES // max(1, k)))
    done = 0
    for block in space.blocks(rows, side):
        yield nearest_of_block(space, block, among, k, partial(tick, done))
        done += len(block)
        tick(done)


def nearest_of_block(
    space: Space, a: Block, among: np.ndarray, k: int, tick: Callable[[], None]
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """What :func:`nearest` returns, for a block of rows; ``among`` best
    without what :func:`first_of_equals` removes."""
    nothing = np.empty(0, np.intp)
    found = _Candidates(nothing, nothing, np.empty(0), np.empty(0))
    cut = np.full(len(a), np.inf)
    for b in space.blocks(among) if k else ():
        more = _candidates(space, a, b, k, cut)
        if len(more):
            found, cut = _best(found + more, cut, k)
        if len(found) > k * len(a) + tuning.MAX_CANDIDATES:
            found, _ = _exactly_nearest(space, a, found, k)
        tick()
    found, dists = _exactly_nearest(space, a, found, k)
    ends = np.cumsum(np.bincount(found.rows, minlength=len(a)))[:-1]
    return _split(found.inds, ends, len(a)), _split(dists, ends, len(a))


def _exactly_nearest(
    space: Space, a: Block, found: _Candidates, k: int
) -> tuple[_Candidates, np.ndarray]:
    """The ``k`` nearest of each row, in order, and their distances."""
    dists = space.distances(a.inds[found.rows], found.inds)
    order = np.lexsort((found.inds, dists, found.rows))
    order = order[_rank(found.rows[order]) < k]
    return found.at(order), dists[order]


def _candidates(
    space: Space, a: Block, b: Block, k: int, cut: np.ndarray
) -> _Candidates:
    """The pairs of two blocks that may be among the ``k`` nearest of ``a``'s, whose
    keys are at most ``cut``, ``(len(a),)``."""
    for dtype in space.dtypes:
        keys, error = space.keys(a, b, dtype)
        exclude_self(keys, a, b)
        most = as_type(dtype, cut + error)
        here = keys <= most[:, None]
        if np.count_nonzero(here) > 4 * k * len(a) and k < len(b):
            least = (
                np.partition(keys, k - 1, axis=1)[:, k - 1] if k > 1 else keys.min(1)
            )
            here = keys <= np.minimum(most, least + 2 * error)[:, None]
        if np.count_nonzero(here) <= k * len(a) + here.size // 256:
            break
    i, j = where(here)
    found = keys[i, j].astype(np.float64)
    return _Candidates(i, b.inds[j], found - error, found + error)


def _best(
    found: _Candidates, cut: np.ndarray, k: int
) -> tuple[_Candidates, np.ndarray]:
    """Those that may still be among the ``k`` nearest, and the rows' new cuts."""
    found = found.at(np.lexsort((found.high, found.rows)))
    kth = _rank(found.rows) == k - 1
    cut = cut.copy()
    cut[found.rows[kth]] = np.minimum(cut[found.rows[kth]], found.high[kth])
    return found.at(found.low <= cut[found.rows]), cut


def first_of_equals(space: Space, inds: np.ndarray, count: int) -> np.ndarray:
    """All indices but those with ``count`` equal vectors before them, which win each
    tie. Else many blank images would all be candidates."""
    seen: Counter[bytes] = Counter()
    keep = np.ones(len(inds), bool)
    for at, i in enumerate(inds if count < len(inds) else ()):
        digest = hashlib.blake2b(space.vectors[i].tobytes(), digest_size=16).digest()
        keep[at] = seen[digest] < count
        seen[digest] += 1
        if at % space.side == 0:
            release_pages(space.vectors)
    return inds[keep]


def exclude_self(keys: np.ndarray, a: Block, b: Block) -> None:
    """Makes the keys of vectors with themselves infinite."""
    _, i, j = np.intersect1d(a.inds, b.inds, assume_unique=True, return_indices=True)
    keys[i, j] = np.inf


def _rank(rows: np.ndarray) -> np.ndarray:
    """The place of each among those of its row, ``(m,)``, the rows being sorted."""
    return np.arange(len(rows)) - np.searchsorted(rows, rows)


# -- helpers


def _split(values: np.ndarray, ends: np.ndarray, count: int) -> list[np.ndarray]:
    return np.split(values, ends) if count else []
