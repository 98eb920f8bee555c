"""Vectors of an index that stand for all of it, read once and cached."""

from __future__ import annotations

import random
import threading

import numpy as np
from cachetools import TTLCache

from ..backend.index import MilvusSimilarityIndex

SAMPLED = 500
SEED = 51
CACHED_BYTES = 100_000_000
CACHED_SECONDS = 3_600.0

Key = tuple[str, str, int]

_cache: TTLCache[Key, np.ndarray] = TTLCache(
    CACHED_BYTES, CACHED_SECONDS, getsizeof=lambda vectors: vectors.nbytes + 100
)
_lock = threading.Lock()


def key_of(index: MilvusSimilarityIndex) -> Key:
    """Tells an index, as it is now, from others."""
    dataset = index.samples._root_dataset
    return str(dataset._doc.id), index.key, index.total_index_size


def vectors(index: MilvusSimilarityIndex) -> np.ndarray:
    """At most :data:`SAMPLED` vectors of an index, ``(n, dim)`` float32; the same ones
    for an hour."""
    key = key_of(index)
    with _lock:
        found = _cache.get(key)
    if found is None:
        found = _read(index)
        with _lock:
            _cache[key] = found
    return found


def _read(index: MilvusSimilarityIndex) -> np.ndarray:
    samples = index.all_samples.take(SAMPLED, seed=SEED).values("id")
    if index.config.patches_field is None:
        return index.get_embeddings(sample_ids=samples)[0]
    ids = [id_ for ids in index.rows_of_samples(samples).values() for id_ in ids]
    if len(ids) > SAMPLED:
        ids = random.Random(SEED).sample(ids, SAMPLED)
    return index.get_embeddings(label_ids=ids)[0]
