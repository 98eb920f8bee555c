"""Vectors with 2 bytes a number: float16, or bfloat16, which numpy doesn't have."""

from __future__ import annotations

import numpy as np

from ..errors import InvalidRequest


def as_type(vectors: np.ndarray, vector_type: str) -> np.ndarray:
    """Rounds to the nearest numbers of a type.

    Args:
        vectors: ``(n, dim)``, of numbers that are finite as float32
        vector_type: ``"float32"``, ``"float16"`` or ``"bfloat16"``

    Returns:
        ``(n, dim)`` float32 or float16; or the bits of bfloat16, the upper half of
        those of float32, as uint16

    Raises:
        InvalidRequest: if the type has no number so large
    """
    numbers = np.ascontiguousarray(vectors, "<f4")
    if vector_type == "float32":
        return numbers
    if vector_type == "float16":
        with np.errstate(over="ignore"):
            found = numbers.astype("<f2")
    else:
        bits = numbers.view("<u4")
        # half of what is cut off; of two that are as near, to the even one
        found = ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype("<u2")
    if not np.isfinite(widened(found.tobytes(), vector_type)).all():
        raise InvalidRequest(
            f"Some numbers of the vectors are too large for {vector_type}. Scale the "
            "vectors, or build the index with vector_type='float32'."
        )
    return found


def widened(data: bytes, vector_type: str) -> np.ndarray:
    """Numbers of 2 bytes as Milvus sends them, one after the other; as float32,
    exactly."""
    if vector_type == "float16":
        return np.frombuffer(data, "<f2").astype(np.float32)
    return (np.frombuffer(data, "<u2").astype(np.uint32) << 16).view(np.float32)
