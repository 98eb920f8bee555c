"""Whose the rows of an index are: what Milvus says, never what the index's record says.

A collection, and a partition of it, is this dataset's where its stamp in Milvus names
the dataset. What has no stamp (plain FiftyOne writes none, and older versions of this
backend stamped no partitions) is this dataset's where all its rows are: the ids that
Milvus has are compared with the dataset's. Even then a record must have been made for
this dataset, which those that come with an imported one aren't.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import fiftyone.core.utils as fou

from ..errors import CollectionError
from ..store import partitions
from ..store.owners import Owner
from ..store.rows import StoredRows
from . import scope
from .collection_users import CollectionUser, Records
from .config import MilvusSimilarityConfig

NO_STAMP = "it has no stamp that says which dataset created it"


def new_name(dataset: str, brain_key: str | None) -> str:
    """A name for a collection or partition that tells whose it is, and that no other
    index has."""
    words = f"fiftyone_{dataset}_{brain_key or 'index'}"
    legal = re.sub(r"\W+", "_", words, flags=re.ASCII)
    return f"{legal[:200]}_{uuid4().hex[:8]}"


class Ownership:
    """Whose the rows of an index are, and so what the index may do to them.

    Args:
        rows: the rows
        config: the configuration of the index
        samples: what the index was made over
        owner: the index itself
        is_new: whether it is just being made, its run not stored yet
    """

    def __init__(
        self,
        rows: StoredRows,
        config: MilvusSimilarityConfig,
        samples: Any,
        owner: Owner,
        is_new: bool,
    ) -> None:
        self._rows = rows
        self._collection = rows.collection
        self._config = config
        self._samples = samples
        self._owner = owner
        self._is_new = is_new

    @property
    def owned(self) -> bool:
        """Whether the rows are this dataset's as far as stamps and names say; before
        anything is deleted, :meth:`kept_because` looks closer."""
        owners = self._owners()
        if not owners:
            return self._looks_owned()
        return {owner.dataset_id for owner in owners} == {self._owner.dataset_id}

    @property
    def made_rows(self) -> bool:
        """Whether the stamp of the collection, or of the partition that was chosen,
        names this index, and no other."""
        owners = self._owners()
        return bool(owners) and all(map(self._is_same, owners))

    @property
    def made_collection(self) -> bool:
        """Whether the collection's own stamp names this index."""
        owner = self._collection.owner()
        return owner is not None and self._is_same(owner)

    def kept_because(self) -> str | None:
        """Why cleaning the index up deletes no rows, and whose they are; ``None`` if it
        deletes them."""
        why = self._not_owned_because()
        if why is None and not self._owners():
            others = any(own < all_ for own, all_ in self._shares())
            if others or not self._has_some():
                why = f"{NO_STAMP}, and not all its rows are of samples of this dataset"
        if why is not None:
            return why
        users = self._other_users()
        if not users:
            return None
        whose = f"the index '{users[0].brain_key}'"
        if users[0].dataset_id != self._owner.dataset_id:
            whose += f" of the dataset '{users[0].dataset}'"
        return f"{whose} uses it too"

    def check_orphans(self) -> None:
        """Checks that rows which the dataset has no sample of may be deleted.

        Raises:
            CollectionError: if they may be somebody else's
        """
        why = self._not_owned_because()
        if why is None and not self._owners() and not self._has_some():
            why = f"{NO_STAMP}, and none of its rows is of a sample of this dataset"
        if why is not None:
            raise CollectionError(
                f"The collection '{self._collection.name}' has rows that this dataset "
                f"has no samples of. They are not deleted, since {why}. Build an index "
                "of this dataset's own."
            )

    def check_writing(self, owners: tuple[Owner, ...] | None = None) -> None:
        """Checks that the rows may be changed.

        Raises:
            CollectionError: if they are those of another dataset's index
        """
        for owner in self._owners() if owners is None else owners:
            if owner.dataset_id != self._owner.dataset_id:
                raise CollectionError(
                    f"The rows of the collection '{self._collection.name}' belong to "
                    f"the dataset '{owner.dataset}', so they are not changed here. "
                    "Build an index of this dataset's own; it may share the collection."
                )

    def claim(self) -> None:
        """Sees to it that the index changes none but its own rows: in a collection that
        another index created, a new index has its rows in a partition of its own.

        Raises:
            CollectionError: if the rows are those of another dataset's index
        """
        chosen = self._config.options.partition is not None
        if chosen:
            partitions.add(self._collection, self._owner)  # cleaning up dropped it
        owners = self._owners()
        if not chosen and self._is_new and owners and not self._is_same(owners[0]):
            name = new_name(self._owner.dataset, self._owner.brain_key)
            partitions.move_to(self._collection, name, self._owner)
            self._config.remember(options=self._collection.options.to_dict())
            return
        self.check_writing(owners)

    def release(self) -> None:
        """Drops the partition that a failed build created."""
        if self._is_new:
            partitions.drop_claimed(self._collection)

    def rename(self, brain_key: str | None) -> None:
        """Writes another key into the stamp of what this index created."""
        new = Owner(self._owner.dataset_id, self._owner.dataset, brain_key)
        if self._collection.exists():
            partitions.rename_owner(self._collection, self._owner, new)

    def drop(self) -> None:
        """Drops the collection, or what of it is this index's own.

        Raises:
            CollectionError: if another dataset, or another tool, created it, or another
                index has the same rows
        """
        why = self.kept_because()
        if why is not None:
            raise CollectionError(
                f"The collection '{self._collection.name}' is not deleted, since "
                f"{why}. Delete the record alone with "
                f"dataset.delete_brain_run('{self._owner.brain_key}'), or drop the "
                "collection with Milvus's own tools."
            )
        if self._collection.has_own_partition:
            partitions.drop(self._collection)
        elif self._collection.other_partitions():
            self._rows.delete(self._rows.all_ids()[0])
        else:
            self._collection.drop()

    def _owners(self) -> tuple[Owner, ...]:
        return partitions.owners_of(self._collection)

    def _is_same(self, owner: Owner) -> bool:
        """Whether it is this index, whatever its dataset's name was."""
        this = self._owner.dataset_id, self._owner.brain_key
        return (owner.dataset_id, owner.brain_key) == this

    def _looks_owned(self) -> bool:
        """What a record and names say of rows that have no stamp."""
        stored = self._config.own
        if stored.version is not None:
            in_partition = self._config.options.partition is not None
            return in_partition and stored.dataset_id == self._owner.dataset_id
        # FiftyOne's own backend has a way to name what it creates
        slug = fou.to_slug(self._owner.dataset).replace("-", "_")
        name = self._collection.name
        return re.fullmatch(f"fiftyone_{slug}(_[a-z0-9]{{6,}})?", name) is not None

    def _not_owned_because(self) -> str | None:
        """Why the rows are not this dataset's, by stamps and names."""
        owners = self._owners()
        others = [o for o in owners if o.dataset_id != self._owner.dataset_id]
        if others:
            return f"it was not created by this dataset, but by '{others[0].dataset}'"
        if not owners and not self._looks_owned():
            return "it was not created by this dataset"
        return None

    def _has_some(self) -> bool:
        return any(own for own, _ in self._shares())

    def _shares(self) -> Iterator[tuple[int, int]]:
        """How many rows of each batch are of samples, or patches, of the dataset, and
        how many there are."""
        field = self._config.patches_field
        indexed = scope.indexed(self._samples, self._config)
        if indexed and field is not None and not indexed.samples.has_field(field):
            indexed = None
        for ids, sample_ids in self._rows.iterate_ids():
            own = indexed.existing(ids, sample_ids) if indexed else ()
            yield len(own), len(set(ids))

    def _other_users(self) -> list[CollectionUser]:
        """The other indexes of this FiftyOne database that have the same rows."""
        collection = self._collection
        place = collection.connection.settings
        found = Records.read().users(
            [collection.name], place, partition=collection.partition
        )
        this = self._owner.dataset_id, self._owner.brain_key
        return [user for user in found if (user.dataset_id, user.brain_key) != this]
