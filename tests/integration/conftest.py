"""Each test that asks for ``milvus`` runs on the embedded kind and on a real server;
those marked ``on_cluster`` on a cluster, too."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partialmethod
from typing import TYPE_CHECKING, Literal

import pytest
from pymilvus import MilvusClient

from harness import datasets, environment
from harness.context import execute
from harness.standalone import Standalone, StandaloneOptions

if TYPE_CHECKING:
    import fiftyone as fo

URI = "FIFTYONE_BRAIN_SIMILARITY_MILVUS_URI"
# On a cluster, each collection has two shards and two replicas
IN_TWO = {
    "create_collection": {"num_shards": 2},
    "load_collection": {"replica_number": 2},
}


@dataclass(frozen=True)
class Milvus:
    """Which Milvus a test runs on. ``uri`` is None for the embedded one."""

    kind: Literal["lite", "standalone", "cluster"]
    uri: str | None
    server: Standalone | None = None


@pytest.fixture(scope="session")
def standalone() -> Iterator[Standalone]:
    """The session's plain Milvus Standalone, started when first asked for."""
    server = Standalone(environment.HOME / "standalone")
    yield server
    server.kill()


@pytest.fixture
def start_standalone() -> Iterator[Callable[..., Standalone]]:
    """Starts more servers, ``start_standalone(options)``; they end with the test."""
    servers: list[Standalone] = []

    def start(options: StandaloneOptions | None = None) -> Standalone:
        folder = environment.HOME / f"standalone-{uuid.uuid4().hex[:8]}"
        servers.append(Standalone(folder, options))
        return servers[-1]

    yield start
    for server in servers:
        server.kill()
        shutil.rmtree(server.folder, ignore_errors=True)


@pytest.fixture(scope="session", params=["lite", "standalone", "cluster"])
def _milvus(request: pytest.FixtureRequest) -> Milvus:
    # For the session, so that pytest runs all tests of one kind before the other
    if request.param == "lite":
        return Milvus("lite", None)
    if request.param == "cluster":
        return Milvus("cluster", request.getfixturevalue("cluster").uri)
    server = request.getfixturevalue("standalone")
    return Milvus("standalone", server.uri, server)


@pytest.fixture
def milvus(_milvus: Milvus, monkeypatch: pytest.MonkeyPatch) -> Milvus:
    """The Milvus that the environment names during the test, once for each kind."""
    _name(_milvus, monkeypatch)
    return _milvus


@pytest.fixture(scope="module")
def milvus_of_module(_milvus: Milvus) -> Iterator[Milvus]:
    """``milvus`` for fixtures that the tests of a module share."""
    with pytest.MonkeyPatch.context() as patch:
        _name(_milvus, patch)
        yield _milvus


def _name(milvus: Milvus, patch: pytest.MonkeyPatch) -> None:
    if milvus.uri is None:
        patch.delenv(URI, raising=False)
    else:
        patch.setenv(URI, milvus.uri)
    if milvus.kind == "cluster":
        for name, value in IN_TWO.items():
            with_value = partialmethod(getattr(MilvusClient, name), **value)
            patch.setattr(MilvusClient, name, with_value)


@pytest.fixture(scope="session")
def _vectors_dataset() -> Iterator[fo.Dataset]:
    """What is cloned for each test, which takes a tenth of the time."""
    dataset = datasets.make_vectors_dataset()
    yield dataset
    dataset.delete()


@pytest.fixture
def vectors_dataset(_vectors_dataset: fo.Dataset) -> Iterator[fo.Dataset]:
    """100 samples in 5 clusters, dim 16: see ``harness.datasets``."""
    dataset = _vectors_dataset.clone()
    yield dataset
    dataset.delete()


@pytest.fixture
def dataset(milvus: Milvus, vectors_dataset: fo.Dataset) -> Iterator[fo.Dataset]:
    """``vectors_dataset``, whose indexes go with it."""
    from fiftyone_milvus.backend import runs

    yield vectors_dataset
    for key in runs.keys(vectors_dataset):
        runs.cleanup(vectors_dataset, key)


@pytest.fixture
def indexed(dataset: fo.Dataset) -> fo.Dataset:
    """With an index ``idx`` of the samples' own vectors."""
    execute(
        "compute_index",
        dataset,
        brain_key="idx",
        source="field",
        embeddings_field="embeddings",
    )
    return dataset
