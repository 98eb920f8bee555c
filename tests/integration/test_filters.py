"""Searches restricted by fields that Milvus keeps beside the vectors."""

from __future__ import annotations

import fiftyone as fo
import fiftyone.brain as fob
import fiftyone.operators as foo
import numpy as np
import pytest

import fiftyone_milvus
from fiftyone_milvus.backend import runs
from fiftyone_milvus.dataset.ids import within
from fiftyone_milvus.dataset.indexed_samples import IndexedSamples
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.indexes import archive, build
from fiftyone_milvus.indexes.build import Source
from fiftyone_milvus.retrieval import planner
from fiftyone_milvus.retrieval.filter_fields import FilteredRows, filter_expr
from fiftyone_milvus.searches.query import Query
from fiftyone_milvus.store import row_search
from fiftyone_milvus.store.filter_expressions import in_parts
from harness import oracle
from harness.context import PLUGIN, execute, make_context
from harness.searching import search_index

COUNT, DIM = 300, 16
# What could end an expression, or begin another
SPLITS = ["train", 'te"st', "va'l", "über \\ alles", '" or filter_0 != "', "日本"]
FIELDS = ["split", "tags", "weather.label", "score", "night"]
SOURCE = Source(embeddings_field="embeddings")
WHERE = {
    **{f"the split {name}": {"split": name} for name in SPLITS},
    "one of several": {"split": SPLITS[:3]},
    "a tag": {"tags": "t4"},
    "one of two tags": {"tags": ["t1", "t4"]},
    "a label": {"weather.label": "sun"},
    "a range": {"score": {"min": 10, "max": 30.25}},
    "an open range": {"score": {"min": 60}},
    "a number": {"score": 12.5},
    "a boolean": {"night": True},
    "all together": {"night": False, "tags": ["t0", "t1"], "score": {"max": 40}},
    "nothing": {"split": "none"},
}


@pytest.fixture(scope="module")
def dataset():
    made = fo.Dataset()
    made.add_sample_field("embeddings", fo.VectorField)
    rng = np.random.default_rng(0)
    made.add_samples(
        [
            fo.Sample(
                f"/images/{i}.png",
                embeddings=rng.normal(size=DIM).astype(np.float32),
                split=SPLITS[i % 6] if i % 7 else None,
                tags=[f"t{i % 5}", f"t{i % 3}"],
                weather=fo.Classification(label="rain" if i % 4 else "sun"),
                score=i / 4,
                night=bool(i % 2),
            )
            for i in range(COUNT)
        ]
    )
    yield made
    made.delete()


@pytest.fixture
def index(dataset, milvus):
    build.build(dataset, "filtered", SOURCE, filter_fields=FIELDS)
    yield runs.load(dataset, "filtered")
    runs.cleanup(dataset, "filtered")


def holds(sample: fo.Sample, where) -> bool:
    """Whether a sample fulfils conditions, in the plainest way."""
    for name, wanted in where.items():
        value = sample.weather.label if name == "weather.label" else sample[name]
        if isinstance(wanted, dict):
            good = wanted.get("min", -1e9) <= value <= wanted.get("max", 1e9)
        else:
            listed = wanted if isinstance(wanted, list) else [wanted]
            values = value if isinstance(value, list) else [value]
            good = bool(set(listed) & set(values))
        if not good:
            return False
    return True


def wanted_ids(samples, where, query: np.ndarray, k: int) -> list[str]:
    """The ids of the nearest samples that fulfil conditions."""
    kept = [sample for sample in samples if holds(sample, where)]
    if not kept:
        return []
    ids = [sample.id for sample in kept]
    vectors = np.array([sample.embeddings for sample in kept])
    return oracle.ranked(oracle.distances("cosine", query, vectors), ids)[:k]


def test_conditions_keep_what_fulfils_them(index, dataset):
    rng = np.random.default_rng(1)
    for name, where in WHERE.items():
        query = rng.normal(size=DIM)
        found = search_index(index, Query.of(vector=query), 20, where=where)
        assert found.ids == wanted_ids(dataset, where, query, 20), name
        assert found.plan.exact


def test_every_plan_gives_the_same(index, dataset):
    query = np.random.default_rng(2).normal(size=(1, DIM)).astype(np.float32)
    where = {"split": SPLITS[3:], "night": True}
    expr = filter_expr(where, FIELDS, dataset, None)
    wanted = wanted_ids(dataset, where, query[0], 10)
    for plan in (
        "filter_expr",
        "id_filter",
        "fetch_and_rank",
        "full_scan",
        "overfetch",
    ):
        found = planner.nearest(
            index.rows, query, 10, among=FilteredRows(index.rows, expr), plan=plan
        )
        assert (plan, found.matches[0].ids) == (plan, wanted)
        assert found.plan.name == plan


@pytest.mark.parametrize("_milvus", ["standalone"], indirect=True)
def test_a_filter_in_parts_gives_the_same(index, dataset):
    query = np.random.default_rng(9).normal(size=(1, DIM)).astype(np.float32)
    expr = filter_expr({"tags": ["t0", "t1"]}, FIELDS, dataset, None)
    (whole,) = row_search.search(index.rows, query, 12, filter_expr=expr)
    parts = list(row_search.search_filtered(index.rows, query, 12, expr, 7))
    found = sorted(
        (dist, id_)
        for (matches,) in parts
        for dist, id_ in zip(matches.dists, matches.ids, strict=True)
    )
    assert [id_ for _, id_ in found[:12]] == whole.ids
    assert len({id_ for _, id_ in found}) == len(found)
    count = index.rows.collection.count
    counts = [count(filter_expr=part) for part in in_parts(expr, 3)]
    assert sum(counts) == count(filter_expr=expr)
    assert min(counts) > sum(counts) / 5


def test_a_view_and_conditions_restrict_together(index, dataset):
    query = np.random.default_rng(3).normal(size=DIM)
    view = dataset.match(fo.ViewField("score") < 30)
    where = {"weather.label": "rain"}
    found = search_index(index, Query.of(vector=query), 15, samples=view, where=where)
    assert found.ids == wanted_ids(view, where, query, 15)
    few = FilteredRows(
        index.rows,
        filter_expr(where, FIELDS, dataset, None),
        within(view, IndexedSamples(dataset)),
    )
    assert set(few.ids) == {sample.id for sample in view if holds(sample, where)}


def test_least_similar_and_paging_keep_to_conditions(index, dataset):
    query = np.random.default_rng(4).normal(size=DIM)
    where = {"tags": "t2"}
    found = search_index(
        index, Query.of(vector=query), COUNT, where=where, reverse=True
    )
    assert found.ids == wanted_ids(dataset, where, query, COUNT)[::-1]


def test_sync_keeps_the_values_up_to_date_and_embeds_nothing(index, dataset):
    changed = dataset.limit(5)
    before = dict(zip(*changed.values(["id", "split"]), strict=True))
    vectors = index.get_embeddings(sample_ids=list(before))[0]
    changed.set_values("split", ["fresh"] * 5)
    found = fiftyone_milvus.health(dataset, "filtered")
    assert (found.outdated, found.stale, found.healthy) == (5, 0, False)
    assert set(found.examples["outdated"]) == set(before)
    dry = fiftyone_milvus.sync(dataset, "filtered", dry_run=True)
    assert (dry.updated, dry.embedded) == (5, 0)
    query = Query.of(vector=vectors[0])
    assert search_index(index, query, 9, where={"split": "fresh"}).ids == []

    synced = fiftyone_milvus.sync(dataset, "filtered")
    assert (synced.updated, synced.embedded) == (5, 0)
    assert fiftyone_milvus.health(dataset, "filtered").healthy
    matches = search_index(index, query, 9, where={"split": "fresh"}).ids
    assert set(matches) == set(before)
    kept = index.get_embeddings(sample_ids=list(before))[0]
    assert np.array_equal(kept, vectors)
    changed.set_values("split", [before[id_] for id_ in changed.values("id")])
    fiftyone_milvus.sync(dataset, "filtered")


def test_what_the_index_does_not_store_is_reported(index):
    query = Query.of(vector=np.ones(DIM))
    for where, words in (
        ({"filepath": "a"}, "doesn't store"),
        ({'split == "" or "': "a"}, "doesn't store"),
        ({"split": []}, "No value"),
        ({"split": None}, "can't be filtered by None"),
        ({"split": {"$ne": 3}}, "range of 'split'"),
        ({"score": {"min": float("nan")}}, "range of 'score'"),
        ({"score": {"min": "1 or true"}}, "range of 'score'"),
        ({"tags": {"min": 3}}, "range of 'tags'"),
        ({"split": object()}, "can't be filtered by"),
    ):
        with pytest.raises(InvalidRequest, match=words):
            search_index(index, query, 3, where=where)


def test_fields_that_can_not_be_kept_leave_nothing_behind(dataset, milvus):
    for fields, words in (
        (["nothing"], "no field 'nothing'"),
        (["embeddings"], "can't filter by 'embeddings'"),
        (["weather"], "can't filter by 'weather'"),
        ("split", "a list of field names"),
        (["split", "split"], "name each once"),
    ):
        with pytest.raises(InvalidRequest, match=words):
            build.build(dataset, "wrong", SOURCE, filter_fields=fields)
        assert "wrong" not in dataset.list_brain_runs()


def test_they_come_with_the_vectors_that_are_added(dataset, milvus):
    index = fob.compute_similarity(
        dataset,
        embeddings="embeddings",
        backend="milvus",
        brain_key="added",
        metric="cosine",
        filter_fields=["tags"],
    )
    query = np.random.default_rng(5).normal(size=DIM)
    where = {"tags": ["t3"]}
    found = search_index(index, Query.of(vector=query), 10, where=where)
    assert found.ids == wanted_ids(dataset, where, query, 10)
    index.delete()


def test_patches_have_values_of_their_own_and_of_their_samples(milvus):
    dataset = fo.Dataset()
    rng = np.random.default_rng(6)
    dataset.add_samples(
        [
            fo.Sample(
                f"/images/{i}.png",
                split="train" if i % 2 else "test",
                objects=fo.Detections(
                    detections=[
                        fo.Detection(
                            label="cat" if j else "dog",
                            bounding_box=[0, 0, 1, 1],
                            embedding=rng.normal(size=DIM),
                        )
                        for j in range(i % 4)
                    ]
                ),
            )
            for i in range(40)
        ],
        dynamic=True,
    )
    build.build(
        dataset,
        "objects",
        Source(embeddings_field="embedding"),
        patches_field="objects",
        filter_fields=["objects.label", "split"],
    )
    index = runs.load(dataset, "objects")
    where = {"objects.label": "cat", "split": "train"}
    found = search_index(index, Query.of(vector=np.ones(DIM)), 99, where=where)
    assert set(found.ids) == {
        patch.id
        for sample in dataset
        if sample.split == "train"
        for patch in sample.objects.detections
        if patch.label == "cat"
    }
    runs.cleanup(dataset, "objects")
    dataset.delete()


def test_an_imported_index_has_them(index, dataset, tmp_path):
    query = np.random.default_rng(7).normal(size=DIM)
    wanted = wanted_ids(dataset, {"split": "日本"}, query, 10)
    path = tmp_path / "filtered.parquet"
    archive.export_index(dataset, "filtered", path)
    archive.import_index(dataset, "imported", path)
    copy = runs.load(dataset, "imported")
    matches = search_index(copy, Query.of(vector=query), 10, where={"split": "日本"})
    assert matches.ids == wanted
    runs.cleanup(dataset, "imported")


def test_the_operators_build_search_and_save_with_conditions(dataset, milvus):
    made = execute(
        "compute_index",
        dataset,
        source="field",
        embeddings_field="embeddings",
        brain_key="clicked",
        filter_fields=FIELDS,
    )
    assert made["rows"] == COUNT
    vector = np.random.default_rng(8).normal(size=DIM)
    asked = {
        "brain_key": "clicked",
        "query": Query.of(vector=vector).to_dict(),
        "filter_0": SPLITS[:2],
        "filter_3_min": 5.0,
        "filter_4": "no",
    }
    where = {"split": SPLITS[:2], "score": {"min": 5.0}, "night": False}
    found = execute("search", dataset, **asked)
    assert found["ids"] == wanted_ids(dataset, where, vector, 25)
    execute("save_search", dataset, name="kept")
    again = execute("run_saved_search", dataset, name="kept")
    assert again["ids"] == found["ids"]
    runs.cleanup(dataset, "clicked")


def test_the_forms_offer_what_can_be_filtered_by(index, dataset):
    form = inputs_of("compute_index", dataset)
    offered = {choice.value for choice in form["filter_fields"].view.choices}
    assert offered == {*FIELDS, "weather.confidence", "weather.tags"}
    form = inputs_of("search", dataset, brain_key="filtered", more=True)
    assert {"filter_0", "filter_1", "filter_3_min", "filter_3_max"} <= set(form)


def inputs_of(name, dataset, **params):
    """The inputs of an operator's form by name."""
    operator = foo.get_operator(f"{PLUGIN}/{name}")
    form = operator.resolve_input(make_context(dataset, **params))
    return form.type.properties
