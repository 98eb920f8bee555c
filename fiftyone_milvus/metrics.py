"""Vectors under a metric: their distances, exact, or quick with a bound of the error.

Distances are smaller for nearer, and equal to those of FiftyOne's sklearn backend:
cosine ``1 - cos``, dotproduct ``1 - dot``, euclidean the plain (not squared) distance.
"""

from __future__ import annotations

import errno
import mmap
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from . import tuning
from .errors import InvalidRequest

BLOCK_BYTES = 8 * 1024 * 1024  # of float32 vectors on a side
NORMS_IN_FLOAT32 = (1e-15, 1e15)  # their products neither vanish nor overflow


# Milvus's names. Its L2 is squared; COSINE and IP are similarities
METRICS = {"cosine": "COSINE", "dotproduct": "IP", "euclidean": "L2"}


def from_milvus(metric: str, scores: np.ndarray) -> np.ndarray:
    """Distances of Milvus's scores ``(n,)``."""
    if metric == "euclidean":
        return np.sqrt(np.maximum(scores, 0))
    return 1 - scores


def can_reverse(metric: str) -> bool:
    """Whether the farthest from a vector are the nearest to its opposite, at 2 minus
    the distance."""
    return metric != "euclidean"


def distances(metric: str, queries: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Exact distances ``(q, n)`` of ``(q, dim)`` and ``(n, dim)`` vectors; near 0 as
    exact as a matrix product in float64 is, :func:`pair_distances` is more so."""
    a, b = queries.astype(np.float64), vectors.astype(np.float64)
    if metric == "euclidean":
        squares = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
        return np.sqrt(np.maximum(squares, 0))
    if metric == "cosine":
        a, b = unit(a), unit(b)
    return 1 - a @ b.T


def pair_distances(metric: str, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The distances ``(m,)`` of ``m`` pairs of vectors, each side ``(m, dim)`` float64.

    Equal vectors are at exactly 0 by cosine and euclidean; zeros are at 1 from
    everything by cosine.
    """
    if metric == "euclidean":
        return np.sqrt(_dots(a - b, a - b))
    dots = _dots(a, b)
    if metric == "cosine":
        # sqrt(x * x) is exactly x, and a product of two norms is not
        norms = np.sqrt(_dots(a, a) * _dots(b, b))
        dots /= np.where(norms == 0, 1, norms)
    return 1 - dots


class Space:
    """Vectors under a metric.

    Args:
        metric: ``"cosine"``, ``"dotproduct"`` or ``"euclidean"``
        vectors: ``(n, dim)`` float32, in memory or in a file
    """

    def __init__(self, metric: str, vectors: np.ndarray) -> None:
        self.metric = metric
        self.vectors = vectors
        fit = BLOCK_BYTES // (4 * max(1, self.dim))
        self.side = max(1, min(tuning.TILE, fit))
        self.norms = np.concatenate(
            [np.empty(0), *(_norms(part) for part in self.parts())]
        )
        present = self.norms[self.norms > 0]
        low, high = NORMS_IN_FLOAT32
        fits = bool(((present >= low) & (present <= high)).all())
        self.dtypes = (np.float32, np.float64) if fits else (np.float64,)

    def __len__(self) -> int:
        return len(self.vectors)

    @property
    def dim(self) -> int:
        return int(self.vectors.shape[1])

    def parts(self) -> Iterator[np.ndarray]:
        """All the vectors, a few at a time."""
        for start in range(0, len(self), self.side):
            yield self.vectors[start : start + self.side]
            release_pages(self.vectors)

    def blocks(self, inds: np.ndarray, side: int | None = None) -> Iterator[Block]:
        side = side or self.side
        for start in range(0, len(inds), side):
            yield Block(self, inds[start : start + side])

    def distances(self, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """The exact distances ``(m,)`` of ``m`` pairs of vectors."""
        found = np.empty(len(i))
        step = max(1, tuning.PAIR_BYTES // (8 * max(1, self.dim)))
        for start in range(0, len(i), step):
            part = slice(start, start + step)
            a, b = self.vectors[i[part]], self.vectors[j[part]]
            release_pages(self.vectors)
            found[part] = pair_distances(
                self.metric, a.astype(np.float64), b.astype(np.float64)
            )
        return found

    def key(self, thresh: float) -> float:
        """The key, see :meth:`keys`, of a pair at this distance."""
        return thresh * thresh if self.metric == "euclidean" else thresh - 1

    def keys(self, a: Block, b: Block, dtype: type) -> tuple[np.ndarray, float]:
        """Numbers ``(len(a), len(b))`` that increase with the distance, and a bound of
        their error.

        A dot product of length ``n`` is off by at most ``n u / (1 - n u)`` times the
        product of the norms in any order of summation (Higham, Accuracy and Stability
        of Numerical Algorithms, 3.1), ``u`` being half of ``eps``; the rest is for the
        few operations around it, and for the distances' own rounding.
        """
        # a power of 2, which changes no digit, before the product gets large
        times = dtype(-2 if self.metric == "euclidean" else -1)
        keys = (a.prepared(dtype) * times) @ b.prepared(dtype).T
        reach = 1.0
        if self.metric == "euclidean":
            keys += a.squares(dtype)[:, None]
            keys += b.squares(dtype)
            reach = (a.reach + b.reach) ** 2
        elif self.metric == "dotproduct":
            reach = a.reach * b.reach
        info = np.finfo(dtype)
        error = 2 * (self.dim + 8) * float(info.eps) * reach
        if self.metric == "dotproduct":
            # a distance is 1 minus the product, which however small is rounded beside 1
            error += 2 * float(np.finfo(np.float64).eps)
        return keys, error + self.dim * float(info.tiny)


class Block:
    """Some of the vectors, by their ascending indices, ready for matrix products."""

    def __init__(self, space: Space, inds: np.ndarray) -> None:
        self._space = space
        self._prepared: dict[type, np.ndarray] = {}
        self.inds = inds
        self.norms = space.norms[inds]
        self.reach = float(self.norms.max())

    def __len__(self) -> int:
        return len(self.inds)

    def prepared(self, dtype: type) -> np.ndarray:
        """The vectors ``(len, dim)``; with norm 1 for cosine."""
        if dtype not in self._prepared:
            vectors = self._space.vectors[self.inds].astype(dtype, copy=False)
            release_pages(self._space.vectors)
            if self._space.metric == "cosine":
                norms = np.where(self.norms == 0, 1, self.norms)
                vectors *= (1 / norms).astype(dtype)[:, None]
            self._prepared[dtype] = vectors
        return self._prepared[dtype]

    def squares(self, dtype: type) -> np.ndarray:
        return (self.norms**2).astype(dtype)


@contextmanager
def scratch_array(count: int, dim: int) -> Iterator[np.ndarray]:
    """An array ``(count, dim)`` float32 to fill, in a temporary file if it is large.

    Where the system allows it the file has no name, so it can't be left behind.

    Raises:
        InvalidRequest: if the disk is too full
    """
    size = count * dim * 4
    if size <= tuning.IN_MEMORY_BYTES:
        yield np.zeros((count, dim), np.float32)
        return
    with tempfile.TemporaryFile() as file:
        _reserve(file.fileno(), size)
        yield np.asarray(np.memmap(file, np.float32, "w+", shape=(count, dim)))


def release_pages(vectors: np.ndarray) -> None:
    """Releases the memory of a :func:`scratch_array` that is in a file: the numbers
    stay in the file, and are read again when needed."""
    base: object = vectors
    while isinstance(base, np.ndarray):
        base = base.base
    if isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        base.madvise(mmap.MADV_DONTNEED)


def _reserve(file: int, size: int) -> None:
    """Reserves the space on disk: running out of it later would end the process."""
    if not hasattr(os, "posix_fallocate"):
        return
    try:
        os.posix_fallocate(file, 0, size)
    except OSError as e:
        if e.errno in (errno.EOPNOTSUPP, errno.EINVAL):  # not on this file system
            return
        raise InvalidRequest(
            f"Comparing all vectors needs {size / 1e6:,.0f} MB for a while in "
            f"{tempfile.gettempdir()}: {e.strerror}. Free some space there, set TMPDIR "
            "to another folder, or choose a smaller view."
        ) from e


def unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors ``(n, dim)`` with norm 1; zeros stay."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(norms == 0, 1, norms)


def _dots(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.einsum("ij,ij->i", a, b)


def _norms(vectors: np.ndarray) -> np.ndarray:
    wide = vectors.astype(np.float64)
    return np.sqrt(_dots(wide, wide))
