"""What goes into one message to Milvus, and how its answer is read.

By bytes, since a message may hold 64 MB, and vectors and ids may be long. Milvus
answers with a column for each field. pymilvus makes a row of each place in them, and a
list of Python numbers of each vector, which takes several times as long as the call.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from ..errors import InvalidRequest

T = TypeVar("T")

MAX_K = 16_384  # a limit of Milvus, for one call
CALL_BYTES = 4 * 1024 * 1024
IDS_BYTES = 16 * 1024 * 1024
IDS_PER_CALL = 10_000
ROW_BYTES = 100  # of an id, a sample id and the like
QUOTES = 4  # what an id takes in a filter besides itself
# The columns of vectors with 2 bytes a number
HALF = {"float16_vector": "float16", "bfloat16_vector": "bfloat16"}


@dataclass(frozen=True)
class Answer:
    """``n`` rows: their values by field, without the vectors, and the vectors, of shape
    ``(n, dim)``, float32; ``(0, 0)`` if there are no rows or no vectors were asked
    for."""

    rows: list[dict[str, Any]]
    vectors: np.ndarray = field(default_factory=lambda: np.empty((0, 0), np.float32))


def rows_per_call(dim: int) -> int:
    """How many rows with vectors of a dimension are read, or written, in one call."""
    return max(1, min(MAX_K, CALL_BYTES // (dim * 4 + ROW_BYTES)))


def of_ids(
    ids: Iterable[str], most: int = IDS_PER_CALL, most_bytes: int = IDS_BYTES
) -> Iterator[list[str]]:
    """Ids in parts that can each be sent in one call."""
    yield from split(ids, lambda id_: size(id_) + QUOTES, most, most_bytes)


def split(
    values: Iterable[T],
    size_of: Callable[[T], int],
    most: int = MAX_K,
    most_bytes: int = CALL_BYTES,
) -> Iterator[list[T]]:
    """Values, of which each takes so many bytes, in parts that can each be sent in one
    call; of ``most`` at most, and at least one."""
    part: list[T] = []
    room = most_bytes
    for value in values:
        needed = size_of(value)
        if part and (needed > room or len(part) == most):
            yield part
            part, room = [], most_bytes
        part.append(value)
        room -= needed
    if part:
        yield part


def size(text: str) -> int:
    """The bytes of a text in a message."""
    return len(text) if text.isascii() else len(text.encode())


def packed(vectors: np.ndarray) -> list[Sequence[float] | bytes]:
    """Each of ``(n, dim)`` vectors, as a value that pymilvus takes for one.

    pymilvus puts a vector into its message number by number, which takes longer than
    all else that it does to a row, and keeps every other thread waiting meanwhile. What
    is in the form of a message already is copied at once.
    """
    if vectors.itemsize == 2:  # float16 or the bits of bfloat16
        return [row.tobytes() for row in vectors]
    from pymilvus.grpc_gen.schema_pb2 import FloatArray

    if not len(vectors):
        return []
    numbers = vectors.astype("<f4", copy=False)
    message = FloatArray(data=numbers[0].tolist()).SerializeToString()
    header = message[: -numbers[0].nbytes]  # the same for each, as their length is
    return [FloatArray.FromString(header + row.tobytes()).data for row in numbers]


def queries(vectors: np.ndarray, vector_type: str) -> list[Any]:
    """Each of ``(n, dim)`` vectors, as pymilvus takes queries of a field with a type of
    vectors.

    Raises:
        InvalidRequest: if the type has no number so large
    """
    rows = list(as_type(vectors, vector_type))
    return [row.tobytes() for row in rows] if vector_type == "bfloat16" else rows


def as_type(vectors: np.ndarray, vector_type: str) -> np.ndarray:
    """Rounds to the nearest numbers of a type.

    Args:
        vectors: ``(n, dim)``, of numbers that are finite as float32
        vector_type: ``"float32"``, ``"float16"`` or ``"bfloat16"``

    Returns:
        ``(n, dim)`` float32 or float16; or the bits of bfloat16, the upper half of
        those of float32, as uint16

    Raises:
        InvalidRequest: if the type has no number so large
    """
    numbers = np.ascontiguousarray(vectors, "<f4")
    if vector_type == "float32":
        return numbers
    if vector_type == "float16":
        with np.errstate(over="ignore"):
            found = numbers.astype("<f2")
    else:
        bits = numbers.view("<u4")
        # half of what is cut off; of two that are as near, to the even one
        found = ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype("<u2")
    if not np.isfinite(widened(found.tobytes(), vector_type)).all():
        raise InvalidRequest(
            f"Some numbers of the vectors are too large for {vector_type}. Scale the "
            "vectors, or build the index with vector_type='float32'."
        )
    return found


def widened(data: bytes, vector_type: str) -> np.ndarray:
    """Numbers of 2 bytes as Milvus sends them, one after the other; as float32,
    exactly."""
    if vector_type == "float16":
        return np.frombuffer(data, "<f2").astype(np.float32)
    return (np.frombuffer(data, "<u2").astype(np.uint32) << 16).view(np.float32)


def read(result: Sequence[dict[str, Any]], vector: str | None = None) -> Answer:
    """Reads the columns of what ``MilvusClient.query`` returns; its rows, if this
    version of pymilvus doesn't keep the columns.

    Args:
        result: what it returns
        vector: the field of the vectors, if they were asked for
    """
    fields = getattr(result, "_lazy_field_data", None)
    if isinstance(result, list) and isinstance(fields, list):
        answer = _read_columns(result, fields, vector)
        if answer is not None:
            return answer
    rows = [dict(row) for row in result]
    if not rows or vector is None:
        return Answer(rows)
    return Answer(rows, np.array([row.pop(vector) for row in rows], np.float32))


def snapshot(result: Any) -> int:
    """The server's timestamp of what a query read that is to go on; 0 if it doesn't
    say."""
    return int(getattr(result, "extra", {}).get("iterator_session_ts") or 0)


def _read_columns(
    result: list[dict[str, Any]], fields: list[Any], vector: str | None
) -> Answer | None:
    """``None`` if they aren't as expected."""
    # without the row that pymilvus makes of the columns when it is read
    rows = list(list.__iter__(result))
    vectors = None
    for column in fields if rows else ():
        if column.field_name == vector:
            vectors = _matrix(column, len(rows))
        elif not _add(column, rows):
            return None
    if not rows or vector is None:
        return Answer(rows)
    return None if vectors is None else Answer(rows, vectors)


def _matrix(column: Any, count: int) -> np.ndarray | None:
    """``(count, dim)`` float32; ``None`` if some rows have no vector, or others than
    float vectors."""
    dim, kind = int(column.vectors.dim), column.vectors.WhichOneof("data")
    if len(column.valid_data):
        return None
    if kind in HALF:
        data = getattr(column.vectors, kind)
        return widened(data, HALF[kind]).reshape(count, dim)
    message = column.vectors.float_vector
    if len(message.data) != count * dim:
        return None
    # its numbers one after the other, as they are in memory, come last
    data = message.SerializeToString()
    numbers = np.frombuffer(data, "<f4", offset=len(data) - 4 * count * dim)
    return numbers.reshape(count, dim).astype(np.float32)


def _add(column: Any, rows: list[dict[str, Any]]) -> bool:
    """Adds to each row what it has in the dynamic field; whether it is that."""
    cells = column.scalars.json_data.data
    if not column.is_dynamic or len(cells) != len(rows):
        return False
    for row, cell in zip(rows, cells, strict=True):
        for name, value in (json.loads(cell or "{}") or {}).items():
            row.setdefault(name, value)
    return True
