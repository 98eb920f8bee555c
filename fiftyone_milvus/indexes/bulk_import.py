"""Bulk import: writes rows as Parquet files to the storage that Milvus reads, and has
Milvus import them into a new collection."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import chain
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ..backend.index import MilvusSimilarityIndex
from ..errors import CollectionError, InvalidRequest
from ..progress import Monitor
from ..store import import_jobs
from ..store.collection import (
    FINGERPRINT,
    ID_NUMBER,
    PK,
    SAMPLE_ID,
    VECTOR,
    Collection,
)
from ..store.id_bitmaps import number_of
from ..store.import_jobs import ImportJob
from ..store.rows import Rows, StoredRows
from ..store.settings import Settings
from ..vectors import as_vectors
from . import staging
from .pipeline import patiently
from .row_copy import RowSample, RowWriter, has_sample
from .staging import Staging

Via = Literal["upsert", "import"]

FILE_BYTES = 512 << 20  # of vectors in a file, which a server reads into memory
JOBS_AT_ONCE = 4
DYNAMIC = "$meta"  # Milvus's name for the column of what the schema doesn't have
POLL_SECONDS = 0.5
VISIBLE_SECONDS = 120.0  # at most, until a server loads more of what it imported


def checked(via: str, address: str | None, found: Settings) -> Staging | None:
    """Checks how rows are to be written to a Milvus, before anything is created.

    Args:
        via: ``"upsert"`` or ``"import"``
        address: the folder for the files of an import, ``s3://bucket/folder`` or a path
        found: the Milvus

    Returns:
        the folder; ``None`` for upserts

    Raises:
        InvalidRequest: if they can't be written so
    """
    if via not in ("upsert", "import"):
        raise InvalidRequest(f"via is 'upsert' or 'import', not {via!r}.")
    if via == "upsert":
        if address is not None:
            raise InvalidRequest(
                "staging is for an import: set via='import', or leave staging out."
            )
        return None
    if found.embedded:
        raise InvalidRequest(
            "The embedded Milvus imports no files. Leave via out: rows are upserted."
        )
    if not address:
        raise InvalidRequest(
            "An import needs staging, a folder in the storage that Milvus reads: "
            f"{staging.EXAMPLES}."
        )
    return staging.opened(str(address))


def add_rows(
    index: MilvusSimilarityIndex,
    batches: Iterator[Rows],
    to: Staging,
    monitor: Monitor,
) -> int:
    """Fills a new index by an import; returns how many rows it has then. Its collection
    is created when there is a row.

    Raises:
        InvalidRequest: if there is a collection already
        VectorSearchError: if Milvus doesn't import the rows, or has others then
    """
    collection = index.rows.collection
    if collection.exists():
        raise InvalidRequest(
            f"The collection '{collection.name}' is there already, and an import needs "
            "a new one. Choose another collection_name, or leave via out."
        )
    first = next(batches, None)
    if first is None:
        return 0
    index.create_empty(first.vectors.shape[1])
    with BulkImport(collection, to, monitor) as bulk:
        for rows in chain([first], batches):
            rows = replace(rows, vectors=as_vectors(rows.vectors, rows.ids))
            bulk.upsert(index.with_filter_values(rows))
        bulk.finish()
    index.note_filled(first.sample_ids)
    return bulk.rows


@contextmanager
def writing(
    rows: StoredRows, to: Staging | None, monitor: Monitor
) -> Iterator[RowWriter]:
    """What writes rows to a new collection: its upserts; or, if there is a folder for
    files, an import, which ends with the block."""
    if to is None:
        yield rows
        return
    with BulkImport(rows.collection, to, monitor) as bulk:
        yield bulk
        bulk.finish()


class BulkImport:
    """Rows that are written to files, which Milvus imports. It takes the place of a
    collection's rows while they are written. Use as a context manager: at its end the
    files are gone.

    The first rows have a file of their own: if Milvus can't import it, that is known
    before the others are written. Files are imported while the next one is written.

    Args:
        collection: it exists, is this index's alone, and has no rows
        to: the folder for the files
        monitor: gets how far the import is
    """

    def __init__(self, collection: Collection, to: Staging, monitor: Monitor) -> None:
        self.rows = 0
        self._collection = collection
        self._staging = to
        self._monitor = monitor
        self._file: Any = None
        self._bytes = 0  # of vectors in the file
        self._names: list[str] = []  # of all files
        self._jobs: dict[str, ImportJob] = {}  # by the name of the file
        self._asked = 0.0
        self._sample = RowSample()
        self._hashes: list[np.ndarray] = []  # of the ids: 8 bytes for each row

    def __enter__(self) -> BulkImport:
        if self._collection.vector_type != "float32":
            raise InvalidRequest(
                f"An import writes no {self._collection.vector_type} vectors. Leave "
                "via out: rows are upserted."
            )
        staging.note(self._collection, self._staging.address)
        return self

    def __exit__(self, failed: object, *_: object) -> None:
        if failed is None:
            staging.note(self._collection, None)
            return
        with suppress(*staging.FAILURES):
            if self._file is not None:
                self._file.close()
        self._staging.delete(self._names)

    def upsert(self, rows: Rows) -> None:
        """Writes rows, as :meth:`StoredRows.upsert`; each id may come once.

        Raises:
            InvalidRequest: if they can't be written
            VectorSearchError: if Milvus can't import a file
        """
        self._write(_table(rows, self._collection.keeps_id_numbers))
        self._bytes += rows.vectors.nbytes
        self.rows += len(rows.ids)
        hashes = np.fromiter(map(hash, rows.ids), np.int64, len(rows.ids))
        self._hashes.append(hashes)
        self._sample.add(rows)
        if len(self._names) == 1 or self._bytes >= FILE_BYTES:
            self._import_file()
        self._look()

    def finish(self) -> None:
        """Waits until Milvus has imported all rows, and checks them.

        Raises:
            CollectionError: if it has other rows than were written
            VectorSearchError: if it can't import a file
        """
        if not self.rows:
            return
        self._check_ids()
        self._import_file()
        self._wait_for_jobs(at_most=0)
        self._monitor.report("Checking", 0, self.rows)
        found = self._loaded()
        if found != self.rows or not has_sample(
            StoredRows(self._collection), self._sample
        ):
            raise CollectionError(
                f"Milvus has {found:,} rows after the import of {self.rows:,}, or "
                "others than those, so they are not used. Try again, or leave via out."
            )

    def _write(self, table: pa.Table) -> None:
        try:
            if self._file is None:
                self._names.append(staging.new_name(self._collection.name))
                self._file = pq.ParquetWriter(
                    self._staging.path(self._names[-1]),
                    table.schema,
                    filesystem=self._staging.files,
                    use_dictionary=False,
                )
            self._file.write_table(table)
        except staging.FAILURES as e:
            raise staging.unwritable(self._staging.address, e) from e

    def _import_file(self) -> None:
        """Has Milvus import the file that was written."""
        if self._file is None:
            return
        file, self._file, self._bytes = self._file, None, 0
        try:
            file.close()
        except staging.FAILURES as e:
            raise staging.unwritable(self._staging.address, e) from e
        self._wait_for_jobs(at_most=JOBS_AT_ONCE - 1)
        name = self._names[-1]
        path = self._staging.path_for_milvus(name)
        self._jobs[name] = import_jobs.start(self._collection, path)

    def _wait_for_jobs(self, at_most: int) -> None:
        """Until so many files are being imported at most."""
        while len(self._jobs) > at_most:
            self._monitor.stop_if_cancelled()
            done = len(self._names) - len(self._jobs)
            self._monitor.report("Importing", done, len(self._names))
            time.sleep(POLL_SECONDS)
            self._look()

    def _look(self) -> None:
        """Deletes the files that were imported."""
        if time.monotonic() < self._asked + POLL_SECONDS:
            return
        self._asked = time.monotonic()
        for name, job in list(self._jobs.items()):
            if patiently(self._monitor.cancelled, import_jobs.is_done, job):
                del self._jobs[name]
                self._staging.delete([name])

    def _check_ids(self) -> None:
        twice = self.rows - len(np.unique(np.concatenate(self._hashes)))
        if twice:
            raise CollectionError(
                f"{twice:,} of {self.rows:,} rows have the id of another one, and an "
                "import would keep both. Leave via out: of rows that are upserted the "
                "last one counts."
            )

    def _loaded(self) -> int:
        """How many rows the collection has, once it has loaded as many as were
        written, or loads no more."""
        collection, most, end = self._collection, -1, 0.0
        collection.load(_refresh=True, _async=True)
        while (found := collection.count()) < self.rows:
            now = time.monotonic()
            if found > most:
                most, end = found, now + VISIBLE_SECONDS
            elif now > end:
                break
            self._monitor.stop_if_cancelled()
            time.sleep(POLL_SECONDS)
        return found


def _table(rows: Rows, with_id_numbers: bool) -> pa.Table:
    """Rows as Milvus reads them from a file, with the numbers of their primary keys if
    the collection keeps these."""
    dynamic: list[dict[str, Any]] = [{} for _ in rows.ids]
    for at, row in enumerate(dynamic):
        if rows.fingerprints is not None and rows.fingerprints[at]:
            row[FINGERPRINT] = rows.fingerprints[at]
        if rows.filter_values is not None:
            row.update(rows.filter_values[at])
    n, dim = rows.vectors.shape
    offsets = np.arange(0, (n + 1) * dim, dim, dtype=np.int32)
    numbers = np.ascontiguousarray(rows.vectors, np.float32).ravel()
    texts = [json.dumps(row, ensure_ascii=False) for row in dynamic]
    columns = {
        PK: pa.array(rows.ids, pa.string()),
        SAMPLE_ID: pa.array(rows.sample_ids, pa.string()),
        VECTOR: pa.ListArray.from_arrays(offsets, numbers),
        DYNAMIC: pa.array(texts, pa.string()),
    }
    if with_id_numbers:
        columns[ID_NUMBER] = pa.array(map(number_of, rows.ids), pa.int64())
    return pa.table(columns)
