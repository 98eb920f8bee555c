"""Building in chunks, as the operator and Python call it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fiftyone_milvus import build, runs
from fiftyone_milvus.errors import Cancelled, InvalidRequest

ROOT = Path(__file__).resolve().parents[2]
FIELD = build.Source(embeddings_field="embeddings")


def test_a_build_in_a_fresh_process_stores_fiftyones_own_class(milvus, vectors_dataset):
    vectors_dataset.persistent = True
    code = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
import fiftyone as fo
from fiftyone_milvus import build
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
        assert seen[-2].rate > 0 and seen[-1].remaining == 0
        assert built.rows == built.samples == 100
    finally:
        runs.cleanup(vectors_dataset, "k")


@pytest.mark.parametrize("error", [Cancelled, KeyboardInterrupt, OSError])
def test_a_build_that_stops_leaves_nothing(milvus, vectors_dataset, error):
    from fiftyone_milvus import client, settings

    connection = client.connect(settings.resolve())
    before = connection.client.list_collections()

    def stop(progress):
        if progress.done > 50:
            raise error("stop")

    with pytest.raises(error):
        build.build(vectors_dataset, "k", FIELD, progress=stop)
    assert vectors_dataset.list_brain_runs() == []
    assert connection.client.list_collections() == before


def test_videos_and_groups_are_told_what_to_index(milvus):
    import fiftyone as fo

    dataset = fo.Dataset()
    dataset.add_sample(fo.Sample(filepath="/v.mp4"))
    with pytest.raises(InvalidRequest, match="to_frames"):
        build.build(dataset, "k", FIELD)
    dataset.delete()
