"""An index as one Parquet file: its rows, and in the file's metadata its configuration,
without addresses and secrets.

The columns are ``id`` (the primary key), ``sample_id``, ``vector`` (a fixed-size list
of float32) and ``origin`` (the source fingerprint, or null). The metadata
``fiftyone_milvus`` is a :class:`~fiftyone_milvus.indexes.parquet_header.Header` as
JSON. A row group is at most 256 MB when it is unpacked, a page 64 MB, and an id 64,000
bytes: a file's headers are checked before its pages are unpacked.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..errors import InvalidRequest, VectorSearchError
from ..store import private_folders
from ..store.collection import MAX_ID_LENGTH
from ..store.messages import rows_per_call
from ..store.rows import Rows
from ..vectors import MAX_DIMENSION
from . import parquet_header, parquet_pages
from .parquet_header import Header

KEY = b"fiftyone_milvus"

# Limits on what a file takes in memory. A footer unpacks to about ten times its bytes
MAX_FOOTER_BYTES = 8 * 1024 * 1024
MAX_ROW_GROUP_BYTES = 256 * 1024 * 1024
MAX_BATCH_TEXT_BYTES = 64 * 1024 * 1024
_TEXTS = ("id", "sample_id", "origin")
_BUFFER_BYTES = 1024 * 1024


class Writer:
    """Writes a file under a temporary name, and renames it when it is complete. Use as
    a context manager.

    Args:
        path: the file
        dim: the dimension of the vectors
        overwrite: whether to replace an earlier file of this kind

    Raises:
        InvalidRequest: if the file exists, or can't be written
    """

    def __init__(self, path: str | Path, dim: int, overwrite: bool = False) -> None:
        self.path = _absolute(path)
        self.rows = 0
        self._overwrite = overwrite
        self._check_place()
        self._partial = self.path.with_name(f".{self.path.name}.{uuid4().hex[:8]}")
        self._schema = _schema(dim)
        with self._readable():
            self._to = private_folders.open_file(self._partial, "xb")
            self._file = pq.ParquetWriter(
                self._to,
                self._schema,
                compression="zstd",
                use_dictionary=False,
                write_statistics=False,
                write_page_checksum=True,
            )

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError, pa.ArrowException):
            self._file.close()
        with contextlib.suppress(OSError):
            self._to.close()
            self._partial.unlink(missing_ok=True)

    def write(self, rows: Rows) -> None:
        """Writes rows, as one row group."""
        kind = self._schema.field("vector").type
        flat = np.ascontiguousarray(rows.vectors, np.float32).ravel()
        columns = [
            pa.array(rows.ids, pa.string()),
            pa.array(rows.sample_ids, pa.string()),
            pa.FixedSizeListArray.from_arrays(pa.array(flat), kind.list_size),
            pa.array(rows.fingerprints or [None] * len(rows.ids), pa.string()),
        ]
        batch = pa.RecordBatch.from_arrays(columns, schema=self._schema)
        with self._readable():
            self._file.write_batch(batch)
        self.rows += len(rows.ids)

    def finish(self, header: Header) -> int:
        """Completes the file; returns its size in bytes."""
        with self._readable():
            self._file.add_key_value_metadata({KEY: parquet_header.to_json(header)})
            self._file.close()
            self._to.close()
            self._check_place()
            size = self._partial.stat().st_size
            os.replace(self._partial, self.path)
        return size

    def _check_place(self) -> None:
        folder = self.path.parent
        if not folder.is_dir():
            raise InvalidRequest(
                f"There is no folder {folder}. Create it, or choose another path."
            )
        if self.path.is_dir():
            raise InvalidRequest(
                f"{self.path} is a folder. Name a file in it, such as index.parquet."
            )
        if not self.path.exists():
            return
        if not self._overwrite:
            raise InvalidRequest(
                f"There is a file {self.path} already. Choose another path, or "
                "overwrite it."
            )
        if not _is_index(self.path):
            raise InvalidRequest(
                f"{self.path} isn't an exported index, so it is not overwritten. "
                "Choose another path."
            )

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except (OSError, pa.ArrowException) as e:
            raise VectorSearchError(
                f"{self.path} can't be written: {_reason(e)}. Choose a folder that "
                "you can write to and that has room."
            ) from e


class Reader:
    """Reads a file's header at once, and its rows in batches. Use as a context manager.

    Args:
        path: the file

    Raises:
        InvalidRequest: if it isn't an exported index that this version can read
    """

    def __init__(self, path: str | Path) -> None:
        self.path = _absolute(path)
        if not self.path.is_file():
            raise InvalidRequest(f"There is no file {self.path}")
        with self._readable():
            self._from = _open(self.path)
        try:
            footer = self._footer()
            with self._readable():
                self._groups = list(parquet_pages.row_groups(footer))
                self._file = pq.ParquetFile(
                    self._from,
                    buffer_size=_BUFFER_BYTES,
                    pre_buffer=False,
                    page_checksum_verification=True,
                    read_dictionary=list(_TEXTS),
                )
            self.header = self._header()
            self.dim = self._dimension()
            self._check_row_groups()
        except BaseException:
            self._from.close()
            raise

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._from.close()

    @property
    def rows(self) -> int:
        """The number of rows."""
        return int(self._file.metadata.num_rows)

    def batches(self) -> Iterator[Rows]:
        """The rows, in batches of a few megabytes.

        Raises:
            InvalidRequest: if the file is damaged
        """
        size = rows_per_call(self.dim)
        for number, group in enumerate(self._groups):
            self._check_pages(group)
            with self._readable():
                for batch in self._file.iter_batches(size, [number], use_threads=False):
                    yield self._rows(batch)

    def _rows(self, batch: pa.RecordBatch) -> Rows:
        if any(batch[name].null_count for name in ("id", "sample_id", "vector")):
            raise self._incomplete()
        self._check_texts(batch)
        flat = batch["vector"].flatten().to_numpy(zero_copy_only=False)
        return Rows(
            batch["id"].to_pylist(),
            batch["sample_id"].to_pylist(),
            flat.reshape(-1, self.dim),
            batch["origin"].to_pylist(),
        )

    def _check_texts(self, batch: pa.RecordBatch) -> None:
        """Before Python strings are made: many rows can share one value."""
        total = 0
        for name in _TEXTS:
            column = batch[name]
            sizes = pc.binary_length(column.dictionary)
            if (pc.max(sizes).as_py() or 0) > MAX_ID_LENGTH:
                raise self._unsafe(
                    f"a text of more than {MAX_ID_LENGTH:,} bytes in '{name}'"
                )
            total += pc.sum(sizes.take(column.indices)).as_py() or 0
        if total > MAX_BATCH_TEXT_BYTES:
            raise self._unsafe(
                f"{total:,} bytes of ids and fingerprints in {len(batch):,} rows"
            )

    def _footer(self) -> bytes:
        """The bytes of the footer, whose size is in the last bytes of the file."""
        with self._readable():
            size = os.fstat(self._from.fileno()).st_size
            ending = os.pread(self._from.fileno(), 8, max(0, size - 8))
            length = int.from_bytes(ending[:4], "little")
            if ending[4:] != b"PAR1" or length + 8 > size:
                raise OSError("it has no footer")
            if length > MAX_FOOTER_BYTES:
                raise self._unsafe(f"a footer of {length:,} bytes")
            return os.pread(self._from.fileno(), length, size - 8 - length)

    def _check_row_groups(self) -> None:
        """Checks what the footer says of the row groups."""
        size = os.fstat(self._from.fileno()).st_size
        if self.rows > size:  # rows of different ids take more
            raise self._unsafe(f"{self.rows:,} rows in {size:,} bytes")
        for group in self._groups:
            unpacked = max(
                group.num_rows * self.dim * 4,
                sum(column.unpacked for column in group.columns),
            )
            if unpacked > MAX_ROW_GROUP_BYTES:
                raise self._unsafe(
                    f"a row group of {unpacked:,} bytes, and this plugin reads row "
                    f"groups of {MAX_ROW_GROUP_BYTES:,} at most"
                )
            names = self._file.schema_arrow.names
            if len(group.columns) != len(names):
                raise self._unreadable()
            for name, column in zip(names, group.columns, strict=True):
                each = self.dim if name == "vector" else 1
                if column.num_values != group.num_rows * each:
                    raise self._incomplete()

    def _check_pages(self, group: parquet_pages.RowGroup) -> None:
        with self._readable():
            for column in group.columns:
                parquet_pages.check_column(self._from.fileno(), column)

    def _header(self) -> Header:
        text = (self._file.metadata.metadata or {}).get(KEY)
        if text is None:
            raise InvalidRequest(
                f"{self.path} isn't an exported Milvus index: its metadata lacks "
                f"'{KEY.decode()}'. Choose a file that export_index wrote."
            )
        try:
            return parquet_header.from_json(text)
        except parquet_header.OtherVersion as e:
            raise InvalidRequest(
                f"{self.path} has version {e} of this format, and this plugin reads "
                f"version {parquet_header.VERSION}. Update the plugin."
            ) from e
        except parquet_header.BadHeader as e:
            raise self._unreadable() from e

    def _dimension(self) -> int:
        schema = self._file.schema_arrow
        dim = int(getattr(_types(schema).get("vector"), "list_size", 0))
        if dim > MAX_DIMENSION:
            raise self._unsafe(
                f"{dim:,}-dim vectors, and those of Milvus have at most "
                f"{MAX_DIMENSION:,}"
            )
        given = {name: _plain(kind) for name, kind in _types(schema).items()}
        if dim < 1 or given != _types(_schema(dim)) or len(schema) != len(given):
            raise self._unreadable()
        return dim

    def _incomplete(self) -> InvalidRequest:
        return InvalidRequest(
            f"{self.path} has rows without an id or a vector. Export the index again."
        )

    def _unsafe(self, what: str) -> InvalidRequest:
        return InvalidRequest(
            f"{self.path} isn't read, since it has {what}. Export the index again, or "
            "ask the author of the file."
        )

    def _unreadable(self) -> InvalidRequest:
        return InvalidRequest(
            f"{self.path} isn't an exported Milvus index as this plugin writes "
            "them: it needs the columns id, sample_id and origin (strings) and vector "
            "(a fixed-size list of float32), and their description. Export it again."
        )

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except parquet_pages.UnsafePage as e:
            raise self._unsafe(str(e)) from e
        except (OSError, UnicodeError, pa.ArrowException) as e:
            raise InvalidRequest(
                f"{self.path} can't be read as a Parquet file ({_reason(e)}): it is "
                "of another kind, or damaged."
            ) from e


def _schema(dim: int) -> pa.Schema:
    return pa.schema(
        [
            pa.field("id", pa.string()),
            pa.field("sample_id", pa.string()),
            pa.field("vector", pa.list_(pa.float32(), dim)),
            pa.field("origin", pa.string()),
        ]
    )


def _types(schema: pa.Schema) -> dict[str, Any]:
    return {field.name: field.type for field in schema}


def _plain(kind: pa.DataType) -> pa.DataType:
    """The type of the values in a dictionary column."""
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _is_index(path: Path) -> bool:
    try:
        with Reader(path):
            return True
    except InvalidRequest:
        return False


def _open(path: Path) -> IO[bytes]:
    """Opens a regular file, after resolving links.

    Raises:
        OSError: if it is of another kind, or became a link meanwhile
    """
    file = private_folders.open_file(path.resolve(), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError("it is no regular file")
    return file


def _reason(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text).splitlines()[0].rstrip(".")


def _absolute(path: Any) -> Path:
    try:
        found = Path(path).expanduser().absolute()
    except (TypeError, RuntimeError) as e:  # no text, or no such user
        raise InvalidRequest(f"{path!r} can't be a file's path: {e}") from e
    if "\0" in str(found):
        raise InvalidRequest(
            f"{path!r} can't be a file's path: it has a null character"
        )
    return found
