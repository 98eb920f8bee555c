"""``kill -9`` of the worker, of Milvus and of MongoDB in the middle of a build: the
same call again finishes it, and embeds nothing twice beyond one part."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psutil
import pytest

from fiftyone_milvus.indexes.pipeline import MIN_BATCH
from fiftyone_milvus.store import embedded
from fiftyone_milvus.store.settings import ENV_PREFIX
from harness import builds, environment, images
from harness.forks import Failed, Fork
from harness.mongod import Mongod
from harness.standalone import Standalone

IMAGES = 96
SECONDS = 0.008  # that the model takes for one
SLOW_SECONDS = 1.0  # so that one process doesn't end before the other has begun
RUNS = 20
AT_RISK = 2 * MIN_BATCH  # images that a kill may have embedded in vain
AT_ONCE = 4  # a build waits for Milvus most of the time
SEED = int(os.environ.get("FAULT_SEED") or random.SystemRandom().randrange(10**6))
# Errors in sentences for people
REPORTED = ("ServerUnavailable", "CollectionError", "VectorSearchError")
RECOVERY_SECONDS = 120

# Where a build is killed, just before it would do this
STEPS = (
    "fiftyone_milvus.store.creation:_create_index",
    "fiftyone_milvus.store.rows:StoredRows.upsert",
    "fiftyone_milvus.backend.similarity:Similarity.register_run",
    "fiftyone_milvus.backend.similarity:Similarity.save_run_results",
    "fiftyone_milvus.indexes.lease:Lease.note_collection",
    "fiftyone_milvus.store.rows:StoredRows.flush_if_many",
    "fiftyone_milvus.indexes.lease:Lease.__exit__",
    "fiftyone_milvus.indexes.build_worker:BuildWorker._finished",
)


class Stage:
    """A MongoDB, a Milvus and a dataset of images that the tests may do with as they
    like."""

    def __init__(self, folder: Path, server: Standalone | None) -> None:
        self.folder = folder
        self.server = server
        log = environment.LOGS / f"{folder.name}-mongod.log"
        self.database = Mongod(folder / "db", log)
        self.home = embedded.Home(folder / "milvus" / "data", folder / "milvus")
        self.name, self.paths = self.dataset("images")
        self.fork("", builds.ask, self.name).result()  # the embedded one starts now
        with Build(self, "undisturbed") as build:
            began = time.monotonic()
            build.fork(builds.build).result()
            self.seconds = time.monotonic() - began
            build.assert_finished("undisturbed", most=0)

    def dataset(self, name: str) -> tuple[str, dict[str, str]]:
        """Makes a dataset: its name, and its paths by id."""
        return self.fork("", builds.make_dataset, self.folder / name, IMAGES).result()

    def fork(self, key: str, function, *args, seconds: float = SECONDS) -> Fork:
        """A process that works here, on the index of a key."""
        pace = self.pace(seconds)
        images.set_pace(pace, seconds)
        variables = {
            "FIFTYONE_DATABASE_URI": self.database.uri,
            "FIFTYONE_MILVUS_DIR": str(self.home.state),
            "COUNTING_MODEL_NOTES": str(self.notes(key)),
            "COUNTING_MODEL_PACE": str(pace),
        }
        if self.server is not None:
            variables[ENV_PREFIX + "URI"] = self.server.uri
        return Fork(variables, function, *args)

    def pace(self, seconds: float) -> Path:
        """What tells the model of a process that was started with this pace."""
        return self.folder / f"pace-{seconds}"

    def notes(self, key: str) -> Path:
        """Where it is noted what was embedded for the index of a key."""
        return self.folder / f"notes-{key}"

    def kill_milvus(self) -> None:
        if self.server is not None:
            self.server.kill()
            return
        running = embedded.running(self.home)
        assert running is not None
        process = psutil.Process(running.pid)
        os.kill(running.pid, signal.SIGKILL)
        psutil.wait_procs([process], timeout=10)

    def restart_milvus(self) -> None:
        """Sees to it that Milvus answers; the embedded one does so by itself."""
        if self.server is None:
            return
        self.server.start()
        until = time.monotonic() + RECOVERY_SECONDS
        while isinstance(
            answer := self.fork("", builds.ask, self.name).answer(), Failed
        ):
            assert time.monotonic() < until, answer
            time.sleep(1)

    def close(self) -> None:
        embedded.stop(self.home)
        self.database.remove()
        if self.server is not None:
            self.server.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class Build:
    """The build of an index, which nothing is left of afterwards."""

    def __init__(self, stage: Stage, key: str) -> None:
        self.stage = stage
        self.key = key

    def __enter__(self) -> Build:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def fork(self, function, *args, seconds: float = SECONDS) -> Fork:
        return self.stage.fork(
            self.key, function, self.stage.name, self.key, *args, seconds=seconds
        )

    def clear(self) -> None:
        self.fork(builds.clear).result()
        self.stage.notes(self.key).unlink(missing_ok=True)

    def embedded(self) -> int:
        """How many images were embedded, counting each time."""
        return sum(images.times_embedded(self.stage.notes(self.key)).values())

    def kill_midway(self, worker: Fork, rng: random.Random) -> str | None:
        """Kills a worker at a random moment; which, or ``None`` if it was done."""
        if rng.random() < 0.5:
            moment = rng.uniform(0, self.stage.seconds)
            killed = not worker.ends_within(moment)
            case = f"killed after {moment:.3f} s"
        else:
            count = rng.randrange(IMAGES)
            while self.embedded() <= count and not worker.ends_within(0):
                time.sleep(0.002)
            killed = not worker.ends_within(rng.uniform(0, SECONDS))
            case = f"killed after {count} images"
        worker.kill()
        return f"{case}, {self.key}, FAULT_SEED={SEED}" if killed else None

    def assert_finished(self, case: str, most: int = AT_RISK) -> None:
        """The same call again makes the index whole, with at most so many images
        embedded twice."""
        seen = self.fork(builds.build_and_see).result()
        assert_right(seen, self.stage.paths, case)
        assert_embedded_once(self.stage.notes(self.key), IMAGES, case, most)


def assert_right(seen: builds.Seen, paths: dict[str, str], case: str) -> None:
    """The index is what an undisturbed build makes, and nothing else is left."""
    assert Counter(seen.ids) == Counter(list(paths)), case
    assert seen.rows == len(paths), case
    wanted = np.stack([images.expected(paths[id_]) for id_ in seen.ids])
    np.testing.assert_allclose(seen.vectors, wanted, rtol=1e-6, err_msg=case)
    assert not seen.partial, case
    assert seen.leases == [], case
    assert seen.strays == [], case


def assert_embedded_once(
    notes: Path, count: int, case: str, most: int = AT_RISK
) -> None:
    times = images.times_embedded(notes)
    assert len(times) == count, case
    assert sum(times.values()) - count <= most, case


@pytest.fixture(scope="module", params=["lite", "standalone"])
def stage(request) -> Iterator[Stage]:
    folder = environment.HOME / f"faults-{request.param}"
    server = None
    if request.param == "standalone":
        server = Standalone(folder / "standalone")
    made = Stage(folder, server)
    yield made
    made.close()


def together(stage: Stage, runs: int, function: Callable[[Build, int], None]) -> None:
    """Runs a function with a build of its own so many times, a few at once."""

    def run(number: int) -> None:
        with Build(stage, f"k{number}") as build:
            function(build, number)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(run, range(runs)))


def test_builds_whose_worker_is_killed_are_finished(stage):
    def run(build: Build, number: int) -> None:
        rng = random.Random(SEED + number)
        while (case := build.kill_midway(build.fork(builds.build), rng)) is None:
            build.clear()  # it was done before
        build.assert_finished(case)

    together(stage, RUNS, run)


def test_builds_killed_between_two_steps_are_finished(stage):
    def run(build: Build, number: int) -> None:
        build.fork(builds.build_until, STEPS[number]).join()
        build.assert_finished(STEPS[number])

    together(stage, len(STEPS), run)


def test_builds_whose_milvus_is_killed_are_finished(stage):
    kills = 4 if stage.server is None else 1  # a server takes its time to recover
    for run in range(kills):
        moment = random.Random(SEED + run).uniform(0, stage.seconds)
        case = f"killed after {moment:.3f} s, FAULT_SEED={SEED}"
        with Build(stage, "k") as build:
            worker = build.fork(builds.build)
            worker.ends_within(moment)
            stage.kill_milvus()
            stage.restart_milvus()
            answer = worker.answer()
            if answer is not None:
                assert isinstance(answer, Failed) and answer.kind in REPORTED, case
            build.assert_finished(case)


@pytest.mark.parametrize("run", range(2))
def test_a_build_whose_mongodb_is_killed_is_finished(stage, run):
    moment = random.Random(SEED + run).uniform(0, stage.seconds)
    with Build(stage, "k") as build:
        worker = build.fork(builds.build)
        worker.ends_within(moment)
        stage.database.kill()
        stage.database.start()
        worker.answer()
        build.assert_finished(f"killed after {moment:.3f} s, FAULT_SEED={SEED}")


def test_a_second_build_says_who_builds_the_index(stage):
    with Build(stage, "k") as build:
        first = build.fork(builds.build, seconds=SLOW_SECONDS)
        # when the third batch is embedded, the first one is written and the run stored
        images.wait_after(stage.pace(SLOW_SECONDS), 2 * MIN_BATCH + 1)
        while build.embedded() <= 2 * MIN_BATCH:
            assert not first.ends_within(0.01)
        for function in (builds.build, builds.sync):
            second = build.fork(function).answer()
            assert not first.ends_within(0), first.answer()
            assert isinstance(second, Failed) and second.kind == "InvalidRequest"
            says = f"The index 'k' is being built or synced by process {first.pid} on "
            assert second.message.startswith(says)
        images.set_pace(stage.pace(SLOW_SECONDS), SECONDS)
        first.result()
        build.assert_finished("the first", most=0)


def test_syncs_whose_worker_is_killed_are_finished(stage):
    name, paths = stage.dataset("changing")
    stage.fork("sync", builds.build, name, "sync").result()
    for run in range(2):
        rng = random.Random(SEED + run)
        gone = rng.sample(sorted(paths), 4)
        stage.fork("", builds.delete_samples, name, gone).result()
        for id_ in gone:
            del paths[id_]
        for i, path in enumerate(paths.values()):
            images.paint(Path(path), 1000 * (run + 1) + i)
        stage.notes("sync").unlink()

        worker = stage.fork("sync", builds.sync, name, "sync")
        moment = rng.uniform(0, IMAGES * SECONDS)
        worker.ends_within(moment)
        worker.kill()
        seen = stage.fork("sync", builds.sync_and_see, name, "sync").result()
        case = f"killed after {moment:.3f} s, FAULT_SEED={SEED}"
        assert_right(seen, paths, case)
        assert_embedded_once(stage.notes("sync"), len(paths), case)
