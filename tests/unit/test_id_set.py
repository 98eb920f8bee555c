"""A set of ids in 12 bytes each has what a Python set of their strings has."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from fiftyone_milvus import id_set
from fiftyone_milvus.id_set import IdSet, pack, strings
from fiftyone_milvus.store import id_bitmaps, row_search
from fiftyone_milvus.store.rows import StoredRows

MANY = 300_000
NO_IDS = [
    "",
    "7",
    "cat.jpg",
    "A" * 24,
    "g" * 24,
    "a" * 23,
    "a" * 25,
    "a" * 24 + "\n",
    " " + "a" * 23,
    "٣" * 24,
    "x" * 60_000,
]


def some_ids(count: int, seed: int) -> list[str]:
    """Ids of few different bytes: many are equal, begin alike or end in zeros."""
    rng = np.random.default_rng(seed)
    few, shares = np.array([0, 1, 127, 128, 255], np.uint8), [0.8] + 4 * [0.05]
    return list(strings(rng.choice(few, (count, 12), p=shares)))


def packed_at_random(count: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, 12), np.uint8)


@contextmanager
def at_most(megabytes: int) -> Iterator[None]:
    """Fails if the block had more memory than that at once."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 1e6 * megabytes
    finally:
        tracemalloc.stop()


def test_each_id_is_in_it_once_in_ascending_order():
    ids = some_ids(3_000, seed=1)
    assert len(set(ids)) < len(ids)
    found = IdSet.of(ids)
    assert list(found) == sorted(set(ids))
    assert len(found) == len(set(ids))


def test_those_are_contained_that_are_in_it():
    ids, others = some_ids(3_000, seed=1), some_ids(3_000, seed=2)
    assert 0 < len(set(ids) & set(others)) < len(set(others))
    assert IdSet.of(ids).containing(others) == set(ids) & set(others)


def test_what_two_sets_have_in_common():
    ids, others = some_ids(2_000, seed=1), some_ids(3_000, seed=2)
    for one, other in ((ids, others), (others, ids)):
        both = IdSet.of(one) & IdSet.of(other)
        assert list(both) == sorted(set(ids) & set(others))


def test_strings_that_mongodb_cannot_have_made_are_in_no_set():
    ids = some_ids(100, seed=3)
    found = IdSet.of([*NO_IDS, *ids])
    assert list(found) == sorted(set(ids))
    assert found.containing([*NO_IDS, ids[5]]) == {ids[5]}


@pytest.mark.parametrize("other", [[], some_ids(3, seed=4)], ids=["nothing", "some"])
def test_nothing_is_in_an_empty_set(other):
    empty = IdSet.of([])
    assert not empty and list(empty) == []
    assert empty.containing(other) == set()
    assert not empty & IdSet.of(other) and not IdSet.of(other) & empty


def test_ids_at_places(monkeypatch):
    monkeypatch.setattr(id_set, "STRINGS_AT_ONCE", 7)
    ids = sorted(set(some_ids(200, seed=5)))
    places = np.random.default_rng(6).permutation(len(ids))[:50]
    found = IdSet.of(ids).at(places)
    assert list(found) == [ids[place] for place in sorted(places)]


@pytest.mark.parametrize("count", [0, 1, 300])
def test_its_json_is_a_list_of_its_ids(count):
    ids = sorted(set(some_ids(count, seed=8)))
    assert IdSet.of(ids).to_json() == json.dumps(ids)


def test_packing_keeps_the_order():
    ids = some_ids(50, seed=7)
    assert list(strings(pack(ids))) == ids
    assert pack(ids).shape == (50, 12)


# -- memory


def test_an_id_takes_twelve_bytes():
    assert IdSet(packed_at_random(MANY)).nbytes == 12 * MANY


def test_a_search_makes_texts_of_what_it_sends_alone(monkeypatch):
    sent: list[int] = []

    def search(rows: Any, queries: Any, k: int, among: IdSet, reverse: bool) -> Any:
        sent.append(among.to_json().count(",") + 1)
        return []

    monkeypatch.setattr(row_search, "search", search)
    monkeypatch.setattr(row_search, "IDS_PER_CALL", 10_000)
    monkeypatch.setattr(id_bitmaps, "are_usable", lambda collection: False)
    ids = IdSet(packed_at_random(MANY))
    rows = StoredRows(SimpleNamespace(embedded=False))
    with at_most(15):  # all strings take 24
        for _ in row_search.search_ids(rows, np.zeros((1, 2)), 5, ids, parts=3):
            pass
    assert sent == [10_000] * 30


def test_rows_are_fetched_without_all_strings_at_once(monkeypatch):
    sent: list[int] = []

    def query_chunk(rows: Any, field: str, values: list[str], *more: Any) -> Any:
        sent.append(len(values))
        return []

    monkeypatch.setattr(StoredRows, "_query_chunk", query_chunk)
    rows = StoredRows(SimpleNamespace(dimension=lambda: 8))
    ids = IdSet(packed_at_random(MANY))
    with at_most(10):
        assert list(rows.fetch_each(ids)) == []
    assert sent == [10_000] * 30
