"""What was changed meanwhile, and what was deleted: in MongoDB, in Milvus, in files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fiftyone.core.odm as foo
from bson import BSON

from fiftyone_milvus.store import client, settings

# What says how work goes on, and expires
BOOKKEEPING = ("milvus.builds", "milvus.writes", "delegated_ops")
# Of a dataset's record: that it was opened
OPENED = ("last_loaded_at", "last_modified_at", "last_deletion_at")
# What operators remember for themselves
OWN_STORES = (
    "milvus_vector_search_jobs",
    "milvus_vector_search_shown",
    "milvus_vector_search_deletions",
    "milvus_vector_search_health",
)
# To this one every search adds
HISTORY = "milvus_vector_search_history"

State = dict[tuple[str, ...], str]


@dataclass(frozen=True)
class Changes:
    """What was added or changed, and what was deleted."""

    changed: list[tuple[str, ...]]
    deleted: list[tuple[str, ...]]


def state(folder: Path) -> State:
    """All that there is in the database, in Milvus and in a folder: digests, by
    place."""
    files = {
        ("file", each.name): _digest(each.read_bytes()) for each in folder.iterdir()
    }
    return {**_in_mongodb(), **_in_milvus(), **files}


def between(before: State, after: State) -> Changes:
    """What was done from one state to another. Searches in the history are no change,
    unless they were deleted."""
    changed = [place for place in after if after[place] != before.get(place)]
    return Changes(
        [place for place in changed if place[:2] != ("execution_store", HISTORY)],
        [place for place in before if place not in after],
    )


def _in_mongodb() -> State:
    db = foo.get_db_conn()
    found = {}
    for name in set(db.list_collection_names()) - set(BOOKKEEPING):
        for doc in db[name].find():
            if doc.get("store_name") in OWN_STORES or _of_a_store(doc):
                continue
            if name == "datasets":
                doc = {k: v for k, v in doc.items() if k not in OPENED}
            place = (name, str(doc.get("store_name", "")), str(doc["_id"]))
            found[place] = _digest(BSON.encode(doc))
    return found


def _of_a_store(doc: dict[str, Any]) -> bool:
    """Whether it is FiftyOne's record of a store itself."""
    return bool(doc.get("key") == "__store__")


def _in_milvus() -> State:
    milvus = client.connect(settings.resolve()).client
    found = {}
    for name in milvus.list_collections():
        described = milvus.describe_collection(name)
        found["milvus", name] = str(sorted((described.get("properties") or {}).items()))
        if not {"pk", "vector"} <= {field["name"] for field in described["fields"]}:
            continue
        rows = milvus.query(
            name, filter='pk != ""', limit=1_000, output_fields=["pk", "vector"]
        )
        for row in rows:
            vector = repr([float(x) for x in row["vector"]])
            found["milvus", name, row["pk"]] = _digest(vector.encode())
    return found


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
