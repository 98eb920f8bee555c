"""Parquet files that ask for far more than they hold, as somebody would make them who
wants whoever imports them to run out of memory; and a process with little of it, which
reads them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from fiftyone_milvus.indexes import parquet

from . import little_memory

DIM = 16
ROWS = 2_000
MEGABYTE = 1024 * 1024
# Enough for what the largest page that is read unpacks to
MEMORY_BYTES = 400 * MEGABYTE


def write(path: Path, **how: Any) -> None:
    """A valid file of :data:`ROWS` rows, whose columns, header or encoding differ as
    ``how`` says: ``id``, ``vectors``, ``header``, and what pyarrow's writer takes."""
    ids = how.pop("id", None) or [f"{i:024x}" for i in range(ROWS)]
    vectors = how.pop("vectors", None)
    schema = how.pop("schema", None) or parquet._schema(DIM)
    table = {
        "id": pa.array(ids, pa.string()),
        "sample_id": pa.array(["s"] * len(ids)),
        "vector": _vectors(len(ids)) if vectors is None else vectors,
        "origin": pa.nulls(len(ids), pa.string()),
    }
    header = {
        **{"dataset": "d", "metric": "cosine", "consistency_level": "Session"},
        **{"rows": len(ids), "version": 1},
    }
    text = how.pop("header", None) or json.dumps(header).encode()
    # the schema that pyarrow goes by, which need not be that of the columns
    claimed = base64.b64encode(schema.serialize().to_pybytes())
    columns = pa.table(table)
    how = {
        **{"compression": "zstd", "use_dictionary": False, "write_statistics": False},
        **how,
    }
    with pq.ParquetWriter(path, columns.schema, store_schema=False, **how) as file:
        file.write_table(columns)
        file.add_key_value_metadata({parquet.KEY: text, "ARROW:schema": claimed})


def _vectors(count: int) -> pa.Array:
    rng = np.random.default_rng(0)
    flat = pa.array(rng.random(count * DIM, np.float32))
    return pa.FixedSizeListArray.from_arrays(flat, DIM)


def _huge_dimension(path: Path) -> None:
    vectors = pa.array([[0.5]] * ROWS, pa.list_(pa.float32()))
    write(path, vectors=vectors, schema=parquet._schema(250_000_000))


def _huge_row_group(path: Path) -> None:
    dim, count = 16_384, 5_000
    flat = pa.array(np.zeros(count * dim, np.float32))
    vectors = pa.FixedSizeListArray.from_arrays(flat, dim)
    ids = [str(i) for i in range(count)]
    write(path, id=ids, vectors=vectors, schema=parquet._schema(dim))


def _cell_in_a_page(path: Path) -> None:
    write(path, id=["x" * (60 * MEGABYTE), "y"])


def _repeated_cell(path: Path) -> None:
    write(path, id=["x" * 60_000] * ROWS, use_dictionary=["id"])


def _repeated_prefix(path: Path) -> None:
    ids = ["x" * 60_000 + str(i) for i in range(ROWS)]
    write(path, id=ids, column_encoding={"id": "DELTA_BYTE_ARRAY"})


def _small_in_the_footer(path: Path) -> None:
    """A page of 100 MB, of which the footer says that it has a few bytes."""
    write(path, id=["x" * (100 * MEGABYTE), "y"])
    group = pq.read_metadata(path).row_group(0)
    data = path.read_bytes()
    for size in (group.column(0).total_uncompressed_size, group.total_byte_size):
        encoded = _varint(2 * size)
        small = bytes([0x80 | 64, *[0x80] * (len(encoded) - 2), 0])
        assert encoded in data
        data = data.replace(encoded, small)
    path.write_bytes(data)


def _first_row_has_all(path: Path) -> None:
    """As many numbers as the rows need, nearly all of them in the first."""
    lists = [[0.5] * (ROWS * DIM - ROWS + 1), *([[0.5]] * (ROWS - 1))]
    write(path, vectors=pa.array(lists, pa.list_(pa.float32())))


def _many_rows(path: Path) -> None:
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(np.zeros(300_000, "f4")), 1)
    schema = parquet._schema(1)
    write(
        path,
        id=["x"] * 300_000,
        vectors=vectors,
        schema=schema,
        use_dictionary=True,
    )


def _nested_header(path: Path) -> None:
    write(path, header=b"[" * 200_000)


def _long_header(path: Path) -> None:
    write(path, header=json.dumps({"version": 1, "dataset": "x" * 2_000_000}).encode())


def _long_footer(path: Path) -> None:
    write(path, header=b"x" * (20 * MEGABYTE))


HOSTILE: dict[str, Callable[[Path], None]] = {
    "250,000,000-dim": _huge_dimension,
    "a row group of": _huge_row_group,
    "a text of more than 64,000 bytes": _cell_in_a_page,
    "bytes of ids and fingerprints": _repeated_cell,
    "encoding": _repeated_prefix,
    "a page of": _small_in_the_footer,
    "can't be read": _first_row_has_all,
    "300,000 rows in": _many_rows,
    "isn't an exported Milvus index": _nested_header,
    "Export it again": _long_header,
    "a footer of": _long_footer,
}


def read_all(folder: Path) -> dict[str, str]:
    """What comes of reading each file of a folder, by its name: a count of rows, or
    what was raised; read by a process that may take :data:`MEMORY_BYTES`."""
    return little_memory.read("harness.hostile_parquet", folder)


def read_damaged(path: Path) -> None:
    """Reads a valid file with bytes changed here and there, 150 times, in such a
    process.

    Raises:
        AssertionError: if reading one raises anything but InvalidRequest
    """
    little_memory.damage("harness.hostile_parquet", path)


def _read(path: Path) -> str:
    try:
        with parquet.Reader(path) as file:
            return str(sum(len(rows.ids) for rows in file.batches()))
    except Exception as e:
        return f"{type(e).__name__}: {e}"


def _varint(value: int) -> bytes:
    data = bytearray()
    while value > 127:
        data.append(value & 127 | 128)
        value >>= 7
    return bytes([*data, value])


def _damage(path: Path) -> None:
    data = path.read_bytes()
    # the footer, and the pages before it
    size = len(data)
    places = st.integers(0, size - 1) | st.integers(size - 1500, size - 9)
    changes = st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=8)

    @settings(max_examples=150, deadline=None, database=None, derandomize=True)
    @given(changes)
    def reads(changed: list[tuple[int, int]]) -> None:
        damaged = bytearray(data)
        for place, value in changed:
            damaged[place] = value
        path.write_bytes(damaged)
        found = _read(path)
        assert found == str(ROWS) or found.startswith("InvalidRequest"), found

    reads()


if __name__ == "__main__":
    little_memory.main(MEMORY_BYTES, _read, _damage)
