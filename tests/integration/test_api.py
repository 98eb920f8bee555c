"""What ``fiftyone_milvus`` itself has: each docstring's example runs, and its results
are as a notebook wants them."""

from __future__ import annotations

import inspect
import re
import textwrap
from pathlib import Path
from types import SimpleNamespace

import fiftyone.brain as fob
import numpy as np
import pytest

import fiftyone_milvus
from fiftyone_milvus import Query, Source, Term
from fiftyone_milvus.errors import InvalidRequest, UnknownIndex

OWN = Source(embeddings_field="embeddings")
MODEL = "conse-lite0-minilm-offline"  # a zoo model whose weights come from packages
# Each example in turn, on the indexes that those before it left
ORDER = (
    *("build", "list_indexes", "trust_model", "search", "Crop", "Term", "Query"),
    *("find_duplicates", "find_leaks", "find_label_outliers", "find_unique"),
    *("find_in_dataset", "health", "sync", "export_index", "import_index", "rename"),
    "copy_index",
    *("list_collections", "move", "cleanup", "Ray"),
)
# Their classes are shown where they are made, and copies where they are found
WITHOUT = {"SearchResult", "Source", "VectorSearchError", "copy_matches"}


def example(name: str) -> str:
    """The code of a docstring."""
    found = re.search(
        r"^Example::\n\n((?: {4}.*\n|\n)+)",
        inspect.getdoc(getattr(fiftyone_milvus, name)) or "",
        re.MULTILINE,
    )
    assert found is not None, f"{name} has no example"
    return textwrap.dedent(found[1])


@pytest.mark.on_lite
def test_the_examples_of_all_docstrings_run(
    milvus, scenes, offline_models, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    dataset = scenes.limit(20).clone()
    dataset.limit(10).tag_samples("train")
    dataset.skip(10).tag_samples("test")
    fob.compute_similarity(
        dataset, brain_key="sklearn_sim", backend="sklearn", embeddings=np.eye(20)
    )
    names = {
        **{name: getattr(fiftyone_milvus, name) for name in fiftyone_milvus.__all__},
        "fiftyone_milvus": fiftyone_milvus,
        "dataset": dataset,
        "archive": dataset,
        "session": SimpleNamespace(),
        "Path": Path,
    }
    assert {*ORDER, *WITHOUT} == set(fiftyone_milvus.__all__)
    try:
        for name in ORDER:
            code = example(name).replace("clip-vit-base32-torch", MODEL)
            code = code.replace("http://milvus:19530", str(tmp_path / "other.db"))
            exec(compile(code, name, "exec"), names)
        left = fiftyone_milvus.list_indexes(dataset)
        assert {index.brain_key for index in left} == {"patches", "backup", "copied"}
    finally:
        for info in fiftyone_milvus.list_indexes(dataset):
            fiftyone_milvus.cleanup(dataset, info.brain_key)
        dataset.delete()


@pytest.fixture
def built(dataset):
    fiftyone_milvus.build(dataset, "idx", OWN)
    return dataset


def test_a_result_has_a_view_a_table_and_a_summary(built):
    first = built.first()
    found = fiftyone_milvus.search(built, "idx", Query.of(ids=first.id), 5)
    assert len(found) == 5 and found.ids[0] == first.id
    assert found.view.values("id") == found.ids
    table = found.to_dataframe()
    assert list(table) == ["id", "sample_id", "score", "filepath"]
    assert list(table["id"]) == found.ids
    np.testing.assert_array_equal(table["score"], found.scores)
    assert list(table["filepath"]) == found.view.values("filepath")
    summary = repr(found)
    assert summary.startswith("<SearchResult: 5 results, similarity 1.000 to ")
    how = "exact" if found.plan.exact else "approximate"
    assert f"for image {first.id} in 'idx'; {how}: " in summary


@pytest.mark.on_lite
def test_a_result_of_patches_names_their_samples(built):
    source = Source(embeddings_field="embedding")
    fiftyone_milvus.build(built, "boxes", source, patches_field="ground_truth")
    label = built.first().ground_truth.detections[0].id
    found = fiftyone_milvus.search(built, "boxes", Query.of(ids=label), 4)
    assert found.view.values("id") == found.ids
    table = found.to_dataframe()
    assert table["sample_id"][0] == built.first().id
    assert list(table["filepath"]) == found.view.values("filepath")


@pytest.mark.on_lite
def test_a_search_stays_within_a_view_and_its_result_is_shown_there(built):
    view = built.match({"cluster": 1})
    query = Query.of(vector=built.first()["embeddings"])
    found = fiftyone_milvus.search(view, "idx", query, 100)
    assert sorted(found.ids) == sorted(view.values("id"))
    assert found.view.values("id") == found.ids


@pytest.mark.on_lite
def test_two_rankings_in_one_have_the_rank_in_each(built):
    fiftyone_milvus.build(built, "far", OWN, metric="euclidean")
    query = Query.of(ids=built.first().id)
    found = fiftyone_milvus.search(built, "idx", query, 3, fuse_with="far")
    table = found.to_dataframe()
    assert table["rank in idx"][0] == table["rank in far"][0] == 1
    assert "3 results, for image" in repr(found)


@pytest.mark.on_lite
def test_scores_are_written_where_a_field_is_named(built):
    query = Query.of(ids=built.first().id)
    found = fiftyone_milvus.search(built, "idx", query, 5, score_field="near")
    assert found.view.values("near") == pytest.approx(found.scores.tolist())


@pytest.mark.on_lite
def test_analyses_have_a_view_and_a_summary(built):
    for find, args in (
        (fiftyone_milvus.find_duplicates, [0.01]),
        (fiftyone_milvus.find_unique, [5]),
    ):
        for samples in (built, built.limit(50)):
            found = find(samples, "idx", *args)
            assert found.ids and found.view.values("id") == list(found.ids)
            assert set(found.ids) <= set(samples.values("id"))
            assert found.message in repr(found) and len(repr(found)) < 300


@pytest.mark.on_lite
def test_another_datasets_index_is_searched_within_a_view(built):
    view = built.match({"cluster": 2})
    found = fiftyone_milvus.find_in_dataset(
        built, "idx", built.first().id, view, "idx", 3
    )
    assert len(found.ids) == 3 and set(found.ids) <= set(view.values("id"))


@pytest.mark.on_lite
@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"query": "a bird"}, InvalidRequest, r"Query.of\(text="),
        ({"query": None}, InvalidRequest, r"Query.of\(text="),
        ({"brain_key": "nope"}, UnknownIndex, "no Milvus index 'nope'"),
        ({"k": 0}, InvalidRequest, "k"),
        ({"score_field": "cluster"}, InvalidRequest, "no search wrote it"),
        ({"uri": "http://u:p@nowhere:1:1"}, InvalidRequest, "uri"),
        ({"nonsense": 1}, InvalidRequest, "nonsense"),
    ],
)
def test_what_cannot_be_searched_says_so(built, change, error, says):
    asked = {"brain_key": "idx", "query": Query((Term(id=built.first().id),)), "k": 3}
    with pytest.raises(error, match=says):
        fiftyone_milvus.search(built, **{**asked, **change})
