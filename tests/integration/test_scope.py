"""What an index was built from: kept for what is built here; where it isn't known,
nothing is proposed that would change what a person indexed."""

import fiftyone as fo
import fiftyone.brain as fob
import numpy as np
import pytest
from bson import json_util
from fiftyone import ViewField as F
from fiftyone.core.brain import BrainMethod

import fiftyone_milvus
from fiftyone_milvus.backend import runs, scope
from fiftyone_milvus.dataset import stored_views
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.indexes import build
from fiftyone_milvus.progress import Monitor
from harness import datasets, images

pytestmark = pytest.mark.on_lite

FIELD = build.Source(embeddings_field="embeddings")


def similar(samples, **kwargs):
    return fob.compute_similarity(
        samples, brain_key="k", backend="milvus", embeddings="embeddings", **kwargs
    )


def add(dataset, count=3):
    """Adds samples with vectors, numbered from 1,000."""
    vectors = np.random.default_rng(1).normal(size=(count, 16)).astype(np.float32)
    dataset.add_samples(
        [
            fo.Sample(filepath=f"/new{i}.png", number=1_000 + i, embeddings=vector)
            for i, vector in enumerate(vectors)
        ],
        progress=False,
    )


def assert_left_alone(dataset, rows):
    """Nothing is missing, nothing is added, and only what is gone is removed."""
    found = fiftyone_milvus.health(dataset, "k")
    assert not found.scope_known and found.healthy
    assert (found.rows, found.missing, found.orphaned) == (rows, 0, 0)
    assert "isn't known, so nothing counts as missing" in found.message
    done = fiftyone_milvus.sync(dataset, "k")
    assert (done.embedded, done.removed) == (0, 0)
    assert runs.load(dataset, "k").total_index_size == rows


def test_a_view_that_fiftyone_does_not_keep_is_left_alone(dataset):
    ids = dataset.limit(10).values("id")
    similar(dataset.limit(10))
    assert_left_alone(dataset, 10)
    dataset.delete_samples(ids[:2])
    found = fiftyone_milvus.health(dataset, "k")
    assert (found.orphaned, found.missing) == (2, 0)
    assert set(found.examples["orphaned"]) == set(ids[:2])
    plan = fiftyone_milvus.sync(dataset, "k", dry_run=True)
    assert (plan.embedded, plan.removed) == (0, 2)
    assert fiftyone_milvus.sync(dataset, "k").removed == 2
    assert_left_alone(dataset, 8)


def test_what_is_stale_in_it_is_embedded_again(dataset):
    index = similar(dataset.limit(10))
    build.refresh(  # as an earlier sync did: the rows get fingerprints
        index,
        dataset.limit(10).view(),
        FIELD,
        lambda index, reader, chunk, items: items,
        Monitor(False),
    )
    sample = dataset.first()
    sample["embeddings"] = np.ones(16, np.float32)
    sample.save()
    found = fiftyone_milvus.health(dataset, "k")
    assert (found.stale, found.current, found.missing) == (1, 9, 0)
    assert fiftyone_milvus.sync(dataset, "k").embedded == 1
    assert runs.load(dataset, "k").total_index_size == 10
    assert index.get_embeddings([sample.id])[0][0].tolist() == [1.0] * 16


def test_patches_of_a_view_are_left_alone(dataset):
    fob.compute_similarity(
        dataset.limit(10),
        brain_key="k",
        backend="milvus",
        patches_field="ground_truth",
        embeddings="embedding",
    )
    rows = dataset.limit(10).count("ground_truth.detections")
    assert_left_alone(dataset, rows)
    first = dataset.first()
    gone = len(first.ground_truth.detections)
    dataset.delete_samples(first.id)
    assert fiftyone_milvus.sync(dataset, "k").removed == gone


def test_all_samples_of_a_dataset_are_known_to_be_all(dataset):
    """Also where some have no vector."""
    sample = dataset.first()
    sample["embeddings"] = None
    sample.save()
    similar(dataset)
    add(dataset)
    found = fiftyone_milvus.health(dataset, "k")
    assert found.scope_known and (found.missing, found.unavailable) == (3, 1)
    assert fiftyone_milvus.sync(dataset, "k").embedded == 3


def test_two_slices_are_not_orphaned(milvus):
    with datasets.paired_index(10, "group") as pair:
        key = pair.index.key
        found = fiftyone_milvus.health(pair.dataset, key)
        assert found.healthy and (found.rows, found.unknown) == (20, 20)
        pair.dataset.group_slice = "right"
        assert fiftyone_milvus.health(pair.dataset, key).healthy
        pair.dataset.delete_groups(pair.dataset.first()["group"].id)
        assert fiftyone_milvus.health(pair.dataset, key).orphaned == 2


def test_one_slice_of_two_is_left_alone(milvus):
    with datasets.paired_index(10, "group") as pair:
        dataset = pair.dataset
        vectors = dict(zip(pair.flat.values("id"), pair.vectors, strict=True))
        pair.flat.set_values("embeddings", vectors, key_field="id")
        similar(dataset.select_group_slices("left"))
        try:
            assert_left_alone(dataset, 10)
        finally:
            runs.cleanup(dataset, "k")


VIEWS = {
    "the dataset": (lambda d: d, 3),
    "a condition": (lambda d: d.match(F("number") > 49), 3),
    "a saved view": (lambda d: saved(d), 3),
    "chosen samples": (lambda d: d.select(d.limit(50).values("id")), 0),
    "labels": (lambda d: d.filter_labels("ground_truth", F("label") == "cluster 1"), 0),
}


def saved(dataset):
    dataset.save_view("mine", dataset.match(F("number") > 49))
    return dataset.load_saved_view("mine")


@pytest.mark.parametrize("kind", VIEWS)
def test_what_is_built_is_known_in_every_process(dataset, kind):
    view, missing = VIEWS[kind]
    samples = view(dataset)
    built = build.build(samples, "k", FIELD)
    if dataset.has_saved_view("mine"):
        dataset.delete_saved_view("mine")
    dataset.reload()
    found = fiftyone_milvus.health(dataset, "k")
    assert found.healthy and found.scope_known and found.current == built.rows
    add(dataset)
    assert fiftyone_milvus.health(dataset, "k").missing == missing
    assert fiftyone_milvus.sync(dataset, "k", dry_run=True).embedded == missing
    clone = dataset.clone()
    try:
        found = fiftyone_milvus.health(clone, "k")
        assert (found.scope_known, found.missing) == (True, missing)
    finally:
        clone.delete()


def test_a_field_of_the_view_that_was_renamed_is_reported(dataset):
    """FiftyOne makes such a view of all samples."""
    build.build(dataset.match(F("number") < 10), "k", FIELD)
    dataset.rename_sample_field("number", "nr")
    found = fiftyone_milvus.health(dataset, "k")
    assert not found.healthy
    assert "field 'number', which doesn't exist" in found.problem
    with pytest.raises(InvalidRequest, match="field 'number', which doesn't exist"):
        fiftyone_milvus.sync(dataset, "k")
    assert runs.load(dataset, "k").total_index_size == 10
    dataset.rename_sample_field("nr", "number")
    assert fiftyone_milvus.health(dataset, "k").healthy


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        ({"_cls": "os.system", "kwargs": [["command", "true"]]}, "no view stage"),
        ({"_cls": "fiftyone.core.stages.deepcopy", "kwargs": []}, "no view stage"),
        (
            {
                "_cls": "fiftyone.core.stages.FilterLabels",
                "kwargs": [["field", "cluster"], ["filter", True]],
            },
            "FilterLabels",
        ),
    ],
)
def test_a_stored_view_that_is_none_is_reported(dataset, stage, words):
    build.build(dataset.limit(10).view(), "k", FIELD)
    run = BrainMethod._get_run_doc(dataset, "k")
    run.view_stages = [json_util.dumps(stage)]
    run.save()
    found = fiftyone_milvus.health(dataset, "k")
    assert not found.healthy and words in found.problem
    assert runs.load(dataset, "k").total_index_size == 10


@pytest.mark.parametrize("patches", [False, True])
def test_a_field_of_the_index_that_was_renamed_is_reported(dataset, patches):
    source = build.Source(embeddings_field="embedding") if patches else FIELD
    field = "ground_truth" if patches else None
    build.build(dataset, "k", source, patches_field=field)
    name = field or "embeddings"
    dataset.rename_sample_field(name, "other")
    found = fiftyone_milvus.health(dataset, "k")
    assert not found.healthy and f"The field '{name}'" in found.problem
    with pytest.raises(InvalidRequest, match=f"The field '{name}'"):
        fiftyone_milvus.sync(dataset, "k")
    assert (found.orphaned, runs.load(dataset, "k").total_index_size > 0) == (0, True)


def test_a_run_of_before_keeps_the_view_that_it_has(dataset):
    build.build(dataset.match(F("number") < 10), "k", FIELD)
    config = dataset.get_brain_info("k").config
    config.remember(**{scope.NOTE: None})
    BrainMethod.update_run_config(dataset, "k", config)
    found = fiftyone_milvus.health(dataset, "k")
    assert found.scope_known and (found.current, found.missing) == (10, 0)


def test_a_view_of_frames_is_left_alone(milvus):
    dataset = fo.Dataset()
    size = {"frame_width": 9, "frame_height": 9}
    metadata = fo.VideoMetadata(total_frame_count=6, frame_rate=5, **size)
    sample = fo.Sample(filepath="/v.mp4", metadata=metadata)
    for number in range(1, 7):
        vector = np.full(4, number, np.float32)
        sample.frames[number] = fo.Frame(filepath=f"/{number}.png", embeddings=vector)
    dataset.add_sample(sample)
    try:
        similar(dataset.to_frames().limit(4))
        assert_left_alone(dataset, 4)
        del sample.frames[1]
        sample.save()
        assert fiftyone_milvus.sync(dataset, "k").removed == 1
        runs.cleanup(dataset, "k")
    finally:
        dataset.delete()


def test_a_stored_view_of_frames_writes_no_image(milvus, tmp_path):
    dataset = fo.Dataset()
    size = {"frame_width": 9, "frame_height": 9}
    metadata = fo.VideoMetadata(total_frame_count=6, frame_rate=6, **size)
    sample = fo.Sample(filepath=str(tmp_path / "v.mp4"), metadata=metadata)
    (tmp_path / "v.mp4").touch()
    for number in (1, 3):
        sample.frames[number] = fo.Frame(filepath=f"/{number}.png")
    dataset.add_sample(sample)
    there, written = str(tmp_path), str(tmp_path / "written")
    config = {"sample_frames": True, "output_dir": written, "rel_dir": there, "fps": 3}
    try:
        stage = fo.ToFrames(config=config)
        view = stored_views.load(dataset, [stage._serialize()])
        assert view.values("filepath") == ["/1.png", "/3.png"]
        assert [path.name for path in tmp_path.iterdir()] == ["v.mp4"]
    finally:
        dataset.delete()


def test_a_view_of_images_is_not_grown_by_its_model(milvus, tmp_path):
    images.install_counting_model()
    dataset = images.make_images_dataset(tmp_path, 6)
    try:
        fob.compute_similarity(
            dataset.limit(4), brain_key="k", backend="milvus", model=images.MODEL
        )
        assert_left_alone(dataset, 4)
    finally:
        runs.cleanup(dataset, "k")
        dataset.delete()
