"""Rejects most pairs of vectors by a few of their dimensions, and never a near one.

Vectors are projected onto their first principal components (about the origin), with
the norm of the residual as one more coordinate. By Cauchy and Schwarz the dot product
of two projected vectors is at least that of the vectors, while the norms are equal; so
no two projected vectors are further apart than the vectors, by any metric.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from .. import tuning
from ..metrics import Block, Space, release_pages, scratch_array

SAMPLED_BYTES = 8 * 1024 * 1024  # of vectors in float64, to find the components
PAIRED = 1_024  # of them are paired, to choose the number of components
PAIR_COST = 150  # of comparing one pair by itself, where a matrix product costs it 1


class PcaPrefilter:
    """The vectors of a space, projected.

    Args:
        space: the vectors, ``(n, dim)``
        components: ``(dim, m)`` float64, orthonormal columns
        projected: ``(n, m + 1)`` float32, to fill
    """

    def __init__(
        self, space: Space, components: np.ndarray, projected: np.ndarray
    ) -> None:
        for start in range(0, len(space), space.side):
            part = slice(start, start + space.side)
            some = _in_float64(space, np.arange(len(space))[part])
            projected[part] = _project(some, components)
            release_pages(projected)
        self._space = Space(space.metric, projected)

    def maybe_within(self, a: Block, b: Block, thresh: float) -> np.ndarray:
        """Which pairs of two blocks may be within a distance, ``(len(a), len(b))``
        bool: all that are, and few others."""
        projected_a, projected_b = (Block(self._space, one.inds) for one in (a, b))
        keys, error = self._space.keys(projected_a, projected_b, np.float32)
        # twice, since projecting and rounding cost a few digits too
        return keys <= np.float32(self._space.key(thresh) + 2 * error)


@contextmanager
def pca_prefilter(space: Space, thresh: float) -> Iterator[PcaPrefilter | None]:
    """A prefilter for a space and a distance; ``None`` where it would save nothing."""
    components = _components(space, thresh)
    if components is None:
        yield None
        return
    with scratch_array(len(space), components.shape[1] + 1) as projected:
        yield PcaPrefilter(space, components, projected)


def _components(space: Space, thresh: float) -> np.ndarray | None:
    """As many principal components as make the work least, ``(dim, m)``; ``None`` if
    it isn't worthwhile."""
    share, few = tuning.PREFILTER_WORTHWHILE, max(2, tuning.PREFILTER_MIN_VECTORS)
    dims = [dim for dim in tuning.PREFILTER_DIMS if dim < share * space.dim]
    if len(space) < few or not dims or np.float32 not in space.dtypes:
        return None
    rng = np.random.default_rng(0)
    sampled = max(PAIRED, SAMPLED_BYTES // (8 * space.dim))
    vectors = _in_float64(space, np.sort(rng.permutation(len(space))[:sampled]))
    # the largest eigenvalues come last
    _, axes = np.linalg.eigh(vectors.T @ vectors)
    some = vectors[rng.permutation(len(vectors))[:PAIRED]]
    costs = [
        dim / space.dim
        + PAIR_COST * _share_left(space.metric, _project(some, axes[:, -dim:]), thresh)
        for dim in dims
    ]
    if min(costs) > share:
        return None
    return np.ascontiguousarray(axes[:, -dims[int(np.argmin(costs))] :])


def _share_left(metric: str, projected: np.ndarray, thresh: float) -> float:
    """The share of the pairs that projected vectors don't reject."""
    half = len(projected) // 2
    space = Space(metric, projected)
    a, b = Block(space, np.arange(half)), Block(space, np.arange(half, len(projected)))
    keys, error = space.keys(a, b, np.float32)
    return float((keys <= space.key(thresh) + 2 * error).mean())


def _in_float64(space: Space, inds: np.ndarray) -> np.ndarray:
    """Some of the vectors in float64, with norm 1 for cosine."""
    vectors = space.vectors[inds].astype(np.float64)
    release_pages(space.vectors)
    if space.metric == "cosine":
        norms = space.norms[inds]
        vectors /= np.where(norms == 0, 1, norms)[:, None]
    return vectors


def _project(vectors: np.ndarray, components: np.ndarray) -> np.ndarray:
    """The ``m`` coordinates of vectors and the norms of their residuals:
    ``(n, m + 1)`` float32."""
    coordinates = vectors @ components
    squares = np.einsum("ij,ij->i", vectors, vectors)
    rest = squares - np.einsum("ij,ij->i", coordinates, coordinates)
    # rather too large: the difference of nearly equal numbers is inexact
    rest = np.sqrt(np.maximum(rest, 0) + 1e-12 * squares)
    return np.column_stack([coordinates, rest]).astype(np.float32)
