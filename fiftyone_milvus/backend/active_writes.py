"""Which collections are being written to, by whatever process: marks in FiftyOne's
MongoDB. The run of an index is stored after its rows; until then its mark is all that
tells its collection from one that nobody uses any more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import fiftyone.core.odm as foo
from pymongo.errors import PyMongoError

from ..heartbeat import Heartbeat

COLLECTION = "milvus.writes"
HEARTBEAT_SECONDS = 10.0
LOST_SECONDS = 60.0  # not written to for so long: nobody is writing
FORGOTTEN_SECONDS = 24 * 3600


def mark(name: str) -> None:
    """Says that a collection is written to now."""
    _marks().update_one({"_id": name}, {"$currentDate": {"seen": True}}, upsert=True)


def done(name: str) -> None:
    """Says that a collection is complete, or gone."""
    with suppress(PyMongoError):  # the mark grows old
        _marks().delete_one({"_id": name})


@contextmanager
def writing(name: str) -> Iterator[None]:
    """Marks a collection for as long as it is written to, also between its rows."""
    mark(name)
    heartbeat = Heartbeat(HEARTBEAT_SECONDS, lambda: mark(name))
    heartbeat.start()
    try:
        yield
    finally:
        heartbeat.stop()
        done(name)


def recent(names: Iterable[str]) -> set[str]:
    """Those of some collections that were written to in the last minute."""
    _marks().delete_many({"$expr": {"$lt": ["$seen", _ago(FORGOTTEN_SECONDS)]}})
    found = _marks().find(
        {
            "_id": {"$in": list(names)},
            "$expr": {"$gt": ["$seen", _ago(LOST_SECONDS)]},
        }
    )
    return {mark["_id"] for mark in found}


def _ago(seconds: float) -> dict[str, Any]:
    """By MongoDB's clock, which all machines share."""
    return {"$subtract": ["$$NOW", int(seconds * 1000)]}


def _marks() -> Any:
    return foo.get_db_conn()[COLLECTION]
