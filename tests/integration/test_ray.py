"""Builds on a real Ray cluster of three nodes: the same index as without Ray, also
after a node, a worker or the driver was killed."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fiftyone as fo
import fiftyone.core.odm as odm
import fiftyone.operators as foo
import numpy as np
import psutil
import pytest

import fiftyone_milvus
from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import Cancelled, VectorSearchError
from fiftyone_milvus.indexes import build, lease, ray_engine
from fiftyone_milvus.progress import Progress
from fiftyone_milvus.store import client, settings
from harness import builds, environment, images
from harness.context import PLUGIN, make_context
from harness.forks import Fork
from harness.ray_cluster import RayCluster
from harness.waiting import wait_until
from harness.worker import DelegatedWorker

pytestmark = pytest.mark.ray
IMAGES = 60
BATCH = 4
AT_ONCE = 2 * BATCH  # images that a worker has under way
SECRET = "a-password-that-no-log-may-have"
MODEL = build.Source(model=images.MODEL)
VECTORS = build.Source(embeddings_field="embedding")


@dataclass(frozen=True)
class Stage:
    """A Ray cluster; a dataset of images with patches, vectors and some files that
    can't be read; and one of a video with frames."""

    cluster: RayCluster
    dataset: fo.Dataset
    video: fo.Dataset
    notes: Path
    pace: Path

    def ray(self, workers: int = 1) -> build.Ray:
        """One worker where that will do, since each imports its libraries first."""
        return build.Ray(self.cluster.address, workers, batch_size=BATCH)

    def build(self, key: str, workers: int = 1, **kwargs: Any) -> build.Built:
        engine = self.ray(workers)
        return build.build(self.dataset, key, MODEL, engine=engine, **kwargs)

    def embedded(self) -> int:
        """How many images were embedded, counting each time."""
        return sum(images.times_embedded(self.notes).values())

    def workers(self) -> set[int]:
        """The processes that embedded images."""
        return set(images.embedded_by(self.notes))


@pytest.fixture(scope="module")
def stage(tmp_path_factory) -> Iterator[Stage]:
    images.install_counting_model()
    folder = tmp_path_factory.mktemp("ray")
    notes, pace = folder / "notes", folder / "pace"
    images.set_pace(pace, 0)
    login = {"USER": "root", "PASSWORD": SECRET}
    cluster = RayCluster(
        {
            "COUNTING_MODEL_NOTES": str(notes),
            "COUNTING_MODEL_PACE": str(pace),
            # workers need no MongoDB: nothing listens there
            "FIFTYONE_DATABASE_URI": "mongodb://127.0.0.1:1",
            **{settings.ENV_PREFIX + name: value for name, value in login.items()},
        }
    )
    dataset = images.make_images_dataset(folder / "images", IMAGES, patches=True)
    dataset.persistent = True
    _complicate(dataset)
    video = _video(dataset)
    yield Stage(cluster, dataset, video, notes, pace)
    video.delete()
    dataset.delete()
    cluster.close()


def _video(of: fo.Dataset) -> fo.Dataset:
    size = {"frame_width": 24, "frame_height": 24}
    metadata = fo.VideoMetadata(total_frame_count=IMAGES, frame_rate=1, **size)
    sample = fo.Sample("/videos/0.mp4", metadata=metadata)
    for number, image in enumerate(of, start=1):
        objects = image.objects.copy()
        sample.frames[number] = fo.Frame(filepath=image.filepath, objects=objects)
    dataset = fo.Dataset()
    dataset.add_sample(sample)
    return dataset


def _complicate(dataset: fo.Dataset) -> None:
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(IMAGES, 8)).astype(np.float32)
    dataset.set_values("embedding", [*vectors[:-1], np.zeros(8)])
    samples = list(dataset[:3])
    os.unlink(samples[0].filepath)
    Path(samples[1].filepath).write_bytes(b"no image")
    samples[2].objects.detections[0].bounding_box = [0.2, 0.2, 0, 0]
    samples[2].save()
    points = [[(0, 0), (0.5, 0), (0.5, 0.75)]]
    shapes = [
        fo.Polylines(polylines=[fo.Polyline(label=f"shape {i}", points=points)])
        for i in range(IMAGES)
    ]
    dataset.set_values("shapes", shapes)


@pytest.fixture
def ours(stage, monkeypatch, _milvus) -> Iterator[Stage]:
    """The stage with a Milvus, on which nothing is left."""
    if _milvus.uri is not None:
        monkeypatch.setenv(settings.ENV_PREFIX + "URI", _milvus.uri)
    for name, value in ray_engine.LOCAL.items():
        monkeypatch.setenv(name, value)  # for drivers that are other processes
    stage.notes.unlink(missing_ok=True)
    images.set_pace(stage.pace, 0)
    yield stage
    images.set_pace(stage.pace, 0)
    for dataset in (stage.dataset, stage.video):
        dataset.reload()
        for key in runs.keys(dataset):
            runs.cleanup(dataset, key)


only_standalone = pytest.mark.parametrize("_milvus", ["standalone"], indirect=True)
only_lite = pytest.mark.parametrize("_milvus", ["lite"], indirect=True)
View = Callable[[Stage], Any]
KINDS: dict[str, tuple[View, build.Source, dict[str, Any]]] = {
    "vectors": (lambda ours: ours.dataset, VECTORS, {"filter_fields": ["number"]}),
    "polylines of a view": (
        lambda ours: ours.dataset.limit(IMAGES - 4),
        MODEL,
        {"patches_field": "shapes", "filter_fields": ["shapes.label"]},
    ),
    "patches of frames": (
        lambda ours: ours.video.to_frames(),
        MODEL,
        {"patches_field": "objects"},
    ),
}


@pytest.mark.parametrize(
    ("_milvus", "kind"),
    [("lite", "vectors"), *(("standalone", kind) for kind in list(KINDS)[1:])],
    indirect=["_milvus"],
)
def test_the_index_is_the_same_as_without_ray(ours, kind):
    view, source, how = KINDS[kind]
    samples = view(ours)
    dataset = samples._root_dataset
    seen: list[Progress] = []
    there = build.build(
        samples, "there", source, engine=ours.ray(), progress=seen.append, **how
    )
    here = build.build(samples, "here", source, **how)
    assert there.rows == here.rows > 50
    assert set(there.failures) == set(here.failures)
    assert bool(here.failures) and there.failed == here.failed
    assert rows(dataset, "there") == rows(dataset, "here")
    health = fiftyone_milvus.health(dataset, "there")
    assert health.current == there.rows
    assert (health.stale, health.orphaned, health.outdated, health.unknown) == (0,) * 4
    phase = "Embedding" if source.embeds else "Copying"
    assert "1 Ray worker" in [one.workers for one in seen if one.phase == phase]
    assert seen[-1].done == seen[-1].total == len(samples) and seen[-1].rate is None
    assert no_log_has_the_secret(ours.cluster)


@only_standalone
def test_what_the_workers_embed_may_be_imported(ours, standalone):
    how: dict[str, Any] = {"filter_fields": ["number"]}
    folder = standalone.folder / "data" / "staging"
    there = ours.build("there", 2, **how, via="import", staging=str(folder))
    here = build.build(ours.dataset, "here", MODEL, **how)
    assert there.rows == there.embedded == here.rows == IMAGES - 2
    assert set(there.failures) == set(here.failures)
    assert rows(ours.dataset, "there") == rows(ours.dataset, "here")
    assert fiftyone_milvus.health(ours.dataset, "there").current == there.rows
    assert os.listdir(folder) == []


@only_standalone
def test_the_app_offers_ray_and_a_delegated_run_builds_on_it(ours, monkeypatch):
    address = ours.cluster.address
    monkeypatch.setenv("FIFTYONE_MILVUS_RAY_ADDRESS", address)
    operator = foo.get_operator(f"{PLUGIN}/compute_index")
    form = operator.resolve_input(make_context(ours.dataset)).type.properties
    offered = {choice.label for choice in form["engine"].view.choices}
    assert offered == {"This process", f"Ray at {address}"}
    params = {"model": images.MODEL, "filter_fields": ["number"], "engine": "ray"}
    worker = DelegatedWorker()
    try:
        job = worker.run("compute_index", ours.dataset, brain_key="there", **params)
    finally:
        worker.stop()
    assert job.run_state == "completed", job.result.error
    assert ours.embedded() == IMAGES - 2  # only the cluster's processes note it
    build.build(ours.dataset, "here", MODEL, filter_fields=["number"])
    ours.dataset.reload()
    assert rows(ours.dataset, "there") == rows(ours.dataset, "here")


def rows(dataset: fo.Dataset, key: str) -> dict[str, Any]:
    """All that the rows of an index have, by primary key."""
    found = runs.load(dataset, key).rows
    ids = [id_ for one in found.iterate() for id_ in one.ids]
    values = found.sources(ids)
    return {
        id_: (sample_id, vector.tobytes(), values[id_].filter_values)
        for one in found.iterate()
        for id_, sample_id, vector in zip(
            one.ids, one.sample_ids, one.vectors, strict=True
        )
    }


def no_log_has_the_secret(cluster: RayCluster) -> bool:
    logs = [path for path in cluster.folder.rglob("*") if path.is_file()]
    assert any(path.name.startswith("worker-") for path in logs)
    return not any(SECRET.encode() in path.read_bytes() for path in logs)


# -- kills


@only_standalone
def test_a_cancelled_build_ends_its_worker_and_a_sync_on_ray_finishes_it(ours):
    images.wait_after(ours.pace, 2 * BATCH)
    with ThreadPoolExecutor(1) as pool:
        stop: list[bool] = []
        built = pool.submit(ours.build, "k", cancelled=lambda: bool(stop))
        wait_until(lambda: ours.embedded() == 2 * BATCH, built)
        stop.append(True)
        with pytest.raises(Cancelled, match="searched as it is"):
            built.result()
    wait_until(lambda: not any(map(psutil.pid_exists, ours.workers())))
    images.set_pace(ours.pace, 0)
    assert build.is_unfinished(ours.dataset, "k")
    first = ours.workers()
    fiftyone_milvus.sync(ours.dataset, "k", engine=ours.ray())
    assert ours.workers() - first
    assert_whole(ours, "k", embedded_twice=AT_ONCE)


@only_standalone
def test_a_build_whose_driver_was_killed_is_finished_also_without_ray(
    ours, monkeypatch
):
    images.wait_after(ours.pace, 2 * BATCH)
    address = ours.cluster.address
    driver = Fork({}, builds.build_on_ray, ours.dataset.name, "k", address, BATCH)
    wait_until(lambda: ours.embedded() == 2 * BATCH)
    driver.kill()
    wait_until(lambda: not any(map(psutil.pid_exists, ours.workers())))
    monkeypatch.setenv("COUNTING_MODEL_NOTES", str(ours.notes))
    build.build(ours.dataset, "k", MODEL)
    assert_whole(ours, "k", embedded_twice=AT_ONCE)


def assert_whole(stage: Stage, key: str, embedded_twice: int) -> None:
    """The index is what an undisturbed build makes, and at most so many images were
    embedded twice."""
    times = images.times_embedded(stage.notes)
    assert sum(times.values()) - len(times) <= embedded_twice
    build.build(stage.dataset, "undisturbed", MODEL)
    assert rows(stage.dataset, key) == rows(stage.dataset, "undisturbed")
    assert not build.is_unfinished(stage.dataset, key)
    assert list(odm.get_db_conn()[lease.COLLECTION].find()) == []


# -- what can't be right


def closed_port() -> str:
    return "127.0.0.1:1"


def another_server() -> str:
    """It takes connections, and never answers; it stays until the tests end."""
    server = socket.create_server(("127.0.0.1", 0))
    _servers.append(server)
    return f"127.0.0.1:{server.getsockname()[1]}"


_servers: list[socket.socket] = []


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (closed_port, "No Ray answers at 127.0.0.1:1. Start it"),
        (lambda: "ray://127.0.0.1:1", "No Ray answers at ray://127.0.0.1:1"),
        (another_server, "No Ray answers at"),
        (lambda: "127.0.0.1", "no address of a Ray cluster. Give host:port"),
        (lambda: "http://127.0.0.1:80", "no address of a Ray cluster"),
    ],
)
@only_standalone
def test_an_address_without_ray_is_said_at_once(ours, address, said):
    assert_refused(ours, said, build.Ray(address()))


@only_standalone
def test_where_ray_looks_for_auto_is_said(ours, monkeypatch):
    monkeypatch.setenv("RAY_ADDRESS", closed_port())
    said = r"No Ray answers at auto \(127.0.0.1:1\)"
    assert_refused(ours, said, build.Ray("auto"))


@only_standalone
def test_a_cluster_that_ray_does_not_look_for_at_localhost_is_said(ours, monkeypatch):
    # as in a process that knows nothing of clusters on localhost alone
    from ray._private import ray_constants, services

    monkeypatch.setattr(ray_constants, "ENABLE_RAY_CLUSTER", True)
    monkeypatch.setattr(services, "get_node_ip_address", lambda: "127.0.0.2")
    port = ours.cluster.address.partition(":")[2]
    said = rf"at 127.0.0.1:{port} \(127.0.0.2:{port}\)"
    assert_refused(ours, said, ours.ray())


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"gpus_per_worker": 1}, "1 GPUs, and no machine .* more than 0"),
        ({"cpus_per_worker": 64}, "64 CPUs, and no machine .* more than 1"),
        ({"workers": 0}, "workers must be at least 1"),
        ({"batch_size": 0}, "batch_size must be at least 1"),
    ],
)
@only_standalone
def test_what_the_cluster_lacks_is_said(ours, how, said):
    assert_refused(ours, said, build.Ray(ours.cluster.address, **how))


@only_standalone
def test_another_version_is_said(ours, monkeypatch):
    import ray

    monkeypatch.setattr(ray, "__version__", "2.0.0")
    said = "different versions of Ray or of Python. Install the same"
    assert_refused(ours, said, ours.ray())


@only_standalone
def test_a_login_given_in_the_call_is_not_sent_to_workers(ours):
    said = "isn't sent to Ray's workers. Configure it instead"
    assert_refused(ours, said, ours.ray(), user="somebody", password="else")


@only_standalone
def test_ray_that_is_not_installed_is_named(ours, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "ray", None)
    assert_refused(ours, r"pip install 'fiftyone-milvus\[ray\]'", ours.ray())


@only_lite
def test_an_embedded_milvus_needs_a_ray_on_this_machine(ours, monkeypatch):
    # the nodes are on this machine: one of them says another name
    monkeypatch.setattr(ray_engine.socket, "gethostname", lambda: "laptop")
    assert_refused(ours, "embedded Milvus is on this machine alone", ours.ray())


@only_standalone
def test_a_model_that_nobody_has_is_said_before_ray_is_asked(ours):
    source = build.Source(model="nobody-has-it")
    said = "^The FiftyOne model zoo has no model"
    assert_refused(ours, said, build.Ray(closed_port()), source)


@only_standalone
def test_a_model_that_workers_cannot_load_is_said(ours, monkeypatch):
    from fiftyone_milvus.dataset import models

    monkeypatch.setattr(models, "check_in_zoo", lambda name: None)  # only here
    source = build.Source(model="nobody-has-it")
    said = "On .*: The FiftyOne model zoo has no model"
    assert_refused(ours, said, ours.ray(), source)


def assert_refused(
    stage: Stage,
    said: str,
    ray: build.Ray,
    source: build.Source = MODEL,
    **options: Any,
) -> None:
    """A build says why it can't be, and leaves nothing behind."""
    there = client.connect(settings.resolve()).client
    before = there.list_collections()
    with pytest.raises(VectorSearchError, match=said):
        build.build(stage.dataset, "k", source, engine=ray, **options)
    stage.dataset.reload()
    assert runs.keys(stage.dataset) == []
    assert there.list_collections() == before
    assert list(odm.get_db_conn()[lease.COLLECTION].find()) == []


@only_lite
def test_a_ray_of_its_own_is_started_and_stopped_before_another_is_used(
    ours, monkeypatch
):
    monkeypatch.setenv("PYTHONPATH", f"{environment.ROOT}:{environment.ROOT}/tests")
    monkeypatch.setenv("COUNTING_MODEL_NOTES", str(ours.notes))
    # this process is connected to another Ray in other tests
    how = (ours.cluster.address, ours.dataset.name, ["own", "other"])
    driver = Fork({}, builds.build_on_own_ray_and, *how)
    assert driver.ends_within(280)
    driver.result()
    assert len(ours.workers()) == 2 and driver.pid not in ours.workers()
    wait_until(lambda: not any(map(psutil.pid_exists, ours.workers())))
    assert set(images.times_embedded(ours.notes).values()) == {2}
    build.build(ours.dataset, "undisturbed", MODEL)
    undisturbed = rows(ours.dataset, "undisturbed")
    assert rows(ours.dataset, "own") == rows(ours.dataset, "other") == undisturbed


# the last one, since the cluster has a node less afterwards
@pytest.mark.on_cluster
@pytest.mark.parametrize("_milvus", ["standalone", "cluster"], indirect=True)
def test_a_lost_node_and_a_killed_worker_change_nothing(ours):
    images.wait_after(ours.pace, 6)
    with ThreadPoolExecutor(1) as pool:
        built = pool.submit(ours.build, "k", 3)
        wait_until(lambda: len(ours.workers()) == 3, built)
        ours.cluster.remove_node()
        alive = sorted(pid for pid in ours.workers() if psutil.pid_exists(pid))
        os.kill(alive[0], signal.SIGKILL)
        images.set_pace(ours.pace, 0)
        assert built.result().failed == 2
    assert_whole(ours, "k", embedded_twice=2 * AT_ONCE)
