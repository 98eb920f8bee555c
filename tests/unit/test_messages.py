"""Calls are cut by bytes; vectors in the form of a message are the same vectors."""

import numpy as np
import pytest

from fiftyone_milvus.store import messages

RANDOM = np.random.default_rng(0).normal(size=(5, 7)).astype(np.float32)


@pytest.mark.parametrize("dim", [1, 512, 16_384, 32_768, 10_000_000])
def test_rows_of_any_dimension_fit_into_a_call(dim):
    rows = messages.rows_per_call(dim)
    assert 1 <= rows <= messages.MAX_K
    assert rows == 1 or rows * dim * 4 <= messages.CALL_BYTES


@pytest.mark.parametrize("letter", ["x", "é", "日"])
@pytest.mark.parametrize("length", [1, 24, 60_000])
def test_ids_of_any_length_fit_into_a_call(letter, length):
    ids = [letter * length] * 3_000
    parts = list(messages.of_ids(ids, 1_000))
    assert [id_ for part in parts for id_ in part] == ids
    assert max(map(len, parts)) <= 1_000
    each = len(ids[0].encode())
    assert all(len(part) * each <= messages.IDS_BYTES for part in parts)


def test_what_is_too_large_goes_alone():
    large = messages.CALL_BYTES + 1
    assert list(messages.split([1, large, 2], int)) == [[1], [large], [2]]


def test_nothing_makes_no_call():
    assert list(messages.of_ids([])) == []


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
    found = messages.packed(vectors)
    wanted = vectors.astype(np.float32)
    assert np.array_equal(np.array([list(one) for one in found], np.float32), wanted)
    assert [len(one) for one in found] == [vectors.shape[1]] * len(vectors)


def test_no_vectors_are_none():
    assert messages.packed(np.empty((0, 0), np.float32)) == []
