"""What a Milvus can do, by the version that it says it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .index_types import INDEX_TYPES

Version = tuple[int, int]

# The first Milvus that has it. Sources: the release notes of 2.2, 2.3 and 2.4; for
# filter templates pull request 37280, for HNSW_SQ issue 36920 of milvus-io/milvus
FILTER_TEMPLATES: Version = (2, 5)
ITERATORS: Version = (2, 3)
GROUPING: Version = (2, 4)
INDEX_TYPES_SINCE: dict[str, Version] = {
    "DISKANN": (2, 2),
    "GPU_CAGRA": (2, 4),
    "HNSW_SQ": (2, 5),
}
# Milvus Lite accepts any name, and fails when it is to load the collection
NOT_EMBEDDED = ("DISKANN", "GPU_CAGRA")

# "v2.3.5-lite" is something else: the Milvus Standalone that PyPI has
LITE = "milvus_lite"


@dataclass(frozen=True)
class Capabilities:
    """What a server can do.

    Args:
        version: its version, such as ``"2.3.5"``; the whole text if it has no number
        embedded: whether it is Milvus Lite
        filter_templates: whether a filter may hold names for values sent beside it
        iterators: whether it has query iterators
        grouping: whether a search by group finds each group once, and all of them
        index_types: those of :data:`~fiftyone_milvus.store.index_types.INDEX_TYPES` it
            has; a server without a GPU refuses GPU_CAGRA all the same
    """

    version: str
    embedded: bool
    filter_templates: bool
    iterators: bool
    grouping: bool
    index_types: tuple[str, ...]


def of_version(version_text: str) -> Capabilities:
    """What a server can do that answers this version, such as ``"v2.3.5"``,
    ``"milvus_lite-3.2.2"`` or ``"Zilliz Cloud Vector Database(Compatible with Milvus
    2.5)"``.

    Of an unknown version the features are taken to be missing, and the index types to
    be there: a server refuses those it lacks.
    """
    found = re.search(r"(\d+)\.(\d+)(\.\d+)*", version_text)
    version = found.group() if found else version_text
    if version_text.lower().startswith(LITE):
        return _of_lite(version)
    number = (int(found[1]), int(found[2])) if found else None
    return Capabilities(
        version=version,
        embedded=False,
        filter_templates=number is not None and number >= FILTER_TEMPLATES,
        iterators=number is not None and number >= ITERATORS,
        grouping=number is not None and number >= GROUPING,
        index_types=tuple(
            name
            for name in INDEX_TYPES
            if number is None or number >= INDEX_TYPES_SINCE.get(name, (0, 0))
        ),
    )


def _of_lite(version: str) -> Capabilities:
    """Its numbers are its own; this is what Milvus Lite 3.2.2 does."""
    return Capabilities(
        version=version,
        embedded=True,
        filter_templates=False,
        iterators=True,
        grouping=False,  # of five groups of 100 it finds the nearest alone
        index_types=tuple(name for name in INDEX_TYPES if name not in NOT_EMBEDDED),
    )
