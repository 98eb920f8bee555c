"""All collections of a Milvus: their owner, their content, and the indexes that use
them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

from ..backend.collection_users import CollectionUser as CollectionUser
from ..backend.collection_users import Records
from ..errors import CollectionError, VectorSearchError
from ..store import client, settings
from ..store.client import CALL_SECONDS as READ_SECONDS
from ..store.client import NOT_LOADED, Connection, error_code
from ..store.collection import METRICS, OWNER, VECTOR, Owner, check_name
from ..store.owners import claims
from ..store.settings import Settings
from ..threads import ContextThreadPool
from . import staging

IN_USE, ORPHANED, UNMANAGED, UNKNOWN = "in use", "orphaned", "unmanaged", "unknown"
STATES = (IN_USE, ORPHANED, UNMANAGED, UNKNOWN)

AT_ONCE = 4
ID_BYTES = 2 * 24  # a primary key and a sample id
TIMESTAMP_SHIFT = 18  # of Milvus's hybrid timestamps: milliseconds above a counter

_VECTOR_BYTES = {  # of one number
    "FLOAT_VECTOR": 4.0,
    "FLOAT16_VECTOR": 2.0,
    "BFLOAT16_VECTOR": 2.0,
    "INT8_VECTOR": 1.0,
    "BINARY_VECTOR": 1 / 8,
}


@dataclass(frozen=True)
class CollectionInfo:
    """One collection.

    Args:
        name: its name
        state: ``"in use"``: an index of this FiftyOne database uses it; ``"orphaned"``:
            this backend created it, and no index uses it; ``"unmanaged"``: neither;
            ``"unknown"``: Milvus didn't describe it, see ``problem``
        why: the state in a sentence
        owner: the dataset and index that created it, ``None`` if it doesn't say
        owner_deleted: whether the owner's dataset is not in this FiftyOne
            database: it was deleted, or another FiftyOne shares this Milvus
        others: owners of its partitions whose datasets are not in this FiftyOne
            database
        users: the indexes that use it
        created: when (UTC): as a server says, else when its index was stored
        rows: how many it has, in all partitions
        loaded: whether it can be searched as it is; if not, ``rows`` is the server's
            estimate, which may still count deleted ones
        size_bytes: an estimate of what the vectors and ids take; no index, no logs
        dim: the dimension of its vectors
        metric: FiftyOne's name of it, or Milvus's where FiftyOne has none
        index_type: Milvus's name of it
        shards: how many its writes are divided into; ``None`` if Milvus doesn't say
        replicas: how many copies of it are in the memory of query nodes; ``None`` if it
            isn't loaded, or Milvus doesn't say
        problem: what could not be read, and why
    """

    name: str
    state: str = UNKNOWN
    reason: str = ""
    owner: Owner | None = None
    owner_deleted: bool = False
    others: tuple[Owner, ...] = ()
    users: tuple[CollectionUser, ...] = ()
    created: datetime | None = None
    rows: int | None = None
    loaded: bool = True
    size_bytes: int | None = None
    dim: int | None = None
    metric: str | None = None
    index_type: str | None = None
    shards: int | None = None
    replicas: int | None = None
    problem: str | None = None


@settings.takes_connection
def list_collections(**connection: Any) -> list[CollectionInfo]:
    """Every collection of the database in use, by name. Loads none of them.

    Example::

        for each in fiftyone_milvus.list_collections():
            print(each.name, each.state, each.rows)

    A problem with one is in its entry and hides no other.

    Args:
        **connection: connection settings that override the configured ones

    Raises:
        VectorSearchError: if Milvus can't be reached
    """
    place = settings.resolve()
    server = client.connect(place)
    names = server.call(lambda c: c.list_collections(timeout=READ_SECONDS))
    return _inspected(server, place, names)


@settings.takes_connection
def inspect(name: str, **connection: Any) -> CollectionInfo:
    """One collection.

    Raises:
        InvalidRequest: if it can't be a name
        CollectionError: if there is none of this name
        VectorSearchError: if Milvus can't be reached
    """
    check_name(name)
    place = settings.resolve()
    server = client.connect(place)
    if not server.call(lambda c: c.has_collection(name, timeout=READ_SECONDS)):
        raise CollectionError(
            f"Milvus at {place.address} has no collection '{name}'. Choose one that it "
            "has: list_collections(), or 'Milvus: Collections' in the App."
        )
    return _inspected(server, place, [name])[0]


def _inspected(
    server: Connection, place: Settings, names: Iterable[str]
) -> list[CollectionInfo]:
    records = Records.read()
    with ContextThreadPool(AT_ONCE) as pool:
        return list(pool.map(lambda n: _info(server, place, n, records), sorted(names)))


def _info(
    server: Connection, place: Settings, name: str, records: Records
) -> CollectionInfo:
    try:
        described = server.call(
            lambda c: dict(c.describe_collection(name, timeout=READ_SECONDS))
        )
    except VectorSearchError as e:
        users = records.users((name,), place)
        why = "Milvus did not describe it"
        return CollectionInfo(name, reason=why, users=users, problem=str(e))
    info = _with_owner(CollectionInfo(name), described, place, records)
    for ask in (_with_index, _with_counts, _with_copies):
        try:
            info = ask(info, server, described)
        except VectorSearchError as e:
            info = replace(info, problem=str(e))
    return info


# -- its owner


def _with_owner(
    info: CollectionInfo,
    described: Mapping[str, Any],
    place: Settings,
    records: Records,
) -> CollectionInfo:
    owner = Owner.parse((described.get("properties") or {}).get(OWNER))
    names = (info.name, *described.get("aliases", ()))
    users = records.users(names, place, owner)
    others = tuple(
        one
        for one in claims(described).values()
        if one.dataset_id not in records.datasets
    )
    gone = owner is not None and owner.dataset_id not in records.datasets
    state, why = _state(owner, gone, others, users, records)
    folder = staging.noted(described)
    if folder is not None:
        why += f". A bulk import into it is not finished (its files are in {folder})"
    created = _created(described) or _first(users)
    return replace(
        info,
        state=state,
        reason=why,
        owner=owner,
        owner_deleted=gone,
        others=others,
        users=users,
        created=created,
    )


def _state(
    owner: Owner | None,
    owner_deleted: bool,
    others: tuple[Owner, ...],
    users: tuple[CollectionUser, ...],
    records: Records,
) -> tuple[str, str]:
    if users:
        more = f" and {len(users) - 1:,} more" if users[1:] else ""
        return IN_USE, (
            f"The index '{users[0].brain_key}' of the dataset '{users[0].dataset}'"
            f"{more} use{'' if more else 's'} it"
        )
    if owner is None:
        return UNMANAGED, (
            "This backend did not create it, and no index of this FiftyOne database "
            "uses it"
        )
    if owner_deleted or others:
        what = "Its dataset" if owner_deleted else "The dataset of a partition of it,"
        whose = owner if owner_deleted else others[0]
        return ORPHANED, (
            f"{what} '{whose.dataset}' is not in this FiftyOne database: it was "
            "deleted, or it is in another FiftyOne that uses this Milvus"
        )
    lives = (owner.dataset_id, str(owner.brain_key)) in records.keys
    return ORPHANED, (
        f"The index '{owner.brain_key}' of the dataset "
        f"'{records.datasets[owner.dataset_id]}' "
        f"{'has another collection now' if lives else 'is gone'}"
    )


def _created(described: Mapping[str, Any]) -> datetime | None:
    """When a server says it was created; Milvus Lite doesn't."""
    stamp = int(described.get("created_timestamp") or 0)
    if not stamp:
        return None
    return datetime.fromtimestamp((stamp >> TIMESTAMP_SHIFT) / 1000, timezone.utc)


def _first(users: tuple[CollectionUser, ...]) -> datetime | None:
    return min((user.created for user in users if user.created), default=None)


# -- its content


def _with_index(
    info: CollectionInfo, server: Connection, described: Mapping[str, Any]
) -> CollectionInfo:
    fields = {f["name"]: f for f in described["fields"] if _type(f) in _VECTOR_BYTES}
    if not fields:
        return info
    name = VECTOR if VECTOR in fields else next(iter(fields))
    info = replace(info, dim=int(fields[name]["params"]["dim"]))
    built = server.call(lambda c: c.describe_index(info.name, name, READ_SECONDS)) or {}
    metrics = {milvus: ours for ours, milvus in METRICS.items()}
    name = built.get("metric_type") or ""
    metric = metrics.get(name, name) or None
    return replace(info, metric=metric, index_type=built.get("index_type"))


def _with_counts(
    info: CollectionInfo, server: Connection, described: Mapping[str, Any]
) -> CollectionInfo:
    rows, loaded = _count(server, info.name)
    each = ID_BYTES + sum(
        _VECTOR_BYTES[_type(field)] * int(field["params"]["dim"])
        for field in described["fields"]
        if _type(field) in _VECTOR_BYTES
    )
    return replace(info, rows=rows, loaded=loaded, size_bytes=int(rows * each))


def _with_copies(
    info: CollectionInfo, server: Connection, described: Mapping[str, Any]
) -> CollectionInfo:
    info = replace(info, shards=described.get("num_shards") or None)
    if server.settings.embedded or not info.loaded:
        return info
    found = None
    with suppress(VectorSearchError):  # a cloud may not tell
        found = server.call(lambda c: c.describe_replica(info.name, READ_SECONDS))
    return replace(info, replicas=None if found is None else len(found))


def _count(server: Connection, name: str) -> tuple[int, bool]:
    """How many rows, and whether it is loaded. Loading it to count exactly could take
    a shared server gigabytes."""
    try:
        counted = server.call(
            lambda c: c.query(
                name,
                filter="",
                output_fields=["count(*)"],
                consistency_level="Strong",
                timeout=READ_SECONDS,
            )
        )
        return int(counted[0]["count(*)"]), True
    except VectorSearchError as e:
        if error_code(e.__cause__) not in NOT_LOADED:
            raise
    found = server.call(lambda c: c.get_collection_stats(name, timeout=READ_SECONDS))
    return int(found["row_count"]), False


def _type(field: Mapping[str, Any]) -> str:
    return getattr(field["type"], "name", str(field["type"]))
