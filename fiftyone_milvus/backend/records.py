"""Which indexes of this FiftyOne database, of all its datasets, use a collection."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import fiftyone.core.odm as foo

from ..milvus.collection import Owner
from ..milvus.settings import EMBEDDED, Settings

if TYPE_CHECKING:
    from .index import MilvusSimilarityIndex


@dataclass(frozen=True)
class CollectionUser:
    """An index of this FiftyOne database whose run names a collection."""

    dataset_id: str
    dataset: str
    brain_key: str
    created: datetime | None


@dataclass(frozen=True)
class _Run:
    """What the record of a Milvus index says."""

    user: CollectionUser
    address: str | None
    db_name: str | None
    partition: str | None

    def may_be_at(self, place: Settings) -> bool:
        """False only where its index is surely on another Milvus: one server can have
        several addresses."""
        if self.db_name and self.db_name != (place.db_name or "default"):
            return False
        if self.address is None:
            return True
        embedded = self.address == EMBEDDED or self.address.endswith(".db")
        return self.address == place.address if embedded or place.embedded else True


@dataclass(frozen=True)
class Records:
    """What this FiftyOne database has: its datasets, name by id; the dataset ids and
    keys of their brain runs; and the Milvus indexes by the collection they name."""

    datasets: dict[str, str]
    keys: set[tuple[str, str]]
    runs: dict[str, list[_Run]]

    def users(
        self, names: Iterable[str], place: Settings, owner: Owner | None
    ) -> tuple[CollectionUser, ...]:
        """The indexes that use a collection; ``names`` are its own and its aliases."""
        stamped = owner and (owner.dataset_id, owner.brain_key)
        found = [
            run.user
            for name in names
            for run in self.runs.get(name, ())
            if run.may_be_at(place)
            or (run.user.dataset_id, run.user.brain_key) == stamped
        ]
        return _sorted(found)

    def sharing(
        self, name: str, partition: str | None, place: Settings
    ) -> tuple[CollectionUser, ...]:
        """The indexes whose rows are those of one partition of a collection, or of the
        collection where that is ``None``."""
        return _sorted(
            run.user
            for run in self.runs.get(name, ())
            if run.partition == partition and run.may_be_at(place)
        )

    @classmethod
    def read(cls) -> Records:
        """Two queries, however many datasets there are; no dataset is loaded."""
        db = foo.get_db_conn()
        names: dict[str, str] = {}
        keys: dict[Any, tuple[str, str]] = {}
        for dataset in db.datasets.find({}, {"name": 1, "brain_methods": 1}):
            names[str(dataset["_id"])] = str(dataset["name"])
            for key, run in (dataset.get("brain_methods") or {}).items():
                keys[getattr(run, "id", run)] = (str(dataset["_id"]), key)
        runs: dict[str, list[_Run]] = {}
        wanted = {"timestamp": 1, "config.collection_name": 1, "config.ext": 1}
        for run in db.runs.find({"config.method": "milvus"}, wanted):
            name = run["config"].get("collection_name")
            if name and run["_id"] in keys:  # else FiftyOne has forgotten it
                dataset_id, key = keys[run["_id"]]
                user = CollectionUser(dataset_id, names[dataset_id], key, _time(run))
                runs.setdefault(name, []).append(_run(user, run["config"]))
        return cls(names, set(keys.values()), runs)


def kept_because(index: MilvusSimilarityIndex) -> str | None:
    """Why cleaning an index up drops no rows, and whose they are; ``None`` if it drops
    them."""
    rows, stored = index.rows, index.config.stored
    dataset_id, own_partition = str(index._dataset._doc.id), stored.get("own_partition")
    if not own_partition and not index.owned:
        owner = rows.owner()
        by = "" if owner is None else f", but by '{owner.dataset}'"
        return f"it was not made by this dataset{by}"
    chosen, place = index.config.options.partition, rows.connection.settings
    for user in Records.read().sharing(rows.name, chosen, place):
        if (user.dataset_id, user.brain_key) == (dataset_id, index.key):
            continue
        whose = f"the index '{user.brain_key}'"
        if user.dataset_id != dataset_id:
            whose += f" of the dataset '{user.dataset}'"
        return f"{whose} uses it too"
    if own_partition and stored.get("dataset_id", dataset_id) != dataset_id:
        return "it was not made by this dataset"  # this is the run of a clone
    return None


def _sorted(users: Iterable[CollectionUser]) -> tuple[CollectionUser, ...]:
    return tuple(sorted(users, key=lambda user: (user.dataset, user.brain_key)))


def _run(user: CollectionUser, config: Mapping[str, Any]) -> _Run:
    stored = json.loads(config.get("ext") or "{}")
    partition = (stored.get("options") or {}).get("partition")
    return _Run(user, stored.get("address"), stored.get("db_name"), partition)


def _time(run: Mapping[str, Any]) -> datetime | None:
    found = run.get("timestamp")
    return found and found.replace(tzinfo=found.tzinfo or timezone.utc)
