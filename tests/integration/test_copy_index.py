"""Indexes of another backend, copied into Milvus: FiftyOne's sklearn backend's."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any

import eta.core.utils as etau
import fiftyone as fo
import fiftyone.brain as fob
import fiftyone.brain.internal.core.lancedb as lancedb_backend
import fiftyone.brain.internal.core.sklearn as sklearn_backend
import numpy as np
import pytest
from bson import json_util
from fiftyone.core.brain import BrainMethod

import fiftyone_milvus
from fiftyone_milvus import Query
from fiftyone_milvus.backend import other_runs, runs
from fiftyone_milvus.errors import (
    Cancelled,
    InvalidRequest,
    MissingRequirement,
    ServerUnavailable,
    UnknownIndex,
    UntrustedModel,
    VectorSearchError,
)
from fiftyone_milvus.indexes import copy_index as copying
from fiftyone_milvus.store import client, settings
from harness import images, oracle, records
from harness.context import execute

URI = "FIFTYONE_BRAIN_SIMILARITY_MILVUS_URI"
OBJECTS = "ground_truth"


def compute(dataset: fo.Dataset, key: str = "theirs", **params: Any) -> Any:
    """A run of sklearn's backend, of vectors that no field has unless one is named."""
    if "embeddings" not in params:
        params["embeddings"] = np.array(dataset.values("embeddings"))
    return fob.compute_similarity(dataset, brain_key=key, backend="sklearn", **params)


def vectors_of(dataset: fo.Dataset, patches: bool = False) -> dict[str, np.ndarray]:
    path = f"{OBJECTS}.detections." if patches else ""
    names = [f"{path}id", f"{path}{'embedding' if patches else 'embeddings'}"]
    ids, vectors = (dataset.values(name, unwind=patches) for name in names)
    return dict(zip(ids, vectors, strict=True))


def ranked(wanted: dict[str, np.ndarray], query: np.ndarray, metric: str) -> list[str]:
    dists = oracle.distances(metric, query, np.array(list(wanted.values())))
    return oracle.ranked(dists, list(wanted))


def stored(dataset: fo.Dataset, key: str) -> tuple[Any, Any, list[str]]:
    """All that FiftyOne keeps of a run."""
    dataset.reload()
    record = BrainMethod._get_run_doc(dataset, key)
    record.results.seek(0)
    return record.to_mongo().to_dict(), record.results.read(), dataset.list_brain_runs()


@contextmanager
def nothing_made(dataset: fo.Dataset):
    """Checks that neither a run nor a collection is left."""
    server = client.connect(settings.resolve()).client
    before = set(server.list_collections()), dataset.list_brain_runs()
    yield
    dataset.reload()
    assert (set(server.list_collections()), dataset.list_brain_runs()) == before


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_a_copy_has_the_vectors_and_ranks_as_the_run_does(dataset, metric):
    compute(dataset, metric=metric)
    before = stored(dataset, "theirs")
    copied = fiftyone_milvus.copy_index(dataset, "theirs", "ours")
    assert (copied.rows, copied.skipped, copied.backend) == (100, 0, "sklearn")
    index, wanted = runs.load(dataset, "ours"), vectors_of(dataset)
    assert (index.owned, index.config.metric) == (True, metric)
    found = index.vectors_of(list(wanted))
    np.testing.assert_allclose(found, np.array(list(wanted.values())), rtol=1e-6)
    query = next(iter(wanted))
    result = fiftyone_milvus.search(dataset, "ours", Query.of(ids=[query]), 20)
    assert list(result.ids) == ranked(wanted, wanted[query], metric)[:20]
    assert stored(dataset, "theirs")[:2] == before[:2]


def test_a_run_that_was_searched_before_is_copied_as_it_was(dataset):
    """sklearn's backend moves the vectors in memory when it is first searched."""
    run = compute(dataset)
    run.sort_by_similarity(dataset.first().id, k=3)
    fiftyone_milvus.copy_index(dataset, "theirs", "ours")
    wanted = vectors_of(dataset)
    found = runs.load(dataset, "ours").vectors_of(list(wanted))
    np.testing.assert_allclose(found, np.array(list(wanted.values())), rtol=1e-6)


def test_patches_are_copied_with_their_samples(dataset, monkeypatch):
    monkeypatch.setattr(copying, "AT_ONCE", 7)
    given = dataset.values(f"{OBJECTS}.detections.embedding")
    embeddings = {
        id_: np.array(each)
        for id_, each in zip(dataset.values("id"), given, strict=True)
    }
    compute(dataset, patches_field=OBJECTS, embeddings=embeddings)
    copied = fiftyone_milvus.copy_index(dataset, "theirs", "ours")
    wanted = vectors_of(dataset, patches=True)
    assert copied.rows == len(wanted)
    index = runs.load(dataset, "ours")
    assert index.config.patches_field == OBJECTS
    found = index.vectors_of(list(wanted))
    np.testing.assert_allclose(found, np.array(list(wanted.values())), rtol=1e-6)
    assert set(index.sample_ids) == set(dataset.values("id"))
    query = next(iter(wanted))
    result = fiftyone_milvus.search(dataset, "ours", Query.of(ids=[query]), 10)
    assert list(result.ids) == ranked(wanted, wanted[query], "cosine")[:10]


def test_of_samples_that_the_dataset_lacks_nothing_is_copied(dataset):
    compute(dataset)
    gone = dataset.values("id")[:30]
    dataset.delete_samples(gone)
    copied = fiftyone_milvus.copy_index(dataset, "theirs", "ours")
    assert (copied.rows, copied.skipped) == (70, 30)
    index = runs.load(dataset, "ours")
    assert set(index.sample_ids) == set(dataset.values("id"))
    dataset.delete_samples(dataset.values("id"))
    with pytest.raises(InvalidRequest, match="None of the 100 vectors"):
        fiftyone_milvus.copy_index(dataset, "theirs", "again")


def test_patches_that_the_run_lacks_are_no_rows(dataset):
    """sklearn's backend returns the vectors of others if it is asked for these."""
    half = dataset.limit(50)
    given = half.values(f"{OBJECTS}.detections.embedding")
    ids = half.values("id")
    embeddings = {i: np.array(each) for i, each in zip(ids, given, strict=True)}
    run = compute(half, patches_field=OBJECTS, embeddings=embeddings)
    removed = list(run.label_ids[::3])
    run.remove_from_index(label_ids=removed)
    run.save()
    fiftyone_milvus.copy_index(dataset, "theirs", "ours")
    index, wanted = runs.load(dataset, "ours"), vectors_of(dataset, patches=True)
    assert set(index.label_ids) == set(run.label_ids)
    kept = list(index.label_ids)
    found = index.vectors_of(kept)
    np.testing.assert_allclose(found, np.array([wanted[i] for i in kept]), rtol=1e-6)


def test_of_a_field_the_copy_is_checked_and_synced(dataset):
    compute(dataset, embeddings="embeddings")
    fiftyone_milvus.copy_index(dataset, "theirs", "ours")
    health = fiftyone_milvus.health(dataset, "ours")
    assert (health.rows, health.current, health.missing) == (100, 100, 0)
    sample = dataset.first()
    sample["embeddings"] = sample["embeddings"] + 1
    sample.save()
    dataset.add_sample(fo.Sample("/new.png", embeddings=[1.0] * 16))
    health = fiftyone_milvus.health(dataset, "ours")
    assert (health.current, health.stale, health.missing) == (99, 1, 1)
    assert fiftyone_milvus.sync(dataset, "ours").embedded == 2


def test_of_other_vectors_it_isnt_known_what_they_were_made_from(dataset):
    compute(dataset)
    fiftyone_milvus.copy_index(dataset, "theirs", "ours")
    assert fiftyone_milvus.health(dataset, "ours").unknown == 100


def test_vectors_that_no_index_can_have_are_left_out(dataset):
    vectors = np.array(dataset.values("embeddings"))
    vectors[3], vectors[5] = 0, np.nan
    compute(dataset, embeddings=vectors)
    copied = fiftyone_milvus.copy_index(dataset, "theirs", "ours")
    assert (copied.rows, copied.skipped) == (98, 2)


def test_groups_are_copied_with_all_slices(milvus):
    dataset = fo.Dataset()
    dataset.add_group_field("group", default="left")
    for number in range(4):
        group = fo.Group()
        for side, at in (("left", 0), ("right", 1)):
            path = f"/{number}-{side}.png"
            vector = np.float32([number, at, 1])
            sample = fo.Sample(path, group=group.element(side), vector=vector)
            dataset.add_sample(sample)
    flat = dataset.select_group_slices(["left", "right"])
    fob.compute_similarity(
        flat, brain_key="theirs", backend="sklearn", embeddings="vector"
    )
    try:
        copied = fiftyone_milvus.copy_index(dataset, "theirs", "ours")
        assert (copied.rows, copied.skipped) == (8, 0)
        ids = set(runs.load(dataset, "ours").sample_ids)
        assert ids == set(flat.values("id"))
    finally:
        runs.cleanup(dataset, "ours")
        dataset.delete()


@pytest.mark.on_lite
def test_a_models_arguments_wait_for_somebody_to_accept_them(dataset):
    compute(dataset)
    model = {"model": images.MODEL, "model_kwargs": {"image_dim": 8}}
    records.edit(dataset, "theirs", model)
    fiftyone_milvus.copy_index(dataset, "theirs", "ours")
    index = runs.load(dataset, "ours")
    assert index.config.model_kwargs == {"image_dim": 8}
    with pytest.raises(UntrustedModel):
        index.get_model()


# -- what can't be copied


@pytest.mark.on_lite
@pytest.mark.parametrize(
    ("key", "new", "error", "words"),
    [
        ("nope", "ours", UnknownIndex, "no similarity index 'nope'"),
        ("map", "ours", UnknownIndex, "no similarity index 'map'"),
        ("idx", "ours", InvalidRequest, "is a Milvus index already"),
        ("theirs", "idx", InvalidRequest, "is in use"),
        ("theirs", "no key", InvalidRequest, "can't be a brain key"),
    ],
)
def test_a_request_that_cannot_be_is_refused(indexed, key, new, error, words):
    compute(indexed)
    fob.compute_visualization(
        indexed, points=np.zeros((100, 2)), brain_key="map", method="manual"
    )
    with nothing_made(indexed), pytest.raises(error, match=words):
        fiftyone_milvus.copy_index(indexed, key, new)


@pytest.mark.on_lite
def test_a_metric_that_milvus_lacks_is_named(dataset):
    compute(dataset, metric="manhattan")
    with nothing_made(dataset), pytest.raises(InvalidRequest, match="'manhattan'"):
        fiftyone_milvus.copy_index(dataset, "theirs", "ours")


@pytest.mark.on_lite
def test_a_run_without_vectors_is_refused(dataset):
    compute(dataset, embeddings=False)
    with nothing_made(dataset), pytest.raises(InvalidRequest, match="has no vectors"):
        fiftyone_milvus.copy_index(dataset, "theirs", "ours")


@pytest.mark.on_lite
@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([[1.0, 2.0], [1.0]], "can't read the run"),
        ([["a", "b"], ["c", "d"]], "not numbers of one dimension"),
        ([1.0, 2.0], "can't read the run|returned"),
    ],
    ids=["ragged", "texts", "flat"],
)
def test_vectors_of_no_one_dimension_are_refused(dataset, values, words):
    compute(dataset)
    ids = dataset.values("id")[:2]
    data = {"embeddings": values, "sample_ids": ids, "label_ids": None}
    record = BrainMethod._get_run_doc(dataset, "theirs")
    record.results.replace(json_util.dumps(data).encode())
    record.save()
    with nothing_made(dataset), pytest.raises(VectorSearchError, match=words):
        fiftyone_milvus.copy_index(dataset, "theirs", "ours")


@pytest.mark.on_lite
def test_a_backend_without_its_package_is_named(dataset):
    compute(dataset)
    name = etau.get_class_name(lancedb_backend.LanceDBSimilarityConfig)
    records.edit(dataset, "theirs", {"method": "lancedb", "cls": name})
    with (
        nothing_made(dataset),
        pytest.raises(MissingRequirement, match="'lancedb' is missing"),
    ):
        fiftyone_milvus.copy_index(dataset, "theirs", "ours")


@pytest.mark.on_lite
def test_a_server_that_does_not_answer_is_named_without_its_password(
    dataset, monkeypatch
):
    compute(dataset)

    def refuse(*_: Any, **__: Any) -> Any:
        raise ConnectionError("http://me:secret@127.0.0.1:1 refuses")

    monkeypatch.setattr(
        sklearn_backend.SklearnSimilarityIndex, "get_embeddings", refuse
    )
    with (
        nothing_made(dataset),
        pytest.raises(VectorSearchError, match="check that this answers") as e,
    ):
        fiftyone_milvus.copy_index(dataset, "theirs", "ours")
    assert "secret" not in str(e.value)


@pytest.mark.on_lite
def test_without_milvus_nothing_is_made(dataset, monkeypatch):
    compute(dataset)
    with monkeypatch.context() as patch:
        patch.setenv(URI, "http://127.0.0.1:1")
        with pytest.raises(ServerUnavailable):
            fiftyone_milvus.copy_index(dataset, "theirs", "ours")
    assert dataset.list_brain_runs() == ["theirs"]


def test_a_copy_that_is_cancelled_leaves_nothing(dataset, monkeypatch):
    monkeypatch.setattr(copying, "AT_ONCE", 30)
    compute(dataset)
    asked = iter([False, False, True])
    with nothing_made(dataset), pytest.raises(Cancelled):
        fiftyone_milvus.copy_index(
            dataset, "theirs", "ours", cancelled=lambda: next(asked)
        )


# -- records that somebody else wrote


@pytest.mark.on_lite
@pytest.mark.parametrize("where", ["record", "results", "view"])
def test_no_class_that_a_record_names_is_imported(dataset, monkeypatch, where):
    compute(dataset)
    named = []
    get_class = etau.get_class

    def noted(name: str, *args: Any) -> Any:
        named.append(name)
        return get_class(name, *args)

    if where == "record":
        records.edit(dataset, "theirs", {"cls": "antigravity.Config"})
    elif where == "view":
        stage = {"_cls": "antigravity.Limit", "kwargs": [["limit", 1]]}
        records.edit(dataset, "theirs", view_stages=[json_util.dumps(stage)])
    else:
        record = BrainMethod._get_run_doc(dataset, "theirs")
        data = json_util.loads(record.results.read().decode())
        data["cls"] = "antigravity.Index"
        record.results.replace(json_util.dumps(data).encode())
        record.save()
    monkeypatch.setattr(etau, "get_class", noted)
    if where == "view":
        with pytest.raises(InvalidRequest, match="no view stage"):
            fiftyone_milvus.copy_index(dataset, "theirs", "ours")
    else:
        assert fiftyone_milvus.copy_index(dataset, "theirs", "ours").rows == 100
    assert not any("antigravity" in name for name in named)


@pytest.mark.on_lite
def test_a_record_never_says_how_to_connect(dataset):
    compute(dataset)
    edits = {"method": "lancedb", "uri": "/evil", "_uri": "/evil", "table_name": "t"}
    records.edit(dataset, "theirs", edits)
    record = BrainMethod._get_run_doc(dataset, "theirs").config
    config = other_runs._config("lancedb", record)
    assert config.table_name == "t"
    assert "evil" not in str(config.uri)


@pytest.mark.on_lite
@pytest.mark.parametrize(
    "edits",
    [
        {"method": "unheard_of"},
        {"method": ["sklearn"]},
        {"patches_field": "$$ROOT"},
        {"embeddings_field": ["x"]},
        {"model": {"a": 1}},
        {"metric": {"$ne": 1}},
        {"supports_prompts": 2},
    ],
    ids=str,
)
def test_a_record_that_cannot_be_is_refused(dataset, edits):
    compute(dataset)
    records.edit(dataset, "theirs", edits)
    with nothing_made(dataset), pytest.raises(VectorSearchError):
        fiftyone_milvus.copy_index(dataset, "theirs", "ours")


# -- the operator


@pytest.mark.on_lite
def test_the_operator_copies_and_says_so(dataset):
    compute(dataset)
    done = execute("copy_index", dataset, from_key="theirs", brain_key="ours")
    assert (done["rows"], done["skipped"]) == (100, 0)
    assert (
        "Copied 100 vectors of 'theirs' (sklearn) to the index 'ours'"
        in (done["message"])
    )
    assert runs.load(dataset, "ours").total_index_size == 100


@pytest.mark.on_lite
@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"brain_key": "ours"}, "Required property"),
        ({"brain_key": "ours", "from_key": "nope"}, "there is no 'nope'"),
        ({"brain_key": "theirs", "from_key": "theirs"}, "is in use"),
    ],
    ids=str,
)
def test_the_operator_says_what_is_wrong(dataset, params, words):
    compute(dataset)
    compute(dataset, "other")
    with pytest.raises(Exception, match=words):
        execute("copy_index", dataset, **params)
