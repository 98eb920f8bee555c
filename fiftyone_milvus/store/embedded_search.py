"""Searches of Milvus Lite that take as long as comparing the vectors takes.

Milvus Lite 3.2 finds out for each call, row by row in Python, which rows are not
deleted and not replaced by a later version, and copies all vectors before it compares
them. In the server of ``embedded_server.py`` that is found out once, and again after a
write; vectors are compared where they are; and only the fields that were asked for are
read. The results are the same.
"""

from __future__ import annotations

import inspect
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from cachetools import LRUCache
from milvus_lite.engine import collection as engine
from milvus_lite.engine.projection import decode_meta
from milvus_lite.index.brute_force import BruteForceIndex
from milvus_lite.search.filter import evaluate_mask
from milvus_lite.search.indexed_filter import evaluate_segment_filter
from milvus_lite.storage.delta_index import DeltaIndex
from milvus_lite.storage.memtable import MemTable
from milvus_lite.storage.segment import Segment

logger = logging.getLogger(__name__)

MAX_SCOPES = 32  # sets of partitions of a collection
BLOCK = 1 << 24  # distances that are computed at once, 64 MB
SPARSE = 8  # where fewer than one row in so many is to be compared, those are copied
SPARE = 32  # candidates by a quick distance, of which the exact one is computed

# What Milvus Lite's functions are given; another version is left as it is
SEARCH = [
    *("query_vectors", "segments", "memtable", "delta_index", "top_k", "metric_type"),
    *("pk_field", "vector_field", "partition_names", "compiled_filter"),
    *("output_fields", "indexed_filter_plan", "project_record_fn", "search_params"),
]
COUNT = ["self", "partition_names"]

HIT = np.dtype([("query", "i8"), ("source", "i8"), ("row", "i8"), ("distance", "f4")])

Mask = np.ndarray | None  # which rows; None for all


def speed_up() -> None:
    """Has Milvus Lite search and count so in this process, if it is a version that does
    it as 3.2 does."""
    search = getattr(engine, "execute_search_with_index", None)
    if _takes(search, SEARCH):
        engine.execute_search_with_index = _search
    if _takes(getattr(engine.Collection, "_num_entities", None), COUNT):
        engine.Collection._num_entities = _count


def _takes(function: Any, names: list[str]) -> bool:
    if function is not None and list(inspect.signature(function).parameters) == names:
        return True
    logger.warning("Milvus Lite's search isn't as it was; left as it is")
    return False


class _Buffer:
    """The rows that Milvus Lite has in memory only, as they are at one moment.

    Attributes:
        pks, seqs, vectors: of each row: its key, its version, and its vector
        refs: ``(n, 2)``, where the memory table has each
        live: which are the last version of theirs
        masks: the rows of each segment that are not replaced or deleted here either
    """

    def __init__(self, scope: _Scope, memtable: MemTable, vector_field: str) -> None:
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


class _Scope:
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
        self._buffer: tuple[tuple[int, int, int], _Buffer] | None = None

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

    def buffer(self, memtable: MemTable, vector_field: str) -> _Buffer:
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
                kept = state, _Buffer(self, memtable, vector_field)
                self._buffer = kept
            return kept[1]

    def norms(self, number: int, vectors: np.ndarray) -> np.ndarray:
        """The length of each vector of a segment; 1 for one that is zero."""
        found = self._norms.get(number)
        if found is None:
            found = self._norms[number] = _norms(vectors)
        return found


_scopes: WeakKeyDictionary[MemTable, LRUCache[Any, _Scope]] = WeakKeyDictionary()
_lock = threading.Lock()


def _scope(
    segments: Iterable[Segment],
    memtable: MemTable,
    delta: DeltaIndex,
    partition_names: Iterable[str] | None,
) -> _Scope:
    partitions = frozenset(partition_names) if partition_names else None
    found = tuple(
        segment
        for segment in segments
        if segment.num_rows and (partitions is None or segment.partition in partitions)
    )
    with _lock:
        scopes = _scopes.setdefault(memtable, LRUCache(MAX_SCOPES))
        scope = scopes.get(partitions)
    if scope is None or not scope.is_of(found, delta._map):
        scope = _Scope(found, delta._map, partitions)
        with _lock:
            scopes[partitions] = scope
    return scope


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


def _norms(vectors: np.ndarray) -> np.ndarray:
    found = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    found[found == 0] = 1
    return found


@dataclass
class _Source:
    """A segment, or the buffer: its rows, and which of them may be found."""

    vectors: np.ndarray
    mask: Mask
    norms: Callable[[], np.ndarray]
    index: Any = None

    def nearest(
        self, queries: np.ndarray, k: int, metric: str, params: dict[str, Any] | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """The rows that are nearest to each query, ``(queries, k)``, and their
        distances; -1 and infinity where there are fewer."""
        if self.mask is not None and not self.mask.any():
            return np.zeros((len(queries), 0), int), np.zeros((len(queries), 0))
        if self.index is not None and not isinstance(self.index, BruteForceIndex):
            ids, distances = self.index.search(queries, k, self.mask, params)
            return ids, distances
        rows, mask = None, self.mask
        vectors, norms = self.vectors, self.norms() if metric == "COSINE" else None
        if mask is not None and mask.sum() * SPARSE < len(mask):
            rows = np.flatnonzero(mask)
            vectors, mask = vectors[rows], None
            norms = None if norms is None else norms[rows]
        at_once = max(1, BLOCK // len(vectors))
        parts = [
            _compared(queries[start : start + at_once], vectors, norms, mask, k, metric)
            for start in range(0, len(queries), at_once)
        ]
        ids = np.concatenate([part[0] for part in parts])
        if rows is not None:
            ids = np.where(ids < 0, -1, rows[ids])
        return ids, np.concatenate([part[1] for part in parts])


def _compared(
    queries: np.ndarray,
    vectors: np.ndarray,
    norms: np.ndarray | None,
    mask: Mask,
    k: int,
    metric: str,
) -> tuple[np.ndarray, np.ndarray]:
    """The nearest of all rows that the mask has, by comparing with each."""
    one = len(queries) == 1
    found = (vectors @ queries[0])[None] if one else queries @ vectors.T
    if metric == "COSINE":
        assert norms is not None
        found /= norms
        found /= _norms(queries)[:, None]
        np.subtract(1, found, out=found)
        np.maximum(found, 0, out=found)
    elif metric == "IP":
        np.negative(found, out=found)
    else:
        # the square of the distance, but for what is the same for all rows
        found *= -2
        found += np.einsum("ij,ij->i", vectors, vectors)
    if mask is not None:
        found[:, ~mask] = np.inf
    if metric != "L2":
        return _smallest(found, k)
    ids, rough = _smallest(found, k + SPARE)
    exact = np.linalg.norm(vectors[ids] - queries[:, None], axis=2)
    exact[~np.isfinite(rough)] = np.inf
    order = np.lexsort((ids, exact), axis=1)[:, :k]
    ids, exact = np.take_along_axis(ids, order, 1), np.take_along_axis(exact, order, 1)
    return np.where(np.isfinite(exact), ids, -1), exact


def _smallest(distances: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The columns of the ``k`` smallest of each row, and these, in order."""
    k = min(k, distances.shape[1])
    if k < distances.shape[1]:
        ids = np.argpartition(distances, k - 1, axis=1)[:, :k]
    else:
        ids = np.broadcast_to(np.arange(k), distances.shape)
    found = np.take_along_axis(distances, ids, 1)
    order = np.lexsort((ids, found), axis=1)
    ids, found = np.take_along_axis(ids, order, 1), np.take_along_axis(found, order, 1)
    return np.where(np.isfinite(found), ids, -1), found


def _count(self: Any, partition_names: list[str] | None) -> int:
    segments, delta = self._read_snapshot()
    memtable = self._memtable
    scope = _scope(segments, memtable, delta, partition_names)
    buffer = scope.buffer(memtable, self._vector_name)
    rows = sum(
        segment.num_rows if mask is None else int(mask.sum())
        for segment, mask in zip(scope.segments, buffer.masks, strict=True)
    )
    return rows + int(buffer.live.sum())


def _search(
    query_vectors: np.ndarray,
    segments: Iterable[Segment],
    memtable: MemTable,
    delta_index: DeltaIndex,
    top_k: int,
    metric_type: str,
    pk_field: str,
    vector_field: str,
    partition_names: list[str] | None = None,
    compiled_filter: Any = None,
    output_fields: list[str] | None = None,
    indexed_filter_plan: Any = None,
    project_record_fn: Any = None,
    search_params: dict[str, Any] | None = None,
) -> list[list[dict[str, Any]]]:
    queries = np.atleast_2d(query_vectors).astype(np.float32, copy=False)
    scope = _scope(segments, memtable, delta_index, partition_names)
    buffer = scope.buffer(memtable, vector_field)
    masks = _masks(scope, buffer, compiled_filter, indexed_filter_plan)
    found = [
        source.nearest(queries, top_k, metric_type, search_params)
        for source in _sources(scope, buffer, masks, vector_field)
    ]
    hits = _merged(found, len(queries), top_k)
    everything = output_fields is None or {"*", vector_field} & set(output_fields)
    without = () if everything else (vector_field,)
    records = _records(scope, buffer, memtable, hits[["source", "row"]], without)
    answers = [
        {
            "id": record[pk_field],
            "distance": distance,
            "entity": project_record_fn(record),
        }
        for record, distance in zip(records, hits["distance"].tolist(), strict=True)
    ]
    ends = np.cumsum(np.bincount(hits["query"], minlength=len(queries)))
    return [answers[start:end] for start, end in pairwise([0, *ends])]


def _masks(scope: _Scope, buffer: _Buffer, compiled: Any, plan: Any) -> list[Mask]:
    """The rows of each segment, and of the buffer, that are there and match."""
    if compiled is None:
        return [*buffer.masks, buffer.live]
    matches = [evaluate_segment_filter(each, compiled, plan) for each in scope.segments]
    matches.append(evaluate_mask(compiled, buffer.table) if buffer.pks else buffer.live)
    live = [*buffer.masks, buffer.live]
    return [
        match if mask is None else mask & match
        for mask, match in zip(live, matches, strict=True)
    ]


def _sources(
    scope: _Scope, buffer: _Buffer, masks: list[Mask], field: str
) -> Iterator[_Source]:
    for number, segment in enumerate(scope.segments):
        vectors, there = segment.vector_data(field)
        mask = masks[number]
        if there is not None:
            mask = there if mask is None else mask & there
        norms = partial(scope.norms, number, vectors)
        yield _Source(vectors, mask, norms, segment.indexes.get(field))
    if buffer.pks:
        yield _Source(buffer.vectors, masks[-1], partial(_norms, buffer.vectors))


def _merged(
    found: list[tuple[np.ndarray, np.ndarray]], queries: int, k: int
) -> np.ndarray:
    """The ``k`` nearest of all sources to each query, in order."""
    parts = [np.zeros(0, HIT)]
    for number, (ids, distances) in enumerate(found):
        query, column = np.nonzero(ids >= 0)
        part = np.empty(len(query), HIT)
        part["query"], part["source"] = query, number
        part["row"] = ids[query, column]
        part["distance"] = distances[query, column]
        parts.append(part)
    hits = np.concatenate(parts)
    hits = hits[
        np.lexsort((hits["row"], hits["source"], hits["distance"], hits["query"]))
    ]
    starts = np.searchsorted(hits["query"], np.arange(queries))
    rank = np.arange(len(hits)) - starts[hits["query"]]
    return hits[rank < k]


def _records(
    scope: _Scope,
    buffer: _Buffer,
    memtable: MemTable,
    places: np.ndarray,
    without: tuple[str, ...],
) -> list[dict[str, Any]]:
    """The rows at places, with their fields."""
    records: list[Any] = [None] * len(places)
    for number in np.unique(places["source"]):
        here = np.flatnonzero(places["source"] == number)
        rows = places["row"][here]
        if number < len(scope.segments):
            table = scope.segments[number].table
            names = [n for n in table.column_names if n not in ("_seq", *without)]
            read = table.select(names).take(rows).to_pylist()
            for record in read:
                record.update(decode_meta(record.get("$meta")))
        else:
            read = [memtable.materialize_row(*map(int, buffer.refs[r])) for r in rows]
        for place, record in zip(here, read, strict=True):
            records[place] = record
    return records
