"""What a Milvus can do, by the version that it says it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .index_types import INDEX_TYPES, Version

# The first Milvus that has it: pull request 37280 of milvus-io/milvus
FILTER_TEMPLATES: Version = (2, 5)
# The first that is asked by REST to import files; those before are asked by gRPC
REST_IMPORT: Version = (2, 4)
# The first with FLOAT16_VECTOR and BFLOAT16_VECTOR: its release notes
HALF_VECTORS: Version = (2, 4)
# The first with membership_match(): Milvus's documentation, "Membership Match"
MEMBERSHIP_FILTERS: Version = (3, 0, 2)

# "v2.3.5-lite" is something else: the Milvus Standalone that PyPI has
LITE = "milvus_lite"


@dataclass(frozen=True)
class Capabilities:
    """What a server can do.

    Args:
        version: its version, such as ``"2.3.5"``; the whole text if it has no number
        embedded: whether it is Milvus Lite
        filter_templates: whether a filter may hold names for values sent beside it
        index_types: those of :data:`~fiftyone_milvus.store.index_types.INDEX_TYPES` it
            has
    """

    version: str
    embedded: bool
    filter_templates: bool
    index_types: tuple[str, ...]

    @property
    def rest_import(self) -> bool:
        """Whether it is asked by REST, and not by gRPC, to import files."""
        return self._since(REST_IMPORT)

    @property
    def half_vectors(self) -> bool:
        """Whether it may store vectors with 2 bytes a number. Of an unknown version it
        is taken to be so: a server refuses a type that it lacks."""
        unknown = not self.embedded and _number(self.version) is None
        return unknown or self._since(HALF_VECTORS)

    @property
    def membership_filters(self) -> bool:
        """Whether a filter may hold a bitmap of integers."""
        return self._since(MEMBERSHIP_FILTERS)

    def _since(self, first: Version) -> bool:
        return not self.embedded and (_number(self.version) or (0,)) >= first


def of_version(version_text: str) -> Capabilities:
    """What a server can do that answers this version, such as ``"v2.3.5"``,
    ``"milvus_lite-3.2.2"`` or ``"Zilliz Cloud Vector Database(Compatible with Milvus
    2.5)"``.

    Of an unknown version the features are taken to be missing, and the index types to
    be there: a server refuses those it lacks.
    """
    embedded = version_text.lower().startswith(LITE)
    number = _number(version_text)
    return Capabilities(
        version=".".join(map(str, number)) if number else version_text,
        embedded=embedded,
        filter_templates=not embedded and (number or (0,)) >= FILTER_TEMPLATES,
        index_types=tuple(
            name
            for name, known in INDEX_TYPES.items()
            if (known.embedded if embedded else not number or number >= known.since)
        ),
    )


def _number(version_text: str) -> Version | None:
    found = re.search(r"\d+(?:\.\d+)+", version_text)
    return tuple(map(int, found.group().split("."))) if found else None
