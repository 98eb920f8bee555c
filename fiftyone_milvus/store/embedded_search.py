"""Milvus Lite's searches, queries and counts, as quick as the machine allows.

Milvus Lite 3.2 walks through all rows in Python for each call, copies all vectors, and
reads all fields of what it returns. So the server of ``embedded_server.py`` puts the
functions of this module in the place of four of its own. The results are the same.
"""

from __future__ import annotations

import inspect
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, partial
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from cachetools import LRUCache
from milvus_lite.engine import collection as engine
from milvus_lite.engine.projection import (
    build_projection_plan,
    decode_meta,
    project_record,
)
from milvus_lite.storage.delta_index import DeltaIndex
from milvus_lite.storage.memtable import MemTable
from milvus_lite.storage.segment import Segment

from .. import internals
from .embedded_filters import IdList, ids_in
from .embedded_nearest import MATCH, Source, merged
from .embedded_rows import Buffer, Mask, Scope, matching, scope_of, vector_norms

logger = logging.getLogger(__name__)

# What Milvus Lite's functions are given; another version is left as it is
SEARCH = [
    *("query_vectors", "segments", "memtable", "delta_index", "top_k", "metric_type"),
    *("pk_field", "vector_field", "partition_names", "compiled_filter"),
    *("output_fields", "indexed_filter_plan", "project_record_fn", "search_params"),
]
QUERY = [
    *("self", "expr", "output_fields", "partition_names", "limit", "offset"),
    *("timezone", "order_by_pk"),
]
COUNT = ["self", "partition_names"]
COMPILE = ["self", "expr_str", "timezone"]
MAX_IDS = 1_000_000  # in lists of ids kept for a collection, some 100 bytes each
KEPT = "_id_lists"  # the attribute of a collection that has them


def speed_up() -> None:
    """Has Milvus Lite search, query and count so in this process, if it is a version
    that does it as 3.2 does."""
    if lacking := list(internals.missing("milvus-lite")):
        logger.warning("Milvus Lite lacks %s; left as it is", ", ".join(lacking))
        return
    compile_filter = engine.Collection._compile_filter
    for place, name, given, ours in (
        (engine.Collection, "_compile_filter", COMPILE, _compiling(compile_filter)),
        (engine, "execute_search_with_index", SEARCH, _search),
        (engine.Collection, "query", QUERY, _query),
        (engine.Collection, "_num_entities", COUNT, _count),
    ):
        function = getattr(place, name, None)
        if function and list(inspect.signature(function).parameters) == given:
            setattr(place, name, ours)
        else:
            logger.warning("Milvus Lite's %s isn't as it was; left as it is", name)


def _compiling(compile_filter: Callable[..., Any]) -> Callable[..., Any]:
    """Milvus Lite's way to compile a filter, but for lists of ids."""
    lock = threading.Lock()

    def compiled(self: Any, expr_str: str, timezone: str | None = None) -> Any:
        with lock:
            if KEPT not in vars(self):  # there, so that they are garbage together
                vars(self)[KEPT] = LRUCache(MAX_IDS, lambda found: len(found.ids))
            kept = vars(self)[KEPT]
            found = kept.get(expr_str)
        if found is None:
            ids = ids_in(expr_str, self._pk_name)
            if ids is None:
                return compile_filter(self, expr_str, timezone)
            compile_one = partial(compile_filter, self)
            found = IdList(expr_str, self._pk_name, ids, compile_one)
            if len(ids) <= MAX_IDS:
                with lock:
                    kept[expr_str] = found
        return found

    return compiled


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
    scope = scope_of(segments, memtable, delta_index, partition_names)
    buffer = scope.buffer(memtable, vector_field)
    masks = matching(scope, buffer, compiled_filter, indexed_filter_plan)
    found = [
        source.nearest(queries, top_k, metric_type, search_params)
        for source in sources(scope, buffer, masks, vector_field)
    ]
    matches = merged(found, len(queries), top_k)
    everything = output_fields is None or {"*", vector_field} & set(output_fields)
    without = () if everything else (vector_field,)
    records = _records(scope, buffer, memtable, matches[["source", "row"]], without)
    answers = [
        {
            "id": record[pk_field],
            "distance": distance,
            "entity": project_record_fn(record),
        }
        for record, distance in zip(records, matches["distance"].tolist(), strict=True)
    ]
    ends = np.cumsum(np.bincount(matches["query"], minlength=len(queries)))
    return [answers[start:end] for start, end in pairwise([0, *ends])]


def sources(
    scope: Scope, buffer: Buffer, masks: list[Mask], field: str
) -> Iterator[Source]:
    for number, segment in enumerate(scope.segments):
        vectors, there = segment.vector_data(field)
        mask = masks[number]
        if there is not None:
            mask = there if mask is None else mask & there
        norms = partial(scope.norms, number, vectors)
        yield Source(vectors, mask, norms, segment.indexes.get(field))
    if buffer.pks:
        yield Source(buffer.vectors, masks[-1], partial(vector_norms, buffer.vectors))


class _Rows(Sequence[dict[str, Any]]):
    """The rows of a query, which are read when one is asked for: Milvus Lite asks only
    for their number where it counts."""

    def __init__(self, number: int, read: Callable[[], list[dict[str, Any]]]) -> None:
        self._number = number
        self._read = read

    def __len__(self) -> int:
        return self._number

    @cached_property
    def _all(self) -> list[dict[str, Any]]:
        return self._read()

    def __getitem__(self, where: Any) -> Any:
        return self._all[where]


def _query(
    self: Any,
    expr: str | None = None,
    output_fields: list[str] | None = None,
    partition_names: list[str] | None = None,
    limit: int | None = None,
    offset: int = 0,
    timezone: str | None = None,
    order_by_pk: bool = False,
) -> Sequence[dict[str, Any]]:
    if expr is not None and not isinstance(expr, str):
        raise TypeError("query() expr must be a string or None")
    self._require_loaded()
    compiled = self._compile_filter(expr, timezone=timezone) if expr else None
    plan = build_projection_plan(output_fields, self._schema, api_kind="query")
    segments, delta = self._read_snapshot()
    memtable, field = self._memtable, self._vector_name
    scope = scope_of(segments, memtable, delta, partition_names)
    buffer = scope.buffer(memtable, field)
    masks = matching(scope, buffer, compiled, self._indexed_filter_plan(compiled))
    places = _places(scope, masks)
    if order_by_pk:
        places = places[_order(scope, buffer, places, self._pk_name)]
    places = places[offset : None if limit is None else offset + limit]
    everything = output_fields is None or {"*", field} & set(output_fields)
    without = () if everything else (field,)

    def read() -> list[dict[str, Any]]:
        records = _records(scope, buffer, memtable, places, without)
        return [project_record(record, self._schema, plan) for record in records]

    return _Rows(len(places), read)


def _count(self: Any, partition_names: list[str] | None) -> int:
    segments, delta = self._read_snapshot()
    memtable = self._memtable
    scope = scope_of(segments, memtable, delta, partition_names)
    buffer = scope.buffer(memtable, self._vector_name)
    rows = sum(
        segment.num_rows if mask is None else int(mask.sum())
        for segment, mask in zip(scope.segments, buffer.masks, strict=True)
    )
    return rows + int(buffer.live.sum())


def _places(scope: Scope, masks: list[Mask]) -> np.ndarray:
    """Where the rows are that masks have."""
    sizes = [segment.num_rows for segment in scope.segments]
    parts = [np.zeros(0, MATCH)]
    for number, mask in enumerate(masks):
        rows = np.arange(sizes[number]) if mask is None else np.flatnonzero(mask)
        part = np.zeros(len(rows), MATCH)
        part["source"], part["row"] = number, rows
        parts.append(part)
    return np.concatenate(parts)


def _order(
    scope: Scope, buffer: Buffer, places: np.ndarray, pk_name: str
) -> np.ndarray:
    """The order of rows by their keys."""
    keys = []
    for number in np.unique(places["source"]):
        rows = places["row"][places["source"] == number]
        if number < len(scope.segments):
            column = scope.segments[number].table.column(pk_name)
            keys.extend(column.take(rows).chunks)
        else:
            keys.append(pa.array(buffer.pks).take(rows))
    return pc.sort_indices(pa.chunked_array(keys)).to_numpy() if keys else places["row"]


def _records(
    scope: Scope,
    buffer: Buffer,
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
