"""Rows whose sample or patch was deleted: they stay in the index until it is synced,
and nothing is done with them until then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import fiftyone as fo
import numpy as np
import pytest

from fiftyone_milvus.analysis import (
    cross_dataset,
    duplicates,
    label_outliers,
    leaks,
    unique,
)
from fiftyone_milvus.backend import runs
from fiftyone_milvus.indexes import build
from fiftyone_milvus.searches.query import Query, Term
from harness.context import execute, make_context, triggered
from harness.panel import CheckedPanel
from harness.searching import search_index

COUNT, STEP, K = 20, 4, 10
GONE = range(1, 6)  # the nearest to the first
KEYS = ("images", "objects")
QUERY = np.array([1, 0], np.float32)
FAR = np.array([np.cos(np.radians(1)), np.sin(np.radians(1))], np.float32)

panel = CheckedPanel()


def at(*degrees: float) -> np.ndarray:
    """Vectors ``(n, 2)`` of length one at angles."""
    turns = np.radians(degrees)
    return np.stack([np.cos(turns), np.sin(turns)], axis=1).astype(np.float32)


def make_dataset(vectors: np.ndarray) -> fo.Dataset:
    """A sample for each vector, with one object in ``objects``, both of that vector;
    the samples are numbered and take turns to be of the splits."""
    dataset = fo.Dataset()
    samples = []
    for number, vector in enumerate(vectors):
        box = fo.Detection(label="cat", bounding_box=[0, 0, 1, 1], vector=vector)
        samples.append(
            fo.Sample(
                filepath=f"/images/{number}.png",
                number=number,
                kind="even" if number % 2 == 0 else "odd",
                tags=["train" if number % 2 == 0 else "test"],
                vector=vector,
                objects=fo.Detections(detections=[box]),
            )
        )
    dataset.add_samples(samples, progress=False)
    dataset.add_sample_field("objects.detections.vector", fo.VectorField)
    return dataset


def make_indexes(dataset: fo.Dataset) -> None:
    source = build.Source(embeddings_field="vector")
    for key in KEYS:
        field = None if key == "images" else key
        build.build(
            dataset, key, source, patches_field=field, filter_fields=("number",)
        )


def drop(dataset: fo.Dataset) -> None:
    for key in runs.keys(dataset):
        runs.cleanup(dataset, key)
    dataset.delete()


def ids_of(dataset: fo.Dataset, key: str) -> list[str]:
    path = "id" if key == "images" else "objects.detections.id"
    return dataset.values(path, unwind=True)


def delete(dataset: fo.Dataset, how: str, numbers: Any) -> None:
    ids = dataset.values("id")
    if how == "samples":
        dataset.delete_samples([ids[number] for number in numbers])
        return
    for number in numbers:
        sample = dataset[ids[number]]
        sample.objects.detections = []
        sample.save()


# -- searches


@dataclass(frozen=True)
class Arc:
    """Twenty samples, each four degrees from the next, and what the five nearest to
    the first were before they were deleted."""

    dataset: fo.Dataset
    key: str
    before: list[str]

    @property
    def index(self) -> Any:
        return runs.load(self.dataset, self.key)

    @property
    def left(self) -> list[str]:
        """The ids that are there, by their distance to the first."""
        return [id_ for n, id_ in enumerate(self.before) if n not in GONE]


@pytest.fixture(scope="module")
def arcs(milvus_of_module) -> Iterator[Callable[[str, str], Arc]]:
    """``arcs(key, how)``: an index of samples or of objects, and how they went."""
    made: dict[str, fo.Dataset] = {}
    ids: dict[tuple[str, str], list[str]] = {}

    def arc(key: str, how: str) -> Arc:
        if how not in made:
            made[how] = make_dataset(at(*range(0, STEP * COUNT, STEP)))
            make_indexes(made[how])
            ids.update({(one, how): ids_of(made[how], one) for one in KEYS})
            delete(made[how], how, GONE)
        return Arc(made[how], key, ids[key, how])

    yield arc
    for dataset in made.values():
        drop(dataset)


def panel_ids(arc: Arc) -> list[str]:
    ctx = make_context(
        arc.dataset,
        query={"terms": [{"vector": QUERY.tolist()}]},
        brain_key=arc.key,
        k=K,
    )
    found = panel.search(ctx)
    assert "error" not in found, found
    [params] = triggered(ctx, "set_view")
    shown = fo.DatasetView._build(arc.dataset, params["view"]).values("id")
    assert shown == [match["id"] for match in found["results"]]
    assert found["total"] == len(shown)
    return shown


def operator_ids(arc: Arc) -> list[str]:
    query = {"terms": [{"vector": QUERY.tolist()}]}
    found = execute("search", arc.dataset, brain_key=arc.key, query=query, k=K)
    assert found["message"].startswith(f"{K} results")
    return found["ids"]


def sorted_ids(arc: Arc) -> list[str]:
    samples = arc.dataset
    if arc.key == "objects":
        samples = samples.to_patches("objects")
    return samples.sort_by_similarity(QUERY, k=K, brain_key=arc.key).values("id")


def neighbors(arc: Arc, *args: Any, **kwargs: Any) -> Any:
    found = arc.index._kneighbors(*args, **kwargs)
    return found[0] if arc.key == "images" else found[1]


def query() -> Query:
    return Query.of(vector=QUERY)


NEAREST = {
    "search": lambda arc: search_index(arc.index, query(), K).ids,
    "grouped": lambda arc: search_index(arc.index, query(), K, group_by="number").ids,
    "filter_expr": lambda arc: (
        search_index(arc.index, query(), K, where={"number": {"min": 0}}).ids
    ),
    "limited": lambda arc: search_index(arc.index, query(), K, min_score=0.1).ids,
    "neighbors": lambda arc: neighbors(arc, QUERY, k=K),
    "several queries": lambda arc: neighbors(arc, np.stack([FAR, QUERY]), k=K)[1],
    "combined": lambda arc: neighbors(
        arc, np.stack([QUERY, QUERY]), k=K, aggregation="post-mean"
    ),
    "ranked to the end": lambda arc: neighbors(arc, QUERY, k=None)[:K],
    "sort_by_similarity": sorted_ids,
    "operator": operator_ids,
    "panel": panel_ids,
}


@pytest.mark.parametrize("way", NEAREST)
@pytest.mark.parametrize(
    ("key", "how"),
    [("images", "samples"), ("objects", "samples"), ("objects", "labels")],
)
def test_a_search_finds_as_many_as_are_there(milvus, arcs, key, how, way):
    arc = arcs(key, how)
    assert NEAREST[way](arc) == arc.left[:K]


@pytest.mark.parametrize("key", KEYS)
def test_all_that_are_there_are_found_and_no_others(milvus, arcs, key):
    arc = arcs(key, "samples")
    for k in (COUNT - len(GONE), COUNT, 2 * COUNT, None):
        assert neighbors(arc, QUERY, k=k) == arc.left, k
    assert search_index(arc.index, query(), COUNT).ids == arc.left
    assert arc.index.total_index_size == COUNT


def test_the_least_similar_are_there(milvus, arcs):
    arc = arcs("images", "samples")
    opposite = -QUERY
    found = search_index(arc.index, Query.of(vector=opposite), K, reverse=True)
    assert found.ids == arc.left[:K]


def test_neighbors_within_a_radius_are_there(milvus, arcs):
    arc = arcs("images", "samples")
    found, _ = arc.index._radius_neighbors(QUERY, thresh=1 - np.cos(np.radians(30)))
    assert found == [arc.before[0], *arc.before[6:8]]


def test_a_sample_stands_for_the_patches_that_it_has(milvus, arcs):
    dataset = make_dataset(at(0, 90, 180))
    sample = dataset.first()
    sample.objects.detections.append(
        fo.Detection(label="dog", bounding_box=[0, 0, 1, 1], vector=at(90)[0])
    )
    sample.save()
    make_indexes(dataset)
    sample.objects.detections = sample.objects.detections[:1]
    sample.save()
    try:
        index = runs.load(dataset, "objects")
        found = search_index(index, Query((Term(sample_id=sample.id),)), 1)
        np.testing.assert_allclose(found.resolved.vector, at(0), atol=1e-6)
        assert found.ids == [sample.objects.detections[0].id]
    finally:
        drop(dataset)


def test_what_is_not_gone_is_looked_up_once(milvus, arcs):
    arc = arcs("images", "samples")
    near = Query.of(vector=at(STEP * COUNT)[0])
    assert search_index(arc.index, near, 3).plan.name == "whole_index"


# -- finding


@pytest.fixture
def trio(milvus) -> Iterator[tuple[fo.Dataset, list[str]]]:
    """One sample between two others, all three near duplicates of it, and a fourth far
    away; the first is deleted."""
    dataset = make_dataset(at(0, 16, -16, 120))
    make_indexes(dataset)
    ids = dataset.values("id")
    delete(dataset, "samples", [0])
    yield dataset, ids
    drop(dataset)


LEFT_OUT = "1 orphaned row of the index left out"


def test_nothing_is_a_duplicate_of_what_is_gone(trio):
    dataset, ids = trio
    for key in KEYS:
        found = execute(
            "find_duplicates", dataset, brain_key=key, thresh=0.05, tag="dup"
        )
        assert (found["tagged"], found["duplicates"], found["compared"]) == (0, 0, 3)
        assert found["orphaned"] == 1 and LEFT_OUT in found["message"]
    assert dataset.count_sample_tags().get("dup") is None
    near = duplicates.find_groups(runs.load(dataset, "images"), 0.2)
    assert set(near.ids) == set(ids[1:3])


def test_what_is_gone_is_no_leak_no_outlier_and_not_unique(trio):
    dataset, ids = trio
    index = runs.load(dataset, "images")
    leaking = leaks.find_leaks(index, 0.2, tags=["train", "test"])
    assert (leaking.sizes, leaking.total) == ({"train": 1, "test": 2}, 1)
    assert set(leaking.ids) == set(ids[1:3]) and LEFT_OUT in leaking.message
    most = unique.most_unique(index, 4)
    assert most.ids == (ids[3], *sorted(ids[1:3])) and most.compared == 3
    assert set(most.nearest_ids) <= set(ids[1:]) and LEFT_OUT in most.message
    wrong = label_outliers.find_outliers(index, "kind", k=1, min_score=1)
    assert set(wrong.ids) == set(ids[1:3]) and LEFT_OUT in wrong.message
    assert wrong.outliers[0].neighbors[0].id in ids[1:]


def test_a_deletion_is_seen_by_an_index_that_was_loaded_before(trio):
    dataset, ids = trio
    index = runs.load(dataset, "images")
    assert duplicates.find_groups(index, 0.2).compared == 3
    assert set(index.current_sample_ids) == set(ids[1:])
    dataset.delete_samples(ids[1])
    found = duplicates.find_groups(index, 0.2)
    assert (found.compared, found.groups, found.orphaned) == (2, (), 2)
    index.find_duplicates(thresh=0.2)
    assert index.duplicate_ids == [] and set(index.unique_ids) == set(ids[2:])


def test_fiftyones_own_duplicates_and_unique_are_there(trio):
    dataset, ids = trio
    index = runs.load(dataset, "images")
    assert set(index.sample_ids) == set(ids)
    assert set(index.current_sample_ids) == set(ids[1:])
    index.find_duplicates(thresh=0.05)
    assert index.duplicate_ids == []
    index.find_duplicates(thresh=0.2)
    assert len(index.duplicate_ids) == 1 and ids[0] not in index.neighbors_map
    index.find_unique(3)
    assert set(index.unique_ids) == set(ids[1:])
    near = index._kneighbors(k=1)
    assert [of.tolist() for of in near] == [[1], [0], [0]]


def test_another_dataset_is_searched_for_what_it_has(trio):
    dataset, ids = trio
    other = make_dataset(at(0))
    make_indexes(other)
    try:
        here = runs.load(other, "images")
        there = runs.load(dataset, "images")
        found = cross_dataset.find_in(there, here, other.values("id"), 2)
        assert set(found.ids) == set(ids[1:3])
    finally:
        drop(other)
