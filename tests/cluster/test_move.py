"""An index moves from the embedded Milvus to a cluster."""

from __future__ import annotations

import numpy as np
import pytest

from fiftyone_milvus.backend import runs
from fiftyone_milvus.indexes import build, health, move
from fiftyone_milvus.indexes.collections import inspect
from harness import datasets
from harness.cluster import Cluster


def test_an_index_moves_to_two_shards_and_two_replicas(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FIFTYONE_BRAIN_SIMILARITY_MILVUS_URI")
    dataset = datasets.make_vectors_dataset(1_200)
    source = build.Source(embeddings_field="embeddings")
    build.build(dataset, "idx", source, index_type="FLAT")
    old = runs.load(dataset, "idx")
    wanted, ids, _ = old.get_embeddings()

    options = {"num_shards": 2, "replicas": 2}
    moved = move.move(dataset, "idx", {"uri": cluster.uri}, index_options=options)
    index = runs.load(dataset, "idx")
    assert (moved.rows, moved.address) == (1_200, cluster.uri)
    found = inspect(index.rows.collection.name, uri=cluster.uri)
    assert (found.shards, found.replicas, found.rows) == (2, 2, 1_200)
    assert np.array_equal(index.get_embeddings(sample_ids=ids)[0], wanted)
    assert health.health(dataset, "idx").healthy
    runs.cleanup(dataset, "idx")
    dataset.delete()
