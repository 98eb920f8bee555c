"""Many primary keys as a bitmap of integers, for servers that can filter by one.

Each row has a number for that, in collections that we create on such servers, and in
those that a sync gave them to (``indexes/id_numbers.py``). It is computed from the
primary key, so nobody has to count. Two keys may have the same one, which is rare, and
rows that other clients added have none: a search gets these rows, too, and the caller
drops what it didn't ask for.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Any

from .client import WRITE_SECONDS
from .collection import ID_NUMBER, Collection
from .collection_cache import CollectionCache

FEATURE = "membership filters"  # what Milvus calls them
# Any numbers of so many fit into the 64 MB that a server takes a bitmap apart into
IDS_PER_BITMAP = 250_000
HAS_NONE = f"{ID_NUMBER} is null"  # the rows without a number

_OBJECT_ID = re.compile("[0-9a-f]{24}")

# Whether each row of a collection has a number: where some have none, a filter keeps
# more rows than ids were sent
_numbered: CollectionCache[bool] = CollectionCache(30.0)


def can_number(collection: Collection) -> bool:
    """Whether the server takes bitmaps, and pymilvus makes them."""
    connection = collection.connection
    if not connection.capabilities.membership_filters:
        return False
    try:
        from pymilvus import build_roaring_bitmap  # noqa: F401
    except ImportError:  # before 3.0.2
        return False
    return FEATURE not in connection.refused


def are_usable(collection: Collection) -> bool:
    """Whether a search of a collection may be restricted by a bitmap."""
    return (
        can_number(collection)
        and collection.keeps_id_numbers
        and _numbered.get(collection.key, lambda: _is_numbered(collection))
    )


def add_field(collection: Collection) -> None:
    """Adds the field of the numbers to a collection that was created without it."""
    from pymilvus import DataType

    collection.call(
        "add_collection_field",
        ID_NUMBER,
        DataType.INT64,
        nullable=True,
        timeout=WRITE_SECONDS,
    )
    collection.forget()


def forget(collection: Collection) -> None:
    """Asks again next time whether each row has a number."""
    _numbered.discard(collection.key)


def number_of(id_: str) -> int:
    """The number of a primary key, from 0, less than 2^63.

    Of an ObjectId its 4 bytes of time and its 3 bytes of counter: ids that one process
    made in a row are neighbors, and a bitmap of them is small. Of any other key a
    hash.
    """
    if _OBJECT_ID.fullmatch(id_):
        return int(id_[:8] + id_[18:], 16)
    digest = hashlib.blake2b(id_.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def is_in(ids: Iterable[str]) -> dict[str, Any]:
    """The keyword arguments of ``search`` for the rows that have one of at most
    :data:`IDS_PER_BITMAP` primary keys, and for a few others."""
    from pymilvus import build_roaring_bitmap

    bitmap = build_roaring_bitmap([number_of(id_) for id_ in ids])
    known = f"membership_match({ID_NUMBER}, {{ids}}, type=roaring)"
    return {
        "filter": f"{known} or {HAS_NONE}",
        "filter_params": {"ids": bitmap},
    }


def _is_numbered(collection: Collection) -> bool:
    """Asked of all partitions, as what is cached is for all of them."""

    def ask() -> bool:
        rows = collection.call(
            "query",
            filter=HAS_NONE,
            output_fields=["count(*)"],
            consistency_level=collection.consistency_level,
        )
        return int(rows[0]["count(*)"]) == 0

    return collection.connection.try_feature(FEATURE, ask, lambda: False)
