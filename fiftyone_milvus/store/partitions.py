"""The partition of a collection that holds an index's rows: created, stamped with its
owner, and dropped."""

from __future__ import annotations

import random
import time
from dataclasses import replace

from ..errors import VectorSearchError
from . import owners
from .client import WRITE_SECONDS
from .collection import Collection
from .owners import Owner

CLAIM_TRIES = 8
CLAIM_SECONDS = 0.2  # a wait of up to so long, twice as long after each try


def owners_of(collection: Collection) -> tuple[Owner, ...]:
    """Whose the rows are, by the stamps of their partition, or of the collection if
    they have none of their own. One, or none; several if clients that created a
    partition at the same moment have not settled whose it is."""
    collection.description(fresh=True)
    if collection.has_own_partition:
        return tuple(_claims(collection).values())
    owner = Owner.parse(collection.stamp)
    return () if owner is None else (owner,)


def rename_owner(collection: Collection, old: Owner, new: Owner) -> None:
    """Writes another brain key into the stamp, if it is that of the old one."""
    stamps = {owners.OWNER: collection.owner()}
    if collection.has_own_partition:
        stamps |= _claims(collection)
    claim = (old.dataset_id, old.brain_key)
    for key, owner in stamps.items():
        if owner is not None and (owner.dataset_id, owner.brain_key) == claim:
            collection.set_property(key, new.text)


def move_to(collection: Collection, name: str, owner: Owner) -> None:
    """From here on keeps the rows in a partition of their own, made if missing."""
    collection.options = replace(collection.options, partition=name)
    add(collection, owner)


def add(collection: Collection, owner: Owner, load: bool = True) -> None:
    """Creates the partition that was chosen, if it is missing.

    Args:
        collection: the collection
        owner: whose the partition is to be
        load: whether to load it too
    """
    name = collection.options.partition
    if name is None or _exists(collection, name):
        return
    try:
        collection.call("create_partition", name, timeout=WRITE_SECONDS)
    except VectorSearchError:  # another client was quicker
        if not _exists(collection, name):
            raise
    else:
        _claim(collection, name, owner)
    if load:
        collection.load()


def drop(collection: Collection) -> None:
    """Drops the partition that was chosen, with its rows."""
    name = collection.options.partition
    assert name is not None
    collection.description(fresh=True)
    for key in _claims(collection):  # first: a later partition of this name isn't ours
        collection.set_property(key, "")
    if not collection.embedded:  # Milvus Lite loads no partitions
        collection.call("release_partitions", [name], timeout=WRITE_SECONDS)
    collection.call("drop_partition", name, timeout=WRITE_SECONDS)


def drop_claimed(collection: Collection) -> None:
    """Drops the partition if this object created it, and no other client did at the
    same moment."""
    claim, collection.claim = collection.claim, None
    if claim is not None:
        collection.description(fresh=True)
        if list(_claims(collection)) == [claim]:
            drop(collection)


def _claim(collection: Collection, name: str, owner: Owner) -> None:
    """Stamps the partition that was just created. Milvus 2.3 tells each of several
    clients that it created it: who then sees another's stamp takes the own one
    back, so that there are never two owners; if all did, they try again."""
    for number in range(CLAIM_TRIES):
        claim = owners.claim_key(name)
        collection.set_property(claim, owner.text)
        if all(one == owner for one in _claims(collection).values()):
            collection.claim = claim
            return
        collection.set_property(claim, "")
        time.sleep(random.uniform(0, CLAIM_SECONDS * 2**number))  # nosec B311
        if _claims(collection):
            return


def _claims(collection: Collection) -> dict[str, Owner]:
    """The stamps of the partition that was chosen."""
    assert collection.options.partition is not None
    return owners.claims(collection.description(), collection.options.partition)


def _exists(collection: Collection, name: str) -> bool:
    return bool(collection.call("has_partition", name))
