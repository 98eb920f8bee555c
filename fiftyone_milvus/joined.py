"""Pairs joined into groups as they come, by union-find in numpy; and the shortest pairs
that join a number of vectors."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import minimum_spanning_tree

from . import duplicates, tiles
from .metrics import Space
from .sieve import sieving
from .tiles import Tick, untold

NEAREST = 5  # whose distances bound the threshold that a fraction asks for
BUFFERED_PAIRS = 1 << 20


class Joined:
    """The connected components of pairs of ``n`` vectors, and how many pairs each
    vector is in. Memory is two numbers a vector, however many the pairs."""

    def __init__(self, count: int) -> None:
        self.degrees = np.zeros(count, np.intp)
        self._roots = np.arange(count)

    def add(self, i: np.ndarray, j: np.ndarray) -> None:
        """Takes ``m`` pairs, each side of shape ``(m,)``."""
        count = len(self.degrees)
        self.degrees += np.bincount(i, minlength=count)
        self.degrees += np.bincount(j, minlength=count)
        a, b = self._roots[i], self._roots[j]
        while (differ := a != b).any():
            # a root that a smaller one is paired with joins it, all at once
            i, j, a, b = i[differ], j[differ], a[differ], b[differ]
            np.minimum.at(self._roots, np.maximum(a, b), np.minimum(a, b))
            self._shorten()
            a, b = self._roots[i], self._roots[j]

    def members(self) -> Iterator[np.ndarray]:
        """The components of two and more, as ascending indices, by their first one."""
        order = np.argsort(self._roots, kind="stable")
        _, starts = np.unique(self._roots[order], return_index=True)
        for part in np.split(order, starts[1:]):
            if len(part) > 1:
                yield part

    def _shorten(self) -> None:
        while True:
            shorter = self._roots[self._roots]
            if np.array_equal(shorter, self._roots):
                return
            self._roots = shorter


def threshold_for(
    space: Space, joins: int, near: Tick = untold, tick: Tick = untold
) -> float | None:
    """The smallest distance at which the pairs within it join ``n`` vectors to at most
    ``n - joins`` groups: the length of the ``joins``-th shortest edge of their minimum
    spanning tree (single linkage: Gower and Ross, Minimum spanning trees and single
    linkage cluster analysis, 1969).

    The edges to the few nearest of each vector bound it from above, since fewer edges
    join less; so only the pairs within that bound are looked at.

    Args:
        space: ``n`` vectors
        joins: how many, 1 or more
        near: told how many vectors' nearest are known
        tick: told how many vectors are compared after that

    Returns:
        the distance; ``None`` if the few nearest of each don't join so many
    """
    forest = _Forest(len(space), joins)
    found, dists = duplicates.nearest(space, NEAREST, tick=near)
    i = np.repeat(np.arange(len(space)), [len(one) for one in found])
    pairs = np.sort(np.stack([i, np.concatenate(found)]), axis=0)
    _, once = np.unique(pairs[0] * len(space) + pairs[1], return_index=True)
    forest.add(pairs[0][once], pairs[1][once], np.concatenate(dists)[once])
    bound = forest.bound()
    if not np.isfinite(bound):
        return None
    forest = _Forest(len(space), joins, bound)
    with sieving(space, bound) as sieve:
        for i, j in tiles.pairs(space, forest.bound, tick, sieve):
            forest.add(i, j, space.distances(i, j))
    forest.reduce()
    return forest.bound()


class _Forest:
    """The shortest edges that join ``count`` vectors; buffered, so that memory is
    bounded. The bound shrinks as shorter ones are found."""

    def __init__(self, count: int, joins: int, bound: float = np.inf) -> None:
        self._count = count
        self._joins = joins
        self._bound = bound
        self._edges = [(np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0))]

    def add(self, i: np.ndarray, j: np.ndarray, dists: np.ndarray) -> None:
        self._edges.append((i, j, dists))
        if sum(len(edges[0]) for edges in self._edges) > BUFFERED_PAIRS:
            self.reduce()

    def bound(self) -> float:
        """How long the edge of the last join is, as far as is known; else infinite."""
        if not np.isfinite(self._bound):
            self.reduce()
        return self._bound

    def reduce(self) -> None:
        i, j, dists = map(np.concatenate, zip(*self._edges, strict=True))
        # ranks, since a distance of 0 would be no edge; equal ones are equally good
        order = np.argsort(dists, kind="stable")
        ranks = np.empty(len(order))
        ranks[order] = np.arange(1, len(order) + 1)
        graph = csr_array((ranks, (i, j)), shape=(self._count, self._count))
        kept = order[np.sort(minimum_spanning_tree(graph).data).astype(np.intp) - 1]
        self._edges = [(i[kept], j[kept], dists[kept])]
        if len(kept) >= self._joins:
            self._bound = min(self._bound, float(dists[kept[self._joins - 1]]))
