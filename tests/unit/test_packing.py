"""Vectors in the form of a message are the same vectors."""

import numpy as np
import pytest

from fiftyone_milvus.store.client import packed

RANDOM = np.random.default_rng(0).normal(size=(5, 7)).astype(np.float32)


@pytest.mark.parametrize(
    "vectors",
    [
        RANDOM,
        RANDOM.astype(np.float64),
        RANDOM.astype(">f4"),
        RANDOM[::2, ::3],
        RANDOM.T,
        np.zeros((3, 2), np.float32),
        np.array([[1], [-0.0], [3.4e38]], np.float32),
        np.ones((2, 3_000), np.float32),
    ],
    ids=["plain", "double", "big-endian", "steps", "turned", "zeros", "one", "long"],
)
def test_each_vector_is_as_it_was(vectors):
    found = packed(vectors)
    wanted = vectors.astype(np.float32)
    assert np.array_equal(np.array([list(one) for one in found], np.float32), wanted)
    assert [len(one) for one in found] == [vectors.shape[1]] * len(vectors)


def test_no_vectors_are_none():
    assert packed(np.empty((0, 0), np.float32)) == []
