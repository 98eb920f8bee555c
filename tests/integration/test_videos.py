"""Videos in the form: their frames, of which images are taken where there are none, and
clips of them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import cv2
import fiftyone as fo
import fiftyone.operators as foo
import imageio_ffmpeg
import numpy as np
import pytest

import fiftyone_milvus
from fiftyone_milvus import Query
from fiftyone_milvus.backend import runs
from fiftyone_milvus.dataset import video_frames
from fiftyone_milvus.errors import Cancelled
from fiftyone_milvus.progress import Monitor
from harness import contract, images
from harness.context import PLUGIN, execute, make_context
from harness.panel import CheckedPanel

pytestmark = pytest.mark.on_lite

VIDEOS, FRAMES, RATE = 2, 10, 5.0
BY_MODEL = {"source": "model", "model": images.MODEL, "videos_as": "frames"}


def vector(*seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=4).astype(np.float32)


def detections(*seed: int) -> fo.Detections:
    box = [0.1, 0.1, 0.5, 0.5]
    boxes = [fo.Detection(label="x", bounding_box=box, embedding=vector(*seed, 1))]
    return fo.Detections(detections=boxes)


def video_of(path: Path, number: int) -> fo.Sample:
    """A video without a file, whose frames have images, vectors and boxes; and two
    events with vectors."""
    size = {"frame_width": 16, "frame_height": 16}
    metadata = fo.VideoMetadata(total_frame_count=FRAMES, frame_rate=RATE, **size)
    sample = fo.Sample(str(path / f"{number}.mp4"), metadata=metadata)
    events = [
        fo.TemporalDetection(label="e", support=support, embedding=vector(number, at))
        for at, support in enumerate(([1, 3], [4, 6]))
    ]
    sample["events"] = fo.TemporalDetections(detections=events)
    for at in range(1, FRAMES + 1):
        image = path / f"{number}-{at}.png"
        images.paint(image, FRAMES * number + at)
        sample.frames[at] = fo.Frame(
            filepath=str(image), vector=vector(number, at), boxes=detections(number, at)
        )
    return sample


@pytest.fixture
def videos(milvus, tmp_path):
    images.install_counting_model()
    dataset = fo.Dataset()
    dataset.add_samples([video_of(tmp_path, n) for n in range(VIDEOS)], progress=False)
    dataset.add_sample_field("events.detections.embedding", fo.VectorField)
    dataset.add_frame_field("boxes.detections.embedding", fo.VectorField)
    yield dataset
    dataset.reload()
    for key in runs.keys(dataset):
        runs.cleanup(dataset, key)
    dataset.delete()


@pytest.fixture
def bare(milvus, tmp_path):
    """Videos whose frames have no images; each is a second of ten frames."""
    images.install_counting_model()
    dataset = fo.Dataset()
    for number in range(VIDEOS):
        path = tmp_path / f"video-{number}.mp4"
        write_video(path, number)
        size = {"frame_width": 32, "frame_height": 32}
        metadata = fo.VideoMetadata(total_frame_count=10, frame_rate=10, **size)
        dataset.add_sample(fo.Sample(str(path), metadata=metadata))
    yield dataset
    dataset.reload()
    for key in runs.keys(dataset):
        runs.cleanup(dataset, key)
    dataset.delete()


def write_video(path: Path, number: int) -> None:
    code = cv2.VideoWriter.fourcc(*"mp4v")
    file = cv2.VideoWriter(str(path), code, 10, (32, 32))
    for at in range(10):
        file.write(np.full((32, 32, 3), 20 * at + 30 + number, np.uint8))
    file.release()


def form(dataset: fo.Dataset, **params: Any) -> dict[str, Any]:
    """The inputs of the operator's form."""
    operator = foo.get_operator(f"{PLUGIN}/compute_index")
    return operator.resolve_input(make_context(dataset, **params)).type.properties


def choices(prop: Any) -> list[str]:
    return [choice.value for choice in prop.view.choices]


# -- frames


def test_the_frames_that_have_images_are_built_and_kept_up_to_date(videos, tmp_path):
    done = execute("compute_index", videos, **BY_MODEL, brain_key="k")
    assert done["rows"] == VIDEOS * FRAMES
    frames = runs.indexed(videos, "k").samples
    assert frames._is_frames and frames.count() == VIDEOS * FRAMES
    query = frames.first().id
    found = fiftyone_milvus.search(videos, "k", Query.of(ids=[query]), 5)
    assert found.ids[0] == query and len(found.view) == 5
    assert fiftyone_milvus.health(videos, "k").healthy
    image = tmp_path / "more.png"
    images.paint(image, 99)
    sample = videos.first()
    sample.frames[FRAMES + 1] = fo.Frame(filepath=str(image))
    sample.metadata.total_frame_count += 1
    sample.save()
    assert fiftyone_milvus.health(videos, "k").missing == 1
    assert fiftyone_milvus.sync(videos, "k").embedded == 1
    assert fiftyone_milvus.health(videos, "k").healthy


def test_so_many_frames_of_each_second_are_built(videos):
    execute("compute_index", videos, **BY_MODEL, fps=1, brain_key="k")
    frames = runs.indexed(videos, "k").samples
    assert frames.values("frame_number") == [1, 6] * VIDEOS
    health = fiftyone_milvus.health(videos, "k")
    assert (health.rows, health.healthy) == (2 * VIDEOS, True)


def test_patches_of_frames_are_built(videos):
    inputs = form(videos, videos_as="frames")
    assert choices(inputs["patches_field"]) == ["boxes"]
    params = {**BY_MODEL, "patches_field": "boxes", "fps": 1}
    done = execute("compute_index", videos, **params, brain_key="by_model")
    assert done["rows"] == 2 * VIDEOS
    inputs = form(videos, videos_as="frames", patches_field="boxes", source="field")
    assert choices(inputs["embeddings_field"]) == ["embedding"]
    params |= {"source": "field", "embeddings_field": "embedding", "model": None}
    done = execute("compute_index", videos, **params, brain_key="by_field")
    assert done["rows"] == 2 * VIDEOS
    assert fiftyone_milvus.health(videos, "by_field").healthy


def test_vectors_of_frames_are_built(videos):
    inputs = form(videos, videos_as="frames", source="field")
    assert choices(inputs["embeddings_field"]) == ["vector"]
    params = {"source": "field", "embeddings_field": "vector", "videos_as": "frames"}
    done = execute("compute_index", videos, **params, brain_key="k")
    assert done["rows"] == VIDEOS * FRAMES
    assert fiftyone_milvus.health(videos, "k").healthy


def test_frames_of_the_selected_videos_alone_are_built(videos):
    selected = [videos.last().id]
    execute(
        "compute_index",
        videos,
        context={"selected": selected},
        **{**BY_MODEL, "scope": "selected", "brain_key": "k"},
    )
    assert set(runs.load(videos, "k").all_samples.values("sample_id")) == {*selected}
    assert runs.load(videos, "k").total_index_size == FRAMES


# -- clips


def test_clips_are_built_by_their_vectors(videos):
    inputs = form(videos, videos_as="clips", source="field")
    assert choices(inputs["clips_field"]) == ["events"]
    assert choices(inputs["embeddings_field"]) == ["events.embedding"]
    assert "patches_field" not in inputs
    params = {"source": "field", "embeddings_field": "events.embedding"}
    params |= {"videos_as": "clips", "clips_field": "events"}
    done = execute("compute_index", videos, **params, brain_key="k")
    assert done["rows"] == 2 * VIDEOS
    assert fiftyone_milvus.health(videos, "k").healthy
    query = Query.of(vector=vector(0, 1))
    found = fiftyone_milvus.search(videos, "k", query, 1).view.first()
    assert (found.sample_id, found.support) == (videos.first().id, [4, 6])


@pytest.mark.parametrize(
    "params",
    [
        {"videos_as": "frames", "fps": 0.5, "source": "model", "model": images.MODEL},
        {
            **{"videos_as": "clips", "clips_field": "events", "source": "field"},
            "embeddings_field": "events.embedding",
        },
    ],
    ids=["frames", "clips"],
)
def test_the_operator_takes_what_react_sends(videos, params):
    params = {
        **{**params, "brain_key": "k", "scope": "dataset", "metric": "cosine"},
        "consistency_level": "Session",
    }
    done = execute("compute_index", videos, **params)
    contract.check_operator("compute_index", params, done)


# -- what can't be is said before the build


def test_without_images_the_form_says_what_to_do(bare, monkeypatch):
    fps = form(bare)["fps"]
    assert fps.invalid and "Enter how many frames per second" in fps.error_message
    monkeypatch.setattr(shutil, "which", lambda name: None)
    fps = form(bare, fps=1)["fps"]
    assert fps.invalid and "ffmpeg" in fps.error_message
    with pytest.raises(Exception, match="ffmpeg"):
        execute("compute_index", bare, **BY_MODEL, fps=1, brain_key="k")
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    assert not form(bare, fps=1)["fps"].invalid
    assert bare.list_brain_runs() == []


def test_clips_are_offered_where_they_have_vectors(videos, bare):
    assert choices(form(videos)["videos_as"]) == ["frames", "clips", "videos"]
    assert choices(form(bare)["videos_as"]) == ["frames", "videos"]
    source = form(videos, videos_as="clips")["source"]
    assert source.invalid and "clips are parts of videos" in source.error_message


@pytest.mark.parametrize(("how", "name"), [("frames", "fps"), ("clips", "clips_field")])
def test_each_input_says_what_it_is(videos, how, name):
    inputs = form(videos, videos_as=how)
    for each in ("videos_as", name):
        assert inputs[each].view.description


def test_of_other_samples_and_of_frames_that_are_shown_nothing_is_asked(videos):
    assert "videos_as" in form(videos)
    view = videos.to_frames()
    operator = foo.get_operator(f"{PLUGIN}/compute_index")
    ctx = make_context(videos, view=view, scope="view")
    assert "videos_as" not in operator.resolve_input(ctx).type.properties


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"videos_as": "shots"}, "there is no 'shots'|Index videos as one of"),
        ({"videos_as": "frames", "fps": 0}, "more than 0"),
        ({"videos_as": "frames", "fps": 1e6}, "more than 0"),
        ({"videos_as": "clips", "clips_field": "nope"}, "nope"),
        ({"videos_as": "clips"}, "A model reads images"),
        ({"videos_as": "videos"}, "A model reads images"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused(videos, params, words):
    model = {"source": "model", "model": images.MODEL, "brain_key": "k"}
    with pytest.raises(Exception, match=words):
        execute("compute_index", videos, **{**model, **params})
    ctx = make_context(videos, **{**model, **params})
    with pytest.raises(Exception, match=words):
        foo.get_operator(f"{PLUGIN}/compute_index").answer(ctx)
    videos.reload()
    assert videos.list_brain_runs() == []


def test_the_panel_knows_what_videos_offer(videos, bare):
    found = CheckedPanel().form(make_context(videos))["videos"]
    assert found["dataset"] == found["view"]
    assert found["dataset"]["frames"] == {
        "patches_fields": ["boxes"],
        "embeddings_fields": [
            {"field": "vector", "patches_field": None},
            {"field": "embedding", "patches_field": "boxes"},
        ],
        "problem": None,
        "taking_problem": None,
    }
    clips = [{"field": "events", "embeddings_fields": ["events.embedding"]}]
    assert found["dataset"]["clips"] == clips
    ctx = make_context(videos, view=videos.to_frames())
    assert CheckedPanel().form(ctx)["videos"]["view"] is None
    frames = CheckedPanel().form(make_context(bare))["videos"]["dataset"]["frames"]
    assert "Enter how many" in frames["problem"]


# -- images of frames


@pytest.fixture
def ffmpeg(tmp_path_factory, monkeypatch):
    """The program that FiftyOne takes images of frames with."""
    folder = tmp_path_factory.mktemp("bin")
    (folder / "ffmpeg").symlink_to(imageio_ffmpeg.get_ffmpeg_exe())
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)


def test_images_of_frames_are_taken_and_built(ffmpeg, bare, tmp_path):
    done = execute("compute_index", bare, **BY_MODEL, fps=2, brain_key="k")
    assert done["rows"] == 2 * VIDEOS
    taken = sorted(tmp_path.rglob("*.jpg"))
    assert [path.parent.name for path in taken] == [
        "video-0",
        "video-0",
        *["video-1"] * 2,
    ]
    bare.reload()
    assert sorted(bare.values("frames.filepath", unwind=True)) == [*map(str, taken)]
    assert fiftyone_milvus.health(bare, "k").healthy
    before = {path: path.stat().st_mtime_ns for path in taken}
    execute("compute_index", bare, **BY_MODEL, fps=2, brain_key="again")
    assert {path: path.stat().st_mtime_ns for path in taken} == before


def test_images_that_there_are_arent_taken_again(videos, tmp_path):
    before = sorted(tmp_path.iterdir())
    with Monitor() as monitor:
        video_frames.take(videos, 2, monitor)
    assert (monitor.failures, sorted(tmp_path.iterdir())) == ([], before)


def test_a_video_that_cannot_be_read_is_named_and_stops_no_other(videos, tmp_path):
    gone = fo.Sample(str(tmp_path / "gone.mp4"))
    videos.add_sample(gone)
    done = execute("compute_index", videos, **BY_MODEL, fps=1, brain_key="k")
    assert done["rows"] == 2 * VIDEOS
    assert f"no frames of 1 videos, such as {gone.id}" in done["message"]


def test_taking_frames_can_be_cancelled(videos):
    asked = iter([False, True])
    with (
        Monitor(cancelled=lambda: next(asked)) as monitor,
        pytest.raises(Cancelled, match="the frames of 1 videos"),
    ):
        video_frames.take(videos, 1, monitor)
