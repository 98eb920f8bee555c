"""``kill -9`` of a cluster's parts while it is built on and searched: every row that
was acknowledged is there once, and nothing is embedded twice.

What was seen is in ``docs/reliability.md``.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import fiftyone as fo
import numpy as np
import pytest

from fiftyone_milvus.backend import runs
from fiftyone_milvus.backend.index import MilvusSimilarityIndex
from fiftyone_milvus.errors import ServerUnavailable
from fiftyone_milvus.indexes import build
from harness import builds, datasets, environment, images
from harness.cluster import Cluster
from harness.forks import Fork
from harness.oracle import distances, ranked

IMAGES = 1_200  # from 1,000 on a build flushes, and what is flushed is indexed
MIDDLE = 600
K = 5
S3_SECONDS = 10
IN_TWO = {"num_shards": 2, "replicas": 2}


class Building:
    """The build of an index, by a process whose model waits in the middle of it."""

    def __init__(self, folder: Path) -> None:
        images.install_counting_model()
        made = images.make_images_dataset(folder / "images", IMAGES)
        made.persistent = True
        self.name = made.name
        self.paths = dict(zip(*made.values(["id", "filepath"]), strict=True))
        self.notes, self.pace = folder / "notes", folder / "pace"

    def start(self) -> Fork:
        """Starts the build; returns when the model waits."""
        self.notes.unlink(missing_ok=True)
        images.wait_after(self.pace, MIDDLE)
        worker = self.fork(builds.build)
        while sum(images.times_embedded(self.notes).values()) < MIDDLE:
            assert not worker.ends_within(0.05)
        return worker

    def go_on(self) -> None:
        """The model waits no longer."""
        images.set_pace(self.pace, 0)

    def fork(self, function: Callable) -> Fork:
        variables = {
            "COUNTING_MODEL_NOTES": str(self.notes),
            "COUNTING_MODEL_PACE": str(self.pace),
        }
        return Fork(variables, function, self.name, "k")

    def assert_right(self) -> None:
        """Each image was embedded once, and its row is there once."""
        seen = self.fork(builds.see).result()
        assert Counter(seen.ids) == Counter(list(self.paths))
        assert seen.rows == IMAGES
        wanted = np.stack([images.expected(self.paths[id_]) for id_ in seen.ids])
        np.testing.assert_allclose(seen.vectors, wanted, rtol=1e-6)
        assert not seen.partial and seen.leases == [] and seen.strays == []
        assert set(images.times_embedded(self.notes).values()) == {1}
        assert len(images.times_embedded(self.notes)) == IMAGES


@pytest.fixture(scope="module")
def building_of_module() -> Iterator[Building]:
    made = Building(environment.HOME / "building")
    yield made
    fo.delete_dataset(made.name)


@pytest.fixture
def building(building_of_module: Building) -> Iterator[Building]:
    yield building_of_module
    building_of_module.fork(builds.clear).result()


class Searched:
    """An index, and searches of it that go on until the end of a ``with`` block."""

    def __init__(self) -> None:
        self.dataset = datasets.make_vectors_dataset(IMAGES)
        source = build.Source(embeddings_field="embeddings")
        build.build(self.dataset, "near", source, index_type="FLAT", **IN_TWO)
        self.index: MilvusSimilarityIndex = runs.load(self.dataset, "near")
        self.vectors = np.array(self.dataset.values("embeddings"))
        self.ids = self.dataset.values("id")
        self.count = 0

    def search(self) -> None:
        """Searches; fails unless exactly the nearest are found."""
        query = self.vectors[self.count % IMAGES]
        found = self.index._kneighbors(query, k=K)[0]
        wanted = ranked(distances("cosine", query, self.vectors), self.ids)[:K]
        assert found == wanted
        self.count += 1

    def search_until(self, ended: threading.Event) -> None:
        while not ended.is_set():
            self.search()

    def wait_for(self, more: int, searching: Future[None]) -> None:
        """Waits until it was searched so many times more."""
        wanted = self.count + more
        while self.count < wanted and not searching.done():
            time.sleep(0.01)


@pytest.fixture(scope="module")
def searched() -> Iterator[Searched]:
    made = Searched()
    yield made
    runs.cleanup(made.dataset, "near")
    made.dataset.delete()


def test_the_proxy_during_searches(cluster: Cluster, searched) -> None:
    searched.search()
    cluster.kill("proxy")
    with pytest.raises(ServerUnavailable, match=r"does not answer\. Check that"):
        searched.search()
    cluster.start("proxy")
    while True:  # a connection waits a moment before it tries again
        with suppress(ServerUnavailable):
            searched.search()
            return


def wait_for_replicas(index: MilvusSimilarityIndex) -> None:
    """Until each of two nodes has all rows in sealed segments."""
    while True:
        nodes = Counter[int]()
        rows = {}
        for found in index.rows.collection.call("list_loaded_segments"):
            nodes[found.segment_id] += len(found.node_ids)
            rows[found.segment_id] = int(found.num_rows)
        if sum(rows.values()) == IMAGES and min(nodes.values()) == 2:
            return
        time.sleep(0.1)


def test_a_query_node_during_searches(cluster: Cluster, searched) -> None:
    """The last test of this index: what Milvus 2.3.5 answers once another node is
    lost, too, is in ``docs/reliability.md``."""
    wait_for_replicas(searched.index)
    ended = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        searching = pool.submit(searched.search_until, ended)
        searched.wait_for(20, searching)
        cluster.kill("querynode1")
        searched.wait_for(20, searching)
        cluster.start("querynode1")
        cluster.wait_until_up("querynode1")
        searched.wait_for(20, searching)
        ended.set()
        searching.result()


@pytest.mark.parametrize("part", ["datanode", "indexnode", "proxy"])
def test_a_part_during_a_build(cluster: Cluster, building, part) -> None:
    worker = building.start()
    cluster.kill(part)
    building.go_on()
    cluster.start(part)
    worker.result()
    cluster.wait_until_up(part)
    building.assert_right()


def test_the_s3_server_for_ten_seconds_during_a_build(
    cluster: Cluster, building
) -> None:
    worker = building.start()
    cluster.kill("s3")
    building.go_on()
    time.sleep(S3_SECONDS)
    cluster.start("s3")
    worker.result()
    building.assert_right()
