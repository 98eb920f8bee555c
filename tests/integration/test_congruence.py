"""The same calls on Milvus Lite and on Milvus Standalone give the same answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import fiftyone as fo
import fiftyone.brain as fob
import numpy as np
import pytest

import fiftyone_milvus  # noqa: F401 (makes the backend ours)
from fiftyone_milvus.backend import runs
from fiftyone_milvus.backend.similarity import MilvusSimilarityIndex
from fiftyone_milvus.errors import InvalidRequest
from harness.oracle import distances

METRICS = ("cosine", "dotproduct", "euclidean")
COUNT, DIM = 2_200, 16  # so many that views of both sides of each plan exist
FEW = 60
ATOL = 2e-3
URI = "FIFTYONE_BRAIN_SIMILARITY_MILVUS_URI"


@dataclass(frozen=True)
class Pair:
    """Two indexes of the same vectors, one on each kind of Milvus."""

    lite: MilvusSimilarityIndex
    standalone: MilvusSimilarityIndex
    vectors: dict[str, np.ndarray]

    def both(self, call: Callable[[MilvusSimilarityIndex], Any]) -> list[Any]:
        return [call(index) for index in (self.lite, self.standalone)]

    def equal(self, call: Callable[[MilvusSimilarityIndex], Any]) -> Any:
        """What both answer, which must be the same."""
        here, there = self.both(call)
        assert here == there
        return here

    def search(
        self, query: Any, view: fo.SampleCollection | None = None, **kwargs: Any
    ) -> tuple[list[str], list[float]]:
        """The neighbours and distances of one query on Lite, checked against those
        on Standalone: rows that are as near as each other may change places."""
        (ids, dists), (other_ids, other_dists) = self.both(
            lambda index: neighbors(index, query, view, **kwargs)
        )
        assert len(set(ids)) == len(ids) == len(other_ids) == len(set(other_ids))
        np.testing.assert_allclose(dists, other_dists, atol=ATOL)
        if ids != other_ids:
            exact = [self.dists(query, found) for found in (ids, other_ids)]
            np.testing.assert_allclose(*exact, atol=ATOL)
        return ids, dists

    def dists(self, query: Any, ids: list[str]) -> np.ndarray:
        vector = self.vectors[query] if isinstance(query, str) else query
        vectors = np.array([self.vectors[id_] for id_ in ids])
        return distances(self.lite.config.metric, vector, vectors)

    def embeddings(self, **kwargs: Any) -> list[tuple[Any, ...]]:
        """Of both, by id: all rows come in no particular order."""
        return self.both(lambda index: by_id(index, **kwargs))


def neighbors(index, query, view, **kwargs) -> tuple[list[str], list[float]]:
    if view is not None:
        index.use_view(view)
    try:
        ids, labels, dists = index._kneighbors(query, return_dists=True, **kwargs)
    finally:
        index.clear_view()
    return (ids if labels is None else labels), dists


def by_id(index, **kwargs) -> tuple[list[str], np.ndarray]:
    vectors, ids, labels = index.get_embeddings(**kwargs)
    keys = ids if labels is None else labels
    order = np.argsort(keys)
    return keys[order].tolist(), vectors[order]


@pytest.fixture(scope="module")
def dataset():
    from harness import datasets

    made = datasets.make_vectors_dataset(COUNT, DIM, clusters=40)
    yield made
    made.delete()


@pytest.fixture(scope="module")
def make(dataset, standalone):
    """Makes the same index on both; ``fill`` fills both."""
    made: list[MilvusSimilarityIndex] = []

    def pair(key: str, field: str, **kwargs: Any) -> Pair:
        ids = dataset.values(f"{field}.id" if "." in field else "id", unwind=True)
        path = f"{field}.embedding" if "." in field else field
        vectors = np.array(dataset.values(path, unwind=True))
        for kind, uri in (("lite", None), ("standalone", standalone.uri)):
            index = fob.compute_similarity(
                dataset,
                brain_key=f"{key}_{kind}",
                backend="milvus",
                uri=uri,
                **kwargs,
            )
            made.append(index)
        return Pair(*made[-2:], dict(zip(ids, vectors, strict=True)))

    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(URI, raising=False)
        yield pair
    for index in made:
        index.cleanup()


@pytest.fixture(scope="module", params=METRICS)
def full(request, make):
    """All samples, by each metric; only read."""
    metric = request.param
    return make(metric, "embeddings", embeddings="embeddings", metric=metric)


@pytest.fixture(scope="module")
def patches(make):
    """All patches; only read."""
    return make(
        "patches",
        "ground_truth.detections",
        patches_field="ground_truth",
        embeddings="embedding",
        metric="cosine",
    )


@pytest.fixture(scope="module")
def changing(make):
    return make("changing", "embeddings", embeddings=False, metric="euclidean")


@pytest.fixture
def small(changing):
    """The first :data:`FEW` samples; the test may change it."""
    ids = list(changing.vectors)[:FEW]
    vectors = np.array([changing.vectors[id_] for id_ in ids])

    def refill(index: MilvusSimilarityIndex) -> None:
        index.remove_from_index(sample_ids=list(changing.vectors))
        index.add_to_index(vectors, ids, flush=False)

    changing.both(refill)
    return Pair(
        changing.lite, changing.standalone, dict(zip(ids, vectors, strict=True))
    )


@pytest.fixture(scope="module")
def ids(dataset):
    return dataset.values("id")


# -- search


@pytest.mark.parametrize(
    ("k", "reverse"),
    [(1, False), (25, False), (3_000, False), (None, False), (9, True)],
)
def test_searches_agree(full, ids, k, reverse):
    found, _ = full.search(full.vectors[ids[3]] + 0.02, k=k, reverse=reverse)
    assert len(found) == min(k or COUNT, COUNT)


@pytest.mark.parametrize("query", [5, [8, 9]])
def test_searches_by_id_agree(full, ids, query):
    query = ids[query] if isinstance(query, int) else [ids[i] for i in query]
    here, there = full.both(
        lambda index: index.sort_by_similarity(query, k=15).values("id")
    )
    assert here == there
    assert len(here) == 15


def test_many_queries_agree(full, ids):
    queries = np.array([full.vectors[ids[i]] for i in (50, 3, 800)])
    here, there = full.both(
        lambda index: index._kneighbors(queries, k=6, return_dists=True)
    )
    np.testing.assert_allclose(here[2], there[2], atol=ATOL)
    assert here[0] == there[0]


@pytest.mark.parametrize(("k", "reverse"), [(7, False), (None, True)])
@pytest.mark.parametrize("view", ["narrow", "wide", "other_server"])
def test_searches_in_a_view_agree(full, dataset, ids, view, k, reverse):
    number, cluster = fo.ViewField("number"), fo.ViewField("cluster")
    inside = dataset.match(
        {
            "narrow": number % 7 == 0,
            "wide": number > 99,
            "other_server": cluster != 3,  # where the query is
        }[view]
    )
    found, _ = full.search(full.vectors[ids[3]], inside, k=k, reverse=reverse)
    wanted = set(inside.values("id"))
    assert set(found) <= wanted
    assert len(found) == (k or len(wanted))


def test_the_distances_are_the_oracles(full, ids):
    query = full.vectors[ids[11]] * 0.7
    found, dists = full.search(query, k=40)
    np.testing.assert_allclose(dists, full.dists(query, found), atol=ATOL)
    every = np.sort(full.dists(query, list(full.vectors)))
    np.testing.assert_allclose(dists, every[:40], atol=ATOL)


def test_searches_of_patches_agree(patches, dataset):
    query = list(patches.vectors)[17]
    found, _ = patches.search(query, k=12)
    assert found[0] == query
    few = dataset.limit(50).to_patches("ground_truth")
    found, _ = patches.search(query, few, k=12)
    assert set(found) <= set(few.values("id"))


def test_refusals_agree(full, ids):
    def refusal(index, query, **kwargs) -> str:
        with pytest.raises(InvalidRequest) as raised:
            index._kneighbors(query, **kwargs)
        return str(raised.value).replace(index.key, "KEY")

    for query, k in ((np.ones(3), 5), (np.full(DIM, np.inf), 5), (np.ones(DIM), 0)):
        full.equal(lambda index, q=query, k=k: refusal(index, q, k=k))
    full.equal(lambda index: refusal(index, "f" * 24, k=3))


# -- reading


def test_counts_and_embeddings_agree(full, ids):
    assert full.equal(lambda index: index.total_index_size) == COUNT
    (here_ids, here), (there_ids, there) = full.embeddings()
    assert here_ids == there_ids == sorted(ids)
    np.testing.assert_array_equal(here, there)


def test_embeddings_come_in_the_order_asked_on_both(full, ids):
    asked = [ids[40], "f" * 24, ids[3], ids[2_000]]
    here, there = full.both(lambda index: index.get_embeddings(sample_ids=asked))
    assert here[1].tolist() == there[1].tolist() == [asked[0], *asked[2:]]
    np.testing.assert_array_equal(here[0], there[0])


def test_patches_of_samples_agree(patches, ids):
    here, there = patches.both(
        lambda index: index.get_embeddings(sample_ids=[ids[5], ids[2]])
    )
    for one, other in zip(here, there, strict=True):
        np.testing.assert_array_equal(one, other)
    assert here[1].tolist() == [ids[5]] * 3 + [ids[2]] * 3


# -- writing


def test_overwriting_agrees(small):
    asked = list(small.vectors)[:20]
    new = -np.array([small.vectors[id_] for id_ in asked])
    small.both(lambda index: index.add_to_index(new, asked))
    assert small.equal(lambda index: index.total_index_size) == FEW
    (_, here), (_, there) = small.embeddings(sample_ids=asked)
    np.testing.assert_array_equal(here, there)
    np.testing.assert_array_equal(here, new[np.argsort(asked)])
    assert small.search(new[4], k=1)[0] == [asked[4]]


def test_overwrite_false_agrees(small, ids):
    asked = ids[FEW - 5 : FEW + 5]
    new = np.ones((10, DIM)) * np.arange(10)[:, None]
    small.both(lambda index: index.add_to_index(new, asked, overwrite=False))
    assert small.equal(lambda index: index.total_index_size) == FEW + 5
    (_, here), (_, there) = small.embeddings(sample_ids=asked)
    np.testing.assert_array_equal(here, there)
    kept = [small.vectors[id_] for id_ in asked[:5]]
    np.testing.assert_array_equal(here[:5], kept)  # ids grow with their samples
    np.testing.assert_array_equal(here[5:], new[5:])


def test_equal_ids_in_one_call_agree(small, ids):
    new = np.arange(3 * DIM).reshape(3, DIM)
    twice = [ids[FEW], ids[FEW + 1], ids[FEW]]
    small.both(lambda index: index.add_to_index(new, twice))
    assert small.equal(lambda index: index.total_index_size) == FEW + 2
    (_, here), (_, there) = small.embeddings(sample_ids=twice[:2])
    np.testing.assert_array_equal(here, there)
    np.testing.assert_array_equal(here, new[[2, 1]])


def test_removing_agrees(small):
    gone = list(small.vectors)[10:35]
    small.both(lambda index: index.remove_from_index(sample_ids=[*gone, "f" * 24]))
    assert small.equal(lambda index: index.total_index_size) == FEW - 25
    found, _ = small.search(small.vectors[gone[0]], k=FEW)
    assert set(found) == set(small.vectors) - set(gone)
    (here_ids, here), (there_ids, there) = small.embeddings()
    assert here_ids == there_ids == sorted(found)
    np.testing.assert_array_equal(here, there)


def test_removing_and_adding_again_agrees(small):
    asked = list(small.vectors)[:8]
    vectors = np.array([small.vectors[id_] for id_ in asked])
    for _ in range(3):
        small.both(lambda index: index.remove_from_index(sample_ids=asked))
        assert small.equal(lambda index: index.total_index_size) == FEW - 8
        small.both(lambda index: index.add_to_index(vectors, asked))
        assert small.equal(lambda index: index.total_index_size) == FEW
    assert small.search(vectors[2], k=1)[0] == [asked[2]]


def test_an_emptied_index_agrees(small):
    every = list(small.vectors)
    small.both(lambda index: index.remove_from_index(sample_ids=every))
    assert small.equal(lambda index: index.total_index_size) == 0
    for k in (5, None):
        assert (
            small.equal(lambda index, k=k: index._kneighbors(np.ones(DIM), k=k)[0])
            == []
        )
    (here_ids, here), (_, there) = small.embeddings()
    assert here_ids == [] and here.shape == there.shape == (0, DIM)


def test_each_stays_on_its_own_milvus(full, dataset, standalone, monkeypatch):
    """Also once the environment names a server."""
    monkeypatch.setenv(URI, standalone.uri)
    for index in (full.lite, full.standalone):
        loaded = runs.load(dataset, index.key)
        assert loaded.total_index_size == COUNT
        address = loaded.config.connection_settings.address
        assert address == index.config.connection_settings.address
