import numpy as np
import pytest

from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.vectors import as_vectors


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64])
def test_any_numeric_type_becomes_float32(dtype):
    vectors = as_vectors(np.ones((3, 4), dtype))
    assert vectors.dtype == np.float32
    assert vectors.shape == (3, 4)


def test_lists_are_vectors_too():
    assert as_vectors([[1, 2], [3, 4]]).tolist() == [[1, 2], [3, 4]]


def test_nothing_is_changed_in_place():
    given = np.ones((2, 2), np.float32)
    as_vectors(given)
    assert (given == 1).all()


@pytest.mark.parametrize(
    ("embeddings", "words"),
    [
        ([[1, 2], [1, 2, 3]], "differ in dimension"),
        ([[1, float("nan")]], "NaN or infinity"),
        ([[1, float("inf")]], "NaN or infinity"),
        ([["a", "b"]], "must be numbers"),
        ([1, 2, 3], r"shape \(n, dim\)"),
        (np.ones((1, 40_000)), "dimension 40,000 are too large"),
    ],
)
def test_what_cannot_be_vectors_is_refused_with_a_reason(embeddings, words):
    with pytest.raises(InvalidRequest, match=words):
        as_vectors(embeddings)


def test_no_vectors_are_no_error():
    assert as_vectors([]).shape == (0, 0)
