"""Vectors of their own, of samples of any medium: nothing must read it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import fiftyone as fo
import numpy as np
import pytest

import fiftyone_milvus
from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.indexes import build
from fiftyone_milvus.searches.query import Query, Term
from harness import images
from harness.context import execute, make_context
from harness.panel import CheckedPanel
from harness.searching import search_index

pytestmark = pytest.mark.on_lite

COUNT = 6


@dataclass(frozen=True)
class Kind:
    """What is indexed: the view of a dataset, the field of the vectors, the patches'
    field, and how many rows each sample, or group, has."""

    make: Callable[[], fo.Dataset]
    view: Callable[[fo.Dataset], Any] = lambda dataset: dataset
    field: str = "embedding"
    patches_field: str | None = None
    each: int = 1


def vectors(count, seed=0):
    found = np.random.default_rng(seed).normal(size=(count, 8)).astype(np.float32)
    return list(found)


def of(suffix):
    """Makes samples of files that end so."""

    def make():
        dataset = fo.Dataset()
        dataset.add_samples(
            [
                fo.Sample(filepath=f"/m/{i}.{suffix}", embedding=vector)
                for i, vector in enumerate(vectors(COUNT))
            ],
            progress=False,
        )
        return dataset

    return make


def groups():
    dataset = fo.Dataset()
    dataset.add_group_field("group", default="image")
    samples = []
    for i in range(COUNT):
        group = fo.Group()
        for name, suffix in (("image", "png"), ("cloud", "pcd"), ("video", "mp4")):
            path = f"/g/{i}.{suffix}"
            (vector,) = vectors(1, seed=len(samples))
            element = group.element(name)
            samples.append(fo.Sample(filepath=path, group=element, embedding=vector))
    dataset.add_samples(samples, progress=False)
    return dataset


def scenes():
    dataset = of("fo3d")()
    for i, sample in enumerate(dataset.iter_samples(autosave=True)):
        sample["boxes"] = fo.Detections(
            detections=[
                fo.Detection(location=[0, 0, 1], dimensions=[1, 1, 1], embedding=vector)
                for vector in vectors(2, seed=i)
            ]
        )
    return dataset


def videos():
    """Two events and three frames each, with vectors; and two boxes in each frame."""
    dataset = fo.Dataset()
    for i in range(COUNT):
        size = {"frame_width": 9, "frame_height": 9}
        metadata = fo.VideoMetadata(total_frame_count=9, frame_rate=5, **size)
        sample = fo.Sample(filepath=f"/v/{i}.mp4", metadata=metadata)
        sample["events"] = fo.TemporalDetections(
            detections=[
                fo.TemporalDetection(label="e", support=support, embedding=vector)
                for support, vector in zip(
                    ([1, 3], [4, 6]), vectors(2, seed=i), strict=True
                )
            ]
        )
        for number, vector in enumerate(vectors(3, seed=100 + i), 1):
            boxes = [
                fo.Detection(bounding_box=[0, 0, 1, 1], embedding=part)
                for part in vectors(2, seed=1_000 + 10 * i + number)
            ]
            sample.frames[number] = fo.Frame(
                filepath=f"/v/{i}-{number}.png",
                embedding=vector,
                boxes=fo.Detections(detections=boxes),
            )
        dataset.add_sample(sample)
    dataset.add_sample_field("events.detections.embedding", fo.VectorField)
    return dataset


def manual_clips(dataset):
    """Clips whose ids, and vectors, are those of this view alone."""
    clips = dataset.to_clips([[(1, 3), (4, 6)]] * COUNT)
    clips.set_values("embedding", vectors(2 * COUNT, seed=7))
    return clips


KINDS = {
    "videos": Kind(of("mp4")),
    "3D": Kind(of("fo3d")),
    "point clouds": Kind(of("pcd")),
    "unknown": Kind(of("abc")),
    "groups": Kind(groups, each=3),
    "a view of groups": Kind(groups, lambda d: d.limit(COUNT).view(), each=3),
    "slices": Kind(
        groups,
        lambda d: d.select_group_slices(["cloud", "video"], _allow_mixed=True),
        each=2,
    ),
    "a slice": Kind(groups, lambda d: d.select_group_slices("cloud")),
    "boxes in 3D": Kind(scenes, patches_field="boxes", each=2),
    "clips": Kind(videos, lambda d: d.to_clips("events"), "events.embedding", each=2),
    "clips of a view": Kind(videos, manual_clips, each=2),
    "frames": Kind(videos, lambda d: d.to_frames(), each=3),
    "boxes in frames": Kind(
        videos, lambda d: d.to_frames(), patches_field="boxes", each=6
    ),
    "patches of frames": Kind(
        videos,
        lambda d: d.to_frames().to_patches("boxes"),
        patches_field="boxes",
        each=6,
    ),
}


@pytest.fixture
def made(milvus, request):
    kind = KINDS[request.param]
    dataset = kind.make()
    yield kind, dataset
    for key in runs.keys(dataset):
        runs.cleanup(dataset, key)
    dataset.delete()


@pytest.mark.parametrize("made", KINDS, indirect=True)
def test_it_is_indexed_and_kept_as_the_dataset_is(made):
    kind, dataset = made
    samples = kind.view(dataset)
    source = build.Source(embeddings_field=kind.field)
    rows = COUNT * kind.each
    built = build.build(samples, "k", source, patches_field=kind.patches_field)
    assert (built.rows, built.failed) == (rows, 0)
    found = fiftyone_milvus.health(dataset, "k")
    assert found.healthy and found.current == rows and found.scope_known

    index = runs.load(dataset, "k")
    ids = [id_ for some, _ in index.rows.iterate_ids() for id_ in some]
    matches = search_index(index, Query((Term(id=ids[0]),)), 3)
    assert matches.ids[0] == ids[0] and matches.scores[0] == pytest.approx(1)

    done = fiftyone_milvus.sync(dataset, "k")
    assert (done.embedded, done.removed, done.failed) == (0, 0, 0)
    if dataset.media_type == "group":
        dataset.delete_groups(dataset.first().group.id)
    else:
        dataset.delete_samples(dataset.first().id)
    found = fiftyone_milvus.health(dataset, "k")
    assert (found.orphaned, found.missing) == (kind.each, 0)
    assert fiftyone_milvus.sync(dataset, "k", dry_run=True).removed == kind.each
    assert fiftyone_milvus.sync(dataset, "k").removed == kind.each
    assert fiftyone_milvus.health(dataset, "k").healthy
    assert runs.load(dataset, "k").total_index_size == rows - kind.each


@pytest.mark.parametrize(
    ("made", "advice"),
    [
        ("videos", "to_frames"),
        ("clips", "to_frames"),
        ("groups", "select_group_slices"),
        ("3D", r"3D scenes\. Index vectors"),
        ("point clouds", "Index vectors"),
        ("unknown", "Index vectors"),
    ],
    indirect=["made"],
)
def test_a_model_reads_images_alone(made, advice):
    images.install_counting_model()
    kind, dataset = made
    with pytest.raises(InvalidRequest, match=advice):
        build.build(kind.view(dataset), "k", build.Source(model=images.MODEL))
    assert dataset.list_brain_runs() == []


@pytest.mark.parametrize("made", ["frames"], indirect=True)
def test_the_panels_form_knows_what_a_model_cannot_read(made):
    kind, dataset = made
    found = CheckedPanel().form(make_context(dataset))["media_problems"]
    assert "to_frames()" in found["dataset"] and found["view"] == found["dataset"]
    ctx = make_context(dataset, view=kind.view(dataset))
    found = CheckedPanel().form(ctx)["media_problems"]
    assert "to_frames()" in found["dataset"] and found["view"] is None


@pytest.fixture
def stereo(milvus, tmp_path):
    """Groups of two images and a point cloud."""
    dataset = fo.Dataset()
    dataset.add_group_field("group", default="left")
    for number in range(3):
        group = fo.Group()
        for name in ("left", "right"):
            path = tmp_path / f"{number}-{name}.png"
            images.paint(path, number)
            dataset.add_sample(fo.Sample(str(path), group=group.element(name)))
        path = tmp_path / f"{number}.pcd"
        dataset.add_sample(fo.Sample(str(path), group=group.element("cloud")))
    yield dataset
    for key in runs.keys(dataset):
        runs.cleanup(dataset, key)
    dataset.delete()


def test_slices_of_images_are_offered_and_built(stereo):
    images.install_counting_model()
    offered = CheckedPanel().form(make_context(stereo))["slices"]
    assert {name: sorted(slices) for name, slices in offered.items()} == {
        "dataset": ["left", "right"],
        "view": ["left", "right"],
    }
    view = stereo.select_group_slices("left")
    ctx = make_context(stereo, view=view)
    assert CheckedPanel().form(ctx)["slices"]["view"] == []
    params = {"source": "model", "model": images.MODEL, "scope": "dataset"}
    for slices, rows in ((["left"], 3), (["left", "right"], 6)):
        key = "_".join(slices)
        execute("compute_index", stereo, **params, brain_key=key, slices=slices)
        index = runs.load(stereo, key)
        assert index.total_index_size == rows
        assert fiftyone_milvus.health(stereo, key).healthy
    for slices in (["cloud"], ["left", "other"]):
        with pytest.raises(Exception, match="no slice of images"):
            execute("compute_index", stereo, **params, brain_key="no", slices=slices)
    assert sorted(stereo.list_brain_runs()) == ["left", "left_right"]


@pytest.mark.parametrize("made", ["videos", "groups", "clips", "frames"], indirect=True)
def test_the_form_builds_it(made):
    kind, dataset = made
    whole = kind.view(dataset) is dataset
    view = dataset.view() if whole else kind.view(dataset)
    done = execute(
        "compute_index",
        dataset,
        context={} if whole else {"view": view},
        scope="dataset" if whole else "view",
        brain_key="k",
        source="field",
        embeddings_field=kind.field,
    )
    assert done["rows"] == COUNT * kind.each


@pytest.mark.parametrize("made", ["groups"], indirect=True)
def test_the_slice_in_use_changes_nothing(made):
    _, dataset = made
    build.build(dataset, "k", build.Source(embeddings_field="embedding"))
    dataset.group_slice = "cloud"
    assert fiftyone_milvus.health(dataset, "k").healthy


@pytest.mark.parametrize("made", ["clips of a view"], indirect=True)
def test_clips_that_fiftyone_has_no_more_are_reported(made):
    kind, dataset = made
    clips = kind.view(dataset)
    build.build(clips, "k", build.Source(embeddings_field="embedding"))
    clips._dataset._delete()
    found = fiftyone_milvus.health(dataset, "k")
    assert not found.healthy and "FiftyOne has deleted its clips" in found.problem
    with pytest.raises(InvalidRequest, match="FiftyOne has deleted its clips"):
        fiftyone_milvus.sync(dataset, "k")
    assert runs.load(dataset, "k").total_index_size == 2 * COUNT


@pytest.mark.parametrize("made", ["frames"], indirect=True)
def test_patches_and_frames_are_named_as_such(made):
    _, dataset = made
    frames = dataset.to_frames()
    own = build.Source(embeddings_field="embedding")
    for samples, source, words in (
        (frames.to_patches("boxes"), own, "patches_field"),
        (
            frames,
            build.Source(embeddings_field="boxes.detections.embedding"),
            "several",
        ),
        (dataset, build.Source(embeddings_field="frames.embedding"), "to_frames"),
    ):
        with pytest.raises(InvalidRequest, match=words):
            build.build(samples, "k", source)
    with pytest.raises(InvalidRequest, match="to_frames"):
        build.build(dataset, "k", own, patches_field="frames.boxes")
