"""What the other tests stand on."""

from __future__ import annotations

import os

import numpy as np

from harness import environment


def test_fiftyone_uses_the_private_database() -> None:
    import fiftyone as fo
    import fiftyone.core.odm as foo

    assert fo.config.database_uri.startswith("mongodb://127.0.0.1:")
    assert foo.get_db_conn().name.startswith("fiftyone-milvus-tests-")
    assert fo.config.default_dataset_dir.startswith(str(environment.HOME))


def test_vectors_dataset_has_embeddings_for_samples_and_patches(
    vectors_dataset,
) -> None:
    assert np.array(vectors_dataset.values("embeddings")).shape == (100, 16)
    patches = vectors_dataset.values("ground_truth.detections.embedding", unwind=True)
    assert len(patches) == vectors_dataset.count("ground_truth.detections")
    assert {patch.shape for patch in patches} == {(16,)}


def test_milvus_fixture_names_the_server_in_the_environment(
    milvus, monkeypatch
) -> None:
    uri = os.environ.get("FIFTYONE_BRAIN_SIMILARITY_MILVUS_URI")
    assert uri == milvus.uri
    assert (milvus.kind == "standalone") == (uri is not None)
