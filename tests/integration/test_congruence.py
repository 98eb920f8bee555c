"""The same searches on Milvus Lite and on Milvus Standalone give the same answers, and
the oracle's; what else is asked of both is in ``test_backend.py``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import fiftyone as fo
import fiftyone.brain as fob
import numpy as np
import pytest

import fiftyone_milvus  # noqa: F401 (makes the backend ours)
from fiftyone_milvus.backend import runs
from fiftyone_milvus.backend.similarity import MilvusSimilarityIndex
from harness.oracle import distances

METRICS = ("cosine", "dotproduct", "euclidean")
COUNT, DIM = 2_200, 16  # so many that views of both sides of each plan exist
ATOL = 2e-3
URI = "FIFTYONE_BRAIN_SIMILARITY_MILVUS_URI"


@dataclass(frozen=True)
class Pair:
    """Two indexes of the same vectors, one on each kind of Milvus."""

    lite: MilvusSimilarityIndex
    standalone: MilvusSimilarityIndex
    vectors: dict[str, np.ndarray]

    def search(
        self, query: Any, view: fo.SampleCollection | None = None, **kwargs: Any
    ) -> tuple[list[str], list[float]]:
        """The neighbors and distances of one query on Lite, checked against those
        on Standalone: rows that are as near as each other may change places."""
        ids, dists = neighbors(self.lite, query, view, **kwargs)
        other_ids, other_dists = neighbors(self.standalone, query, view, **kwargs)
        assert len(set(ids)) == len(ids) == len(other_ids) == len(set(other_ids))
        np.testing.assert_allclose(dists, other_dists, atol=ATOL)
        if ids != other_ids:
            exact = [self.dists(query, found) for found in (ids, other_ids)]
            np.testing.assert_allclose(*exact, atol=ATOL)
        return ids, dists

    def check_exact(self, query, found, dists, among, reverse) -> None:
        """That no other row is nearer than those found, and their distances right."""
        np.testing.assert_allclose(dists, self.dists(query, found), atol=ATOL)
        every = np.sort(self.dists(query, among))
        best = every[::-1] if reverse else every
        np.testing.assert_allclose(dists, best[: len(found)], atol=ATOL)

    def dists(self, query: Any, ids: list[str]) -> np.ndarray:
        vector = self.vectors[query] if isinstance(query, str) else query
        vectors = np.array([self.vectors[id_] for id_ in ids])
        return distances(self.lite.config.metric, vector, vectors)


def neighbors(index, query, view, **kwargs) -> tuple[list[str], list[float]]:
    if view is not None:
        index.use_view(view)
    try:
        ids, labels, dists = index._kneighbors(query, return_dists=True, **kwargs)
    finally:
        index.clear_view()
    return (ids if labels is None else labels), dists


@pytest.fixture(scope="module")
def dataset():
    from harness import datasets

    made = datasets.make_vectors_dataset(COUNT, DIM, clusters=40)
    yield made
    made.delete()


@pytest.fixture(scope="module")
def make(dataset, standalone):
    """Makes the same index on both."""
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
def ids(dataset):
    return dataset.values("id")


@pytest.mark.parametrize(
    ("k", "reverse"),
    [(1, False), (25, False), (3_000, False), (None, False), (9, True)],
)
def test_searches_agree(full, ids, k, reverse):
    query = full.vectors[ids[3]] * 0.7 + 0.02
    found, dists = full.search(query, k=k, reverse=reverse)
    assert len(found) == min(k or COUNT, COUNT)
    full.check_exact(query, found, dists, ids, reverse)


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
    query, wanted = full.vectors[ids[3]], inside.values("id")
    found, dists = full.search(query, inside, k=k, reverse=reverse)
    assert set(found) <= set(wanted)
    assert len(found) == (k or len(wanted))
    full.check_exact(query, found, dists, wanted, reverse)


def test_searches_of_patches_agree(patches, dataset):
    query = list(patches.vectors)[17]
    found, _ = patches.search(query, k=12)
    assert found[0] == query
    few = dataset.limit(50).to_patches("ground_truth")
    found, _ = patches.search(query, few, k=12)
    assert set(found) <= set(few.values("id"))


def test_each_stays_on_its_own_milvus(full, dataset, standalone, monkeypatch):
    """Also once the environment names a server."""
    monkeypatch.setenv(URI, standalone.uri)
    for index in (full.lite, full.standalone):
        loaded = runs.load(dataset, index.key)
        assert loaded.total_index_size == COUNT
        address = loaded.config.connection_settings.address
        assert address == index.config.connection_settings.address
