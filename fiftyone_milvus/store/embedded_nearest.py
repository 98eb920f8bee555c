"""The nearest vectors: all compared where they are, without a copy of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from milvus_lite.index.brute_force import BruteForceIndex

from .embedded_rows import Part, vector_norms

BLOCK = 1 << 24  # distances that are computed at once, 64 MB
SPARSE = 8  # where fewer than one row in so many is to be compared, those are copied
SPARE = 32  # candidates by a quick distance, of which the exact one is computed

MATCH = np.dtype([("query", "i8"), ("source", "i8"), ("row", "i8"), ("distance", "f4")])


def nearest(
    part: Part,
    mask: np.ndarray,
    field: str,
    queries: np.ndarray,
    k: int,
    metric: str,
    params: dict[str, Any] | None,
) -> tuple[np.ndarray, np.ndarray]:
    """The rows of a part, of those in the mask, that are nearest to each query,
    ``(queries, k)``, and their distances; -1 and infinity where there are fewer."""
    vectors, filled = part.segment.vector_data(field)
    if filled is not None:
        mask = mask & filled
    count = np.count_nonzero(mask)
    if not count:
        return np.zeros((len(queries), 0), int), np.zeros((len(queries), 0))
    left = None if count == len(mask) else mask
    index = part.segment.indexes.get(field)
    if index is not None and not isinstance(index, BruteForceIndex):
        ids, distances = index.search(queries, k, left, params)
        return ids, distances
    rows, norms = None, part.norms(field) if metric == "COSINE" else None
    if count * SPARSE < len(mask):
        rows, left = np.flatnonzero(mask), None
        vectors, norms = vectors[rows], None if norms is None else norms[rows]
    at_once = max(1, BLOCK // len(vectors))
    found = [
        _compared(queries[start : start + at_once], vectors, norms, left, k, metric)
        for start in range(0, len(queries), at_once)
    ]
    ids = np.concatenate([one[0] for one in found])
    if rows is not None:
        ids = np.where(ids < 0, -1, rows[ids])
    return ids, np.concatenate([one[1] for one in found])


def _compared(
    queries: np.ndarray,
    vectors: np.ndarray,
    norms: np.ndarray | None,
    mask: np.ndarray | None,
    k: int,
    metric: str,
) -> tuple[np.ndarray, np.ndarray]:
    """The nearest of all rows that the mask has, by comparing with each;
    ``None`` for all."""
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
