"""Which indexes of all datasets in FiftyOne's MongoDB use a collection. Asks no
Milvus."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone

import fiftyone.core.odm as foo

from ..store.collection import DEFAULT_PARTITION
from ..store.owners import Owner
from ..store.settings import Settings, is_embedded
from . import stored_run
from .stored_run import Broken, StoredRun


@dataclass(frozen=True)
class CollectionUser:
    """An index of this FiftyOne database whose run names a collection."""

    dataset_id: str
    dataset: str
    brain_key: str
    created: datetime | None


@dataclass(frozen=True)
class _Run:
    """A Milvus index, and what its record says; one that is damaged may be anywhere."""

    user: CollectionUser
    record: StoredRun | Broken

    def may_be_at(self, place: Settings) -> bool:
        """False only where its index is surely on another Milvus: one server can have
        several addresses."""
        if isinstance(self.record, Broken):
            return True
        own = self.record.own
        if own.db_name and own.db_name != (place.db_name or "default"):
            return False
        if own.address is None:
            return True
        embedded = is_embedded(own.address) or place.embedded
        return own.address == place.address if embedded else True

    def may_be_in(self, partition: str | None) -> bool:
        """Whether its rows may be among those of a partition; ``None`` for all."""
        if isinstance(self.record, Broken) or partition is None:
            return True
        return (self.record.own.options.partition or DEFAULT_PARTITION) == partition


@dataclass(frozen=True)
class Records:
    """What this FiftyOne database has: its datasets, name by id; the dataset ids and
    keys of their brain runs; and the Milvus indexes by the collection they name."""

    datasets: dict[str, str]
    keys: set[tuple[str, str]]
    runs: dict[str, list[_Run]]

    def users(
        self,
        names: Iterable[str],
        place: Settings,
        owner: Owner | None = None,
        partition: str | None = None,
    ) -> tuple[CollectionUser, ...]:
        """The indexes that use a collection.

        Args:
            names: its own name and its aliases
            place: its Milvus
            owner: whose it is by its stamp, wherever its run says that it is
            partition: the partition whose rows must be theirs; ``None`` for any
        """
        stamped = owner and (owner.dataset_id, owner.brain_key)
        found = [
            run.user
            for name in names
            for run in self.runs.get(name, ())
            if run.may_be_in(partition)
            and (
                run.may_be_at(place)
                or (run.user.dataset_id, run.user.brain_key) == stamped
            )
        ]
        return tuple(sorted(found, key=lambda user: (user.dataset, user.brain_key)))

    @classmethod
    def read(cls) -> Records:
        """Two queries, however many datasets there are; no dataset is loaded."""
        db = foo.get_db_conn()
        names: dict[str, str] = {}
        keys: dict[Hashable, tuple[str, str]] = {}
        for dataset in db.datasets.find({}, {"name": 1, "brain_methods": 1}):
            names[str(dataset["_id"])] = str(dataset.get("name"))
            listed = dataset.get("brain_methods")
            for key, run in listed.items() if isinstance(listed, Mapping) else ():
                id_ = getattr(run, "id", run)
                if isinstance(id_, Hashable):
                    keys[id_] = (str(dataset["_id"]), key)
        runs: dict[str, list[_Run]] = {}
        wanted = {"timestamp": 1, "config": 1}
        for run in db.runs.find({"config.method": "milvus"}, wanted):
            # else FiftyOne has forgotten it
            known = isinstance(run["_id"], Hashable) and run["_id"] in keys
            if known and stored_run.is_milvus(run):
                dataset_id, key = keys[run["_id"]]
                record = stored_run.read(key, run)
                created = record.created.replace(tzinfo=timezone.utc)
                user = CollectionUser(dataset_id, names[dataset_id], key, created)
                if record.collection_name:
                    named = runs.setdefault(record.collection_name, [])
                    named.append(_Run(user, record))
        return cls(names, set(keys.values()), runs)
