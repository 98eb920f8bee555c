"""The servers that the other tests stand on."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from pymilvus import MilvusClient, MilvusException

from harness import certificates, environment
from harness.standalone import StandaloneOptions


def round_trip(client: MilvusClient) -> None:
    vectors = np.eye(8, dtype=np.float32)
    client.create_collection("round_trip", dimension=8, consistency_level="Strong")
    rows = [{"id": i, "vector": v.tolist()} for i, v in enumerate(vectors)]
    client.insert("round_trip", rows)
    matches = client.search("round_trip", [vectors[3].tolist()], limit=1)
    assert matches[0][0]["id"] == 3
    client.drop_collection("round_trip")
    assert "round_trip" not in client.list_collections()


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


def test_two_standalones_run_side_by_side(standalone, start_standalone) -> None:
    other = start_standalone()
    for server in (standalone, other):
        client = MilvusClient(server.uri, timeout=30)
        round_trip(client)
        client.close()
    memory = sum(p.memory_info().rss for p in other.service.members())
    assert memory < 2e9
    other.stop()
    assert other.service.members() == []


def test_a_standalone_keeps_its_collections_over_a_restart(start_standalone) -> None:
    server = start_standalone()
    client = MilvusClient(server.uri, timeout=30)
    client.create_collection("kept", dimension=8)
    client.close()
    server.stop()
    server.start()
    client = MilvusClient(server.uri, timeout=30)
    assert client.list_collections() == ["kept"]
    client.close()


def test_a_frozen_standalone_answers_again_once_thawed(start_standalone) -> None:
    server = start_standalone()
    client = MilvusClient(server.uri, timeout=30)
    server.freeze()
    with pytest.raises(Exception, match=r"(?i)deadline|timeout"):
        client.list_collections(timeout=2)
    server.thaw()
    assert client.list_collections(timeout=30) == []
    client.close()


@pytest.mark.parametrize("client_certificates", [False, True])
def test_a_standalone_with_passwords_and_tls(
    start_standalone, tmp_path: Path, client_certificates: bool
) -> None:
    files = certificates.make(tmp_path)
    server = start_standalone(
        StandaloneOptions(
            authorization=True,
            certificates=files,
            client_certificates=client_certificates,
        )
    )
    if client_certificates:
        trust = {
            "ca_pem_path": str(files.ca_pem),
            "client_pem_path": str(files.client_pem),
            "client_key_path": str(files.client_key),
        }
    else:
        trust = {"server_pem_path": str(files.ca_pem)}
    connect = partial(
        MilvusClient, server.uri, user="root", server_name="localhost", **trust
    )
    client = connect(password="Milvus", timeout=30)
    round_trip(client)
    client.close()
    with pytest.raises(MilvusException):
        connect(password="wrong", timeout=5).list_collections()
