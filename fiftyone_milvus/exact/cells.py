"""Candidates for near pairs: vectors in one cell of a coarse quantiser, or near the
boundary between two. Each candidate is then compared exactly, so no pair is wrong.

A vector's cell is that of its nearest centre, by k-means. It is compared with all of
its cell, and with all of each cell whose boundary it is within a *margin* of. Of two
vectors in two cells, at a distance of ``t``, one is within ``t / 2`` of the boundary
between the cells: with that margin no pair is missed. Most are much nearer to it, since
the direction from one vector to the other is seldom that from one centre to the other.
So the margin is the smallest that misses few of the pairs of a sample, whose vectors
are compared with all others.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from scipy.cluster.vq import kmeans2
from scipy.spatial.distance import cdist

from .. import tuning
from ..metrics import Block, Space, release_pages, scratch_array
from .near_pairs import exclude_self
from .tiles import Tick, no_tick, where, within_tile

TRAINED_BYTES = 32 * 1024 * 1024  # of vectors, to find the centres
ITERATIONS = 4
BINS = 1_000  # of the margins that the sample's pairs need


@dataclass(frozen=True)
class Cells:
    """The cells of ``n`` vectors: ``own`` ``(n,)`` is each one's cell. ``near``
    ``(cells, n / 8)``, packed bits, tells which vectors of other cells are within the
    margin of a cell's boundary. ``recall`` is the share of the sample's pairs that the
    margin finds, and ``compared`` the share of all pairs that are compared."""

    space: Space
    thresh: float
    own: np.ndarray
    near: np.ndarray
    recall: float
    compared: float

    @property
    def digest(self) -> str:
        """A hash of the cells: others give other candidates."""
        return hashlib.blake2b(self.own.tobytes(), digest_size=16).hexdigest()

    def pairs(
        self, tick: Tick = no_tick, start: int = 0, ended: Tick = no_tick
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The pairs within the distance that are candidates, each once: what
        :func:`tiles.pairs` yields, a cell at a time."""
        order = np.argsort(self.own, kind="stable")
        ends = np.cumsum(np.bincount(self.own, minlength=len(self.near)))
        for cell, (first, end) in enumerate(zip([0, *ends], ends, strict=False)):
            if end <= start or first == end:
                continue
            inds = order[first:end]
            others = self._others(cell)
            for block in self.space.blocks(inds):
                yield from self._pairs(block, inds, others, cell)
                first += len(block)
                tick(int(first))
            ended(int(end))

    def _others(self, cell: int) -> np.ndarray:
        """The vectors of other cells that a cell's are compared with."""
        bits = np.unpackbits(self.near[cell], count=len(self.own))
        release_pages(self.near)
        return np.flatnonzero(bits)

    def _pairs(
        self, a: Block, inds: np.ndarray, others: np.ndarray, cell: int
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The pairs of a block of a cell: with itself, with what follows in the cell,
        and with the others."""
        i, j = where(np.triu(within_tile(self.space, a, a, self.thresh), 1))
        yield a.inds[i], a.inds[j]
        for b in self.space.blocks(inds[inds > a.inds[-1]]):
            i, j = where(within_tile(self.space, a, b, self.thresh))
            yield a.inds[i], b.inds[j]
        for b in self.space.blocks(others):
            i, j = where(within_tile(self.space, a, b, self.thresh))
            i, j = a.inds[i], b.inds[j]
            new = ~self._seen_before(i, j, cell)
            yield i[new], j[new]

    def _seen_before(self, i: np.ndarray, j: np.ndarray, cell: int) -> np.ndarray:
        """Which pairs of a cell's vectors with others were compared in the others'
        cells."""
        cells = self.own[j]
        bits = self.near[cells, i // 8] >> (7 - i % 8).astype(np.uint8) & 1
        return (cells < cell) & (bits == 1)


@contextmanager
def cells_of(space: Space, thresh: float, tick: Tick = no_tick) -> Iterator[Cells]:
    """The cells of vectors by cosine or euclidean, to find those within a distance.

    Args:
        space: the vectors
        thresh: the distance
        tick: called with how many vectors are done
    """
    centres = _Centres(space)
    sample = _Sample(space, centres, thresh)
    count = len(space)
    own = np.empty(count, np.int32)
    for block in _blocks(space):
        scores = centres.scores(block)
        own[block.inds] = scores.argmax(axis=1)
        sample.add(block, scores, own[block.inds])
        tick(int(block.inds[-1]) // 2)
    margin, recall = sample.margin()
    with scratch_array(len(centres), -(-count // 32)) as words:
        near = words.view(np.uint8)
        sizes = np.bincount(own, minlength=len(centres)).astype(float)
        compared = sizes @ sizes / 2
        for block in _blocks(space):
            mine = own[block.inds]
            within = centres.within(block, mine, margin)
            part = slice(block.inds[0] // 8, -(-(block.inds[-1] + 1) // 8))
            near[:, part] = np.packbits(within, axis=0).T
            release_pages(near)
            compared += within.sum(axis=0) @ sizes
            tick((count + int(block.inds[-1])) // 2 + 1)
        yield Cells(space, thresh, own, near, recall, float(2 * compared / count**2))


def _blocks(space: Space) -> Iterator[Block]:
    """All vectors, some multiple of 8 at a time."""
    return space.blocks(np.arange(len(space)), -(-space.side // 8) * 8)


class _Centres:
    """The centres of the cells, and how far vectors are from the boundaries."""

    def __init__(self, space: Space) -> None:
        count = max(1, round(tuning.CELLS * np.sqrt(len(space))))
        rng = np.random.default_rng(0)
        most = max(count, TRAINED_BYTES // (4 * space.dim))
        some = np.sort(rng.permutation(len(space))[: min(most, 64 * count)])
        self._metric, self._dtype = space.metric, space.dtypes[0]
        vectors = Block(space, some).prepared(self._dtype)
        start = vectors[np.sort(rng.permutation(len(vectors))[:count])]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an empty cell keeps its centre
            centres, _ = kmeans2(vectors, start, ITERATIONS, minit="matrix")
        # equal ones have no boundary
        self._centres = np.unique(centres, axis=0)
        squares = np.einsum("ij,ij->i", self._centres, self._centres)
        self._half_squares = squares / 2
        self.between = cdist(self._centres, self._centres).astype(self._dtype)
        self._reach = float(np.sqrt(squares.max()))

    def __len__(self) -> int:
        return len(self._centres)

    def scores(self, block: Block) -> np.ndarray:
        """Numbers ``(len, cells)`` that are larger for nearer centres."""
        return block.prepared(self._dtype) @ self._centres.T - self._half_squares

    def within(self, block: Block, own: np.ndarray, margin: float) -> np.ndarray:
        """Which cells' boundaries vectors are within a margin of, ``(len, cells)``
        bool, but for their own, ``(len,)``."""
        gaps = self.scores(block)
        rows = np.arange(len(block))
        np.subtract(gaps[rows, own][:, None], gaps, out=gaps)
        found = gaps <= margin * self.between[own] + self._error(block)
        found[rows, own] = False
        return found

    def _error(self, block: Block) -> float:
        """A bound of the error of a difference of scores, see :meth:`Space.keys`."""
        reach = (block.reach if self._metric == "euclidean" else 1) + self._reach
        dim, eps = self._centres.shape[1], float(np.finfo(self._dtype).eps)
        return 4 * (dim + 8) * eps * reach * self._reach


class _Sample:
    """Some vectors, compared with all others: how large a margin their pairs need."""

    def __init__(self, space: Space, centres: _Centres, thresh: float) -> None:
        rng = np.random.default_rng(1)
        inds = np.sort(rng.permutation(len(space))[: tuning.CALIBRATED])
        self._space, self._centres = space, centres
        self._block = Block(space, inds)
        self._scores = centres.scores(self._block)
        self._own = self._scores.argmax(axis=1)
        self._key = space.key(thresh)
        self._reach = float(self._length(np.array(self._key)))
        self._counts = np.zeros(BINS + 1)
        self._nearest = np.full(len(inds), np.inf)  # keys
        self._needs = np.zeros(len(inds))  # of the pairs with the nearest

    def add(self, block: Block, scores: np.ndarray, own: np.ndarray) -> None:
        """Compares the sample with a block, of which ``scores`` and ``own`` are of
        the cells."""
        keys, error = self._space.keys(self._block, block, self._space.dtypes[0])
        exclude_self(keys, self._block, block)
        i, j = where(keys <= self._key + error)
        step = 1 + len(i) // tuning.MAX_CANDIDATES
        i, j = i[::step], j[::step]
        self._count(self._needed(i, j, scores, own), step)
        j = keys.argmin(axis=1)
        i = np.flatnonzero(keys[np.arange(len(j)), j] < self._nearest)
        j = j[i]
        self._nearest[i] = keys[i, j]
        self._needs[i] = self._needed(i, j, scores, own)

    def margin(self) -> tuple[float, float]:
        """The margin that finds nearly all of the sample's pairs, and the share of them
        that it finds. Where those are few, the pairs of each with its nearest, further
        away, count too, and need a margin in proportion: rather too large a one."""
        found = self._counts.copy()
        if found.sum() < tuning.ENOUGH_PAIRS:
            beyond = self._nearest > self._key
            lengths = self._length(self._nearest[beyond])
            self._count(self._needs[beyond] * self._reach / lengths, 1)
        total = np.cumsum(self._counts)
        wanted = tuning.CANDIDATE_RECALL * total[-1]
        at = int(np.searchsorted(total, wanted)) if total[-1] else BINS
        recall = found[: at + 1].sum() / found.sum() if found.any() else 1.0
        return at / BINS * self._reach / 2, float(recall)

    def _count(self, needs: np.ndarray, weight: int) -> None:
        at = np.ceil(BINS * needs / (self._reach / 2 or 1))
        at = np.clip(at, 0, BINS).astype(np.intp)
        self._counts += weight * np.bincount(at, minlength=BINS + 1)

    def _needed(
        self, i: np.ndarray, j: np.ndarray, scores: np.ndarray, own: np.ndarray
    ) -> np.ndarray:
        """The least margins that find pairs of the sample with a block."""
        a, b = self._own[i], own[j]
        here = self._scores[i, a] - self._scores[i, b]
        there = scores[j, b] - scores[j, a]
        between = self._centres.between[a, b]
        return np.minimum(here, there) / np.where(between == 0, 1, between)

    def _length(self, keys: np.ndarray) -> np.ndarray:
        """How long the difference of two vectors is, for cosine of norm 1."""
        if self._space.metric == "cosine":
            keys = 2 * (keys + 1)
        return np.sqrt(np.maximum(keys, 0))
