"""What is kept of a comparison: as a whole or not at all, and of this one alone."""

from __future__ import annotations

from collections.abc import Iterator

import fiftyone.core.odm as foo
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymongo.collection import Collection
from pymongo.errors import AutoReconnect

from fiftyone_milvus import tuning
from fiftyone_milvus.analysis import duplicates
from fiftyone_milvus.analysis.loaded_vectors import LoadedVectors
from fiftyone_milvus.errors import Cancelled
from fiftyone_milvus.exact import checkpoints, tiles, union_find
from fiftyone_milvus.exact.checkpoints import Checkpoint, Store, fingerprint
from fiftyone_milvus.metrics import Space
from fiftyone_milvus.progress import Monitor
from fiftyone_milvus.tuning import tuned
from harness.datasets import clustered_vectors

COUNT = 60
PHASES = (union_find.NEARING, union_find.CHOOSING, duplicates.COMPARING)
VECTORS = clustered_vectors(COUNT, 4, 15, seed=2)[0]
SPACE = Space("cosine", VECTORS)
IDS = [f"id{i}" for i in range(COUNT)]


@pytest.fixture(autouse=True)
def documents() -> Iterator[Collection]:
    documents = foo.get_db_conn()[checkpoints.COLLECTION]
    documents.delete_many({})
    yield documents
    documents.delete_many({})


# -- the comparison


def compare(ticks: int | None = None) -> tuple[float | None, tuple, float]:
    """The threshold and the groups of a third of the vectors, and the share that was
    found done; cancelled after some ticks."""
    left = iter(range(10**6 if ticks is None else ticks))

    def tick(done: int) -> None:
        if next(left, None) is None:
            raise Cancelled("enough")

    checkpoint = Checkpoint(Store("one", "same"), PHASES, COUNT)
    monitor = Monitor(lambda progress: tick(progress.done))
    loaded = LoadedVectors(np.array(IDS), np.array(IDS), SPACE, monitor, 0)
    thresh = union_find.threshold_for(SPACE, COUNT // 3, tick, tick, checkpoint)
    assert thresh is not None
    found = duplicates.grouped(loaded, thresh, checkpoint)
    checkpoint.forget()
    return thresh, found, checkpoint.resumed


@settings(max_examples=30)
@given(st.lists(st.integers(0, 80), max_size=4), st.integers(5, 20), st.integers(0, 9))
def test_an_interrupted_one_finds_the_same(ticks, side, buffered):
    foo.get_db_conn()[checkpoints.COLLECTION].delete_many({})
    saved = tuned(
        BUFFERED_PAIRS=buffered,
        CHECKPOINT_SECONDS=0,
        CHECKPOINT_SHARE=np.inf,
        CHECKPOINT_BYTES=500,
    )
    with saved, pytest.MonkeyPatch.context() as patch:
        patch.setattr(SPACE, "side", side)
        *wanted, resumed = compare()
        assert resumed == 0
        for some in ticks:
            try:
                compare(some)
            except Cancelled:
                continue
        *found, resumed = compare()
    assert found == wanted
    assert 0 <= resumed < 1
    assert not foo.get_db_conn()[checkpoints.COLLECTION].count_documents({})


@pytest.mark.parametrize("side", [7, 8, 60])
def test_pairs_go_on_from_each_block(monkeypatch, side):
    monkeypatch.setattr(SPACE, "side", side)

    def pairs(start: int = 0, ended: tiles.Tick = tiles.no_tick) -> list:
        parts = tiles.pairs(SPACE, lambda: 0.3, start=start, ended=ended)
        return [pair for i, j in parts for pair in zip(i, j, strict=True)]

    ends: list[int] = []
    every = pairs(ended=ends.append)
    assert ends == [*range(side, COUNT, side), COUNT]
    left = [len(pairs(done)) for done in ends]
    assert left == sorted(left, reverse=True) and left[-1] == 0
    for done, count in zip(ends, left, strict=True):
        assert pairs(done) == every[len(every) - count :]


# -- what is kept


class Numbers:
    """Work whose state is a number."""

    def __init__(self, number: float = 0) -> None:
        self.number = number

    def state(self) -> checkpoints.State:
        return {"number": np.array([self.number])}

    def restore(self, state: checkpoints.State) -> None:
        self.number = state["number"][0]


@tuned(CHECKPOINT_SECONDS=0)
def test_phases_and_their_results_are_reported():
    kept = Checkpoint(Store("one", "same"), ["a", "b"], 10)
    kept.end("a", 0.1 + 0.2)
    kept.saver("b", Numbers(np.inf))(4)
    again = Checkpoint(Store("one", "same"), ["a", "b"], 10)
    assert again.resumed == pytest.approx(0.7)
    assert (again.result("a"), again.result("b")) == (0.1 + 0.2, None)
    numbers = Numbers()
    assert again.restore("a", numbers) == 0 and numbers.number == 0
    assert again.restore("b", numbers) == 4 and numbers.number == np.inf
    again.forget()
    assert Checkpoint(Store("one", "same"), ["a", "b"], 10).resumed == 0


def test_it_is_kept_every_few_seconds_and_no_more(monkeypatch, documents):
    now = [0.0]
    monkeypatch.setattr(checkpoints.time, "monotonic", lambda: now[0])
    keep = Checkpoint(Store("one", "same"), ["a"], 10).saver("a", Numbers())
    saves = []
    for now[0] in np.arange(0, 4.25 * tuning.CHECKPOINT_SECONDS, 1.0):
        keep(1)
        saves += [doc["save"] for doc in documents.find()]
    assert len(set(saves)) == 4


@tuned(CHECKPOINT_SECONDS=0)
def test_nothing_is_kept_without_a_place(documents):
    kept = Checkpoint()
    kept.saver("a", Numbers())(1)
    kept.forget()
    assert kept.resumed == 0
    assert not documents.count_documents({})


# -- where


@pytest.mark.parametrize("size", [1, 5, 6, 11])
@tuned(CHECKPOINT_BYTES=5)
def test_bytes_come_back_from_many_documents(documents, size):
    data = bytes(range(size))
    Store("one", "same").save(data)
    assert documents.count_documents({}) == -(-size // 5)
    assert Store("one", "same").load() == data


def test_more_than_a_document_holds(documents):
    data = np.random.default_rng(0).bytes(20_000_000)
    Store("one", "same").save(data)
    assert Store("one", "same").load() == data


@tuned(CHECKPOINT_BYTES=5)
def test_what_was_saved_by_half_counts_for_nothing(documents):
    assert Store("one", "same").load() is None
    store = Store("one", "same")
    store.save(b"the first of them")
    first = list(documents.find())
    store.save(b"the second of them")
    documents.insert_many(first)  # killed before they were removed
    documents.delete_one({"save": {"$ne": first[0]["save"]}})  # and half was there
    assert Store("one", "same").load() == b"the first of them"
    store.save(b"the third of them")
    assert Store("one", "same").load() == b"the third of them"
    assert documents.count_documents({}) == 4


def test_what_is_of_another_comparison_is_removed(documents):
    Store("one", "before").save(b"old")
    Store("two", "before").save(b"its own")
    assert Store("one", "now").load() is None
    assert Store("one", "before").load() is None
    assert Store("two", "before").load() == b"its own"
    Store("two", "before").delete()
    assert not documents.count_documents({})


def test_mongodb_removes_it_after_days(documents):
    Store("one", "same").save(b"old")
    kept = [one.get("expireAfterSeconds") for one in documents.list_indexes()]
    assert kept == [None, checkpoints.KEPT_SECONDS]


def test_without_mongodb_nothing_is_kept_and_no_more(monkeypatch):
    def gone(*args, **kwargs):
        raise AutoReconnect("gone")

    for name in ("find", "insert_many", "delete_many"):
        monkeypatch.setattr(Collection, name, gone)
    store = Store("one", "same")
    store.save(b"something")
    assert store.load() is None
    store.delete()
    monkeypatch.undo()


def test_each_thing_that_matters_is_in_the_fingerprint():
    moved = VECTORS.copy()
    moved[7, 1] = np.nextafter(moved[7, 1], 1)
    turned = [IDS[1], IDS[0], *IDS[2:]]
    same = fingerprint(Space("cosine", VECTORS.copy()), list(IDS), "groups", 0.1)
    assert fingerprint(SPACE, IDS, "groups", 0.1) == same
    others = {
        fingerprint(SPACE, IDS, "groups", 0.2),
        fingerprint(SPACE, IDS, "groups", None, 0.1),
        fingerprint(SPACE, turned, "groups", 0.1),
        fingerprint(Space("cosine", moved), IDS, "groups", 0.1),
        fingerprint(Space("euclidean", VECTORS), IDS, "groups", 0.1),
    }
    assert len(others - {same}) == 5
