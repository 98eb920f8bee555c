"""Distance-based outliers: the vectors whose nearest neighbor is furthest.

A vector is ruled out once one other vector is nearer to it than the nearest neighbor
of any of the best so far: the pruning rule of Bay and Schwabacher, Mining
distance-based outliers in near linear time with randomization and a simple pruning
rule, 2003. The remaining ones are compared as in ``near_pairs.py``.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from .. import tuning
from ..metrics import Block, Space
from . import near_pairs
from .tiles import Tick, as_type, no_tick


def distance_outliers(
    space: Space, count: int, tick: Tick = no_tick
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The vectors furthest from their nearest neighbor, the furthest first, ties by
    index.

    Args:
        space: ``n`` vectors
        count: how many of them
        tick: called with how many vectors are done

    Returns:
        their indices, those of their nearest, and the distances, each ``(m,)``; none if
        there is only one vector
    """
    best = np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0)
    if len(space) < 2:
        return best
    among = near_pairs.first_of_equals(space, np.arange(len(space)), 2)
    samples = _samples(space)
    order, done = _likely_first(space, samples[0]), 0
    side = min(space.side, max(tuning.FIRST_OUTLIERS, count))
    while done < len(order):
        rows = np.sort(order[done : done + side])
        report = partial(tick, done)
        if len(best[0]) == count:
            rows = _candidates(space, rows, samples, best[2][-1], report)
        if len(rows):
            best = _best(space, Block(space, rows), among, best, count, report)
        done = min(len(order), done + side)
        side = space.side
        tick(done)
    return best


def _best(
    space: Space,
    rows: Block,
    among: np.ndarray,
    before: tuple[np.ndarray, np.ndarray, np.ndarray],
    count: int,
    tick: partial[None],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The best of those before and of these rows."""
    found = near_pairs.nearest_of_block(space, rows, among, 1, tick)
    more = rows.inds, *map(np.concatenate, found)
    inds, near, dists = map(np.concatenate, zip(before, more, strict=True))
    order = np.lexsort((inds, -dists))[:count]
    return inds[order], near[order], dists[order]


def _candidates(
    space: Space,
    rows: np.ndarray,
    samples: list[np.ndarray],
    least: float,
    tick: partial[None],
) -> np.ndarray:
    """The rows that may have no neighbor nearer than a distance."""
    if least <= 0 and space.metric != "dotproduct":
        return rows
    dtype = space.dtypes[0]
    key = space.key(np.nextafter(least, -np.inf))
    for sample in samples:
        a, b = Block(space, rows), Block(space, sample)
        keys, error = space.keys(a, b, dtype)
        near_pairs.exclude_self(keys, a, b)
        rows = rows[keys.min(axis=1) > as_type(dtype, key - error)]
        tick()
        if not len(rows):
            break
    return rows


def _likely_first(space: Space, sample: np.ndarray) -> np.ndarray:
    """All indices, those first that are far from all of a sample."""
    others, least = Block(space, sample), []
    for block in space.blocks(np.arange(len(space))):
        keys, _ = space.keys(block, others, space.dtypes[0])
        near_pairs.exclude_self(keys, block, others)
        least.append(keys.min(axis=1))
    return np.argsort(-np.concatenate(least), kind="stable")


def _samples(space: Space) -> list[np.ndarray]:
    """All indices in random samples of a block's size."""
    inds = np.random.default_rng(0).permutation(len(space))
    return [
        np.sort(inds[at : at + space.side]) for at in range(0, len(inds), space.side)
    ]
