"""Vectors that a field holds, some of which can't be indexed."""

import bson
import fiftyone as fo
import fiftyone.brain as fob
import numpy as np
import pytest
from fiftyone.core.utils import serialize_numpy_array as stored

import fiftyone_milvus
from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.indexes import build

FIELD = build.Source(embeddings_field="embeddings")
OF_PATCHES = build.Source(embeddings_field="embedding")

# What MongoDB may hold in the field, and what is said of it
BAD = [
    (None, "it has no vector in"),
    (stored(np.full(16, np.nan, np.float32)), "holds NaN or infinity"),
    ([float("inf")] * 16, "holds NaN or infinity"),
    ([1e300] * 16, "holds NaN or infinity"),
    (stored(np.zeros(16, np.float32)), "is zero, which has no cosine similarity"),
    (stored(np.ones(9, np.float32)), "has dimension 9, not 16"),
    ([], "has dimension 0, not 16"),
    (stored(np.ones((2, 8), np.float32)), r"has the shape (2, 8)"),
    ([[1.0, 2.0], [3.0, 4.0]], r"has the shape (2, 2)"),
    (5.0, "has the shape ()"),
    ("a vector", "is no vector of numbers"),
    ([{"a": 1}] * 16, "is no vector of numbers"),
    (b"not what numpy wrote", "is no vector of numbers"),
    (stored(np.ones(16, np.float32))[:30], "is no vector of numbers"),
]


def put(dataset, patches, start=0):
    """Writes what can't be indexed into samples, or their first patches, as MongoDB has
    it; what is expected to be said, by id."""
    path = "ground_truth.detections.0.embedding" if patches else "embeddings"
    said = {}
    for sample, (value, reason) in zip(dataset.skip(start), BAD, strict=False):
        dataset._sample_collection.update_one(
            {"_id": bson.ObjectId(sample.id)}, {"$set": {path: value}}
        )
        id_ = sample.ground_truth.detections[0].id if patches else sample.id
        said[id_] = reason
    dataset.reload()
    return said


def assert_said(failures, said):
    assert {failure.id for failure in failures} == set(said)
    for failure in failures:
        assert said[failure.id] in failure.reason, failure


@pytest.mark.parametrize("patches", [False, True])
def test_what_is_no_vector_is_left_out_and_reported(dataset, patches):
    field, source = ("ground_truth", OF_PATCHES) if patches else (None, FIELD)
    said = put(dataset, patches, start=30)
    total = dataset.count("ground_truth.detections") if patches else 100
    built = build.build(dataset, "k", source, patches_field=field)
    assert (built.rows, built.failed) == (total - len(BAD), len(BAD))
    assert_said(built.failures, said)
    found = fiftyone_milvus.health(dataset, "k")
    assert found.healthy and found.current == total - len(BAD)
    assert found.unavailable == len(BAD)
    assert set(found.examples["unavailable"]) == set(said)
    assert_said(found.failures, said)
    assert f"{len(BAD)} can't be indexed, such as" in found.message


def test_a_sync_leaves_no_vector_out_for_a_bad_one(dataset):
    build.build(dataset.limit(50).view(), "k", FIELD)
    (first, second) = dataset.limit(2)
    first["embeddings"] = np.full(16, np.nan, np.float32)
    second["embeddings"] = np.ones(16, np.float32)
    first.save()
    second.save()
    found = fiftyone_milvus.health(dataset, "k")
    assert (found.stale, found.current) == (2, 48)
    done = fiftyone_milvus.sync(dataset, "k")
    assert (done.embedded, done.failed, done.removed) == (1, 1, 0)
    assert_said(done.failures, {first.id: "holds NaN or infinity"})
    index = runs.load(dataset, "k")
    assert index.get_embeddings([second.id])[0][0].tolist() == [1.0] * 16
    assert index.total_index_size == 50


def test_new_vectors_have_the_dimension_of_the_index(dataset):
    built = build.build(dataset, "k", FIELD)
    others = [
        fo.Sample(filepath=f"/o{i}.png", embeddings=np.ones(9, np.float32))
        for i in range(200)
    ]
    right = fo.Sample(filepath="/r.png", embeddings=np.ones(16, np.float32))
    dataset.add_samples([*others, right], progress=False)
    done = fiftyone_milvus.sync(dataset, "k")
    assert (done.embedded, done.failed) == (1, 200)
    assert runs.load(dataset, "k").total_index_size == built.rows + 1
    assert "has dimension 9, not 16" in done.failures[0].reason


def test_of_several_dimensions_that_of_the_most_vectors_is_indexed(dataset):
    for sample in dataset.limit(40).iter_samples(autosave=True):
        sample["embeddings"] = np.ones(9, np.float32)
    built = build.build(dataset, "k", FIELD)
    assert (built.rows, built.failed) == (60, 40)
    assert {failure.id for failure in built.failures} == set(
        dataset.limit(40).values("id")
    )


def test_vectors_that_are_rare_are_found(dataset):
    samples = [fo.Sample(filepath=f"/e{i}.png") for i in range(1_500)]
    dataset.add_samples(samples, progress=False)

    last = dataset.last()
    last["embeddings"] = np.ones(7, np.float32)
    last.save()
    view = dataset.match(fo.ViewField("filepath").starts_with("/e"))
    assert build.build(view, "k", FIELD).rows == 1


def test_a_zero_vector_is_left_out_for_cosine_alone(dataset):
    sample = dataset.first()
    sample["embeddings"] = np.zeros(16, np.float32)
    sample.save()
    assert build.build(dataset, "e", FIELD, metric="euclidean").rows == 100
    assert build.build(dataset, "d", FIELD, metric="dotproduct").rows == 100
    assert build.build(dataset, "c", FIELD, metric="cosine").rows == 99


def test_a_field_without_a_vector_leaves_nothing(dataset):
    for sample in dataset.iter_samples(autosave=True):
        sample["embeddings"] = np.full(16, np.nan, np.float32)
    with pytest.raises(InvalidRequest, match="holds NaN or infinity"):
        build.build(dataset, "k", FIELD)
    assert dataset.list_brain_runs() == []


def test_fiftyones_own_way_refuses_and_names_the_ids(dataset):
    sample = dataset.skip(7).first()
    sample["embeddings"] = np.full(16, np.nan, np.float32)
    sample.save()
    with pytest.raises(InvalidRequest, match=f"such as that of '{sample.id}'"):
        fob.compute_similarity(
            dataset, brain_key="k", backend="milvus", embeddings="embeddings"
        )
    assert dataset.list_brain_runs() == []
