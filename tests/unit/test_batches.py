"""Calls are cut by bytes."""

import pytest

from fiftyone_milvus.store import batches


@pytest.mark.parametrize("dim", [1, 512, 16_384, 32_768, 10_000_000])
def test_rows_of_any_dimension_fit_into_a_call(dim):
    rows = batches.rows_per_call(dim)
    assert 1 <= rows <= batches.MAX_K
    assert rows == 1 or rows * dim * 4 <= batches.CALL_BYTES


@pytest.mark.parametrize("letter", ["x", "é", "日"])
@pytest.mark.parametrize("length", [1, 24, 60_000])
def test_ids_of_any_length_fit_into_a_call(letter, length):
    ids = [letter * length] * 3_000
    parts = list(batches.of_ids(ids, 1_000))
    assert [id_ for part in parts for id_ in part] == ids
    assert max(map(len, parts)) <= 1_000
    each = len(ids[0].encode())
    assert all(len(part) * each <= batches.IDS_BYTES for part in parts)


def test_what_is_too_large_goes_alone():
    large = batches.CALL_BYTES + 1
    assert list(batches.split([1, large, 2], int)) == [[1], [large], [2]]


def test_nothing_makes_no_call():
    assert list(batches.of_ids([])) == []
