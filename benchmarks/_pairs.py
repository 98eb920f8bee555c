"""Pairs within a distance: by Milvus's own range search, and the true ones."""

from __future__ import annotations

import numpy as np
from pymilvus import MilvusClient

from ._setup import Server

QUERIES_A_CALL = 500
LIMIT = 100  # of a query's matches; 16,384 for each would be a message of gigabytes
ROWS_AT_ONCE = 2_000

Pairs = set[tuple[int, int]]


def by_range_search(
    server: Server, collection: str, ids: list[str], vectors: np.ndarray, thresh: float
) -> Pairs:
    """What Milvus answers within a cosine distance when it is asked for each vector.

    Args:
        server: where
        collection: its vectors' keys are among ``ids``
        ids: the ``n`` keys
        vectors: ``(n, dim)`` float32
        thresh: the distance
    """
    client = MilvusClient(uri=server.uri)
    at = {id_: i for i, id_ in enumerate(ids)}
    pairs: Pairs = set()
    for start in range(0, len(ids), QUERIES_A_CALL):
        found = client.search(
            collection,
            data=list(vectors[start : start + QUERIES_A_CALL]),
            anns_field="vector",
            limit=min(LIMIT, len(ids)),
            output_fields=["pk"],
            search_params={
                "metric_type": "COSINE",
                "params": {"radius": 1 - thresh, "ef": 2 * LIMIT},
            },
            consistency_level="Session",
        )
        for i, matches in enumerate(found, start):
            pairs |= {(i, at[match.id]) for match in matches}
    client.close()
    return once(pairs)


def true_ones(vectors: np.ndarray, thresh: float) -> Pairs:
    """The pairs of ``(n, dim)`` vectors within a cosine distance, in float64."""
    wide = vectors.astype(np.float64)
    wide /= np.linalg.norm(wide, axis=1, keepdims=True)
    pairs: Pairs = set()
    for start in range(0, len(wide), ROWS_AT_ONCE):
        near = 1 - wide[start : start + ROWS_AT_ONCE] @ wide.T <= thresh
        i, j = np.nonzero(near)
        pairs |= set(zip((i + start).tolist(), j.tolist(), strict=True))
    return once(pairs)


def once(pairs: Pairs) -> Pairs:
    """Each pair one way round, and none of one vector."""
    return {(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]}


def share(found: Pairs, true: Pairs) -> float:
    """The share of the true pairs that were found."""
    return len(found & true) / len(true) if true else 1.0
