"""Vectors as a message to Milvus holds them.

pymilvus puts a row's vector into its message number by number, which takes longer than
all else that it does to a row, and keeps every other thread waiting meanwhile. What is
in the form of a message already is copied at once.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def packed(vectors: np.ndarray) -> list[Sequence[float]]:
    """Each of ``(n, dim)`` vectors, as a value that pymilvus takes for one."""
    from pymilvus.grpc_gen.schema_pb2 import FloatArray

    if not len(vectors):
        return []
    numbers = vectors.astype("<f4", copy=False)
    message = FloatArray(data=numbers[0].tolist()).SerializeToString()
    header = message[: -numbers[0].nbytes]  # the same for each, as their length is
    return [FloatArray.FromString(header + row.tobytes()).data for row in numbers]
