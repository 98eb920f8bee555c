"""Which filtered searches of a graph index are exact, from how a server holds it.

Milvus 2.3 and later leave a segment's graph alone, and compare each row, where a filter
keeps less than 7 % of it (knowhere's ``kHnswSearchBFThreshold``). Rows that are not in
an indexed segment yet are searched by a makeshift index that looks at the lists next to
the query alone, whatever the filter keeps: on 2.3.5, in a view far from the query, it
finds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..errors import VectorSearchError
from .collection import Collection
from .collection_cache import CollectionCache

KEPT = 0.06
# Fewer rows get no makeshift index: it needs 39 for each of its 128 lists
UNINDEXED = 4_096
DROPPED = ("Dropped", "NotExist")


@dataclass(frozen=True)
class Segments:
    """The rows of each indexed segment in memory, and how many rows are in none."""

    indexed: tuple[int, ...]
    others: int

    @property
    def ids_at_once(self) -> int:
        """How many ids a filter may name for the answer to be exact; 0 if none may."""
        if self.others > UNINDEXED:
            return 0
        if not self.indexed:
            return UNINDEXED
        return max(1, int(KEPT * min(self.indexed)))


_known: CollectionCache[Segments | None] = CollectionCache(5.0)


def read_segments(collection: Collection) -> Segments | None:
    """How the server holds an index; ``None`` if it doesn't say."""
    strong = collection.consistency_level == "Strong"
    return _known.get(collection.key, lambda: _ask(collection), refresh=strong)


def changed(collection: Collection) -> None:
    """Asks again next time, since this process wrote."""
    _known.discard(collection.key)


def _ask(collection: Collection) -> Segments | None:
    try:
        loaded = collection.call("list_loaded_segments")
        stored = collection.call("list_persistent_segments")
    except VectorSearchError:
        return None
    # each replica tells of its own
    indexed = {s.segment_id: int(s.num_rows) for s in loaded if s.index_name}
    present = tuple(count for count in indexed.values() if count)
    # what is stored lags a little behind the count, which leaves deleted rows out
    known = sum(int(s.num_rows) for s in stored if _state(s) not in DROPPED)
    known = max(known, collection.count(collection.consistency_level))
    return Segments(present, max(0, known - sum(present)))


def _state(segment: Any) -> str:
    return str(getattr(segment.state, "name", segment.state))
