"""Embeddings as people have them, into vectors as Milvus wants them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any

import numpy as np

from .errors import InvalidRequest

MAX_DIMENSION = 32_768  # Milvus's own limit


def as_vectors(embeddings: Any, ids: Sequence[str] | None = None) -> np.ndarray:
    """Checks embeddings and makes them float32, never in place.

    Args:
        embeddings: ``n`` vectors: an array or a tensor of any numeric type, or lists
        ids: whose they are, ``n`` of them, for the error

    Returns:
        a ``(n, dim)`` float32 array

    Raises:
        InvalidRequest: if the vectors differ in dimension, hold NaN or infinity, or are
            not numbers
    """
    try:
        vectors = _float32(as_array(embeddings))
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
            f"Vectors of dimension {vectors.shape[1]:,} are too large; Milvus takes up "
            f"to {MAX_DIMENSION:,}. Use a model with fewer dimensions."
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


def as_vector(vector: Any) -> np.ndarray:
    """One vector as :func:`as_vectors` makes them, of the shape ``(dim,)`` or
    ``(1, dim)``; ``(dim,)``."""
    try:
        array = as_array(vector)
    except (ValueError, TypeError) as e:
        raise InvalidRequest("A vector is a list of numbers") from e
    if array.ndim == 2 and len(array) == 1:
        array = array[0]
    if array.ndim != 1 or not array.size:
        raise InvalidRequest(
            f"A vector has the shape (dim,); this one has {array.shape}"
        )
    return as_vectors(array[None])[0]


def as_array(values: Any) -> np.ndarray:
    """What is a tensor, on whatever device, or a list of some, as an array.

    Raises:
        ValueError, TypeError: if it can't be one
    """
    if is_tensor(values):
        values = values.detach().cpu()
        # numpy has no bfloat16
        return np.asarray(values.float() if values.is_floating_point() else values)
    if isinstance(values, np.ndarray):
        return values if values.dtype != object else np.asarray(values.tolist())
    if isinstance(values, str | bytes | Mapping | Set):
        raise TypeError("not a sequence of numbers")
    if hasattr(values, "__array__"):
        return as_array(np.asarray(values))
    values = list(values)
    return np.asarray([as_array(v) if is_tensor(v) else v for v in values])


def is_tensor(value: Any) -> bool:
    """Whether it is PyTorch's, which need not be installed."""
    return hasattr(value, "detach") and hasattr(value, "is_floating_point")


def _float32(array: np.ndarray) -> np.ndarray:
    if array.dtype.kind not in "fiub":
        raise TypeError("not numbers")
    with np.errstate(over="ignore"):  # infinity is refused with the vector's id
        return np.ascontiguousarray(array, dtype=np.float32)


def _why_not_an_array(embeddings: Any) -> str:
    try:
        dims = sorted({len(vector) for vector in embeddings})
    except TypeError:
        dims = []
    if len(dims) > 1:
        return (
            f"The vectors differ in dimension ({dims[0]} to {dims[-1]}). All of an "
            "index must come from one model; nothing was added."
        )
    return "Embeddings must be numbers; nothing was added."
