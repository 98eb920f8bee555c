"""Bulk imports into a real Standalone, whose storage is a folder of this machine; those
from S3 are in ``tests/cluster``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import fiftyone as fo
import pytest

import fiftyone_milvus
from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import (
    Cancelled,
    CollectionError,
    InvalidRequest,
    VectorSearchError,
)
from fiftyone_milvus.indexes import build, bulk_import, staging
from fiftyone_milvus.progress import Progress
from fiftyone_milvus.store import import_jobs, settings
from harness import builds, images, imports
from harness.imports import assert_refused

FIELD = build.Source(embeddings_field="embeddings")


@pytest.fixture
def folder(standalone, monkeypatch) -> Iterator[str]:
    """A folder in the storage of the Standalone that the environment names; whatever a
    test does, nothing is left in it."""
    monkeypatch.setenv(settings.ENV_PREFIX + "URI", standalone.uri)
    found = Path(standalone.folder / "data" / "staging")
    yield str(found)
    assert not found.exists() or os.listdir(found) == []


@pytest.fixture
def dataset(folder, vectors_dataset) -> Iterator[fo.Dataset]:
    vectors_dataset.persistent = True  # another process would delete it
    yield vectors_dataset
    for key in runs.keys(vectors_dataset):
        runs.cleanup(vectors_dataset, key)


def test_an_import_writes_what_upserts_write(dataset, folder):
    how = {"filter_fields": ["number", "tags"], "patches_field": "ground_truth"}
    source = build.Source(embeddings_field="embedding")
    seen: list[Progress] = []
    built = build.build(
        dataset,
        "built",
        source,
        **how,
        via="import",
        staging=folder,
        progress=seen.append,
    )
    upserted = build.build(dataset, "upserted", source, **how)
    assert built.rows == built.embedded == upserted.rows > 100
    assert imports.contents(dataset, "built") == imports.contents(dataset, "upserted")
    assert not build.is_unfinished(dataset, "built")
    assert fiftyone_milvus.health(dataset, "built").current == built.rows
    described = runs.load(dataset, "built").rows.collection.description()
    assert staging.noted(described) is None
    phases = list(dict.fromkeys(one.phase for one in seen))
    assert phases[-4:] == ["Importing", "Checking", "Finishing", "Done"]


def test_what_a_model_gives_no_vector_for_is_listed(folder, tmp_path):
    images.install_counting_model()
    dataset = images.make_images_dataset(tmp_path, 20)
    os.unlink(dataset.first().filepath)
    source = build.Source(model=images.MODEL)
    built = build.build(dataset, "k", source, via="import", staging=folder)
    assert (built.rows, built.failed) == (19, 1)
    assert "no file at" in built.failures[0].reason
    runs.cleanup(dataset, "k")
    dataset.delete()


# -- what can't be imported


def test_a_damaged_file_is_said(dataset, folder, monkeypatch):
    start = import_jobs.start

    def damage_and_start(collection, path):
        Path(path).write_bytes(Path(path).read_bytes()[:-200])
        return start(collection, path)

    monkeypatch.setattr(import_jobs, "start", damage_and_start)
    said = f"can't import {folder}/.*: .* must be in the storage that this Milvus reads"
    assert_refused(dataset, said, VectorSearchError, staging=folder)


def test_a_full_disk_is_said(dataset, folder, monkeypatch):
    """After the first file, which Milvus is importing."""
    new_name = staging.new_name

    def full(collection: str) -> str:
        name = new_name(collection)
        if os.listdir(folder):
            os.symlink("/dev/full", Path(folder, name))
        return name

    monkeypatch.setattr(staging, "new_name", full)
    said = f"Nothing can be written to {folder}: .*No space left on device"
    assert_refused(dataset, said, InvalidRequest, staging=folder)


def test_a_file_that_was_imported_twice_is_noticed(dataset, folder, monkeypatch):
    start = import_jobs.start

    def start_twice(collection, path):
        start(collection, path)
        return start(collection, path)

    monkeypatch.setattr(import_jobs, "start", start_twice)
    said = "20 rows after the import of 10, or others than those, so they are not used"
    few = dataset.limit(10)
    assert_refused(dataset, said, CollectionError, staging=folder, samples=few)


def test_other_vectors_than_were_written_are_noticed(dataset, folder, monkeypatch):
    table = bulk_import._table

    def changed(rows, with_id_numbers):
        return table(replace(rows, vectors=rows.vectors + 1), with_id_numbers)

    monkeypatch.setattr(bulk_import, "_table", changed)
    said = "10 rows after the import of 10, or others than those"
    few = dataset.limit(10)
    assert_refused(dataset, said, CollectionError, staging=folder, samples=few)


def test_an_id_that_comes_twice_is_said(dataset, folder):
    labels = dataset.first().ground_truth.detections
    last = dataset.last()
    last.ground_truth.detections = [label.copy() for label in labels]
    for copied, label in zip(last.ground_truth.detections, labels, strict=True):
        copied._id = label._id
    last.save()
    assert_refused(
        dataset,
        f"{len(labels)} of .* rows have the id of another one",
        CollectionError,
        staging=folder,
        source=build.Source(embeddings_field="embedding"),
        patches_field="ground_truth",
    )


def test_a_collection_that_is_there_is_left_alone(dataset, folder):
    build.build(dataset, "mine", FIELD, collection_name="some_vectors")
    said = "'some_vectors' is there already, and an import needs a new one"
    how = {"staging": folder, "collection_name": "some_vectors"}
    assert_refused(dataset, said, InvalidRequest, **how)
    with pytest.raises(InvalidRequest, match="'mine' is in use, and a bulk import"):
        build.build(dataset, "mine", FIELD, via="import", staging=folder)
    assert runs.load(dataset, "mine").total_index_size == 100


def test_ray_has_nothing_to_do_for_vectors_of_a_field(dataset, folder):
    how = {"staging": folder, "engine": build.Ray()}
    assert_refused(dataset, "gains nothing from Ray", InvalidRequest, **how)


def test_a_cancelled_import_leaves_nothing(dataset, folder):
    seen: list[str] = []
    assert_refused(
        dataset,
        "Cancelled",
        Cancelled,
        staging=folder,
        progress=lambda now: seen.append(now.phase),
        cancelled=lambda: "Importing" in seen,
    )


def test_the_next_build_removes_what_a_killed_import_left(dataset, folder):
    name = imports.kill_in_an_import(dataset, folder)
    assert all(file.startswith(name) for file in os.listdir(folder))
    built = build.build(dataset, "killed", FIELD)
    assert built.rows == 100
    assert builds.collections("killed") == [built.collection_name] != [name]
