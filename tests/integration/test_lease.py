"""One process at a time builds an index, whatever happened to the one that began."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import fiftyone.core.odm as foo
import psutil
import pytest

from fiftyone_milvus.errors import CollectionError, InvalidRequest
from fiftyone_milvus.indexes import build, build_worker
from fiftyone_milvus.indexes.lease import COLLECTION, LOST_SECONDS, Lease, identity
from harness.waiting import wait_until

LONG_AGO = timedelta(hours=1)


@pytest.fixture
def leases() -> Iterator[Any]:
    found = foo.get_db_conn()[COLLECTION]
    yield found
    found.delete_many({"_id": "dataset/k"})


@pytest.fixture
def other() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.wait()


def give(leases: Any, process: str, pid: int, seen: datetime) -> None:
    leases.insert_one(
        {
            "_id": "dataset/k",
            "worker": f"{process}/0123abcd",
            "host": "host",
            "pid": pid,
            "since": seen,
            "seen": seen,
        }
    )


def now() -> datetime:
    return datetime.now(timezone.utc)


def test_a_process_of_this_machine_keeps_its_lease_while_it_runs(leases, other):
    process = identity(other.pid)
    assert process is not None
    # as after the machine was asleep
    give(leases, process, other.pid, now() - LONG_AGO)
    with pytest.raises(InvalidRequest, match=f"by process {other.pid} on host, since"):
        Lease("dataset", "k").__enter__()

    other.kill()
    zombie = psutil.STATUS_ZOMBIE  # nobody has waited for it
    wait_until(lambda: psutil.Process(other.pid).status() == zombie)
    with Lease("dataset", "k"):
        pass
    assert leases.find_one({"_id": "dataset/k"}) is None


def test_a_later_process_of_the_same_number_is_another(leases, other):
    process = identity(other.pid)
    assert process is not None
    began = process.rpartition("/")[0] + "/1"
    give(leases, began, other.pid, now())
    with Lease("dataset", "k"):
        pass


def test_a_process_of_another_machine_is_gone_without_a_heartbeat(leases):
    give(leases, "another/1/1", 1, now())
    with pytest.raises(InvalidRequest, match="by process 1 on host, since"):
        Lease("dataset", "k").__enter__()

    seen = now() - timedelta(seconds=LOST_SECONDS + 1)
    leases.update_one({"_id": "dataset/k"}, {"$set": {"seen": seen}})
    with Lease("dataset", "k"):
        pass


def test_a_build_that_another_has_taken_over_stops(dataset, monkeypatch):
    made: list[Lease] = []

    def make(*args: str) -> Lease:
        made.append(Lease(*args))
        return made[-1]

    def report(progress: Any) -> None:
        if progress.done and not made[0].lost:
            taken = {"$set": {"worker": "another/1/1/0123abcd"}}
            foo.get_db_conn()[COLLECTION].update_one({}, taken)
            wait_until(lambda: made[0].lost)

    monkeypatch.setattr(build_worker, "Lease", make)
    source = build.Source(embeddings_field="embeddings")
    with pytest.raises(CollectionError, match="another process has taken it over"):
        build.build(dataset, "k", source, progress=report)
    assert build.is_unfinished(dataset, "k")

    foo.get_db_conn()[COLLECTION].delete_many({})
    assert build.build(dataset, "k", source).rows == len(dataset)
