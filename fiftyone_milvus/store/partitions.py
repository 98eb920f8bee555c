"""The partition of a collection that holds an index's rows: created, stamped with its
owner, and dropped."""

from __future__ import annotations

import copy
import random
import time
from typing import TYPE_CHECKING

from ..errors import VectorSearchError
from . import owners
from .client import CALL_SECONDS as READ_SECONDS
from .client import WRITE_SECONDS
from .collection import DEFAULT_PARTITION, Collection
from .owners import Owner

if TYPE_CHECKING:
    from typing_extensions import Self

CLAIM_TRIES = 8
CLAIM_SECONDS = 0.2  # a wait of up to so long, twice as long after each try


class PartitionedCollection(Collection):
    """A collection whose rows may be in a partition of their own."""

    _claim: str | None = None  # the property of the stamp that this object wrote

    @property
    def has_own_partition(self) -> bool:
        """Whether a partition was chosen for the rows."""
        return self._chosen_partition not in (None, DEFAULT_PARTITION)

    def owners(self) -> tuple[Owner, ...]:
        """Whose the rows are, by the stamps of their partition, or of the collection if
        they have none of their own. One, or none; several if clients that created a
        partition at the same moment have not settled whose it is."""
        self._described = None
        if self.has_own_partition:
            return tuple(self._claims().values())
        owner = Owner.parse(self._stamp())
        return () if owner is None else (owner,)

    def rename_owner(self, old: Owner, new: Owner) -> None:
        """Writes another brain key into the stamp, if it is that of the old one."""
        self._described = None
        stamps = {owners.OWNER: Owner.parse(self._stamp())}
        if self.has_own_partition:
            stamps |= self._claims()
        claim = (old.dataset_id, old.brain_key)
        for key, owner in stamps.items():
            if owner is not None and (owner.dataset_id, owner.brain_key) == claim:
                self._set_property(key, new.text)

    def move_to_partition(self, name: str, owner: Owner) -> None:
        """From here on keeps its rows in a partition of their own, made if missing."""
        self._chosen_partition = name
        self.add_partition(owner)

    def in_partition(self, name: str) -> Self:
        """The same collection, another partition."""
        other = copy.copy(self)
        other._chosen_partition, other._claim = name, None
        return other

    def add_partition(self, owner: Owner) -> bool:
        """Creates the partition that was chosen, if it is missing.

        Returns:
            whether it is this call's: not if another client was quicker
        """
        name = self._chosen_partition
        if name is None or self._has_partition(name):
            return False
        made = self._create_partition(name, owner)
        self._call(lambda c: c.load_collection(self.name, timeout=WRITE_SECONDS))
        return made

    def drop_partition(self) -> None:
        """Drops the partition that was chosen, with its rows."""
        name = self._chosen_partition
        assert name is not None
        self._described = None
        for key in self._claims():  # first: a later partition of this name isn't ours
            self._set_property(key, "")
        if not self.connection.settings.embedded:  # Milvus Lite loads no partitions
            self._call(lambda c: c.release_partitions(self.name, [name], WRITE_SECONDS))
        self._call(lambda c: c.drop_partition(self.name, name, WRITE_SECONDS))

    def drop_own_partition(self) -> None:
        """Drops the partition if this object created it, and no other client did at the
        same moment."""
        self._described = None
        if self._claim is not None and list(self._claims()) == [self._claim]:
            self.drop_partition()
        self._claim = None

    # -- helpers

    def _create_partition(self, name: str, owner: Owner) -> bool:
        """Whether it is this call's."""
        try:
            self._call(lambda c: c.create_partition(self.name, name, WRITE_SECONDS))
        except VectorSearchError:
            if not self._has_partition(name):
                raise
            return False
        return self._claimed(name, owner)

    def _claimed(self, name: str, owner: Owner) -> bool:
        """Stamps the partition that was just created. Milvus 2.3 tells each of several
        clients that it created it: who then sees another's stamp takes the own one
        back, so that there are never two owners; if all did, they try again."""
        for number in range(CLAIM_TRIES):
            claim = owners.claim_key(name)
            self._set_property(claim, owner.text)
            if all(one == owner for one in self._claims().values()):
                self._claim = claim
                return True
            self._set_property(claim, "")
            time.sleep(random.uniform(0, CLAIM_SECONDS * 2**number))  # nosec B311
            if self._claims():
                return False
        return False

    def _claims(self) -> dict[str, Owner]:
        assert self._chosen_partition is not None
        return owners.claims(self._describe(), self._chosen_partition)

    def _set_property(self, key: str, value: str) -> None:
        self._call(
            lambda c: c.alter_collection_properties(
                self.name, properties={key: value}, timeout=WRITE_SECONDS
            )
        )
        self._described = None

    def _has_partition(self, name: str) -> bool:
        return self._call(
            lambda c: bool(c.has_partition(self.name, name, timeout=READ_SECONDS))
        )
