"""Checks the headers of a Parquet file's pages, before any page is decompressed.

A page's header says how many bytes and values it unpacks to, and a few bytes can unpack
to gigabytes. pyarrow allocates what a header says, so we read the headers first; and
the footer too, since asking pyarrow for the columns of a damaged one ends the process.
Source of the format: the Apache Parquet specification, ``parquet.thrift``, in Thrift's
compact protocol.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MAX_PAGE_BYTES = 64 * 1024 * 1024
MAX_HEADER_BYTES = 1024 * 1024
MAX_DEPTH = 12

_DATA, _DICTIONARY, _DATA_V2 = 0, 2, 3
# Encodings in which a page unpacks to no more values than its header says, and to no
# more bytes than its own and its dictionary's. DELTA_BYTE_ARRAY repeats prefixes
_PLAIN, _PLAIN_DICTIONARY, _RLE_DICTIONARY = 0, 2, 8
_DELTA_LENGTH, _SPLIT = 6, 9
_ENCODINGS = (_PLAIN, _PLAIN_DICTIONARY, _RLE_DICTIONARY, _DELTA_LENGTH, _SPLIT)

# Types of Thrift's compact protocol
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE = 1, 2, 3, 4, 5, 6, 7
_BINARY, _LIST, _SET, _STRUCT = 8, 9, 10, 12


class UnsafePage(ValueError):
    """A page that isn't what the file's footer says, or that is too large."""


@dataclass(frozen=True)
class Column:
    """A column of a row group as the footer has it; sizes and ``start`` in bytes."""

    num_values: int
    unpacked: int
    packed: int
    start: int


@dataclass(frozen=True)
class RowGroup:
    """A row group as the footer has it, its columns in the schema's order."""

    num_rows: int
    columns: tuple[Column, ...]


def row_groups(footer: bytes) -> Iterator[RowGroup]:
    """The row groups that a file's footer describes.

    Raises:
        UnsafePage: if it can't be read
    """
    try:
        found = _Compact(footer).struct()
    except (IndexError, struct.error) as e:
        raise UnsafePage("a damaged footer") from e
    for group in _structs(found, 4):
        yield RowGroup(
            _number(group, 3),
            tuple(_column(_struct(column, 3)) for column in _structs(group, 1)),
        )


def _column(fields: dict[int, Any]) -> Column:
    start, dictionary = _number(fields, 9), fields.get(11)
    if isinstance(dictionary, int) and 0 < dictionary < start:
        start = dictionary
    return Column(_number(fields, 5), _number(fields, 6), _number(fields, 7), start)


def _structs(fields: dict[int, Any], field: int) -> list[dict[int, Any]]:
    found = fields.get(field)
    if not isinstance(found, list) or not all(isinstance(x, dict) for x in found):
        raise UnsafePage("a damaged footer")
    return found


def _struct(fields: dict[int, Any], field: int) -> dict[int, Any]:
    return _structs({field: [fields.get(field)]}, field)[0]


def check_column(file: int, column: Column) -> None:
    """Checks all pages of a column in a row group.

    Args:
        file: the descriptor of the open file
        column: what the footer says of the column

    Raises:
        UnsafePage: with words that continue "it has"
    """
    offset, end = column.start, column.start + column.packed
    values = 0
    while values < column.num_values:
        if offset >= end:
            raise UnsafePage("pages that its footer doesn't describe")
        header, length = _header(file, offset)
        values += _checked(header)
        offset += length + _number(header, 3)
    if values != column.num_values:
        raise UnsafePage("pages that its footer doesn't describe")


def _checked(header: dict[int, Any]) -> int:
    """The number of values of a page, 0 for a dictionary."""
    kind, unpacked, packed = (_number(header, field) for field in (1, 2, 3))
    if max(unpacked, packed) > MAX_PAGE_BYTES:
        raise UnsafePage(
            f"a page of {max(unpacked, packed):,} bytes, and this plugin reads pages "
            f"of {MAX_PAGE_BYTES:,} at most"
        )
    fields = {_DATA: (5, 2), _DICTIONARY: (7, 2), _DATA_V2: (8, 4)}
    if kind not in fields:
        raise UnsafePage("pages of an unknown kind")
    field, encoding = fields[kind]
    details = header.get(field)
    if not isinstance(details, dict) or _number(details, encoding) not in _ENCODINGS:
        raise UnsafePage("pages in an encoding that this plugin doesn't read")
    values = _number(details, 1)
    return 0 if kind == _DICTIONARY else values


def _number(fields: dict[int, Any], field: int) -> int:
    value = fields.get(field)
    if not isinstance(value, int) or value < 0:
        raise UnsafePage("damaged pages")
    return value


def _header(file: int, offset: int) -> tuple[dict[int, Any], int]:
    """The fields of the page header at an offset, and its size in bytes."""
    for size in (4096, MAX_HEADER_BYTES):
        compact = _Compact(os.pread(file, size, offset))
        try:
            return compact.struct(), compact.offset
        except (IndexError, struct.error):  # the header is longer than these bytes
            continue
    raise UnsafePage("damaged pages")


class _Compact:
    """Reads Thrift's compact protocol; IndexError at the end of the bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.offset = 0

    def struct(self, depth: int = 0) -> dict[int, Any]:
        """A struct's values by the numbers of its fields."""
        found: dict[int, Any] = {}
        number = 0
        while (byte := self._byte()) != 0:
            number = number + (byte >> 4) if byte >> 4 else self._zigzag()
            kind = byte & 15
            if kind in (_TRUE, _FALSE):
                found[number] = kind == _TRUE
            else:
                found[number] = self._value(kind, depth + 1)
        return found

    def _value(self, kind: int, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise UnsafePage("damaged pages")
        if kind in (_TRUE, _FALSE, _BYTE):
            return self._byte()
        if kind in (_I16, _I32, _I64):
            return self._zigzag()
        if kind == _DOUBLE:
            return struct.unpack("<d", self._bytes(8))[0]
        if kind == _BINARY:
            return self._bytes(self._varint())
        if kind in (_LIST, _SET):
            head = self._byte()
            count = head >> 4 if head >> 4 < 15 else self._varint()
            return [self._value(head & 15, depth + 1) for _ in range(count)]
        if kind == _STRUCT:
            return self.struct(depth)
        raise UnsafePage("damaged pages")

    def _byte(self) -> int:
        byte = self._data[self.offset]
        self.offset += 1
        return byte

    def _bytes(self, size: int) -> bytes:
        start, self.offset = self.offset, self.offset + size
        if self.offset > len(self._data):
            raise IndexError
        return self._data[start : self.offset]

    def _varint(self) -> int:
        value = 0
        for shift in range(0, 70, 7):
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
        raise UnsafePage("damaged pages")

    def _zigzag(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)
