"""Health and sync: an index against a dataset that changes."""

import os
import random
import shutil
import subprocess
import sys

import fiftyone as fo
import fiftyone.brain as fob
import numpy as np
import pytest

import fiftyone_milvus
from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import CollectionError, InvalidRequest
from fiftyone_milvus.indexes import build, id_numbers
from fiftyone_milvus.store import owners
from fiftyone_milvus.store.collection import PK
from fiftyone_milvus.store.settings import ENV_PREFIX
from harness import images

MODEL = build.Source(model=images.MODEL)
FIELD = build.Source(embeddings_field="embeddings")
# Removes each row whose id it reads, and says so
REMOVER = f"""
import sys
from pymilvus import MilvusClient
uri, name = sys.argv[1:]
client = MilvusClient(uri)
for id_ in map(str.strip, sys.stdin):
    client.delete(name, filter=f'{PK} == "{{id_}}"')
    print("removed", flush=True)
"""


@pytest.fixture(scope="module", autouse=True)
def _model():
    images.install_counting_model()


@pytest.fixture
def notes(tmp_path, monkeypatch):
    path = tmp_path / "notes"
    monkeypatch.setenv("COUNTING_MODEL_NOTES", str(path))
    return path


@pytest.fixture
def dataset(milvus, tmp_path):
    made = images.make_images_dataset(tmp_path / "images", 40, patches=True)
    yield made
    for key in runs.keys(made):
        runs.cleanup(made, key)
    made.delete()


def stored(dataset, key):
    """Every row of an index: id to vector."""
    vectors, sample_ids, label_ids = runs.load(dataset, key).get_embeddings()
    ids = sample_ids if label_ids is None else label_ids
    return dict(zip(ids.tolist(), vectors, strict=True))


def assert_true(dataset, key, patches):
    """The index has what a fresh one would have, vector by vector."""
    wanted = {}
    for sample in dataset:
        if not os.path.exists(sample.filepath):
            continue
        if not patches:
            wanted[sample.id] = images.expected(sample.filepath)
            continue
        for label in sample.objects.detections:
            wanted[label.id] = images.expected(sample.filepath, label.bounding_box)
    found = stored(dataset, key)
    assert set(found) == set(wanted)
    for id_, vector in wanted.items():
        np.testing.assert_allclose(found[id_], vector, rtol=1e-6)


def test_a_fresh_index_is_healthy(dataset):
    build.build(dataset, "k", MODEL)
    found = fiftyone_milvus.health(dataset, "k")
    assert found.healthy and found.current == found.rows == 40
    assert (found.missing, found.stale, found.orphaned, found.unknown) == (0, 0, 0, 0)
    assert "up to date" in found.message


def test_mongodbs_estimate_of_the_samples_is_not_trusted(dataset, monkeypatch):
    """It is wrong after MongoDB was killed, so that len(dataset) may be 0."""
    monkeypatch.setattr(fo.Dataset, "__len__", lambda _: 0)
    assert build.build(dataset, "k", MODEL).rows == 40
    gone = dataset.take(3, seed=0).values("id")
    runs.load(dataset, "k").remove_from_index(sample_ids=gone)
    assert fiftyone_milvus.health(dataset, "k").missing == 3
    assert fiftyone_milvus.sync(dataset, "k").embedded == 3
    assert fiftyone_milvus.health(dataset, "k").healthy


@pytest.mark.parametrize("patches", [False, True])
def test_random_changes_are_found_exactly_and_repaired(
    dataset, notes, tmp_path, patches
):
    field = "objects" if patches else None
    build.build(dataset, "k", MODEL, patches_field=field)
    each = 2 if patches else 1
    rng = random.Random(patches)
    ids = dataset.values("id")
    rng.shuffle(ids)
    gone, replaced, touched, edited = ids[:5], ids[5:9], ids[9:12], ids[12:18]

    dataset.delete_samples(gone)
    for i, id_ in enumerate(replaced):
        path = dataset[id_].filepath
        before = os.stat(path)
        images.paint(path, 1000 + i)
        if i == 0:  # the same size is no excuse
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    for id_ in touched:
        os.utime(dataset[id_].filepath)
    for id_ in edited:
        sample = dataset[id_]
        sample.tags.append("edited")
        sample.objects.detections[1].bounding_box = [0.5, 0.25, 0.5, 0.5]
        sample.save()
    more = [fo.Sample(filepath=str(tmp_path / f"new{i}.png")) for i in range(3)]
    for i, sample in enumerate(more):
        images.paint(sample.filepath, 2000 + i)
        box = fo.Detection(label="c", bounding_box=[0, 0, 1, 1])
        sample["objects"] = fo.Detections(detections=[box])
    dataset.add_samples(more, progress=False)

    found = fiftyone_milvus.health(dataset, "k")
    stale = each * len(replaced) + (len(edited) if patches else 0)
    assert (found.missing, found.stale, found.orphaned) == (3, stale, 5 * each)
    assert found.current == 40 * each - 5 * each - stale
    assert not found.healthy and "sync it" in found.message
    plan = fiftyone_milvus.sync(dataset, "k", dry_run=True)
    assert (plan.embedded, plan.removed) == (3 + stale, 5 * each)
    assert fiftyone_milvus.health(dataset, "k").stale == stale

    notes.unlink()
    done = fiftyone_milvus.sync(dataset, "k")
    assert (done.embedded, done.removed, done.failed) == (3 + stale, 5 * each, 0)
    assert sum(images.times_embedded(notes).values()) == 3 + stale
    assert fiftyone_milvus.health(dataset, "k").healthy
    assert_true(dataset, "k", patches)


def test_what_cannot_be_read_is_reported_and_tried_again_by_sync(dataset, tmp_path):
    paths = dataset.values("filepath")
    os.remove(paths[3])
    shutil.copy(paths[4], tmp_path / "kept.png")
    with open(paths[4], "wb") as file:
        file.write(b"no image")
    built = build.build(dataset, "k", MODEL)
    ids = dataset.values("id")
    assert built.rows == 38 and built.failed == 2
    reasons = {failure.id: failure.reason for failure in built.failures}
    assert set(reasons) == {ids[3], ids[4]}
    assert "no file" in reasons[ids[3]] and "can't be read" in reasons[ids[4]]
    found = fiftyone_milvus.health(dataset, "k")
    assert (found.unavailable, found.missing) == (1, 1)
    assert found.examples["missing"] == [ids[4]]

    images.paint(paths[3], 3)
    shutil.copy(tmp_path / "kept.png", paths[4])
    assert fiftyone_milvus.sync(dataset, "k").embedded == 2
    assert_true(dataset, "k", patches=False)


def test_an_empty_patch_costs_its_sample_nothing(dataset):
    sample = dataset.first()
    box = fo.Detection(label="empty", bounding_box=[0.5, 0.5, 0, 0])
    sample.objects.detections.append(box)
    sample.save()
    built = build.build(dataset, "k", MODEL, patches_field="objects")
    assert built.rows == 80 and built.failed == 1
    assert built.failures[0].id == sample.objects.detections[2].id
    assert "empty" in built.failures[0].reason


def test_own_vectors_that_changed_are_stale(milvus, vectors_dataset):
    build.build(vectors_dataset, "k", FIELD)
    try:
        samples = list(vectors_dataset.limit(3))
        samples[0]["embeddings"] = np.ones(16, np.float32)
        samples[0].save()
        samples[1]["embeddings"] = None
        samples[1].save()
        found = fiftyone_milvus.health(vectors_dataset, "k")
        assert (found.stale, found.current) == (1, 99)
        fiftyone_milvus.sync(vectors_dataset, "k")
        vector = runs.load(vectors_dataset, "k").get_embeddings([samples[0].id])[0]
        np.testing.assert_array_equal(vector[0], np.ones(16))
    finally:
        runs.cleanup(vectors_dataset, "k")


def test_what_another_process_has_just_removed_is_missing(
    standalone, vectors_dataset, monkeypatch
):
    monkeypatch.setenv(f"{ENV_PREFIX}URI", standalone.uri)
    index = fob.compute_similarity(
        vectors_dataset, brain_key="k", backend="milvus", embeddings="embeddings"
    )
    where = [standalone.uri, index.config.collection_name]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", REMOVER, *where], **pipes) as remover:
        for count, id_ in enumerate(vectors_dataset.values("id")[:5], start=1):
            print(id_, file=remover.stdin, flush=True)
            assert remover.stdout.readline() == "removed\n"
            assert fiftyone_milvus.health(vectors_dataset, "k").missing == count
        remover.stdin.close()
    index.cleanup()


def test_the_view_of_the_run_is_kept_up_to_date(dataset):
    from fiftyone import ViewField as F

    build.build(dataset.match(F("number") < 10), "k", MODEL)
    sample = dataset.match(F("number") == 20).first()
    sample["number"] = 5
    sample.save()
    assert fiftyone_milvus.health(dataset, "k").missing == 1
    fiftyone_milvus.sync(dataset, "k")
    assert runs.load(dataset, "k").total_index_size == 11


def test_a_collection_that_is_gone_or_altered_is_reported(dataset):
    build.build(dataset, "k", MODEL)
    index = runs.load(dataset, "k")
    index.client.drop_collection(index.rows.collection.name)
    found = fiftyone_milvus.health(dataset, "k")
    assert not found.healthy and "was dropped" in found.problem
    with pytest.raises(CollectionError, match="was dropped"):
        fiftyone_milvus.sync(dataset, "k")
    index.client.create_collection(index.rows.collection.name, dimension=8)
    assert "a FiftyOne index needs" in fiftyone_milvus.health(dataset, "k").problem
    index.client.drop_collection(index.rows.collection.name)


def test_rows_without_a_fingerprint_are_unknown_not_up_to_date(milvus, vectors_dataset):
    index = fob.compute_similarity(
        vectors_dataset, brain_key="k", backend="milvus", embeddings="embeddings"
    )
    try:
        found = fiftyone_milvus.health(vectors_dataset, "k")
        assert (found.unknown, found.current, found.missing) == (100, 0, 0)
        index.remove_from_index(sample_ids=vectors_dataset.values("id")[:4])
        assert fiftyone_milvus.sync(vectors_dataset, "k").embedded == 4
    finally:
        index.delete()


def test_a_run_that_names_no_source_says_so(milvus, vectors_dataset):
    index = fob.compute_similarity(
        vectors_dataset, brain_key="k", backend="milvus", embeddings=False
    )
    index.add_to_index(np.ones((1, 4)), vectors_dataset.values("id")[:1])
    try:
        assert fiftyone_milvus.health(vectors_dataset, "k").missing >= 0
        with pytest.raises(InvalidRequest, match="neither a model nor"):
            fiftyone_milvus.sync(vectors_dataset, "k")
    finally:
        index.delete()


def test_a_sync_numbers_the_rows_where_the_server_can(dataset, monkeypatch):
    asked = []
    monkeypatch.setattr(
        id_numbers, "add_missing", lambda rows, owns, _: asked.append((rows, owns))
    )
    build.build(dataset, "k", MODEL)
    fiftyone_milvus.sync(dataset, "k")
    assert asked == []
    monkeypatch.setattr(id_numbers, "can_be_added", lambda _: True)
    fiftyone_milvus.sync(dataset, "k", dry_run=True)
    assert asked == []
    fiftyone_milvus.sync(dataset, "k")
    [(rows, owns)] = asked
    assert rows.collection.name == runs.load(dataset, "k").rows.collection.name
    assert owns


def test_a_sync_numbers_no_rows_without_a_stamp(milvus, vectors_dataset, monkeypatch):
    monkeypatch.setattr(id_numbers, "can_be_added", lambda _: True)
    monkeypatch.setattr(id_numbers, "add_missing", lambda *_: pytest.fail("called"))
    build.build(vectors_dataset, "k", FIELD)
    try:
        rows = runs.load(vectors_dataset, "k").rows
        rows.collection.set_property(owners.OWNER, "")
        fiftyone_milvus.sync(vectors_dataset, "k")
    finally:
        runs.cleanup(vectors_dataset, "k")
        rows.collection.drop()
