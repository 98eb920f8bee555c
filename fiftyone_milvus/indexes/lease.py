"""The lease of an index: one process at a time builds or syncs it. A document in
FiftyOne's MongoDB says which, and has its heartbeat."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any
from uuid import uuid4

import fiftyone.core.odm as foo
import psutil
from pymongo import WriteConcern
from pymongo.errors import DuplicateKeyError, PyMongoError

from ..errors import InvalidRequest
from ..heartbeat import Heartbeat

COLLECTION = "milvus.builds"
HEARTBEAT_SECONDS = 2.0
LOST_SECONDS = 20.0  # without a heartbeat for so long, the process is gone

_working: set[str] = set()  # this process's own leases


class Lease:
    """The right to change an index. Use as a context manager, which sends a heartbeat.

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
        self._worker = f"{socket.gethostname()}/{os.getpid()}/{uuid4().hex[:8]}"
        self._leases = foo.get_db_conn()[COLLECTION]
        self._heartbeat = Heartbeat(HEARTBEAT_SECONDS, self._send_heartbeat)
        self.collection: str | None = None

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
        mine = {"$set": {"worker": self._worker}, "$currentDate": now}
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
        """Whether the process that has the lease had a recent heartbeat, and isn't one
        of this machine that is gone."""
        since = {"$subtract": ["$$NOW", int(LOST_SECONDS * 1000)]}
        recent = {"_id": self._id, "$expr": {"$gt": ["$seen", since]}}
        return self._leases.count_documents(recent) > 0 and runs(found["worker"])

    def _busy(self, found: dict[str, Any]) -> str:
        host, pid, _ = found["worker"].rsplit("/", 2)
        since = found["since"].replace(tzinfo=timezone.utc).astimezone()
        return (
            f"The index '{self._brain_key}' is being built or synced by process {pid} "
            f"on {host}, since {_time(since)}. Wait until that is done, or stop it "
            "there; to build with several workers, use Ray (engine=build.Ray())."
        )

    def _send_heartbeat(self) -> None:
        self._leases.update_one(self._own, {"$currentDate": {"seen": True}})

    @property
    def _own(self) -> dict[str, Any]:
        return {"_id": self._id, "worker": self._worker}


def runs(worker: str) -> bool:
    """Whether a worker may run: false for a process of this machine that is gone."""
    host, pid, _ = worker.rsplit("/", 2)
    if host != socket.gethostname():
        return True
    if int(pid) == os.getpid():
        return worker in _working
    try:
        return psutil.Process(int(pid)).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S %Z}"
