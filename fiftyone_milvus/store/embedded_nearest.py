"""The nearest vectors: all compared where they are, without a copy of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from milvus_lite.index.brute_force import BruteForceIndex

from .embedded_rows import Mask, vector_norms

BLOCK = 1 << 24  # distances that are computed at once, 64 MB
SPARSE = 8  # where fewer than one row in so many is to be compared, those are copied
SPARE = 32  # candidates by a quick distance, of which the exact one is computed

MATCH = np.dtype([("query", "i8"), ("source", "i8"), ("row", "i8"), ("distance", "f4")])


@dataclass
class Source:
    """A segment, or the buffer: its rows, and which of them may be found."""

    vectors: np.ndarray
    mask: Mask
    norms: Callable[[], np.ndarray]
    index: Any = None

    def nearest(
        self, queries: np.ndarray, k: int, metric: str, params: dict[str, Any] | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """The rows that are nearest to each query, ``(queries, k)``, and their
        distances; -1 and infinity where there are fewer."""
        if self.mask is not None and not self.mask.any():
            return np.zeros((len(queries), 0), int), np.zeros((len(queries), 0))
        if self.index is not None and not isinstance(self.index, BruteForceIndex):
            ids, distances = self.index.search(queries, k, self.mask, params)
            return ids, distances
        rows, mask = None, self.mask
        vectors, norms = self.vectors, self.norms() if metric == "COSINE" else None
        if mask is not None and mask.sum() * SPARSE < len(mask):
            rows = np.flatnonzero(mask)
            vectors, mask = vectors[rows], None
            norms = None if norms is None else norms[rows]
        at_once = max(1, BLOCK // len(vectors))
        parts = [
            _compared(queries[start : start + at_once], vectors, norms, mask, k, metric)
            for start in range(0, len(queries), at_once)
        ]
        ids = np.concatenate([part[0] for part in parts])
        if rows is not None:
            ids = np.where(ids < 0, -1, rows[ids])
        return ids, np.concatenate([part[1] for part in parts])


def _compared(
    queries: np.ndarray,
    vectors: np.ndarray,
    norms: np.ndarray | None,
    mask: Mask,
    k: int,
    metric: str,
) -> tuple[np.ndarray, np.ndarray]:
    """The nearest of all rows that the mask has, by comparing with each."""
    one = len(queries) == 1
    found = (vectors @ queries[0])[None] if one else queries @ vectors.T
    if metric == "COSINE":
        assert norms is not None
        found /= norms
        found /= vector_norms(queries)[:, None]
        np.subtract(1, found, out=found)
        np.maximum(found, 0, out=found)
    elif metric == "IP":
        np.negative(found, out=found)
    else:
        # the square of the distance, but for what is the same for all rows
        found *= -2
        found += np.einsum("ij,ij->i", vectors, vectors)
    if mask is not None:
        found[:, ~mask] = np.inf
    if metric != "L2":
        return _smallest(found, k)
    ids, rough = _smallest(found, k + SPARE)
    exact = np.linalg.norm(vectors[ids] - queries[:, None], axis=2)
    exact[~np.isfinite(rough)] = np.inf
    order = np.lexsort((ids, exact), axis=1)[:, :k]
    ids, exact = np.take_along_axis(ids, order, 1), np.take_along_axis(exact, order, 1)
    return np.where(np.isfinite(exact), ids, -1), exact


def _smallest(distances: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The columns of the ``k`` smallest of each row, and these, in order."""
    k = min(k, distances.shape[1])
    if k < distances.shape[1]:
        ids = np.argpartition(distances, k - 1, axis=1)[:, :k]
    else:
        ids = np.broadcast_to(np.arange(k), distances.shape)
    found = np.take_along_axis(distances, ids, 1)
    order = np.lexsort((ids, found), axis=1)
    ids, found = np.take_along_axis(ids, order, 1), np.take_along_axis(found, order, 1)
    return np.where(np.isfinite(found), ids, -1), found


def merged(
    found: list[tuple[np.ndarray, np.ndarray]], queries: int, k: int
) -> np.ndarray:
    """The ``k`` nearest of all sources to each query, in order."""
    parts = [np.zeros(0, MATCH)]
    for number, (ids, distances) in enumerate(found):
        query, column = np.nonzero(ids >= 0)
        part = np.empty(len(query), MATCH)
        part["query"], part["source"] = query, number
        part["row"] = ids[query, column]
        part["distance"] = distances[query, column]
        parts.append(part)
    matches = np.concatenate(parts)
    matches = matches[
        np.lexsort(
            (matches["row"], matches["source"], matches["distance"], matches["query"])
        )
    ]
    starts = np.searchsorted(matches["query"], np.arange(queries))
    rank = np.arange(len(matches)) - starts[matches["query"]]
    return matches[rank < k]
