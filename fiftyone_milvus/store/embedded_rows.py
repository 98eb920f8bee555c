"""Which rows of a collection of Milvus Lite are there.

Those that are not deleted, and of several versions of one the last. Milvus Lite 3.2
finds that out for each call, row by row in Python; here it is found out once, and again
after a write.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from cachetools import LRUCache
from milvus_lite.search.indexed_filter import evaluate_segment_filter
from milvus_lite.storage.delta_index import DeltaIndex
from milvus_lite.storage.memtable import MemTable
from milvus_lite.storage.segment import Segment

from .embedded_filters import IdList

MAX_SCOPES = 32  # sets of partitions of a collection
MAX_MASKS = 32  # of filters, each a byte a row of its segment


class Part:
    """A segment, which may be of what is in memory only, with what is computed of its
    rows once."""

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self._norms: dict[str, np.ndarray] = {}
        self._matches: LRUCache[int, tuple[Any, np.ndarray]] = LRUCache(MAX_MASKS)

    def norms(self, field: str) -> np.ndarray:
        """The length of each vector in a field; 1 for one that is zero."""
        found = self._norms.get(field)
        if found is None:
            vectors, _ = self.segment.vector_data(field)
            found = self._norms[field] = vector_norms(vectors)
        return found

    def matches(self, compiled: Any, plan: Any) -> np.ndarray:
        """Which rows match a filter."""
        with _lock:
            kept = self._matches.get(id(compiled))
        if kept is None:
            if isinstance(compiled, IdList):
                kept = compiled, compiled.mask(self.segment)
            else:
                kept = compiled, evaluate_segment_filter(self.segment, compiled, plan)
            with _lock:
                self._matches[id(compiled)] = kept
        return kept[1]


@dataclass(frozen=True)
class Rows:
    """The rows of some partitions at one moment: the parts that they are in, and which
    of each part's are there."""

    parts: list[Part]
    masks: list[np.ndarray]

    def matching(self, compiled: Any, plan: Any) -> list[np.ndarray]:
        """Which rows of each part are there and match a filter, ``None`` for all."""
        if compiled is None:
            return self.masks
        return [
            mask & part.matches(compiled, plan)
            for part, mask in zip(self.parts, self.masks, strict=True)
        ]


class _Scope:
    """The rows of some partitions, but for what is in memory only."""

    def __init__(
        self,
        segments: list[Segment],
        deleted: dict[Any, int],
        partitions: frozenset[str] | None,
    ) -> None:
        self._segments = segments
        self._deleted = deleted
        self._partitions = partitions
        self._parts = [Part(segment) for segment in segments]
        self._masks = _last_versions(segments)
        for pk, seq in deleted.items():
            self._drop_older(self._masks, pk, seq)
        self._known: tuple[tuple[int, int, int], Rows] | None = None

    def is_of(self, segments: list[Segment], deleted: dict[Any, int]) -> bool:
        """Whether nothing has changed but what is in memory only."""
        same = [*map(id, segments)] == [*map(id, self._segments)]
        return same and deleted == self._deleted

    def rows(self, memtable: MemTable, vector_field: str) -> Rows:
        """With those in memory; kept until the next write."""
        with memtable._lock:
            # each write that has an effect changes one of these
            state = (
                len(memtable._insert_batches),
                len(memtable._pk_index),
                len(memtable._delete_index),
            )
            if self._known is None or self._known[0] != state:
                self._known = state, self._with_memory(memtable, vector_field)
            return self._known[1]

    def _with_memory(self, memtable: MemTable, vector_field: str) -> Rows:
        masks = [mask.copy() for mask in self._masks]
        for pk, (seq, _) in memtable.delete_index_snapshot().items():
            self._drop_older(masks, pk, seq)
        if not memtable._insert_batches:
            return Rows(self._parts, masks)
        memory = _in_memory(memtable, self._partitions, vector_field)
        live = np.ones(memory.num_rows, bool)
        for row, (pk, seq) in enumerate(
            zip(memory.pks, memory.seqs.tolist(), strict=True)
        ):
            later = self._drop_older(masks, pk, seq)
            live[row] = not later and self._deleted.get(pk, -1) <= seq
        return Rows([*self._parts, Part(memory)], [*masks, live])

    def _drop_older(self, masks: list[np.ndarray], pk: Any, seq: int) -> bool:
        """Takes the rows of a key that are older than ``seq`` out of the masks of the
        segments; whether there is a later one."""
        later = False
        for segment, mask in zip(self._segments, masks, strict=True):
            row = segment.pk_to_row.get(pk)
            if row is not None:
                mask[row] &= segment.seqs[row] >= seq
                later |= bool(segment.seqs[row] > seq)
        return later


_scopes: WeakKeyDictionary[MemTable, LRUCache[Any, _Scope]] = WeakKeyDictionary()
_lock = threading.Lock()


def rows_of(
    segments: Iterable[Segment],
    memtable: MemTable,
    delta: DeltaIndex,
    partition_names: Iterable[str] | None,
    vector_field: str,
) -> Rows:
    """The rows of some partitions as they are now, ``None`` or empty for all.

    Args:
        segments, memtable, delta: where Milvus Lite has the rows of a collection
        partition_names: the partitions
        vector_field: the field of the vectors
    """
    partitions = frozenset(partition_names) if partition_names else None
    found = [
        segment
        for segment in segments
        if segment.num_rows and (partitions is None or segment.partition in partitions)
    ]
    with _lock:
        scopes = _scopes.setdefault(memtable, LRUCache(MAX_SCOPES))
        scope = scopes.get(partitions)
    if scope is None or not scope.is_of(found, delta._map):
        made = _Scope(found, delta._map, partitions)
        with _lock:
            if scope is not None:  # the others have segments that compaction replaced
                scopes.clear()
            scopes[partitions] = scope = made
    return scope.rows(memtable, vector_field)


def _in_memory(
    memtable: MemTable, partitions: frozenset[str] | None, vector_field: str
) -> Segment:
    """What is in memory only, as a segment without a file."""
    batches = memtable._insert_batches
    places = [place for _, place in memtable.pk_index_snapshot()]
    numbers, rows, _ = np.array(places, np.int64).reshape(-1, 3).T
    starts = np.cumsum([0, *(batch.num_rows for batch in batches)])
    table = pa.Table.from_batches(batches).take(starts[numbers] + rows)
    if partitions is not None:
        names = pa.array(sorted(partitions), pa.string())
        table = table.filter(pc.is_in(table.column("_partition"), value_set=names))
    return Segment(
        file_path="",
        partition="",
        pk_field=memtable.pk_name,
        vector_field=vector_field,
        pks=table.column(memtable.pk_name).to_pylist(),
        seqs=table.column("_seq").to_numpy(),
        vectors=_vectors(table.column(vector_field)),
        table=table.drop(["_partition"]),
    )


def _vectors(column: pa.ChunkedArray) -> np.ndarray:
    """``(n, dim)`` float32; zero where there is none, as in Milvus Lite."""
    dim = column.type.list_size
    if column.null_count:
        column = column.fill_null(pa.scalar([0.0] * dim, column.type))
    numbers = pc.list_flatten(column).to_numpy().astype(np.float32, copy=False)
    return numbers.reshape(-1, dim)


def _last_versions(segments: list[Segment]) -> list[np.ndarray]:
    """The rows of each segment that no other segment has in a later version."""
    if len(segments) < 2:
        return [np.ones(segment.num_rows, bool) for segment in segments]
    keys = pa.chunked_array(
        [
            chunk
            for segment in segments
            for chunk in segment.table.column(segment._pk_field).chunks
        ]
    )
    codes = keys.combine_chunks().dictionary_encode().indices.to_numpy()
    seqs = np.concatenate([segment.seqs for segment in segments])
    order = np.lexsort((seqs, codes))
    last = np.append(np.diff(codes[order]) != 0, True)
    mask = np.zeros(len(codes), bool)
    mask[order[last]] = True
    ends = np.cumsum([segment.num_rows for segment in segments])[:-1]
    return [each.copy() for each in np.split(mask, ends)]


def vector_norms(vectors: np.ndarray) -> np.ndarray:
    """The length of each of ``(n, dim)`` vectors; 1 for one that is zero."""
    found = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    found[found == 0] = 1
    return found
