"""Tells most pairs of long vectors apart by short ones, and none of them wrongly.

The vectors are turned so that their first few coordinates hold most of them, and what
is left of each is replaced by its length. By Cauchy and Schwarz the dot product of two
such short vectors is at least that of the long ones, while their norms are the same; so
no two of them are further apart than the long ones are, by any metric. The turn is that
of principal components, about the origin.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from ..metrics import Block, Space, release_pages, scratch_array

LEAST_VECTORS = 10_000  # with fewer, there is nothing to save
LENGTHS = (32, 64, 96, 128, 192, 256)
SAMPLED_BYTES = 8 * 1024 * 1024  # of vectors in float64, to find the turn
TRIED = 1_024  # of them are paired, to find the length
PAIR_COST = 150  # of looking at one pair, where a matrix product costs it 1
WORTH = 0.8


class PcaPrefilter:
    """Short vectors for the long ones of a space.

    Args:
        space: ``n`` vectors of ``dim`` numbers
        turn: ``(dim, m)`` float64, orthonormal columns
        short: ``(n, m + 1)`` float32, to fill
    """

    def __init__(self, space: Space, turn: np.ndarray, short: np.ndarray) -> None:
        for start in range(0, len(space), space.side):
            part = slice(start, start + space.side)
            short[part] = _short(_upright(space, np.arange(len(space))[part]), turn)
            release_pages(short)
        self._space = Space(space.metric, short)

    def maybe_within(self, a: Block, b: Block, thresh: float) -> np.ndarray:
        """Which pairs of two blocks may be within a distance, ``(len(a), len(b))``
        bool: all that are, and few others."""
        short_a, short_b = (Block(self._space, one.inds) for one in (a, b))
        keys, error = self._space.keys(short_a, short_b, np.float32)
        # twice, since turning and rounding cost a few digits too
        return keys <= np.float32(self._space.key(thresh) + 2 * error)


@contextmanager
def pca_prefilter(space: Space, thresh: float) -> Iterator[PcaPrefilter | None]:
    """A prefilter for a space and a distance; ``None`` where it would save nothing."""
    turn = _turn(space, thresh)
    if turn is None:
        yield None
        return
    with scratch_array(len(space), turn.shape[1] + 1) as short:
        yield PcaPrefilter(space, turn, short)


def _turn(space: Space, thresh: float) -> np.ndarray | None:
    """The turn to as many coordinates as make the work least, ``(dim, m)``."""
    lengths = [length for length in LENGTHS if length < WORTH * space.dim]
    if (
        len(space) < max(2, LEAST_VECTORS)
        or not lengths
        or np.float32 not in space.dtypes
    ):
        return None
    rng = np.random.default_rng(0)
    sampled = max(TRIED, SAMPLED_BYTES // (8 * space.dim))
    upright = _upright(space, np.sort(rng.permutation(len(space))[:sampled]))
    # the largest eigenvalues come last
    _, axes = np.linalg.eigh(upright.T @ upright)
    some = upright[rng.permutation(len(upright))[:TRIED]]
    costs = [
        length / space.dim
        + PAIR_COST * _share_left(space.metric, _short(some, axes[:, -length:]), thresh)
        for length in lengths
    ]
    if min(costs) > WORTH:
        return None
    return np.ascontiguousarray(axes[:, -lengths[int(np.argmin(costs))] :])


def _share_left(metric: str, short: np.ndarray, thresh: float) -> float:
    """The share of the pairs that short vectors don't tell apart."""
    half = len(short) // 2
    space = Space(metric, short)
    a, b = Block(space, np.arange(half)), Block(space, np.arange(half, len(short)))
    keys, error = space.keys(a, b, np.float32)
    return float((keys <= space.key(thresh) + 2 * error).mean())


def _upright(space: Space, inds: np.ndarray) -> np.ndarray:
    """Some of the vectors in float64, of length 1 for cosine."""
    vectors = space.vectors[inds].astype(np.float64)
    release_pages(space.vectors)
    if space.metric == "cosine":
        norms = space.norms[inds]
        vectors /= np.where(norms == 0, 1, norms)[:, None]
    return vectors


def _short(vectors: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """The first ``m`` coordinates of turned vectors, and the length of the rest:
    ``(n, m + 1)`` float32."""
    turned = vectors @ turn
    squares = np.einsum("ij,ij->i", vectors, vectors)
    rest = squares - np.einsum("ij,ij->i", turned, turned)
    # rather too long: the difference of nearly equal numbers is a rough one
    rest = np.sqrt(np.maximum(rest, 0) + 1e-12 * squares)
    return np.column_stack([turned, rest]).astype(np.float32)
