"""An index as one Parquet file: its rows, and in the file's metadata what it takes to
make the index again. It holds no address and no secret.

The columns are ``id`` (the primary key), ``sample_id``, ``vector`` (a fixed-size list
of float32) and ``origin`` (what the vector was made of, or null). The metadata
``fiftyone_milvus`` is a :class:`Header` as JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ..errors import InvalidRequest, VectorSearchError
from ..milvus.batches import rows_per_call
from ..milvus.rows import Rows

KEY = b"fiftyone_milvus"
VERSION = 1


@dataclass(frozen=True)
class Header:
    """What a file says of its index. ``dataset`` is the name of the one that it was
    made for, ``options`` are those of
    :class:`~fiftyone_milvus.milvus.options.IndexOptions` that were chosen, ``cutting``
    says how patches were cut."""

    dataset: str
    metric: str
    consistency_level: str
    rows: int
    patches_field: str | None = None
    embeddings_field: str | None = None
    roi_field: str | None = None
    model: str | None = None
    model_kwargs: Mapping[str, Any] | None = None
    supports_prompts: bool | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    cutting: Mapping[str, Any] = field(default_factory=dict)
    version: int = VERSION


class Writer:
    """Writes a file under another name beside it, and renames it when it is complete;
    use as a context manager.

    Args:
        path: the file
        dim: the dimension of the vectors
        overwrite: whether to replace an earlier file of this kind

    Raises:
        InvalidRequest: if the file exists, or can't be made there
    """

    def __init__(self, path: str | Path, dim: int, overwrite: bool = False) -> None:
        self.path = _absolute(path)
        self.rows = 0
        self._overwrite = overwrite
        self._check_place()
        self._partial = self.path.with_name(f".{self.path.name}.{uuid4().hex[:8]}")
        self._schema = _schema(dim)
        with self._told():
            self._file = pq.ParquetWriter(
                self._partial,
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
            self._partial.unlink(missing_ok=True)

    def write(self, rows: Rows) -> None:
        """Writes rows, as a row group of their own."""
        kind = self._schema.field("vector").type
        flat = np.ascontiguousarray(rows.vectors, np.float32).ravel()
        columns = [
            pa.array(rows.ids, pa.string()),
            pa.array(rows.sample_ids, pa.string()),
            pa.FixedSizeListArray.from_arrays(pa.array(flat), kind.list_size),
            pa.array(rows.origins or [None] * len(rows.ids), pa.string()),
        ]
        batch = pa.RecordBatch.from_arrays(columns, schema=self._schema)
        with self._told():
            self._file.write_batch(batch)
        self.rows += len(rows.ids)

    def finish(self, header: Header) -> int:
        """Completes the file; how many bytes it has."""
        text = json.dumps(asdict(header), default=str)
        with self._told():
            self._file.add_key_value_metadata({KEY: text.encode()})
            self._file.close()
            self._check_place()
            size = self._partial.stat().st_size
            os.replace(self._partial, self.path)
        return size

    def _check_place(self) -> None:
        folder = self.path.parent
        if not folder.is_dir():
            raise InvalidRequest(
                f"There is no folder {folder}. Make it, or choose another path."
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
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (OSError, pa.ArrowException) as e:
            raise VectorSearchError(
                f"{self.path} can't be written: {_reason(e)}. Choose a folder that "
                "you can write to and that has room."
            ) from e


class Reader:
    """Reads a file's header at once, and its rows in batches; use as a context manager.

    Args:
        path: the file

    Raises:
        InvalidRequest: if it isn't an exported index that this version can read
    """

    def __init__(self, path: str | Path) -> None:
        self.path = _absolute(path)
        if not self.path.is_file():
            raise InvalidRequest(f"There is no file {self.path}")
        with self._told():
            self._file = pq.ParquetFile(
                self.path, pre_buffer=False, page_checksum_verification=True
            )
        try:
            self.header = self._header()
            self.dim = self._dimension()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def rows(self) -> int:
        """How many rows the file has."""
        return int(self._file.metadata.num_rows)

    def batches(self) -> Iterator[Rows]:
        """Its rows, in batches of a few megabytes.

        Raises:
            InvalidRequest: if the file is damaged
        """
        with self._told():
            size = rows_per_call(self.dim)
            for batch in self._file.iter_batches(size, use_threads=False):
                yield self._rows(batch)

    def _rows(self, batch: pa.RecordBatch) -> Rows:
        if any(batch[name].null_count for name in ("id", "sample_id", "vector")):
            raise InvalidRequest(
                f"{self.path} has rows without an id or a vector. Export the index "
                "again."
            )
        flat = batch["vector"].flatten().to_numpy(zero_copy_only=False)
        return Rows(
            batch["id"].to_pylist(),
            batch["sample_id"].to_pylist(),
            flat.reshape(-1, self.dim),
            batch["origin"].to_pylist(),
        )

    def _header(self) -> Header:
        text = (self._file.metadata.metadata or {}).get(KEY)
        if text is None:
            raise InvalidRequest(
                f"{self.path} isn't an exported Milvus index: its metadata lacks "
                f"'{KEY.decode()}'. Choose a file that export_index made."
            )
        try:
            values = json.loads(text)
            version = values.pop("version")
        except (ValueError, KeyError, AttributeError, TypeError) as e:
            raise self._unreadable() from e
        if version != VERSION:
            raise InvalidRequest(
                f"{self.path} has version {version} of this format, and this plugin "
                f"reads version {VERSION}. Update the plugin."
            )
        known = {f.name for f in fields(Header)}
        try:
            return Header(**{k: v for k, v in values.items() if k in known})
        except TypeError as e:
            raise self._unreadable() from e

    def _dimension(self) -> int:
        schema = self._file.schema_arrow
        dim = int(getattr(_types(schema).get("vector"), "list_size", 0))
        if dim < 1 or _types(schema) != _types(_schema(dim)):
            raise self._unreadable()
        return dim

    def _unreadable(self) -> InvalidRequest:
        return InvalidRequest(
            f"{self.path} isn't an exported Milvus index as this plugin makes them: "
            "it needs the columns id, sample_id and origin (strings) and vector (a "
            "fixed-size list of float32), and their description. Export it again."
        )

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (OSError, pa.ArrowException) as e:
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


def _is_index(path: Path) -> bool:
    try:
        return KEY in (pq.read_metadata(path).metadata or {})
    except (OSError, pa.ArrowException):
        return False


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
