"""Which rows of a collection of Milvus Lite are there.

Those that are not deleted, and of several versions of one the last. Milvus Lite 3.2
finds that out for each call, row by row in Python; here it is found out once, and again
after a write.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from cachetools import LRUCache
from milvus_lite.search.filter import evaluate_mask
from milvus_lite.search.indexed_filter import evaluate_segment_filter
from milvus_lite.storage.delta_index import DeltaIndex
from milvus_lite.storage.memtable import MemTable
from milvus_lite.storage.segment import Segment

from .embedded_filters import IdList

MAX_SCOPES = 32  # sets of partitions of a collection
MAX_MASKS = 64  # of filters, each a byte a row of its segment

Mask = np.ndarray | None  # which rows; None for all


class Buffer:
    """The rows that Milvus Lite has in memory only, as they are at one moment.

    Attributes:
        pks, seqs, vectors: of each row: its key, its version, and its vector
        refs: ``(n, 2)``, where the memory table has each
        live: which are the last version of theirs
        masks: the rows of each segment that are not replaced or deleted here either
    """

    def __init__(self, scope: Scope, memtable: MemTable, vector_field: str) -> None:
        items = memtable.pk_index_snapshot()
        deleted = memtable.delete_index_snapshot()
        positions = np.array([place for _, place in items], np.int64).reshape(-1, 3)
        batches = list(memtable._insert_batches)
        keep = _in_partitions(batches, positions, scope.partitions)
        self.pks = [pk for (pk, _), kept in zip(items, keep, strict=True) if kept]
        positions = positions[keep]
        self.refs, self.seqs = positions[:, :2], positions[:, 2]
        self.vectors = _buffered_vectors(batches, self.refs, vector_field)
        self.live = np.ones(len(self.pks), bool)
        self.masks = list(scope.masks)
        for row, (pk, seq) in enumerate(zip(self.pks, self.seqs, strict=True)):
            later = scope.replace(self.masks, pk, int(seq))
            self.live[row] = not later and scope.deleted.get(pk, -1) <= seq
        for pk, (seq, _) in deleted.items():
            scope.replace(self.masks, pk, seq)
        self._batches = batches

    @property
    def table(self) -> pa.Table:
        """The fields that filters read."""
        starts = np.cumsum([0, *(batch.num_rows for batch in self._batches)])
        rows = starts[self.refs[:, 0]] + self.refs[:, 1]
        return pa.Table.from_batches(self._batches).take(rows).drop(["_partition"])


class Scope:
    """Which rows of some partitions are there: those not deleted, and of several
    versions the last one."""

    def __init__(
        self,
        segments: tuple[Segment, ...],
        deleted: dict[Any, int],
        partitions: frozenset[str] | None,
    ) -> None:
        self.segments = segments
        self.deleted = deleted
        self.partitions = partitions
        self.masks = _last_versions(segments)
        for pk, seq in deleted.items():
            self.replace(self.masks, pk, seq)
        self._norms: dict[int, np.ndarray] = {}
        self._buffer: tuple[tuple[int, int, int], Buffer] | None = None
        self._matches: LRUCache[Any, tuple[Any, np.ndarray]] = LRUCache(MAX_MASKS)

    def is_of(self, segments: tuple[Segment, ...], deleted: dict[Any, int]) -> bool:
        """Whether nothing has changed but what is in memory only."""
        same = len(segments) == len(self.segments) and all(
            one is other for one, other in zip(segments, self.segments, strict=True)
        )
        return same and deleted == self.deleted

    def replace(self, masks: list[Mask], pk: Any, seq: int) -> bool:
        """Takes the rows of a key that are older than ``seq`` out of the masks of the
        segments; whether there is a later one."""
        later = False
        for number, segment in enumerate(self.segments):
            row = segment.pk_to_row.get(pk)
            if row is None:
                continue
            if segment.seqs[row] > seq:
                later = True
            elif segment.seqs[row] < seq:
                mask = masks[number]
                if mask is None:
                    mask = np.ones(segment.num_rows, bool)
                elif mask is self.masks[number] and masks is not self.masks:
                    mask = mask.copy()
                mask[row] = False
                masks[number] = mask
        return later

    def buffer(self, memtable: MemTable, vector_field: str) -> Buffer:
        """What is in memory only; kept until the next write."""
        with memtable._lock:
            # each write that has an effect changes one of these
            state = (
                len(memtable._insert_batches),
                len(memtable._pk_index),
                len(memtable._delete_index),
            )
            kept = self._buffer
            if kept is None or kept[0] != state:
                kept = state, Buffer(self, memtable, vector_field)
                self._buffer = kept
            return kept[1]

    def matches(self, number: int, compiled: Any, plan: Any) -> np.ndarray:
        """The rows of a segment that match a filter, which is kept with them."""
        key = number, id(compiled)
        with _lock:
            kept = self._matches.get(key)
        if kept is None:
            segment = self.segments[number]
            if isinstance(compiled, IdList):
                kept = compiled, compiled.mask(segment)
            else:
                kept = compiled, evaluate_segment_filter(segment, compiled, plan)
            with _lock:
                self._matches[key] = kept
        return kept[1]

    def norms(self, number: int, vectors: np.ndarray) -> np.ndarray:
        """The length of each vector of a segment; 1 for one that is zero."""
        found = self._norms.get(number)
        if found is None:
            found = self._norms[number] = vector_norms(vectors)
        return found


_scopes: WeakKeyDictionary[MemTable, LRUCache[Any, Scope]] = WeakKeyDictionary()
_lock = threading.Lock()


def scope_of(
    segments: Iterable[Segment],
    memtable: MemTable,
    delta: DeltaIndex,
    partition_names: Iterable[str] | None,
) -> Scope:
    partitions = frozenset(partition_names) if partition_names else None
    segments = tuple(segments)
    found = tuple(
        segment
        for segment in segments
        if segment.num_rows and (partitions is None or segment.partition in partitions)
    )
    with _lock:
        scopes = _scopes.setdefault(memtable, LRUCache(MAX_SCOPES))
        scope = scopes.get(partitions)
    if scope is None or not scope.is_of(found, delta._map):
        scope = Scope(found, delta._map, partitions)
        with _lock:
            _forget_replaced(scopes, segments)
            scopes[partitions] = scope
    return scope


def _forget_replaced(
    scopes: LRUCache[Any, Scope], segments: tuple[Segment, ...]
) -> None:
    """Frees the segments that compaction has replaced."""
    there = {id(segment) for segment in segments}
    for partitions, scope in list(scopes.items()):
        if not there.issuperset(map(id, scope.segments)):
            del scopes[partitions]


def _last_versions(segments: Sequence[Segment]) -> list[Mask]:
    """The rows of each segment that no other segment has in a later version."""
    if len(segments) < 2:
        return [None] * len(segments)
    keys = pa.chunked_array(
        [
            chunk
            for segment in segments
            for chunk in segment.table.column(segment._pk_field).chunks
        ]
    )
    encoded = keys.combine_chunks().dictionary_encode()
    if len(encoded.dictionary) == len(encoded):
        return [None] * len(segments)
    codes = encoded.indices.to_numpy()
    seqs = np.concatenate([segment.seqs for segment in segments])
    order = np.lexsort((seqs, codes))
    last = np.append(np.diff(codes[order]) != 0, True)
    mask = np.zeros(len(codes), bool)
    mask[order[last]] = True
    ends = np.cumsum([segment.num_rows for segment in segments])[:-1]
    return [None if each.all() else each.copy() for each in np.split(mask, ends)]


def _in_partitions(
    batches: list[pa.RecordBatch],
    positions: np.ndarray,
    partitions: frozenset[str] | None,
) -> np.ndarray:
    keep = np.ones(len(positions), bool)
    if partitions is not None:
        names = pa.array(sorted(partitions), pa.string())
        for number, batch in enumerate(batches):
            inside = pc.is_in(batch.column("_partition"), value_set=names).to_numpy(
                zero_copy_only=False
            )
            here = positions[:, 0] == number
            keep[here] = inside[positions[here, 1]]
    return keep


def _buffered_vectors(
    batches: list[pa.RecordBatch], refs: np.ndarray, field: str
) -> np.ndarray:
    vectors: np.ndarray | None = None
    for number in np.unique(refs[:, 0]):
        column = batches[number].column(field)
        dim = column.type.list_size
        flat = (
            column.flatten()
            if column.null_count == 0
            else column.fill_null(pa.scalar([0.0] * dim, column.type)).flatten()
        )
        numbers = flat.to_numpy(zero_copy_only=False).reshape(-1, dim)
        if vectors is None:
            vectors = np.empty((len(refs), dim), np.float32)
        here = refs[:, 0] == number
        vectors[here] = numbers[refs[here, 1]]
    return np.zeros((0, 0), np.float32) if vectors is None else vectors


def vector_norms(vectors: np.ndarray) -> np.ndarray:
    found = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    found[found == 0] = 1
    return found


def matching(scope: Scope, buffer: Buffer, compiled: Any, plan: Any) -> list[Mask]:
    """The rows of each segment, and of the buffer, that are there and match."""
    if compiled is None:
        return [*buffer.masks, buffer.live]
    matches = [scope.matches(i, compiled, plan) for i in range(len(scope.segments))]
    if not buffer.pks:
        matches.append(buffer.live)
    elif isinstance(compiled, IdList):
        matches.append(compiled.among(buffer.pks))
    else:
        matches.append(evaluate_mask(compiled, buffer.table))
    live = [*buffer.masks, buffer.live]
    return [
        match if mask is None else mask & match
        for mask, match in zip(live, matches, strict=True)
    ]
