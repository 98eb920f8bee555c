"""The lease of an index: one process at a time builds or syncs it. A document in
FiftyOne's MongoDB says which, and has its heartbeat."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import fiftyone.core.odm as foo
import psutil
from pymongo import WriteConcern
from pymongo.errors import DuplicateKeyError, PyMongoError

from ..errors import CollectionError, InvalidRequest
from ..heartbeat import Heartbeat

COLLECTION = "milvus.builds"
HEARTBEAT_SECONDS = 2.0
LOST_SECONDS = 20.0  # without a heartbeat for so long, another machine's is gone

_working: set[str] = set()  # this process's own leases


class Lease:
    """The right to change an index. Use as a context manager, which sends a heartbeat.

    On one machine, a process has its lease for as long as it runs, also if it was
    stopped for a while, as when a laptop is closed; the heartbeat is for the others.

    Args:
        dataset_id: the id of the index's dataset
        brain_key: the index

    Raises:
        InvalidRequest: on entering, if another process has it; says which, and since
            when
    """

    def __init__(self, dataset_id: str, brain_key: str) -> None:
        self._id = f"{dataset_id}/{brain_key}"
        self._brain_key = brain_key
        self._worker = f"{identity(os.getpid())}/{uuid4().hex[:8]}"
        self._leases = foo.get_db_conn()[COLLECTION]
        self._heartbeat = Heartbeat(HEARTBEAT_SECONDS, self._send_heartbeat)
        self.collection: str | None = None
        self.lost = False

    def __enter__(self) -> Lease:
        while not self._taken():
            pass  # another process was quicker
        _working.add(self._worker)
        self._heartbeat.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._heartbeat.stop()
        _working.discard(self._worker)
        with suppress(PyMongoError):  # MongoDB is gone, as the error being raised says
            if self.collection is None:
                self._leases.delete_one(self._own)
            else:
                self._leases.update_one(self._own, {"$set": {"worker": None}})

    def check(self) -> None:
        """Raises CollectionError if another process has taken the lease, because this
        one gave no sign for too long."""
        if self.lost:
            raise CollectionError(
                f"This build of '{self._brain_key}' was interrupted for so long that "
                "another process has taken it over. What was written stays; wait until "
                "the other one is done."
            )

    def note_collection(self, name: str | None) -> None:
        """Notes the collection that is created before the run is stored, so that the
        next build drops it if this process is killed in between; ``None`` once it is
        stored. Waits until MongoDB has that, and all before it, in its journal.

        The note of a process that was killed is :attr:`collection`.
        """
        leases = self._leases.with_options(write_concern=WriteConcern(j=True))
        leases.update_one(self._own, {"$set": {"collection": name}})
        self.collection = name

    def _taken(self) -> bool:
        """Takes the lease, unless a process that lives has it, or was quicker."""
        now = {"since": True, "seen": True}
        me = {"worker": self._worker, "host": socket.gethostname(), "pid": os.getpid()}
        mine = {"$set": me, "$currentDate": now}
        found = self._leases.find_one({"_id": self._id})
        if found is None:
            with suppress(DuplicateKeyError):
                missing = {"_id": self._id, "worker": self._worker}
                return bool(
                    self._leases.update_one(missing, mine, upsert=True).upserted_id
                )
            return False
        if found["worker"] is not None and self._may_live(found):
            raise InvalidRequest(self._busy(found))
        self.collection = found.get("collection")
        unchanged = {"_id": self._id, "worker": found["worker"]}
        return bool(self._leases.update_one(unchanged, mine).modified_count)

    def _may_live(self, found: dict[str, Any]) -> bool:
        """Whether the process that has the lease runs: one of another machine if it
        had a recent heartbeat."""
        process, _, _ = found["worker"].rpartition("/")
        if found["worker"] in _working:
            return True
        if _same_machine(process):
            return found["pid"] != os.getpid() and identity(found["pid"]) == process
        since = {"$subtract": ["$$NOW", int(LOST_SECONDS * 1000)]}
        recent = {"_id": self._id, "$expr": {"$gt": ["$seen", since]}}
        return self._leases.count_documents(recent) > 0

    def _busy(self, found: dict[str, Any]) -> str:
        since = found["since"].replace(tzinfo=timezone.utc).astimezone()
        return (
            f"The index '{self._brain_key}' is being built or synced by process "
            f"{found['pid']} on {found['host']}, since {_time(since)}. Wait until that "
            "is done, or stop it there; to build with several workers, use Ray "
            "(engine=build.Ray())."
        )

    def _send_heartbeat(self) -> None:
        seen = self._leases.update_one(self._own, {"$currentDate": {"seen": True}})
        self.lost = seen.matched_count == 0

    @property
    def _own(self) -> dict[str, Any]:
        return {"_id": self._id, "worker": self._worker}


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S %Z}"


def identity(pid: int) -> str | None:
    """The machine, a process and when it began, so that no later process with the same
    number, and none of another machine or container, passes for it; ``None`` if no such
    process runs."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return f"{_machine()}/{pid}/{_started(process)}"
    except (psutil.NoSuchProcess, FileNotFoundError):
        return None


def _same_machine(process: str) -> bool:
    """Whether an identity is that of a process which :func:`identity` can look up."""
    return process.startswith(_machine() + "/")


@cache
def _machine() -> str:
    """This machine since it was started. Containers can share its name, but not the
    numbers of its processes."""
    with suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}/{os.stat('/proc/self/ns/pid').st_ino}"
    return socket.gethostname()


def _started(process: psutil.Process) -> str:
    """When it began; on Linux in ticks since the start of the machine, since psutil's
    time of day moves when the clock is set."""
    if psutil.LINUX:
        stat = Path(f"/proc/{process.pid}/stat").read_text()
        return stat.rpartition(")")[2].split()[19]
    return str(process.create_time())
