"""Checkpoints of a long comparison in FiftyOne's MongoDB: after its process was killed,
or it was cancelled, the same call resumes from the last one."""

from __future__ import annotations

import hashlib
import io
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any, Protocol
from uuid import uuid4

import fiftyone as fo
import fiftyone.core.odm as foo
import numpy as np
from pymongo.errors import PyMongoError

from .. import tuning
from ..metrics import Space

COLLECTION = "milvus.comparisons"
KEPT_SECONDS = 7 * 24 * 3600
FORMAT = 1  # of what is stored; a checkpoint of another format is not used

State = Mapping[str, np.ndarray]


class Resumable(Protocol):
    """What collects pairs, and can resume."""

    def state(self) -> State:
        """What it needs to resume."""

    def restore(self, state: State) -> None:
        """Resumes from a state."""


class Checkpoint:
    """The checkpoint of one comparison: the results of the phases that ended, each a
    number, and the state of the current one.

    Args:
        store: where it is stored; ``None`` for nowhere
        phases: their names, in order
        total: how many vectors each goes through
    """

    def __init__(
        self, store: Store | None = None, phases: Sequence[str] = (), total: int = 0
    ) -> None:
        self._store = store
        self._results: dict[str, float] = {}
        self._phase, self._done = "", 0
        self._state: State = {}
        if store is not None and (data := store.load()) is not None:
            self._unpack(data)
        ended = len(self._results) + (self._done / total if total else 0)
        self.resumed = ended / len(phases) if phases else 0.0
        """The share of the work, from 0 to 1, that was done already."""
        self._next = time.monotonic() + tuning.CHECKPOINT_SECONDS

    def result(self, phase: str) -> float | None:
        """The result of a phase, if it has ended."""
        return self._results.get(phase)

    def end(self, phase: str, result: float) -> None:
        """Notes that a phase has ended."""
        self._results[phase] = result

    def restore(self, phase: str, work: Resumable) -> int:
        """Resumes the work of a phase; returns how many vectors are done."""
        if phase != self._phase:
            return 0
        work.restore(self._state)
        self._state = {}
        return self._done

    def saver(self, phase: str, work: Resumable) -> Callable[[int], None]:
        """A function to call with how many vectors are done: stores that, and the
        work's state, every few seconds."""

        def save(done: int) -> None:
            began = time.monotonic()
            if self._store is None or began < self._next:
                return
            self._store.save(self._packed(phase, done, work.state()))
            now = time.monotonic()
            longest = (now - began) / tuning.CHECKPOINT_SHARE
            self._next = now + max(tuning.CHECKPOINT_SECONDS, longest)

        return save

    def forget(self) -> None:
        """Deletes the checkpoint once the comparison has ended."""
        if self._store is not None:
            self._store.delete()

    def _packed(self, phase: str, done: int, state: State) -> bytes:
        head = json.dumps({"phase": phase, "done": done, "results": self._results})
        file = io.BytesIO()
        arrays: dict[str, Any] = {"head": np.array(head), **state}
        np.savez_compressed(file, **arrays)
        return file.getvalue()

    def _unpack(self, data: bytes) -> None:
        with np.load(io.BytesIO(data), allow_pickle=False) as kept:
            self._state = {name: kept[name] for name in kept.files if name != "head"}
            head = json.loads(str(kept["head"]))
        self._phase, self._done = head["phase"], head["done"]
        self._results = head["results"]


class Store:
    """One checkpoint of an index in MongoDB, in documents that expire after some days.
    While MongoDB is away nothing is stored, and the work goes on.

    Args:
        index: the index's name, of :func:`name_of`
        fingerprint: of all that the comparison depends on; checkpoints with another
            one are deleted
    """

    def __init__(self, index: str, fingerprint: str) -> None:
        self._docs = foo.get_db_conn()[COLLECTION]
        self._index = index
        self._own = {"index": index, "fingerprint": fingerprint}
        self._expires = False

    def load(self) -> bytes | None:
        """What was saved last, if it is complete."""
        saves: dict[str, list[dict[str, Any]]] = {}
        with suppress(PyMongoError):
            others = {"$ne": self._own["fingerprint"]}
            self._docs.delete_many({"index": self._index, "fingerprint": others})
            for doc in self._docs.find(self._own).sort("_id"):
                saves.setdefault(doc["save"], []).append(doc)
        whole = [docs for docs in saves.values() if len(docs) == docs[0]["parts"]]
        return b"".join(doc["data"] for doc in whole[-1]) if whole else None

    def save(self, data: bytes) -> None:
        """Saves bytes, and then deletes what was saved before."""
        save = uuid4().hex
        size = tuning.CHECKPOINT_BYTES
        parts = [data[at : at + size] for at in range(0, len(data), size)]
        shared = {**self._own, "save": save, "saved": datetime.now(timezone.utc)}
        with suppress(PyMongoError):
            if not self._expires:
                self._docs.create_index("saved", expireAfterSeconds=KEPT_SECONDS)
                self._expires = True
            self._docs.insert_many(
                {**shared, "parts": len(parts), "data": part} for part in parts
            )
            self._docs.delete_many({**self._own, "save": {"$ne": save}})

    def delete(self) -> None:
        """Deletes it."""
        with suppress(PyMongoError):
            self._docs.delete_many(self._own)


def name_of(dataset: fo.Dataset, brain_key: str) -> str:
    """The name of an index's checkpoints."""
    return f"{dataset._doc.id}/{brain_key}"


def forget(dataset: fo.Dataset, brain_key: str) -> None:
    """Deletes an index's checkpoints."""
    with suppress(PyMongoError):
        index = name_of(dataset, brain_key)
        foo.get_db_conn()[COLLECTION].delete_many({"index": index})


def fingerprint(space: Space, ids: Iterable[str], *what: object) -> str:
    """A hash of a comparison: of the vectors and their ids, in order, and of the other
    arguments."""
    parts = (FORMAT, space.metric, space.side, space.dim, *what)
    digest = hashlib.blake2b(repr(parts).encode(), digest_size=16)
    digest.update("\n".join(ids).encode())
    for part in space.parts():
        digest.update(np.ascontiguousarray(part).data)
    return digest.hexdigest()
