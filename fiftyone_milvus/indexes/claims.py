"""Which worker does which range of a build's samples: claims in FiftyOne's MongoDB.

Claims only keep live workers from doing the same work. What is done already is read
from the index itself.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from uuid import uuid4

import fiftyone.core.odm as foo
import psutil
from pymongo import WriteConcern
from pymongo.errors import DuplicateKeyError, PyMongoError

from ..heartbeat import Heartbeat

COLLECTION = "milvus.builds"
HEARTBEAT_SECONDS = 2.0
LOST_SECONDS = 20.0  # without a heartbeat for so long, the worker is gone
WAIT_SECONDS = 0.5
FIRST = -1  # the claim to make the collection

_working: set[str] = set()  # this process's own workers


class Ranges:
    """The ranges of samples of one build, for one worker. Use as a context manager: it
    sends a heartbeat, and at the end releases the claims of what isn't done.

    Args:
        build: the build's name, the same for all its workers
        total: how many samples
        size: how many in one range
    """

    def __init__(self, build: str, total: int, size: int) -> None:
        self._build = build
        self._total = total
        self._size = size
        self._worker = f"{socket.gethostname()}/{os.getpid()}/{uuid4().hex[:8]}"
        self._claims = foo.get_db_conn()[COLLECTION]
        self._heartbeat = Heartbeat(HEARTBEAT_SECONDS, self._send_heartbeat)

    def __enter__(self) -> Ranges:
        self._forget_if_all_lost()
        self._claims.update_one(
            {"_id": self._id(self._worker)},
            {"$set": self._claimed(None), "$currentDate": {"seen": True}},
            upsert=True,
        )
        _working.add(self._worker)
        self._heartbeat.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._heartbeat.stop()
        _working.discard(self._worker)
        mine = {"build": self._build, "worker": self._worker, "done": False}
        with suppress(PyMongoError):  # MongoDB is gone, as the error being raised says
            self._claims.delete_many({**mine, "collection": None})
            self._claims.update_many(mine, {"$unset": {"seen": True}})
            self._forget_if_all_lost()

    def may_start(self) -> bool:
        """Whether this worker is the one to create the collection."""
        return self._claim(FIRST)

    def unfinished_collection(self) -> str | None:
        """After :meth:`may_start`: the collection of a worker that was lost before it
        stored the run."""
        claim = self._claims.find_one({"_id": self._id(FIRST)})
        return claim and claim.get("collection")

    def note_collection(self, collection: str | None) -> None:
        """Notes the collection that this worker creates; ``None`` for none."""
        self._set_durably(FIRST, collection=collection)

    def started(self) -> None:
        """Notes that the collection is created and the run stored: others may go on."""
        self._set_durably(FIRST, done=True)

    def claims(self) -> Iterator[tuple[int, int]]:
        """Claims one range ``(start, end)`` after the other, until all are claimed."""
        for start in range(0, self._total, self._size):
            if self._claim(start):
                yield start, min(self._total, start + self._size)

    def finish(self, start: int) -> None:
        """Marks a range as done."""
        self._claims.update_one({"_id": self._id(start)}, {"$set": {"done": True}})

    def left_by_others(self) -> Iterator[tuple[int, int]]:
        """Waits for the other workers, and claims the ranges of those that are lost."""
        of_others = {
            "build": self._build,
            "done": False,
            "start": {"$gte": 0},
            "worker": {"$ne": self._worker},
        }
        while self._claims.count_documents(of_others):
            yield (0, 0)  # nothing to do; a chance to be cancelled
            time.sleep(WAIT_SECONDS)
            yield from self.claims()

    def done(self) -> int:
        """How many samples are done, by all workers."""
        query = {"build": self._build, "done": True, "start": {"$gte": 0}}
        ranges = self._claims.count_documents(query)
        last = self._id((self._total - 1) // self._size * self._size)
        short = -self._total % self._size
        ended = self._claims.count_documents({"_id": last, "done": True})
        return int(ranges * self._size - (short if ended else 0))

    def workers(self) -> int:
        """How many workers this build has, including this one."""
        return len({*self._live_workers(), self._worker})

    def _claim(self, start: int) -> bool:
        claim = self._claimed(start)
        try:
            self._claims.update_one(
                {"_id": self._id(start), "worker": self._worker, "done": None},
                {"$set": claim, "$currentDate": {"seen": True}},
                upsert=True,
            )
        except DuplicateKeyError:
            return self._take_over(start, claim)
        return True

    def _take_over(self, start: int, claim: dict[str, Any]) -> bool:
        claimed = self._claims.find_one({"_id": self._id(start), "done": False})
        if claimed is None or claimed["worker"] in self._live_workers():
            return False
        taken = self._claims.update_one(
            {"_id": claimed["_id"], "worker": claimed["worker"], "done": False},
            {"$set": claim, "$currentDate": {"seen": True}},
        )
        return bool(taken.modified_count)

    def _live_workers(self) -> set[str]:
        """The workers with a recent heartbeat."""
        since = {"$subtract": ["$$NOW", int(LOST_SECONDS * 1000)]}
        recent = {
            "build": self._build,
            "done": False,
            "$expr": {"$gt": ["$seen", since]},
        }
        # not distinct(), which knows no $$NOW
        heard = self._claims.aggregate(
            [{"$match": recent}, {"$group": {"_id": "$worker"}}]
        )
        return {found["_id"] for found in heard if _may_live(found["_id"])}

    def _forget_if_all_lost(self) -> None:
        """Without live workers, removes all claims, but keeps the note of an unfinished
        collection."""
        # in this order, so that the claims of a worker that begins meanwhile stay
        workers = self._claims.distinct("worker", {"build": self._build})
        if not self._live_workers():
            self._claims.delete_many(
                {
                    "build": self._build,
                    "worker": {"$in": workers},
                    "$or": [{"collection": None}, {"done": True}],
                }
            )

    def _set_durably(self, start: int, **values: Any) -> None:
        """Changes a claim of this worker, and waits until MongoDB has that, and all
        before it, in its journal."""
        claims = self._claims.with_options(write_concern=WriteConcern(j=True))
        mine = {"_id": self._id(start), "worker": self._worker}
        claims.update_one(mine, {"$set": values})

    def _send_heartbeat(self) -> None:
        mine = {"build": self._build, "worker": self._worker, "done": False}
        self._claims.update_many(mine, {"$currentDate": {"seen": True}})

    def _claimed(self, start: int | None) -> dict[str, Any]:
        """A claim of this worker; with ``None``, its heartbeat."""
        return {
            "build": self._build,
            "start": start,
            "worker": self._worker,
            "done": False,
        }

    def _id(self, name: int | str) -> str:
        return f"{self._build}/{name}"


def _may_live(worker: str) -> bool:
    """False for a process of this machine that is gone."""
    host, pid, _ = worker.rsplit("/", 2)
    if host != socket.gethostname():
        return True
    if int(pid) == os.getpid():
        return worker in _working
    try:
        return psutil.Process(int(pid)).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
