"""Whose the rows of an index are: what Milvus says, never what the index's record says.

A collection, and a partition of it, is this dataset's where its stamp in Milvus names
the dataset. What has no stamp (plain FiftyOne writes none, and older versions of this
backend stamped no partitions) is this dataset's where all its rows are: the ids that
Milvus has are compared with the dataset's. Even then a record must have been made for
this dataset, which those that come with an imported one aren't.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import fiftyone.core.utils as fou

from ..dataset import indexed_samples
from ..errors import CollectionError
from ..store.owners import Owner
from . import scope
from .records import CollectionUser, Records

if TYPE_CHECKING:
    from .index import MilvusSimilarityIndex

NO_STAMP = "it has no stamp of who made it"


def is_owned(index: MilvusSimilarityIndex) -> bool:
    """Whether the rows are this dataset's as far as stamps and names say; before
    anything is deleted, :func:`kept_because` looks closer."""
    owners = index.rows.owners()
    if not owners:
        return _looks_owned(index)
    return {owner.dataset_id for owner in owners} == {_dataset_id(index)}


def kept_because(index: MilvusSimilarityIndex) -> str | None:
    """Why cleaning an index up deletes no rows, and whose they are; ``None`` if it
    deletes them."""
    why = _not_owned_because(index)
    if why is None and not index.rows.owners():
        others = any(own < all_ for own, all_ in _shares(index))
        if others or not _has_some(index):
            why = f"{NO_STAMP}, and not all its rows are of samples of this dataset"
    if why is not None:
        return why
    users = _others(index)
    if not users:
        return None
    whose = f"the index '{users[0].brain_key}'"
    if users[0].dataset_id != _dataset_id(index):
        whose += f" of the dataset '{users[0].dataset}'"
    return f"{whose} uses it too"


def check_orphans(index: MilvusSimilarityIndex) -> None:
    """Checks that rows which the dataset has no sample of may be deleted.

    Raises:
        CollectionError: if they may be somebody else's
    """
    why = _not_owned_because(index)
    if why is None and not index.rows.owners() and not _has_some(index):
        why = f"{NO_STAMP}, and none of its rows is of a sample of this dataset"
    if why is not None:
        raise CollectionError(
            f"The collection '{index.rows.name}' has rows that this dataset has no "
            f"samples of. They are not deleted, since {why}. Build an index of this "
            "dataset's own."
        )


def check_writing(index: MilvusSimilarityIndex, owners: Iterable[Owner]) -> None:
    """Checks that the rows, of some owners, may be changed.

    Raises:
        CollectionError: if they are those of another dataset's index
    """
    for owner in owners:
        if owner.dataset_id != _dataset_id(index):
            raise CollectionError(
                f"The rows of the collection '{index.rows.name}' belong to the dataset "
                f"'{owner.dataset}', so they are not changed here. Build an index of "
                "this dataset's own; it may share the collection."
            )


def _looks_owned(index: MilvusSimilarityIndex) -> bool:
    """What a record and names say of rows that have no stamp."""
    stored, rows = index.config.own, index.rows
    if stored.version is not None:
        in_partition = index.config.options.partition is not None
        return in_partition and stored.dataset_id == _dataset_id(index)
    # FiftyOne's own backend has a way to name what it makes
    slug = fou.to_slug(index._dataset_name).replace("-", "_")
    return re.fullmatch(f"fiftyone_{slug}(_[a-z0-9]{{6,}})?", rows.name) is not None


def _not_owned_because(index: MilvusSimilarityIndex) -> str | None:
    """Why the rows are not this dataset's, by stamps and names."""
    owners = index.rows.owners()
    others = [one for one in owners if one.dataset_id != _dataset_id(index)]
    if others:
        return f"it was not made by this dataset, but by '{others[0].dataset}'"
    if not owners and not _looks_owned(index):
        return "it was not made by this dataset"
    return None


def _has_some(index: MilvusSimilarityIndex) -> bool:
    return any(own for own, _ in _shares(index))


def _shares(index: MilvusSimilarityIndex) -> Iterator[tuple[int, int]]:
    """How many rows of each batch are of samples, or patches, of the dataset, and how
    many there are."""
    field = index.config.patches_field
    samples = scope.all_samples(index.samples, index.config)
    if samples is None or (field is not None and not samples.has_field(field)):
        samples = None
    for ids, sample_ids in index.rows.iterate_ids():
        own = (
            indexed_samples.existing(samples, field, ids, sample_ids) if samples else ()
        )
        yield len(own), len(set(ids))


def _others(index: MilvusSimilarityIndex) -> list[CollectionUser]:
    """The other indexes of this FiftyOne database that have the same rows."""
    rows, this = index.rows, (_dataset_id(index), index.key)
    place = rows.connection.settings
    found = Records.read().sharing(rows.name, rows.partition, place)
    return [user for user in found if (user.dataset_id, user.brain_key) != this]


def _dataset_id(index: MilvusSimilarityIndex) -> str:
    return index._dataset_id
