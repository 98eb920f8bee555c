"""Copies rows from one collection into another, and checks the copy."""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from ..backend.index import MilvusSimilarityIndex
from ..errors import CollectionError, InvalidRequest
from ..progress import Monitor
from ..store import index_types, row_search
from ..store.client import WRITE_SECONDS
from ..store.collection import Collection
from ..store.rows import Rows, StoredRows

SAMPLED_ROWS = 20
SAMPLED_MATCHES = 10
SAME_SHARE = 0.9  # of the matches; graph indexes are approximate on both sides
# Relative, of distances and of vectors, which a copy may have rounded
TOLERANCE = {"float32": 1e-4, "float16": 1e-3, "bfloat16": 1e-2}
# A server indexes by itself after a flush, and uses an index some time after that
INDEXING_SECONDS, USING_SECONDS = 1800, 90
POLL_SECONDS = 1.0


class RowWriter(Protocol):
    """What takes rows as :meth:`StoredRows.upsert` does."""

    def upsert(self, rows: Rows) -> None: ...


class RowSample:
    """A few random rows of all that are added, the same ones each time."""

    def __init__(self) -> None:
        self._random = np.random.default_rng(0)
        self._order = np.empty(0)
        self.ids: list[str] = []
        self.vectors: np.ndarray | None = None

    def add(self, rows: Rows) -> None:
        order = np.concatenate([self._order, self._random.random(len(rows.ids))])
        kept = np.argsort(order)[:SAMPLED_ROWS]
        ids = self.ids + rows.ids
        known = self.vectors if self.vectors is not None else rows.vectors[:0]
        self.vectors = np.concatenate([known, rows.vectors])[kept]
        self.ids = [ids[i] for i in kept]
        self._order = order[kept]


def copy_rows(
    source: StoredRows,
    target: RowWriter,
    sample: RowSample,
    monitor: Monitor,
    total: int,
) -> int:
    """Copies all rows, with fingerprints and filter values; returns how many."""
    copied = 0
    for rows in source.iterate(with_fingerprints=True):
        monitor.stop_if_cancelled()
        target.upsert(rows)
        sample.add(rows)
        copied += len(rows.ids)
        monitor.report("Copying", copied, total)
    return copied


def settle(target: Collection, monitor: Monitor) -> None:
    """Waits until a server has indexed what was flushed, half an hour at most, and has
    it use that index. Before that Milvus 2.3.5 finds 3 of 10 near rows of 20,000."""
    if target.embedded:
        return
    end = time.monotonic() + INDEXING_SECONDS
    while time.monotonic() < end:
        monitor.stop_if_cancelled()
        target.forget()
        total, pending = (
            int(target.built.get(name) or 0)
            for name in ("total_rows", "pending_index_rows")
        )
        monitor.report("Indexing", total - pending, total)
        if not pending:
            break
        time.sleep(POLL_SECONDS)
    target.call("release_collection", timeout=WRITE_SECONDS)
    target.load()


def check_copy(
    source: StoredRows,
    target: StoredRows,
    copied: int,
    sample: RowSample,
    monitor: Monitor,
) -> None:
    """Checks that a copy equals its source. Search results may take 90 seconds to
    become right, until the server uses its index.

    Raises:
        CollectionError: if it differs
    """
    one, other = _strongly_consistent(source), _strongly_consistent(target)
    found, wanted = other.collection.count(), one.collection.count()
    if not found == wanted == copied:
        # a server that had an id added twice counts it twice
        wanted = len({id_ for ids, _ in one.iterate_ids() for id_ in ids})
    if found != wanted:
        raise CollectionError(
            f"The copy has {found:,} rows and the index {wanted:,}: it changed "
            "while it was copied, so it stays where it was. Move it when nothing "
            "writes to it."
        )
    assert sample.vectors is not None
    same = has_sample(other, sample)
    end = time.monotonic() + (0 if other.collection.exact else USING_SECONDS)
    while same and not _finds_the_same(one, other, sample.vectors):
        same = time.monotonic() < end
        monitor.stop_if_cancelled()
        time.sleep(POLL_SECONDS)
    if not same:
        raise CollectionError(
            "The copy finds other rows than the index, so the index stays where it "
            "was. Move it when nothing writes to it."
        )


def has_sample(rows: StoredRows, sample: RowSample) -> bool:
    """Whether a collection has the sampled rows, with equal vectors."""
    assert sample.vectors is not None
    found, tolerance = rows.fetch(sample.ids), TOLERANCE[rows.collection.vector_type]
    absolute = tolerance * float(np.abs(sample.vectors).max())
    return found.ids == sample.ids and np.allclose(
        found.vectors, sample.vectors, rtol=tolerance, atol=absolute
    )


def _finds_the_same(one: StoredRows, other: StoredRows, vectors: np.ndarray) -> bool:
    """Whether ``other`` finds as near rows as ``one`` does, by the rule of
    :func:`move`: by distance, since equally near rows come in any order."""
    tolerance = max(TOLERANCE[each.collection.vector_type] for each in (one, other))
    as_near = matches = 0
    for wanted, found in zip(
        row_search.search(one, vectors, SAMPLED_MATCHES),
        row_search.search(other, vectors, SAMPLED_MATCHES),
        strict=True,
    ):
        if len(wanted.dists):
            limit = wanted.dists[-1] + tolerance * max(1, abs(wanted.dists[-1]))
            as_near += int((found.dists <= limit).sum())
            matches += len(wanted.dists)
    return as_near >= SAME_SHARE * matches


def _strongly_consistent(rows: StoredRows) -> StoredRows:
    """The same rows, read with the consistency level Strong."""
    same = copy.copy(rows.collection)
    same.consistency_level = "Strong"
    return StoredRows(same)


def size_of(index: MilvusSimilarityIndex) -> int:
    """How many rows there are to copy.

    Raises:
        InvalidRequest: if there are none
    """
    total = index.total_index_size
    if not total:
        raise InvalidRequest(
            f"The index '{index.key}' has no vectors, so there is nothing to copy. Add "
            "some first."
        )
    return total


def own_options(
    chosen: Mapping[str, Any], replaced_by: Mapping[str, Any] | None
) -> index_types.IndexOptions:
    """Index options for a separate collection, so without a partition."""
    values = dict(chosen if replaced_by is None else replaced_by)
    values.pop("partition", None)
    return index_types.parse(values)
