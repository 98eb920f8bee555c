"""How near random pairs of an index are: what is no nearer than they isn't close."""

from __future__ import annotations

import threading

import fiftyone as fo
import numpy as np
from cachetools import TTLCache

from ..backend import runs
from ..backend.index import MilvusSimilarityIndex
from . import index_sample
from .result import SearchResult

SAMPLED = 200  # vectors, each of which is compared with each
CLOSER_THAN = 0.99  # of random pairs: the best result of a search that found something
KEPT_SECONDS = 3_600.0

_cache: TTLCache[index_sample.Key, float | None] = TTLCache(256, KEPT_SECONDS)
_lock = threading.Lock()


def nothing_close(dataset: fo.Dataset, result: SearchResult) -> str | None:
    """Says so if the best result is no nearer to the query than random pairs of the
    index are to each other.

    ``None`` if it is nearer, or there is nothing to compare with: texts are further
    from images than images from each other, negatives take a query away from all
    images, and combined rankings have no similarity. The query itself, where it is a
    result, doesn't count.
    """
    request = result.request
    unlike = any(term.text or term.negative for term in request.query.terms)
    if request.reverse or result.score_kind == "rank" or unlike:
        return None
    own = result.query_ids
    best = next(
        (s for id_, s in zip(result.ids, result.scores, strict=True) if id_ not in own),
        None,
    )
    if best is None:
        return None
    limit = score_of_random_pairs(runs.load(dataset, request.brain_key))
    nearer = 1 if result.score_kind == "similarity" else -1
    if limit is None or nearer * (best - limit) > 0:
        return None
    return (
        f"Nothing here is close: the best {result.score_kind}, {best:.3f}, is no "
        f"better than that of random pairs in this index ({limit:.3f})."
    )


def score_of_random_pairs(index: MilvusSimilarityIndex) -> float | None:
    """The score that one in a hundred random pairs of an index exceeds, measured on a
    sample of it, and cached for an hour; ``None`` with fewer than two vectors."""
    key = index_sample.key_of(index)
    with _lock:
        if key in _cache:
            return _cache[key]
    limit = _measured(index)
    with _lock:
        _cache[key] = limit
    return limit


def _measured(index: MilvusSimilarityIndex) -> float | None:
    vectors = index_sample.vectors(index)[:SAMPLED]
    if len(vectors) < 2:
        return None
    first, second = np.triu_indices(len(vectors), 1)
    if index.config.metric == "euclidean":
        dists = np.linalg.norm(vectors[first] - vectors[second], axis=1)
        return float(np.quantile(dists, 1 - CLOSER_THAN))
    if index.config.metric == "cosine":
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors = vectors / np.maximum(lengths, np.finfo(np.float32).tiny)
    products = (vectors @ vectors.T)[first, second]
    return float(np.quantile(products, CLOSER_THAN))
