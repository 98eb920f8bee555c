"""Exact neighbors by numpy, in the plainest way."""

from __future__ import annotations

import numpy as np


def distances(metric: str, query: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Distances ``(n,)`` of one query ``(dim,)`` as FiftyOne's sklearn backend has
    them: the smaller, the nearer."""
    q, v = query.astype(np.float64), vectors.astype(np.float64)
    if metric == "euclidean":
        return np.linalg.norm(v - q, axis=1)
    if metric == "cosine":
        q = q / np.linalg.norm(q)
        v = v / np.linalg.norm(v, axis=1, keepdims=True)
    return 1 - v @ q


def ranked(dists: np.ndarray, ids: list[str], reverse: bool = False) -> list[str]:
    """Ids by distance, ties by id."""
    order = np.lexsort((np.array(ids), -dists if reverse else dists))
    return [ids[i] for i in order]
