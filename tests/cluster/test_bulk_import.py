"""Bulk imports of files in S3 by a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import fiftyone as fo
import pytest

from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import InvalidRequest, VectorSearchError
from fiftyone_milvus.indexes import (
    archive,
    build,
    collection_cleanup,
    collections,
    move,
)
from harness import datasets, imports
from harness.cluster import Cluster
from harness.cluster_namespace import KEY
from harness.imports import assert_refused

FIELD = build.Source(embeddings_field="embeddings")
COUNT = 1_200
STAGING = "s3://milvus/staging"
IMPORT = {"via": "import", "staging": STAGING}
IN_TWO = {"num_shards": 2, "replicas": 2, "index_type": "FLAT"}


@pytest.fixture
def s3(cluster: Cluster, monkeypatch) -> Iterator[Any]:
    """The cluster's S3, whose login the environment has; whatever a test does, no file
    is left in it."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{cluster.s3_port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEY)
    found = boto3.client("s3", region_name="us-east-1")
    yield found
    assert files(found, "milvus") == []


@pytest.fixture(scope="module")
def dataset_of_module() -> Iterator[fo.Dataset]:
    found = datasets.make_vectors_dataset(COUNT)
    found.persistent = True  # another process would delete it
    build.build(found, "upserted", FIELD, filter_fields=["number"], **IN_TWO)
    yield found
    runs.cleanup(found, "upserted")
    found.delete()


@pytest.fixture
def dataset(dataset_of_module, s3) -> Iterator[fo.Dataset]:
    """With an index ``upserted``."""
    yield dataset_of_module
    for key in set(runs.keys(dataset_of_module)) - {"upserted"}:
        runs.cleanup(dataset_of_module, key)


def files(s3: Any, bucket: str) -> list[str]:
    found = s3.list_objects_v2(Bucket=bucket, Prefix="staging/").get("Contents", [])
    return [one["Key"] for one in found if one["Size"]]


def test_what_is_imported_is_what_upserts_write(
    dataset, cluster: Cluster, tmp_path, monkeypatch
) -> None:
    wanted = imports.contents(dataset, "upserted")
    built = build.build(
        dataset, "built", FIELD, filter_fields=["number"], **IN_TWO, **IMPORT
    )
    assert (built.rows, built.embedded, built.failed) == (COUNT, COUNT, 0)
    found = collections.inspect(built.collection_name)
    assert (found.shards, found.replicas, found.rows) == (2, 2, COUNT)
    assert imports.contents(dataset, "built") == wanted
    query = dataset.limit(1).values("id")[0]
    near = {
        key: dataset.sort_by_similarity(query, brain_key=key, k=5).values("id")
        for key in ("built", "upserted")
    }
    assert near["built"] == near["upserted"]

    path = tmp_path / "index.parquet"
    archive.export_index(dataset, "upserted", path)
    assert archive.import_index(dataset, "imported", path, **IMPORT).rows == COUNT
    assert imports.contents(dataset, "imported") == wanted

    with monkeypatch.context() as embedded:
        embedded.delenv("FIFTYONE_BRAIN_SIMILARITY_MILVUS_URI")
        build.build(dataset, "moved", FIELD, filter_fields=["number"])
        to = {"uri": cluster.uri}
        moved = move.move(dataset, "moved", to, index_options=IN_TWO, **IMPORT)
    assert (moved.rows, moved.address) == (COUNT, cluster.uri)


def test_a_bucket_that_is_not_the_servers_is_said(dataset, s3) -> None:
    s3.create_bucket(Bucket="another")
    said = "can't import .* for S3 its own bucket"
    assert_refused(dataset, said, VectorSearchError, staging="s3://another/staging")
    assert files(s3, "another") == []


def test_no_permission_is_said_before_anything_is_made(dataset, monkeypatch) -> None:
    with monkeypatch.context() as other:
        other.setenv("AWS_SECRET_ACCESS_KEY", "another")
        said = "Nothing can be written to s3://milvus/staging: SIGNATURE_DOES_NOT_MATCH"
        assert_refused(dataset, said, InvalidRequest, staging=STAGING)


def test_clean_up_finds_and_ends_an_import_whose_process_was_killed(
    dataset, s3
) -> None:
    name = imports.kill_in_an_import(dataset, STAGING)
    found = collections.inspect(name)
    assert found.state == collections.ORPHANED
    assert f"not finished (its files are in {STAGING})" in found.reason
    plan = collection_cleanup.deletion_plan(orphaned=True)
    assert name in plan.names
    collection_cleanup.delete_collections([name])
    assert name not in imports.collections()
