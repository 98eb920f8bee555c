"""Union-find in numpy, which groups pairs as they are found; and the threshold at which
a given number of vectors become duplicates."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import minimum_spanning_tree

from .. import tuning
from ..metrics import Space
from . import near_pairs, tiles
from .checkpoints import Checkpoint, State
from .pca_prefilter import pca_prefilter
from .tiles import Tick, no_tick

# The phases of choosing a threshold
NEARING, CHOOSING = "nearing", "choosing"


class UnionFind:
    """The connected components of pairs of ``n`` vectors, and how many pairs each
    vector is in. Memory is two numbers a vector, however many the pairs."""

    def __init__(self, count: int) -> None:
        self._degrees = np.zeros(count, np.intp)
        self._roots = np.arange(count)
        self._buffer: list[tuple[np.ndarray, np.ndarray]] = []

    @property
    def degrees(self) -> np.ndarray:
        """How many pairs each vector is in, ``(n,)``."""
        self._merge()
        return self._degrees

    def add(self, i: np.ndarray, j: np.ndarray) -> None:
        """Adds ``m`` pairs, each side of shape ``(m,)``."""
        if not len(i):
            return
        self._buffer.append((i, j))
        if sum(len(pairs[0]) for pairs in self._buffer) > tuning.BUFFERED_PAIRS:
            self._merge()

    def components(self) -> Iterator[np.ndarray]:
        """The components of two or more, as ascending indices, by their first one."""
        self._merge()
        order = np.argsort(self._roots, kind="stable")
        _, starts = np.unique(self._roots[order], return_index=True)
        for part in np.split(order, starts[1:]):
            if len(part) > 1:
                yield part

    def state(self) -> State:
        """What it needs to resume."""
        self._merge()
        return {"degrees": self._degrees, "roots": self._roots}

    def restore(self, state: State) -> None:
        """Resumes from a state."""
        self._degrees, self._roots = state["degrees"], state["roots"]

    def _merge(self) -> None:
        """Adds the buffered pairs, all at once: each time goes through all vectors."""
        if not self._buffer:
            return
        i, j = map(np.concatenate, zip(*self._buffer, strict=True))
        self._buffer.clear()
        count = len(self._degrees)
        self._degrees += np.bincount(i, minlength=count)
        self._degrees += np.bincount(j, minlength=count)
        a, b = self._roots[i], self._roots[j]
        while (differ := a != b).any():
            # each root that is paired with a smaller one is merged into it, all at once
            i, j, a, b = i[differ], j[differ], a[differ], b[differ]
            np.minimum.at(self._roots, np.maximum(a, b), np.minimum(a, b))
            self._shorten()
            a, b = self._roots[i], self._roots[j]

    def _shorten(self) -> None:
        while True:
            shorter = self._roots[self._roots]
            if np.array_equal(shorter, self._roots):
                return
            self._roots = shorter


def threshold_for(
    space: Space,
    joins: int,
    near: Tick = no_tick,
    tick: Tick = no_tick,
    checkpoint: Checkpoint | None = None,
) -> float | None:
    """The smallest distance at which the pairs within it join ``n`` vectors to at most
    ``n - joins`` groups: the length of the ``joins``-th shortest edge of their minimum
    spanning tree (single linkage: Gower and Ross, Minimum spanning trees and single
    linkage cluster analysis, 1969).

    The edges to the few nearest neighbors of each vector give an upper bound, since
    fewer edges join less; so only the pairs within that bound are compared.

    Args:
        space: ``n`` vectors
        joins: how many, 1 or more
        near: called with how many vectors' nearest are known
        tick: called with how many vectors are compared after that
        checkpoint: to resume from, and to store the state in

    Returns:
        the distance; ``None`` if the few nearest of each don't join so many
    """
    checkpoint = checkpoint or Checkpoint()
    if (thresh := checkpoint.result(CHOOSING)) is not None:
        return thresh
    bound = _bound(space, joins, near, checkpoint)
    if not np.isfinite(bound):
        return None
    return _chosen(space, joins, bound, tick, checkpoint)


def _bound(space: Space, joins: int, tick: Tick, checkpoint: Checkpoint) -> float:
    """An upper bound of the threshold; infinite if none is known."""
    if (bound := checkpoint.result(NEARING)) is not None:
        return bound
    forest = _Forest(len(space), joins)
    done = start = checkpoint.restore(NEARING, forest)
    save = checkpoint.saver(NEARING, forest)
    for near, dists in near_pairs.nearest_by_block(
        space,
        tuning.BOUNDING_NEIGHBORS,
        np.arange(start, len(space)),
        tick=lambda more: tick(start + more),
    ):
        i = np.arange(done, done + len(near))
        i = np.repeat(i, [len(one) for one in near])
        forest.add(i, np.concatenate(near), np.concatenate(dists))
        done += len(near)
        save(done)
    forest.reduce()
    checkpoint.end(NEARING, forest.bound())
    return forest.bound()


def _chosen(
    space: Space, joins: int, bound: float, tick: Tick, checkpoint: Checkpoint
) -> float:
    """The threshold, given an upper bound."""
    forest = _Forest(len(space), joins, bound)
    start = checkpoint.restore(CHOOSING, forest)
    save = checkpoint.saver(CHOOSING, forest)
    with pca_prefilter(space, bound) as prefilter:
        for i, j in tiles.pairs(space, forest.bound, tick, prefilter, start, save):
            forest.add(i, j, space.distances(i, j))
    forest.reduce()
    checkpoint.end(CHOOSING, forest.bound())
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
        if sum(len(edges[0]) for edges in self._edges) > tuning.BUFFERED_PAIRS:
            self.reduce()

    def state(self) -> State:
        """What it needs to resume."""
        self.reduce()
        i, j, dists = self._edges[0]
        return {"i": i, "j": j, "dists": dists, "bound": np.array(self._bound)}

    def restore(self, state: State) -> None:
        """Resumes from a state."""
        self._edges = [(state["i"], state["j"], state["dists"])]
        self._bound = float(state["bound"])

    def bound(self) -> float:
        """The length of the last edge needed, as far as is known; else infinite."""
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
