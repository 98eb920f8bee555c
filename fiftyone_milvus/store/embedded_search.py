"""Milvus Lite's searches, queries and counts, as quick as the machine allows.

Milvus Lite 3.2 walks through all rows in Python for each call, copies all vectors, and
reads all fields of what it returns. So the server of ``embedded_server.py`` puts the
functions of this module in the place of four of its own. The results are the same.
"""

from __future__ import annotations

import inspect
import logging
import threading
from collections.abc import Callable, Iterable, Sequence
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
from .embedded_nearest import MATCH, merged, nearest
from .embedded_rows import Part, Rows, rows_of

logger = logging.getLogger(__name__)

MAX_IDS = 1_000_000  # in lists of ids kept for a collection, some 100 bytes each
KEPT = "_id_lists"  # the attribute of a collection that has them


def speed_up() -> None:
    """Has Milvus Lite search, query and count so in this process, if it is a version
    that does it as 3.2 does."""
    if lacking := list(internals.missing("milvus-lite")):
        logger.warning("Milvus Lite lacks %s; left as it is", ", ".join(lacking))
        return
    compile_filter = engine.Collection._compile_filter
    for place, name, ours in (
        (engine.Collection, "_compile_filter", _compiling(compile_filter)),
        (engine, "execute_search_with_index", _search),
        (engine.Collection, "query", _query),
        (engine.Collection, "_num_entities", _count),
    ):
        theirs = getattr(place, name, None)
        if theirs and _parameters(theirs) == _parameters(ours):
            setattr(place, name, ours)
        else:
            logger.warning("Milvus Lite's %s isn't as it was; left as it is", name)


def _parameters(function: Callable[..., Any]) -> list[str]:
    return list(inspect.signature(function).parameters)


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
    rows = rows_of(segments, memtable, delta_index, partition_names, vector_field)
    masks = rows.matching(compiled_filter, indexed_filter_plan)
    found = [
        nearest(part, mask, vector_field, queries, top_k, metric_type, search_params)
        for part, mask in zip(rows.parts, masks, strict=True)
    ]
    matches = merged(found, len(queries), top_k)
    records = _records(rows.parts, matches, _left_out(vector_field, output_fields))
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


class _Records(Sequence[dict[str, Any]]):
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
    rows = _rows(self, partition_names)
    parts = rows.parts
    places = _places(rows.matching(compiled, self._indexed_filter_plan(compiled)))
    if order_by_pk:
        places = places[_order(parts, places, self._pk_name)]
    places = places[offset : None if limit is None else offset + limit]
    without = _left_out(self._vector_name, output_fields)

    def read() -> list[dict[str, Any]]:
        records = _records(parts, places, without)
        return [project_record(record, self._schema, plan) for record in records]

    return _Records(len(places), read)


def _count(self: Any, partition_names: list[str] | None) -> int:
    return sum(map(np.count_nonzero, _rows(self, partition_names).masks))


def _rows(collection: Any, partition_names: list[str] | None) -> Rows:
    segments, delta = collection._read_snapshot()
    return rows_of(
        *(segments, collection._memtable, delta),
        *(partition_names, collection._vector_name),
    )


def _left_out(vector_field: str, output_fields: list[str] | None) -> tuple[str, ...]:
    """The fields that needn't be read: the vectors, unless they are asked for."""
    asked = output_fields is None or {"*", vector_field} & set(output_fields)
    return () if asked else (vector_field,)


def _places(masks: list[np.ndarray]) -> np.ndarray:
    """Where the rows are that masks have."""
    parts = [np.zeros(0, MATCH)]
    for number, mask in enumerate(masks):
        rows = np.flatnonzero(mask)
        part = np.zeros(len(rows), MATCH)
        part["source"], part["row"] = number, rows
        parts.append(part)
    return np.concatenate(parts)


def _order(parts: list[Part], places: np.ndarray, pk_name: str) -> np.ndarray:
    """The order of rows by their keys."""
    keys = []
    for number in np.unique(places["source"]):
        rows = places["row"][places["source"] == number]
        keys += parts[number].segment.table.column(pk_name).take(rows).chunks
    return pc.sort_indices(pa.chunked_array(keys)).to_numpy() if keys else places["row"]


def _records(
    parts: list[Part], places: np.ndarray, without: tuple[str, ...]
) -> list[dict[str, Any]]:
    """The rows at places, with their fields."""
    records: list[Any] = [None] * len(places)
    for number in np.unique(places["source"]):
        here = np.flatnonzero(places["source"] == number)
        table = parts[number].segment.table
        names = [n for n in table.column_names if n not in ("_seq", *without)]
        read = table.select(names).take(places["row"][here]).to_pylist()
        for place, record in zip(here, read, strict=True):
            record.update(decode_meta(record.get("$meta")))
            records[place] = record
    return records
