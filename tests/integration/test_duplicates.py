"""Near duplicates of 2,000 vectors, beside FiftyOne's sklearn backend and numpy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import fiftyone as fo
import fiftyone.brain as fob
import numpy as np
import pytest
from fiftyone import ViewField as F

import fiftyone_milvus  # noqa: F401 (makes the backend ours)
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.tuning import tuned
from harness.datasets import clustered_vectors
from harness.oracle import distances

COUNT, DIM = 2_000, 32
VIEWS = {
    "all": lambda d: d,
    "matched": lambda d: d.match(F("number") % 3 != 0),
    "backwards": lambda d: d.sort_by("number", reverse=True).limit(1_200),
}


@dataclass
class Indexes:
    """The same vectors in ours and in sklearn's."""

    dataset: fo.Dataset
    ours: Any
    theirs: Any
    vectors: dict[str, np.ndarray]


@pytest.fixture(scope="module", params=["cosine", "euclidean"])
def indexes(request, milvus_of_module) -> Iterator[Indexes]:
    made = _made(request.param)
    yield made
    made.ours.delete()
    made.dataset.delete()


def _made(metric: str) -> Indexes:
    dataset = fo.Dataset()
    dataset.add_samples(
        [fo.Sample(filepath=f"/d/{i}.jpg", number=i) for i in range(COUNT)],
        progress=False,
    )
    vectors = _centred(clustered_vectors(COUNT, DIM, 200, seed=9)[0])
    ours = fob.compute_similarity(
        dataset, brain_key="o", backend="milvus", embeddings=vectors, metric=metric
    )
    # in float64: a tuned threshold is nearer to some distance than float32 can tell
    wide = vectors.astype(np.float64)
    theirs = fob.compute_similarity(
        dataset, brain_key="t", backend="sklearn", embeddings=wide, metric=metric
    )
    ids = dataset.values("id")
    return Indexes(dataset, ours, theirs, dict(zip(ids, vectors, strict=True)))


def _centred(vectors: np.ndarray) -> np.ndarray:
    """sklearn's backend moves the mean to the origin, which changes cosine distances;
    it is there already."""
    wide = vectors.astype(np.float64)
    return (wide - wide.mean(axis=0)).astype(np.float32)


def some_threshold(index: Any) -> float:
    _, dists = index._kneighbors(k=1, return_dists=True)
    return float(np.median([d[0] for d in dists]))


def check_neighbors_map(indexes: Indexes) -> None:
    """By numpy: sklearn's map holds the nearest of other views, at other distances."""
    index, vectors = indexes.ours, indexes.vectors
    unique = [str(id_) for id_ in index.unique_ids]
    among = np.array([vectors[id_] for id_ in unique])
    expected = {}
    for id_ in map(str, index.duplicate_ids):
        dists = distances(index.config.metric, vectors[id_], among)
        expected[id_] = unique[int(np.argmin(dists))], float(dists.min())
    found = {
        dup: (key, dist)
        for key, dups in index.neighbors_map.items()
        for dup, dist in dups
    }
    assert found.keys() == expected.keys()
    for id_, (nearest, dist) in found.items():
        assert nearest == expected[id_][0]
        assert dist == pytest.approx(expected[id_][1], abs=1e-9)
    for dups in index.neighbors_map.values():
        assert dups == sorted(dups, key=lambda dup: dup[1])


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("how", ["thresh", "fraction"])
def test_duplicates_equal_sklearns(milvus, indexes, view, how):
    view = VIEWS[view](indexes.dataset)
    ours, theirs = indexes.ours, indexes.theirs
    with ours.use_view(view), theirs.use_view(view):
        kwargs = {"fraction": 0.4} if how == "fraction" else {}
        ours.find_duplicates(**(kwargs or {"thresh": some_threshold(ours)}))
        theirs.find_duplicates(thresh=ours.thresh)
        assert list(ours.unique_ids) == list(theirs.unique_ids)
        assert ours.duplicate_ids == theirs.duplicate_ids
        assert len(ours.duplicate_ids) > 100
        check_neighbors_map(indexes)
        assert len(ours.unique_view()) == len(ours.unique_ids)
        shown = ours.duplicates_view().values("id")
        assert set(shown) == {*ours.duplicate_ids, *ours.neighbors_map}


@pytest.mark.parametrize("view", VIEWS)
def test_unique_equals_sklearns(milvus, indexes, view):
    view = VIEWS[view](indexes.dataset)
    ours, theirs = indexes.ours, indexes.theirs
    with ours.use_view(view), theirs.use_view(view):
        ours.find_unique(700)
        theirs.find_unique(700)
        assert list(ours.unique_ids) == list(theirs.unique_ids)
        assert ours.duplicate_ids == theirs.duplicate_ids
        assert ours.thresh == pytest.approx(theirs.thresh, rel=1e-3)
        assert len(ours.unique_view()) == 700


@pytest.mark.parametrize("fraction", [0, 1])
def test_none_or_all_are_duplicates(milvus, indexes, fraction):
    indexes.ours.find_duplicates(fraction=fraction)
    unique = 1 if fraction == 1 else COUNT  # one stands for all others
    assert len(indexes.ours.unique_ids) == unique
    assert len(indexes.ours.duplicate_ids) == COUNT - unique
    assert sum(map(len, indexes.ours.neighbors_map.values())) == COUNT - unique


def test_vectors_in_a_file_answer_alike(milvus, indexes):
    thresh = some_threshold(indexes.ours)
    indexes.ours.find_duplicates(thresh=thresh)
    expected = indexes.ours.neighbors_map
    with tuned(IN_MEMORY_BYTES=0):
        indexes.ours.find_duplicates(thresh=thresh)
    assert indexes.ours.neighbors_map == expected


def test_all_pairs_within_a_distance_equal_sklearns(milvus, indexes):
    thresh = some_threshold(indexes.ours)
    near, dists = indexes.ours._radius_neighbors(thresh=thresh, return_dists=True)
    expected = indexes.theirs._radius_neighbors(thresh=thresh)
    vectors = np.array(list(indexes.vectors.values()))
    metric = indexes.ours.config.metric
    for i, (found, found_dists) in enumerate(zip(near, dists, strict=True)):
        assert found.tolist() == expected[i].tolist()
        exact = distances(metric, vectors[i], vectors[found])
        np.testing.assert_allclose(found_dists, exact, atol=1e-9)


def test_equal_vectors_are_duplicates_at_threshold_0(milvus, vectors_dataset):
    vectors = np.array(vectors_dataset.values("embeddings"))
    vectors[60:] = vectors[:40]
    index = fob.compute_similarity(
        vectors_dataset,
        brain_key="equal",
        backend="milvus",
        embeddings=vectors,
        metric="cosine",
    )
    index.find_duplicates(thresh=0)
    ids = vectors_dataset.values("id")
    assert index.duplicate_ids == ids[60:]
    assert index.neighbors_map == {ids[i]: [(ids[60 + i], 0.0)] for i in range(40)}
    index.delete()


@pytest.mark.parametrize("thresh", [None, -1, float("nan")])
def test_a_threshold_must_be_a_distance(milvus, indexes, thresh):
    with pytest.raises(InvalidRequest, match="thresh"):
        indexes.ours.find_duplicates(thresh=thresh)


def test_vectors_that_went_away_are_reported(milvus, vectors_dataset):
    index = fob.compute_similarity(
        vectors_dataset, brain_key="gone", backend="milvus", embeddings="embeddings"
    )
    assert len(index.sample_ids) == 100
    index.rows.delete([str(index.sample_ids[3])])
    with pytest.raises(InvalidRequest, match="1 of the 100 vectors"):
        index.find_duplicates(thresh=0.1)
    index.reload()
    index.find_duplicates(thresh=0.1)
    assert len(index.unique_ids) + len(index.duplicate_ids) == 99
    index.delete()
