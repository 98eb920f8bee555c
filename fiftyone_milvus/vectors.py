"""Embeddings as people have them, into vectors as Milvus wants them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .errors import InvalidRequest

MAX_DIMENSION = 32_768  # Milvus's own limit


def as_vectors(embeddings: Any, ids: Sequence[str] | None = None) -> np.ndarray:
    """Checks embeddings and makes them float32, never in place.

    Args:
        embeddings: ``n`` vectors: an array of any numeric type, or lists
        ids: whose they are, ``n`` of them, for the error

    Returns:
        a ``(n, dim)`` float32 array

    Raises:
        InvalidRequest: if the vectors differ in length, hold NaN or infinity, or are
            not numbers
    """
    try:
        vectors = np.asarray(embeddings, dtype=np.float32)
    except (ValueError, TypeError) as e:
        raise InvalidRequest(_why_not_an_array(embeddings)) from e
    if vectors.size == 0:
        return vectors.reshape(0, vectors.shape[-1] if vectors.ndim == 2 else 0)
    if vectors.ndim != 2:
        raise InvalidRequest(
            f"Embeddings must have the shape (n, dim); these have {vectors.shape}"
        )
    if vectors.shape[1] > MAX_DIMENSION:
        raise InvalidRequest(
            f"Vectors of length {vectors.shape[1]} are too long; Milvus takes up to "
            f"{MAX_DIMENSION}"
        )
    bad = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
    if len(bad):
        first = f"row {bad[0]}"
        if ids is not None and len(ids) == len(vectors):
            first = f"'{ids[bad[0]]}'"
        raise InvalidRequest(
            f"{len(bad)} of {len(vectors)} vectors hold NaN or infinity, such as that "
            f"of {first}. Correct them or leave them out; nothing was added."
        )
    return vectors


def _why_not_an_array(embeddings: Any) -> str:
    try:
        lengths = sorted({len(vector) for vector in embeddings})
    except TypeError:
        lengths = []
    if len(lengths) > 1:
        return (
            f"The vectors differ in length ({lengths[0]} to {lengths[-1]}). All of an "
            "index must come from one model; nothing was added."
        )
    return "Embeddings must be numbers; nothing was added."
