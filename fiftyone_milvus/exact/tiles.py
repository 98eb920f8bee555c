"""Which pairs of vectors are within a distance: exactly, a tile at a time.

A matrix product in float32 decides about most pairs. Those nearer to the threshold than
its proven error are decided by a product in float64, and in the end by the pair's own
distance, which is the same in any tile. Memory is a few tiles whatever the number of
vectors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from .. import tuning
from ..metrics import Block, Space
from .pca_prefilter import PcaPrefilter

# Called with how many vectors are done, after each tile; stops the work by raising
Tick = Callable[[int], None]
Bound = Callable[[], float]


def no_tick(done: int) -> None:
    """A :data:`Tick` that does nothing."""


def pairs(
    space: Space,
    bound: Bound,
    tick: Tick = no_tick,
    prefilter: PcaPrefilter | None = None,
    start: int = 0,
    ended: Tick = no_tick,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The pairs within a distance, each once, as they are found.

    Each block of vectors is compared with the half of the others that follows it in a
    circle. So each pair is compared once, and each block costs the same, so that
    ``tick`` gets the true share of the work.

    Args:
        space: the vectors
        bound: the distance, asked for each tile
        tick: called with how many vectors are done
        prefilter: made for this distance or a larger one
        start: the last number that ``ended`` got before, to resume from there
        ended: called with how many vectors are done, after each block: all pairs up to
            there were yielded, and none after

    Yields:
        indices ``(m,)`` and ``(m,)``, those of one tile
    """
    inds = np.arange(len(space))
    parts = [inds[at : at + space.side] for at in range(0, len(inds), space.side)]
    for at in range(-(-start // space.side), len(parts)):
        rows = parts[at]
        a = Block(space, rows)
        others = _half(at, len(parts))
        for done, other in enumerate(others, 1):
            b = a if other == at else Block(space, parts[other])
            near = within_tile(space, a, b, bound(), prefilter)
            if other == at:
                near = np.triu(near, 1)
            i, j = where(near)
            if len(i):
                yield a.inds[i], b.inds[j]
            tick(int(rows[0]) + len(rows) * done // len(others))
        ended(int(rows[0]) + len(rows))


def crossing(
    space: Space,
    rows: np.ndarray,
    among: np.ndarray,
    bound: Bound,
    tick: Tick = no_tick,
    prefilter: PcaPrefilter | None = None,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The pairs within a distance of one of ``rows`` and one of ``among``, ascending
    disjoint ascending indices; else as :func:`pairs`."""
    for at in range(0, len(rows), space.side):
        a = Block(space, rows[at : at + space.side])
        for b in space.blocks(among):
            i, j = where(within_tile(space, a, b, bound(), prefilter))
            if len(i):
                yield a.inds[i], b.inds[j]
            tick(at)
        tick(at + len(a))


def within_tile(
    space: Space,
    a: Block,
    b: Block,
    thresh: float,
    prefilter: PcaPrefilter | None = None,
) -> np.ndarray:
    """Which pairs of two blocks are within a distance: ``(len(a), len(b))`` bool."""
    if prefilter is not None:
        near = prefilter.maybe_within(a, b, thresh)
        if np.count_nonzero(near) <= near.size // tuning.FEW_PAIRS:
            return _settled(space, a, b, near, near, thresh)
    key = space.key(thresh)
    for dtype in space.dtypes:
        keys, error = space.keys(a, b, dtype)
        near = keys <= as_type(dtype, key - error)
        unsure = keys <= as_type(dtype, key + error)
        unsure ^= near
        if np.count_nonzero(unsure) <= near.size // tuning.FEW_PAIRS:
            break  # cheaper one by one than by another product
    return _settled(space, a, b, near, unsure, thresh)


def _settled(
    space: Space,
    a: Block,
    b: Block,
    near: np.ndarray,
    unsure: np.ndarray,
    thresh: float,
) -> np.ndarray:
    """Which pairs are near, the unsure ones by their own distances."""
    i, j = where(unsure)
    near[i, j] = space.distances(a.inds[i], b.inds[j]) <= thresh
    return near


def as_type(dtype: type, values: np.ndarray | float) -> np.ndarray:
    """Numbers as a type, clipped to its range."""
    largest = np.finfo(dtype).max
    return np.clip(values, -largest, largest).astype(dtype)


def where(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rows and columns that are set; much quicker than ``np.where`` in 2D."""
    rows, columns = np.divmod(np.flatnonzero(mask), mask.shape[1])
    return rows, columns


def _half(at: int, count: int) -> list[int]:
    """The blocks that one of ``count`` in a circle is compared with: itself, and half
    of the others."""
    steps = (count - 1) // 2
    if count % 2 == 0 and at < count // 2:
        steps += 1  # the one opposite, from one side only
    return [(at + step) % count for step in range(steps + 1)]
