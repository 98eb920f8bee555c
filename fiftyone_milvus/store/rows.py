"""The rows of a collection: write and read them; ``row_search.py`` searches them.

FiftyOne's names on the outside; Milvus's only in here and in ``collection.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from ..errors import CollectionError, InvalidRequest, VectorSearchError
from ..id_set import IdSet
from . import messages, segments
from .client import WRITE_SECONDS
from .collection import FINGERPRINT, ID_NUMBER, PK, SAMPLE_ID, VECTOR, Collection
from .error_messages import is_too_large
from .filter_expressions import PART, TEMPLATES, after, is_in, key
from .id_bitmaps import HAS_NONE, number_of
from .messages import MAX_K, Answer, as_type
from .row_batch import Rows as Rows
from .row_batch import RowSource as RowSource
from .row_batch import concatenate as concatenate

T = TypeVar("T")

FLUSH_ROWS = 1_000

_ALL_FIELDS = [PK, SAMPLE_ID, VECTOR]


class StoredRows:
    """The rows of a collection, or of its partition that holds them."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection

    def upsert(self, rows: Rows) -> None:
        """Writes rows; one whose id exists is replaced, and of equal ids the last
        counts.

        Raises:
            CollectionError: if others made the collection so that it can't keep their
                filter values
            InvalidRequest: if its type of vectors has no number so large
        """
        ids, sample_ids = rows.ids, rows.sample_ids
        vectors = as_type(rows.vectors, self.collection.vector_type)
        numbers = self.collection.keeps_id_numbers
        fingerprints, filter_values = rows.fingerprints, rows.filter_values
        if filter_values is not None and not self.collection.keeps_fingerprints:
            raise CollectionError(
                f"The collection '{self.collection.name}' has no dynamic field, so it "
                f"can't store {list(self.collection.options.filter_fields)} to filter "
                "by. Leave filter_fields out, or build a new index."
            )
        if fingerprints is not None and not self.collection.keeps_fingerprints:
            fingerprints = None
        # two rows of one key in one upsert stay two on Milvus 2.3
        last = {id_: i for i, id_ in enumerate(ids)}
        unique = sorted(last.values())

        def size_of(i: int) -> int:
            more = {} if filter_values is None else filter_values[i]
            texts = (ids[i], sample_ids[i], *filter(_is_text, more.values()))
            return vectors.shape[1] * vectors.itemsize + sum(map(messages.size, texts))

        limit = self.collection.connection.write_bytes
        for some in messages.split(unique, size_of, most_bytes=limit):
            values = [
                {
                    PK: ids[i],
                    SAMPLE_ID: sample_ids[i],
                    VECTOR: vector,
                    **({ID_NUMBER: number_of(ids[i])} if numbers else {}),
                    **_fingerprint(None if fingerprints is None else fingerprints[i]),
                    **({} if filter_values is None else filter_values[i]),
                }
                for i, vector in zip(some, messages.packed(vectors[some]), strict=True)
            ]
            self._write(self._upsert, values, limit)

    def flush(self) -> None:
        """Seals what was written, so that the server indexes it. Servers limit how
        often, and it takes seconds: once, after much was written."""
        self.collection.flush()

    def flush_if_many(self, written: int) -> None:
        """Flushes if so many rows were written that an index of them is worth it."""
        if written >= FLUSH_ROWS:
            self.flush()

    def delete(self, ids: Iterable[str]) -> None:
        """Deletes rows by primary key; missing ones are no error."""
        limit = self.collection.connection.write_bytes
        for chunk in messages.of_ids(list(ids), most_bytes=limit):
            self._write(self._delete, chunk, limit)

    # -- reading

    def catch_up(self) -> None:
        """Waits until the server can read what was written until now, once: the level
        of a query that goes on is the collection's own."""
        if not self.collection.embedded:
            self._ask([PK], limit=1, consistency_level="Strong")

    def ids(self, wanted: Iterable[str], filter_expr: str | None = None) -> set[str]:
        """Those of the given primary keys that it has, and whose rows match a filter
        expression if one is given."""
        found = self._query(PK, wanted, [PK], filter_expr=filter_expr)
        return {row[PK] for answer in found for row in answer.rows}

    def ids_matching(self, filter_expr: str) -> IdSet:
        """The primary keys of all rows that match a filter expression, of those that a
        sample or label can have."""
        found = self._iterate([PK], MAX_K, filter_expr)
        return IdSet.of(row[PK] for answer in found for row in answer.rows)

    @property
    def filter_keys(self) -> list[str]:
        """The names of the stored filter values in this collection."""
        fields = self.collection.options.filter_fields
        return [key(i) for i in range(len(fields))] + [PART] * bool(fields)

    def sources(self, wanted: Iterable[str]) -> dict[str, RowSource]:
        """What is stored, beside the vectors, of the rows that have the given primary
        keys; of those written since :meth:`catch_up` perhaps nothing."""
        prints = [FINGERPRINT] if self.collection.keeps_fingerprints else []
        output = [PK, *prints, *self.filter_keys]
        found = self._query(PK, wanted, output, self.collection.consistency_level)
        return {
            row[PK]: RowSource(row.get(FINGERPRINT), self._filter_values_of(row))
            for answer in found
            for row in answer.rows
        }

    def update_filter_values(self, values: Mapping[str, dict[str, Any]]) -> None:
        """Replaces the stored filter values of rows, and nothing else of them.

        Args:
            values: by primary key
        """
        for answer in self._query(PK, values, [*_ALL_FIELDS, FINGERPRINT]):
            rows = _rows(answer)
            prints = [row.get(FINGERPRINT) for row in answer.rows]
            now = [values[id_] for id_ in rows.ids]
            self.upsert(replace(rows, fingerprints=prints, filter_values=now))

    def add_id_numbers(self) -> Iterator[int]:
        """Writes the id numbers of the rows that have none, and nothing else of them,
        in batches; yields how many rows of a batch were written."""
        # the server reads the whole rows, and writes them again
        size = messages.rows_per_call(self.collection.dimension())
        write = partial(self._upsert, partial_update=True)
        for answer in self._iterate([PK], size, HAS_NONE):
            ids = [row[PK] for row in answer.rows]
            values = [{PK: id_, ID_NUMBER: number_of(id_)} for id_ in ids]
            self._write(write, values, self.collection.connection.write_bytes)
            yield len(ids)

    def check_free(self, wanted: Sequence[str]) -> None:
        """Checks that this index can use some primary keys: Milvus Lite keeps one row
        of a key in a collection, a server one in each partition.

        Raises:
            InvalidRequest: if it can't use all of them
        """
        if not self.collection.embedded:
            return
        others = map(self.collection.in_partition, self.collection.other_partitions())
        taken = {id_ for other in others for id_ in StoredRows(other).ids(wanted)}
        if taken:
            raise InvalidRequest(
                f"{len(taken)} ids (such as '{next(iter(taken))}') are those of rows "
                "that another index has in this collection, and Milvus Lite keeps one "
                "row of an id in a collection. Choose another collection_name."
            )

    def ids_of_samples(self, sample_ids: Iterable[str]) -> dict[str, list[str]]:
        """The primary keys of all rows of the given samples, by sample, in the order
        asked; samples without rows are left out."""
        found: dict[str, list[str]] = {id_: [] for id_ in sample_ids}
        for answer in self._query(SAMPLE_ID, found, [PK, SAMPLE_ID]):
            for row in answer.rows:
                found[row[SAMPLE_ID]].append(row[PK])
        return {id_: sorted(ids) for id_, ids in found.items() if ids}

    def fetch(self, wanted: Iterable[str], consistency_level: str = "Strong") -> Rows:
        """The rows of the given primary keys that exist, in the order asked."""
        wanted = list(wanted)
        found = concatenate(list(self.fetch_each(wanted, consistency_level)))
        at = {id_: i for i, id_ in enumerate(found.ids)}
        return found.take([at[id_] for id_ in wanted if id_ in at])

    def fetch_each(
        self, wanted: Iterable[str], consistency_level: str = "Strong"
    ) -> Iterator[Rows]:
        """As :meth:`fetch`, in batches of a few megabytes, in no particular order;
        without all strings of an :class:`IdSet` at once."""
        for answer in self._query(PK, wanted, _ALL_FIELDS, consistency_level):
            yield _rows(answer)

    def iterate(self, with_fingerprints: bool = False) -> Iterator[Rows]:
        """All rows, in batches of a few megabytes, in no particular order; with their
        fingerprints and filter values if asked for."""
        asked = with_fingerprints and self.collection.keeps_fingerprints
        more = [FINGERPRINT, *self.filter_keys] if asked else []
        size = messages.rows_per_call(self.collection.dimension())
        for answer in self._iterate(_ALL_FIELDS + more, size):
            rows, found = _rows(answer), answer.rows
            if with_fingerprints:
                rows = replace(
                    rows, fingerprints=[row.get(FINGERPRINT) for row in found]
                )
            if with_fingerprints and self.filter_keys:
                rows = replace(
                    rows, filter_values=[self._filter_values_of(row) for row in found]
                )
            yield rows

    def all_ids(self) -> tuple[list[str], list[str]]:
        """All primary keys and their sample ids, in no particular order."""
        ids: list[str] = []
        sample_ids: list[str] = []
        for some, their_samples in self.iterate_ids():
            ids += some
            sample_ids += their_samples
        return ids, sample_ids

    def iterate_ids(self) -> Iterator[tuple[list[str], list[str]]]:
        """All primary keys and their sample ids, in batches, in no particular order."""
        for answer in self._iterate([PK, SAMPLE_ID], MAX_K):
            rows = answer.rows
            yield [row[PK] for row in rows], [row[SAMPLE_ID] for row in rows]

    def _iterate(
        self, output: list[str], size: int, filter_expr: str = ""
    ) -> Iterator[Answer]:
        """All rows that match a filter expression, by primary key, ``size`` at once, or
        as many as the server puts into one answer."""
        self.catch_up()
        last, snapshot = None, 0
        while True:
            where = filter_expr if last is None else after(PK, last, filter_expr)
            try:
                result = self._ask(
                    output,
                    filter=where,
                    limit=size,
                    # in the order of the primary keys; and as the rows were when the
                    # first were read, where the server can tell
                    iterator="True",
                    reduce_stop_for_best="True",
                    guarantee_timestamp=snapshot,
                )
            except VectorSearchError as e:
                if size == 1 or not is_too_large(e.__cause__):
                    raise
                size //= 2
                continue
            if not result:
                return
            answer = messages.read(result, VECTOR if VECTOR in output else None)
            yield answer
            last = answer.rows[-1][PK]
            snapshot = snapshot or messages.snapshot(result)

    def _write(
        self, write: Callable[[list[Any]], None], values: list[Any], limit: int
    ) -> None:
        """Writes values, in smaller parts where a cluster's message queue takes less
        than a limit in bytes: Kafka's own is 1 MB."""
        try:
            write(values)
        except VectorSearchError as e:
            if len(values) == 1 or not is_too_large(e.__cause__):
                raise
        else:
            return
        limit //= 2
        connection = self.collection.connection
        connection.write_bytes = min(connection.write_bytes, limit)
        half = len(values) // 2
        for part in (values[:half], values[half:]):
            self._write(write, part, limit)

    def _upsert(self, rows: list[dict[str, Any]], **kwargs: Any) -> None:
        kwargs |= self.collection.partition_name
        self.collection.call("upsert", rows, timeout=WRITE_SECONDS, **kwargs)
        segments.changed(self.collection)

    def _delete(self, ids: list[str]) -> None:
        kwargs = {"timeout": WRITE_SECONDS, **self.collection.partition_name}
        self.call_with(
            PK, ids, lambda where: self.collection.call("delete", **where, **kwargs)
        )
        if not self.collection.embedded:  # Milvus Lite makes no read wait
            self.collection.connection.note_write(self.collection.name)

    def _query(
        self,
        field: str,
        wanted: Iterable[str],
        output: list[str],
        consistency_level: str = "Strong",
        filter_expr: str | None = None,
    ) -> Iterator[Answer]:
        unique = wanted if isinstance(wanted, IdSet) else dict.fromkeys(wanted)
        most = messages.IDS_PER_CALL
        if unique and VECTOR in output:
            most = min(most, messages.rows_per_call(self.collection.dimension()))
        for values in messages.of_ids(unique, most):
            yield from self._query_chunk(
                field, values, output, consistency_level, filter_expr
            )
            if consistency_level == "Strong":
                # the first call waited for what had been written
                consistency_level = "Session"

    def _query_chunk(
        self,
        field: str,
        values: list[str],
        output: list[str],
        consistency_level: str,
        filter_expr: str | None,
    ) -> Iterator[Answer]:
        def ask(where: dict[str, Any]) -> list[dict[str, Any]]:
            if filter_expr is not None:
                where["filter"] = f"{where['filter']} and ({filter_expr})"
            return self._ask(output, consistency_level=consistency_level, **where)

        try:
            found = self.call_with(field, values, ask)
        except VectorSearchError as e:
            if len(values) == 1 or not is_too_large(e.__cause__):
                raise
            found = None
        # a query without a limit stops at so many rows
        full = found is not None and field == SAMPLE_ID and len(found) >= MAX_K
        if found is not None and not (full and len(values) > 1):
            yield messages.read(found, VECTOR if VECTOR in output else None)
            return
        half = len(values) // 2
        for part in (values[:half], values[half:]):
            yield from self._query_chunk(
                field, part, output, consistency_level, filter_expr
            )

    def _ask(self, output: list[str], **kwargs: Any) -> list[dict[str, Any]]:
        kwargs |= self.collection.partition_names
        return self.collection.call("query", output_fields=output, **kwargs)

    def _filter_values_of(self, row: dict[str, Any]) -> dict[str, Any]:
        """Without what the row doesn't keep."""
        return {k: row[k] for k in self.filter_keys if row.get(k) is not None}

    def call_with(
        self,
        field: str,
        values: Sequence[str] | IdSet,
        call: Callable[[dict[str, Any]], T],
    ) -> T:
        """What a call of Milvus returns about the rows whose field has one of the
        values; it is given the keyword arguments that select them."""
        connection = self.collection.connection

        def listed() -> T:
            return call(is_in(field, values))

        # an empty list says no type
        if not values or not connection.capabilities.filter_templates:
            return listed()
        return connection.try_feature(
            TEMPLATES, lambda: call(is_in(field, values, templates=True)), listed
        )


def _fingerprint(fingerprint: str | None) -> dict[str, str]:
    return {FINGERPRINT: fingerprint} if fingerprint else {}


def _rows(answer: Answer) -> Rows:
    return Rows(
        ids=[row[PK] for row in answer.rows],
        sample_ids=[row[SAMPLE_ID] for row in answer.rows],
        vectors=answer.vectors,
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str)
