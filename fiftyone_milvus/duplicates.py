"""Every vector against every other: neighbours and near duplicates, exactly.

Graph indexes answer approximately, and a missed neighbour would make a duplicate
unique; so the distances are computed here, block by block. Memory grows with the
vectors, not with their pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

BLOCK = 512

# Distances ``(q, n)`` of ``(q, dim)`` and ``(n, dim)`` vectors
Distances = Callable[[np.ndarray, np.ndarray], np.ndarray]


def within(
    distances: Distances, vectors: np.ndarray, thresh: float
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """For each vector, those within a distance of it, itself not counted.

    Args:
        distances: the metric
        vectors: ``(n, dim)``
        thresh: the greatest distance that counts

    Returns:
        ``n`` arrays of indices in ascending order, and ``n`` arrays of distances
    """
    near, dists = [], []
    for block in _blocks(distances, vectors):
        for row in block:
            inds = np.flatnonzero(row <= thresh)
            near.append(inds)
            dists.append(row[inds])
    return near, dists


def nearest(
    distances: Distances, vectors: np.ndarray, k: int | None
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """For each vector, its ``k`` nearest others, the nearest first.

    Returns:
        ``n`` arrays of indices, and ``n`` arrays of distances
    """
    count = max(0, len(vectors) - 1)
    k = count if k is None else min(k, count)
    near, dists = [], []
    for block in _blocks(distances, vectors):
        for row in block:
            inds = np.argsort(row, kind="stable")[:k]
            near.append(inds)
            dists.append(row[inds])
    return near, dists


def _blocks(distances: Distances, vectors: np.ndarray) -> Iterator[np.ndarray]:
    """Distances of a block of vectors to all, infinite to themselves."""
    for start in range(0, len(vectors), BLOCK):
        block = distances(vectors[start : start + BLOCK], vectors)
        rows = np.arange(len(block))
        block[rows, start + rows] = np.inf
        yield block
