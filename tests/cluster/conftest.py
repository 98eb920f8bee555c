"""What is asked of a cluster alone; what runs on each kind of Milvus is in
``tests/integration/``, marked ``on_cluster``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.cluster import Cluster

URI = "FIFTYONE_BRAIN_SIMILARITY_MILVUS_URI"


@pytest.fixture(autouse=True, scope="session")
def configured(cluster: Cluster) -> Iterator[None]:
    """The environment names the cluster."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(URI, cluster.uri)
        yield
