"""Which worker does which part of a build: claims in FiftyOne's MongoDB.

Claims only keep live workers out of each other's way. What is done already, the index
itself says.
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
LOST_SECONDS = 20.0  # no heartbeat for so long: the worker is gone
WAIT_SECONDS = 0.5
FIRST = -1  # the claim to make the collection

_working: set[str] = set()  # this process's own workers


class Ranges:
    """The parts of one build. Use as a context manager: it beats, and at its end gives
    back what it holds.

    Args:
        build: the build's name, the same for all its workers
        total: how many samples
        size: how many in one part
    """

    def __init__(self, build: str, total: int, size: int) -> None:
        self._build = build
        self._total = total
        self._size = size
        self._worker = f"{socket.gethostname()}/{os.getpid()}/{uuid4().hex[:8]}"
        self._claims = foo.get_db_conn()[COLLECTION]
        self._heartbeat = Heartbeat(HEARTBEAT_SECONDS, self._say_alive)

    def __enter__(self) -> Ranges:
        self._forget_all_if_lost()
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
        with suppress(PyMongoError):  # MongoDB is gone: the error in hand says so
            self._claims.delete_many({**mine, "collection": None})
            self._claims.update_many(mine, {"$unset": {"seen": True}})
            self._forget_all_if_lost()

    def may_start(self) -> bool:
        """Whether this worker is the one to make the collection, now."""
        return self._claim(FIRST)

    def half_made(self) -> str | None:
        """After :meth:`may_start`: the collection that a worker was making which was
        lost before it stored the run."""
        claim = self._claims.find_one({"_id": self._id(FIRST)})
        return claim and claim.get("collection")

    def will_make(self, collection: str | None) -> None:
        """Notes the collection that this worker makes; ``None``: it is gone again."""
        self._surely_set(FIRST, collection=collection)

    def started(self) -> None:
        """The collection is made, and the run stored: others may go on."""
        self._surely_set(FIRST, done=True)

    def claims(self) -> Iterator[tuple[int, int]]:
        """Claims a part after the other, ``(start, end)``, until all are claimed."""
        for start in range(0, self._total, self._size):
            if self._claim(start):
                yield start, min(self._total, start + self._size)

    def finish(self, start: int) -> None:
        """Marks a part as done."""
        self._claims.update_one({"_id": self._id(start)}, {"$set": {"done": True}})

    def left_by_others(self) -> Iterator[tuple[int, int]]:
        """Waits for the other workers, and claims what those leave that are lost."""
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
        parts = self._claims.count_documents(query)
        last = self._id((self._total - 1) // self._size * self._size)
        short = -self._total % self._size
        ended = self._claims.count_documents({"_id": last, "done": True})
        return int(parts * self._size - (short if ended else 0))

    def workers(self) -> int:
        """How many workers this build has, this one counted."""
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
        held = self._claims.find_one({"_id": self._id(start), "done": False})
        if held is None or held["worker"] in self._live_workers():
            return False
        taken = self._claims.update_one(
            {"_id": held["_id"], "worker": held["worker"], "done": False},
            {"$set": claim, "$currentDate": {"seen": True}},
        )
        return bool(taken.modified_count)

    def _live_workers(self) -> set[str]:
        """The workers that were heard of lately."""
        recent = {"$subtract": ["$$NOW", int(LOST_SECONDS * 1000)]}
        lately = {
            "build": self._build,
            "done": False,
            "$expr": {"$gt": ["$seen", recent]},
        }
        # not distinct(), which knows no $$NOW
        heard = self._claims.aggregate(
            [{"$match": lately}, {"$group": {"_id": "$worker"}}]
        )
        return {found["_id"] for found in heard if _may_live(found["_id"])}

    def _forget_all_if_lost(self) -> None:
        """Without live workers, removes the claims of those there were; but keeps the
        note of a half-made collection."""
        # in this order, so that those of one who begins meanwhile stay
        workers = self._claims.distinct("worker", {"build": self._build})
        if not self._live_workers():
            self._claims.delete_many(
                {
                    "build": self._build,
                    "worker": {"$in": workers},
                    "$or": [{"collection": None}, {"done": True}],
                }
            )

    def _surely_set(self, start: int, **values: Any) -> None:
        """Changes a claim of this worker, and waits until that, and all before it,
        would outlive the end of MongoDB."""
        claims = self._claims.with_options(write_concern=WriteConcern(j=True))
        mine = {"_id": self._id(start), "worker": self._worker}
        claims.update_one(mine, {"$set": values})

    def _say_alive(self) -> None:
        mine = {"build": self._build, "worker": self._worker, "done": False}
        self._claims.update_many(mine, {"$currentDate": {"seen": True}})

    def _claimed(self, start: int | None) -> dict[str, Any]:
        """A claim of this worker; of no part, its sign of life."""
        return {
            "build": self._build,
            "start": start,
            "worker": self._worker,
            "done": False,
        }

    def _id(self, part: int | str) -> str:
        return f"{self._build}/{part}"


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
