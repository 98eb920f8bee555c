"""Searches the rows of a collection.

Distances are smaller for nearer, as ``metrics.py`` says.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from .. import metrics
from ..errors import VectorSearchError
from ..id_set import IdSet
from ..threads import ContextThreadPool
from . import id_bitmaps, messages, segments
from .collection import PK, SAMPLE_ID, VECTOR
from .error_messages import is_too_large
from .filter_expressions import in_parts
from .index_types import check_search_params, search_choice
from .messages import IDS_PER_CALL, MAX_K
from .rows import StoredRows

T = TypeVar("T")
R = TypeVar("R")

ANSWER_BYTES = 32 * 1024 * 1024  # of the 64 MB that a message may hold
MATCH_BYTES = 80
IDS_PER_EMBEDDED_SEARCH = 500_000  # 14 MB; each call goes through all rows
CALLS_AT_ONCE = 4


@dataclass(frozen=True)
class Matches:
    """Neighbors of one query, the nearest first; ``dists`` has shape ``(n,)``."""

    ids: list[str]
    sample_ids: list[str]
    dists: np.ndarray

    def take(self, inds: Iterable[int]) -> Matches:
        """The matches at some positions, in that order."""
        inds = list(inds)
        return Matches(
            [self.ids[i] for i in inds],
            [self.sample_ids[i] for i in inds],
            self.dists[inds] if inds else np.empty(0),
        )

    def only(self, ids: Container[str]) -> Matches:
        """The matches with one of some ids, in order."""
        return self.take(i for i, id_ in enumerate(self.ids) if id_ in ids)


def search(
    rows: StoredRows,
    queries: np.ndarray,
    k: int,
    among: Sequence[str] | IdSet | None = None,
    reverse: bool = False,
    filter_expr: str | None = None,
) -> list[Matches]:
    """The ``k`` nearest rows for each query, in as few calls as messages allow.

    Args:
        rows: the rows
        queries: ``(q, dim)`` float32
        k: at most :data:`MAX_K`
        among: the primary keys to search among; graph indexes lose matches by it
        reverse: the farthest instead, where :func:`~metrics.can_reverse`
        filter_expr: which rows to search, instead of ``among``

    Returns:
        ``q`` :class:`Matches`
    """

    def search_where(where: Mapping[str, Any]) -> list[Matches]:
        return _search_in_steps(rows, queries, k, where, reverse)

    if filter_expr is not None:
        return search_where({"filter": filter_expr})
    return (
        search_where({}) if among is None else rows.call_with(PK, among, search_where)
    )


def _search_in_steps(
    rows: StoredRows,
    queries: np.ndarray,
    k: int,
    where: Mapping[str, Any],
    reverse: bool,
) -> list[Matches]:
    """As :func:`search` among the rows that arguments of Milvus's call name."""
    each = max(k * MATCH_BYTES, queries.shape[1] * 4)
    step = max(1, min(MAX_K, ANSWER_BYTES // each))
    asked = -queries if reverse else queries
    found = [
        matches
        for start in range(0, len(queries), step)
        for matches in _search_all(rows, asked[start : start + step], k, where)
    ]
    return [replace(one, dists=2 - one.dists) for one in found] if reverse else found


def with_params(rows: StoredRows, params: Mapping[str, Any]) -> StoredRows:
    """The same rows, searched with other parameters of their index.

    Args:
        rows: the rows
        params: by Milvus's names, such as ``{"ef": 512}``

    Raises:
        InvalidRequest: naming those that this index has
    """
    other = copy.copy(rows.collection)
    check_search_params(other.built["index_type"], params)
    chosen = {**other.options.search_params, **params}
    other.options = replace(other.options, search_params=chosen)
    return StoredRows(other)


def can_be_exact(rows: StoredRows) -> bool:
    """Whether a search among few ids can be exact."""
    known = rows.collection.index_type
    return known.exact or (known.filters_exactly and not rows.collection.embedded)


def ids_at_once(rows: StoredRows) -> int:
    """How many ids a search may be restricted to and be exact: Milvus leaves a graph
    alone, and looks at each row, where a filter leaves few. 0 if it doesn't, or not
    now."""
    if rows.collection.exact:
        return ids_per_search(rows)
    if not can_be_exact(rows):
        return 0
    found = segments.read_segments(rows.collection)
    return 0 if found is None else min(ids_per_search(rows), found.ids_at_once)


def ids_per_search(rows: StoredRows) -> int:
    """How many ids go with one search at most."""
    if id_bitmaps.are_usable(rows.collection):
        return id_bitmaps.IDS_PER_BITMAP
    return _ids_per_list(rows)


def search_ids(
    rows: StoredRows,
    queries: np.ndarray,
    k: int,
    among: IdSet,
    parts: int,
    reverse: bool = False,
) -> Iterator[list[Matches]]:
    """As :func:`search` among ids, in parts of which each has its own ids; in more
    parts if one call can't take them."""
    parts = max(parts, -(-len(among) // ids_per_search(rows)))
    order = np.arange(len(among))
    if parts > 1:
        order = np.random.default_rng(0).permutation(order)
    one = (
        _search_by_bitmap
        if id_bitmaps.are_usable(rows.collection)
        else _search_by_lists
    )

    def search_part(places: np.ndarray) -> list[list[Matches]]:
        return one(rows, queries, k, among.at(np.sort(places)), reverse)

    if parts == 1:
        yield from search_part(order)
        return
    for found in _at_once(search_part, np.array_split(order, parts)):
        yield from found


def _search_by_lists(
    rows: StoredRows, queries: np.ndarray, k: int, ids: IdSet, reverse: bool
) -> list[list[Matches]]:
    """As :func:`search` among ids, in as many calls as lists of them need."""
    most = _ids_per_list(rows)
    parts = [ids.at(slice(start, start + most)) for start in range(0, len(ids), most)]
    return [search(rows, queries, min(k, len(some)), some, reverse) for some in parts]


def _search_by_bitmap(
    rows: StoredRows, queries: np.ndarray, k: int, ids: IdSet, reverse: bool
) -> list[list[Matches]]:
    """As :func:`_search_by_lists`, in one call if the server takes that."""

    def by_lists() -> list[list[Matches]]:
        return _search_by_lists(rows, queries, k, ids, reverse)

    def by_bitmap() -> list[list[Matches]]:
        wanted, where = min(k, len(ids)), id_bitmaps.is_in(ids)
        found = _search_in_steps(rows, queries, wanted, where, reverse)
        kept = [one.only(ids.containing(one.ids)) for one in found]
        # of others, whose number is the same or that have none, there may be more
        pairs = zip(found, kept, strict=True)
        if any(len(some.ids) < len(one.ids) == wanted for one, some in pairs):
            return by_lists()
        return [kept]

    return rows.collection.connection.try_feature(
        id_bitmaps.FEATURE, by_bitmap, by_lists
    )


def _ids_per_list(rows: StoredRows) -> int:
    return IDS_PER_EMBEDDED_SEARCH if rows.collection.embedded else IDS_PER_CALL


def search_filtered(
    rows: StoredRows,
    queries: np.ndarray,
    k: int,
    filter_expr: str,
    parts: int,
    reverse: bool = False,
) -> Iterator[list[Matches]]:
    """As :func:`search` among the rows that match a filter expression, in parts."""
    if parts == 1:
        yield search(rows, queries, k, None, reverse, filter_expr)
        return
    yield from _at_once(
        lambda one: search(rows, queries, k, None, reverse, one),
        in_parts(filter_expr, parts),
    )


def _search_all(
    rows: StoredRows, queries: np.ndarray, k: int, where: Mapping[str, Any]
) -> list[Matches]:
    """In one call, or in more if the answer is too large: ids may be long."""
    try:
        return _search(rows, queries, k, where)
    except VectorSearchError as e:
        if len(queries) == 1 or not is_too_large(e.__cause__):
            raise
    return [
        matches
        for part in np.array_split(queries, 2)
        for matches in _search_all(rows, part, k, where)
    ]


def _search(
    rows: StoredRows, queries: np.ndarray, k: int, where: Mapping[str, Any]
) -> list[Matches]:
    collection = rows.collection
    params = {
        "metric_type": metrics.METRICS[collection.metric],
        "params": search_choice(collection.options, collection.built["index_type"], k),
    }
    found = collection.call(
        "search",
        data=messages.queries(queries, collection.vector_type),
        anns_field=VECTOR,
        limit=k,
        search_params=params,
        output_fields=[SAMPLE_ID],
        consistency_level=collection.consistency_level,
        **where,
        **collection.partition_names,
    )
    matches = [_matches(one, collection.metric) for one in found]
    if not any(one.ids and None not in one.sample_ids for one in matches):
        # another process may have created the collection again, without our fields
        collection.check_fields()
    return matches


def _matches(found: Any, metric: str) -> Matches:
    # The columns, and not each match's "pk" or "id", as the server names it: they
    # take a fifth of the time
    ids = [str(id_) for id_ in found.ids]
    sample_ids = [match["entity"].get(SAMPLE_ID) for match in found]
    dists = metrics.from_milvus(metric, np.array(found.distances, dtype=np.float64))
    matches = Matches(ids, sample_ids, dists)
    if np.all(np.diff(dists) > 0):
        return matches
    return matches.take(sorted(range(len(ids)), key=lambda i: (dists[i], ids[i])))


def _at_once(function: Callable[[T], R], values: Sequence[T]) -> Iterator[R]:
    with ContextThreadPool(CALLS_AT_ONCE) as pool:
        yield from pool.map(function, values)
