"""Indexes from what a dataset has already, in the real App: an index of another
backend, frames and clips of videos."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import cv2
import fiftyone as fo
import fiftyone.brain as fob
import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from fiftyone_milvus.backend import runs
from fiftyone_milvus.searches.query import Term
from harness import environment, oracle, screen
from harness.app import App
from harness.search_tab import MODEL, PANEL, found_by, search_text, use_selected

WORK = 180_000
VIDEOS, FRAMES, RATE = 2, 6, 3.0


def size_of(app: App, key: str) -> Locator:
    return app.cy(f"milvus-index-{key}").locator('[data-cy="milvus-size"]')


# -- an index of another backend


@pytest.fixture
def with_theirs(app: App, own_scenes: fo.Dataset) -> dict[str, np.ndarray]:
    """Gives the dataset that the App shows an index of sklearn's; its vectors by id."""
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(len(own_scenes), 8))
    fob.compute_similarity(
        own_scenes, brain_key="theirs", backend="sklearn", embeddings=vectors
    )
    app.dataset = own_scenes
    return dict(zip(own_scenes.values("id"), vectors, strict=True))


def test_an_index_of_another_backend_is_made_searchable(app, with_theirs):
    app.open(PANEL)
    empty = app.cy("milvus-no-index")
    expect(empty).to_contain_text("another similarity index: theirs (sklearn)")
    for look in screen.each_look(app):
        app.shot(f"copy-offered-{look}")
        assert screen.problems(app) == [], look
    empty.get_by_role("button", name="Make it searchable here", exact=True).click()
    dialog = app.page.get_by_role("dialog")
    expect(dialog.get_by_label("Copy from", exact=True)).to_have_value("theirs")
    key = dialog.get_by_label("Brain key", exact=True)
    copy = dialog.get_by_role("button", name="Copy", exact=True)
    key.fill("theirs")
    expect(dialog).to_contain_text("theirs is taken")
    expect(copy).to_be_disabled()
    key.fill("ours")
    app.shot("copy-dialog")
    copy.click()
    expect(size_of(app, "ours")).to_have_text(f"{len(with_theirs)} vectors")
    expect(dialog).to_have_count(0)
    app.shot("copy-done")
    app.open_tab("search")
    ids = list(with_theirs)
    app.select(3)
    shown = use_selected(app, 1)
    vectors = np.array(list(with_theirs.values()))
    dists = oracle.distances("cosine", with_theirs[ids[3]], vectors)
    assert shown == oracle.ranked(dists, ids)[: len(shown)] and len(shown) > 10


def test_a_copy_that_fails_says_why_and_leaves_nothing(app, with_theirs, own_scenes):
    own_scenes.delete_brain_run("theirs")
    fob.compute_similarity(
        own_scenes, brain_key="theirs", backend="sklearn", embeddings=False
    )
    app.open(PANEL)
    app.open_tab("indexes")
    app.cy("milvus-copy").click()
    dialog = app.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Copy", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("has no vectors")
    own_scenes.reload()
    assert own_scenes.list_brain_runs() == ["theirs"]


# -- videos


@pytest.fixture
def videos(app: App, scenes: fo.Dataset) -> Iterator[fo.Dataset]:
    """What the App shows then: videos whose frames have the scenes as images, and
    events with vectors."""
    dataset = fo.Dataset(f"videos-{uuid.uuid4().hex[:6]}", persistent=True)
    images = iter(scenes.values("filepath"))
    size = {"frame_width": 64, "frame_height": 64}
    for number in range(VIDEOS):
        path = environment.HOME / f"{dataset.name}-{number}.webm"
        write_video(path)
        metadata = fo.VideoMetadata(total_frame_count=FRAMES, frame_rate=RATE, **size)
        sample = fo.Sample(str(path), metadata=metadata)
        events = [
            fo.TemporalDetection(label="e", support=support, embedding=vector)
            for support, vector in (([1, 3], [1.0, number]), ([4, 6], [0.0, 1.0]))
        ]
        sample["events"] = fo.TemporalDetections(detections=events)
        for at in range(1, FRAMES + 1):
            sample.frames[at] = fo.Frame(filepath=next(images))
        dataset.add_sample(sample)
    dataset.add_sample_field("events.detections.embedding", fo.VectorField)
    app.dataset = dataset
    yield dataset
    dataset.reload()
    for key in runs.keys(dataset):
        runs.cleanup(dataset, key)
    dataset.delete()


def write_video(path: Path) -> None:
    code = cv2.VideoWriter.fourcc(*"VP80")
    file = cv2.VideoWriter(str(path), code, RATE, (64, 64))
    for at in range(FRAMES):
        file.write(np.full((64, 64, 3), 40 * at, np.uint8))
    file.release()


def new_index(app: App, key: str) -> Locator:
    """Opens the form; the choice of what videos are indexed as."""
    app.cy("milvus-new-index").click()
    app.cy("milvus-brain-key").fill(key)
    return app.page.get_by_label("Index videos as", exact=True)


def test_keyframes_of_videos_are_built_and_searched(app, videos):
    app.open(PANEL)
    app.open_tab("indexes")
    videos_as = new_index(app, "keyframes")
    expect(videos_as).to_have_value("frames")
    fps = app.page.get_by_label("Frames per second", exact=True)
    fps.fill("0")
    expect(app.cy("milvus-form")).to_contain_text("Enter a number above 0")
    expect(app.cy("milvus-build")).to_be_disabled()
    fps.fill("1")
    app.cy("milvus-model").fill(MODEL[:8])
    app.page.get_by_role("option", name=MODEL).click()
    for look in screen.each_look(app):
        app.shot(f"videos-form-{look}")
        assert screen.problems(app) == [], look
    app.cy("milvus-build").click()
    expect(size_of(app, "keyframes")).to_have_text("4 vectors", timeout=WORK)
    videos.reload()
    index = runs.load(videos, "keyframes")
    assert index.all_samples.values("frame_number") == [1, 4] * VIDEOS
    app.open_tab("search")
    shown = search_text(app, "bird")
    assert shown == found_by(index, Term(text="bird")) and len(shown) == 4
    expect(app.cy("milvus-result")).to_have_count(4)


def test_clips_are_built_by_vectors_alone(app, videos):
    app.open(PANEL)
    app.open_tab("indexes")
    new_index(app, "clips").select_option("clips")
    source = app.page.get_by_label("Embeddings from", exact=True)
    expect(source).to_have_value("field")
    expect(source.locator("option", has_text="A model")).to_be_disabled()
    expect(app.page.get_by_label("Clips field", exact=True)).to_have_value("events")
    app.shot("videos-clips")
    app.cy("milvus-build").click()
    expect(size_of(app, "clips")).to_have_text("4 vectors", timeout=WORK)
    videos.reload()
    assert runs.load(videos, "clips").all_samples._is_clips
