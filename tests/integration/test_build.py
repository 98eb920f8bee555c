"""Building in chunks, as the operator and Python call it."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import fiftyone_milvus
from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import Cancelled, InvalidRequest
from fiftyone_milvus.indexes import build
from fiftyone_milvus.store import client, settings
from harness import images

ROOT = Path(__file__).resolve().parents[2]
FIELD = build.Source(embeddings_field="embeddings")


def collections():
    return set(client.connect(settings.resolve()).client.list_collections())


@pytest.mark.on_lite
def test_a_build_in_a_fresh_process_stores_fiftyones_own_class(milvus, vectors_dataset):
    vectors_dataset.persistent = True
    code = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
import fiftyone as fo
from fiftyone_milvus.indexes import build
dataset = fo.load_dataset({vectors_dataset.name!r})
build.build(dataset, "k", build.Source(embeddings_field="embeddings"))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=os.environ
    )
    assert done.returncode == 0, done.stderr
    vectors_dataset.reload()
    stored = vectors_dataset.get_brain_info("k").config.cls
    assert stored == "fiftyone.brain.internal.core.milvus.MilvusSimilarityConfig"
    assert runs.load(vectors_dataset, "k").total_index_size == 100
    runs.cleanup(vectors_dataset, "k")


def test_progress_counts_up_to_the_end(milvus, vectors_dataset):
    seen = []
    built = build.build(vectors_dataset, "k", FIELD, progress=seen.append)
    try:
        done = [progress.done for progress in seen]
        assert done == sorted(done) and done[-1] == 100 and len(done) > 5
        rates = [one.rate for one in seen if one.phase == "Copying"]
        assert rates[-1] > 0 and seen[-1].remaining == 0
        assert built.rows == built.samples == 100
    finally:
        runs.cleanup(vectors_dataset, "k")


@pytest.mark.parametrize("error", [Cancelled, KeyboardInterrupt, OSError])
def test_a_build_that_stops_is_usable_and_goes_on(milvus, vectors_dataset, error):
    def stop(progress):
        if progress.done > 50:
            raise error("stop")

    with pytest.raises(error):
        build.build(vectors_dataset, "k", FIELD, progress=stop)
    (info,) = runs.list_indexes(vectors_dataset)
    assert info.partial and 50 <= info.size < 100
    query = vectors_dataset.first().id
    found = vectors_dataset.sort_by_similarity(query, brain_key="k", k=3)
    assert found.first().id == query

    built = build.build(vectors_dataset, "k", FIELD)
    assert built.rows == 100 and built.embedded == 100 - info.size
    (info,) = runs.list_indexes(vectors_dataset)
    assert not info.partial and info.size == 100
    runs.cleanup(vectors_dataset, "k")


def test_a_build_cancelled_before_its_first_row_leaves_nothing(milvus, vectors_dataset):
    before = collections()
    with pytest.raises(Cancelled, match="nothing was kept"):
        build.build(vectors_dataset, "k", FIELD, cancelled=lambda: True)
    assert vectors_dataset.list_brain_runs() == []
    assert collections() == before


@pytest.mark.parametrize(
    "changed",
    [
        {"metric": "euclidean"},
        {"patches_field": "ground_truth"},
        {"source": build.Source(embeddings_field="other")},
    ],
)
def test_an_unfinished_index_is_finished_as_it_was_begun(
    milvus, vectors_dataset, changed
):
    vectors_dataset.clone_sample_field("embeddings", "other")
    dones = []

    def cancelled():
        return bool(dones) and dones[-1] > 50

    with pytest.raises(Cancelled, match="searched as it is"):
        build.build(
            vectors_dataset,
            "k",
            FIELD,
            progress=lambda now: dones.append(now.done),
            cancelled=cancelled,
        )
    with pytest.raises(InvalidRequest, match="unfinished index of samples"):
        build.build(vectors_dataset, "k", **{"source": FIELD, **changed})
    assert runs.describe(vectors_dataset, "k").partial
    runs.cleanup(vectors_dataset, "k")


def test_a_finished_index_is_not_built_over(milvus, vectors_dataset):
    build.build(vectors_dataset, "k", FIELD)
    with pytest.raises(InvalidRequest, match="in use"):
        build.build(vectors_dataset, "k", FIELD)
    runs.cleanup(vectors_dataset, "k")


def test_groups_are_indexed_by_slice(milvus):
    import fiftyone as fo

    dataset = fo.Dataset()
    dataset.add_group_field("group", default="left")
    for i in range(20):
        group = fo.Group()
        for name in ("left", "right"):
            sample = fo.Sample(f"/{name}{i}.png", group=group.element(name))
            sample["embeddings"] = np.full(4, i + (name == "left"), np.float32)
            dataset.add_sample(sample)
    try:
        left = dataset.select_group_slices("left")
        assert build.build(left, "k", FIELD).rows == 20
        assert fiftyone_milvus.health(dataset, "k").healthy
        index = runs.load(dataset, "k")
        assert set(index.get_embeddings()[1]) == set(left.values("id"))
        runs.cleanup(dataset, "k")
    finally:
        dataset.delete()


def test_frames_of_videos_are_indexed_and_kept_up_to_date(milvus):
    import fiftyone as fo

    dataset = fo.Dataset()
    for video in range(3):
        size = {"frame_width": 9, "frame_height": 9}
        metadata = fo.VideoMetadata(total_frame_count=5, frame_rate=5, **size)
        sample = fo.Sample(f"/{video}.mp4", metadata=metadata)
        for number in range(1, 6):
            vector = np.full(4, 10 * video + number, np.float32)
            path = f"/{video}-{number}.png"
            sample.frames[number] = fo.Frame(embeddings=vector, filepath=path)
        dataset.add_sample(sample)
    try:
        frames = dataset.to_frames()
        assert build.build(frames, "k", FIELD).rows == 15
        assert fiftyone_milvus.health(dataset, "k").healthy
        sample = dataset.first()
        sample.frames[1]["embeddings"] = np.full(4, 99, np.float32)
        del sample.frames[2]
        sample.save()
        found = fiftyone_milvus.health(dataset, "k")
        assert (found.stale, found.orphaned, found.missing) == (1, 1, 0)
        fiftyone_milvus.sync(dataset, "k")
        assert fiftyone_milvus.health(dataset, "k").healthy
        assert runs.load(dataset, "k").total_index_size == 14
        assert len(frames) == 15  # the person's own view is left alone
        runs.cleanup(dataset, "k")
    finally:
        dataset.delete()


def test_a_model_is_given_no_videos(milvus):
    import fiftyone as fo

    images.install_counting_model()
    dataset = fo.Dataset()
    dataset.add_sample(fo.Sample(filepath="/v.mp4"))
    with pytest.raises(InvalidRequest, match="to_frames"):
        build.build(dataset, "k", build.Source(model=images.MODEL))
    dataset.delete()
