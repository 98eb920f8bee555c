"""How much goes into one call, and comes out of it: by bytes, since a message of Milvus
may hold 64 MB, and vectors and ids may be long."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

MAX_K = 16_384  # a limit of Milvus, for one call
CALL_BYTES = 4 * 1024 * 1024
IDS_BYTES = 16 * 1024 * 1024
IDS_PER_CALL = 10_000
ROW_BYTES = 100  # of an id, a sample id and the like
QUOTES = 4  # what an id takes in a filter besides itself


def rows_per_call(dim: int) -> int:
    """How many rows with vectors of a dimension are read, or written, in one call."""
    return max(1, min(MAX_K, CALL_BYTES // (dim * 4 + ROW_BYTES)))


def of_ids(
    ids: Sequence[str], most: int = IDS_PER_CALL, most_bytes: int = IDS_BYTES
) -> Iterator[list[str]]:
    """Ids in parts that can each be sent in one call."""
    yield from split(ids, lambda id_: size(id_) + QUOTES, most, most_bytes)


def split(
    values: Sequence[T],
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
