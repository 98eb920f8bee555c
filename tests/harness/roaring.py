"""Reads bitmaps of integers as Milvus takes them: an envelope of 32 bytes, then the
portable format of https://github.com/RoaringBitmap/RoaringFormatSpec, for 64 bits."""

from __future__ import annotations

import struct

import numpy as np

ENVELOPE = 32
RUNS, NO_RUNS = 12347, 12346  # the format's cookies
MOST_LISTED = 4096  # of the integers of a container; more are bits
FEW_CONTAINERS = 4  # fewer with runs have no offsets


def members(bitmap: bytes) -> np.ndarray:
    """The integers of a bitmap, ascending; ``(n,)`` int64."""
    assert bitmap[:4] == b"MRB1"
    (count,) = struct.unpack_from("<Q", bitmap, ENVELOPE)
    at, found = ENVELOPE + 8, [np.empty(0, np.int64)]
    for _ in range(count):
        (high,) = struct.unpack_from("<I", bitmap, at)
        low, at = _members_of_32_bits(bitmap, at + 4)
        found.append((high << 32) + low)
    assert at == len(bitmap)
    return np.concatenate(found)


def _members_of_32_bits(data: bytes, at: int) -> tuple[np.ndarray, int]:
    cookie, count = struct.unpack_from("<HH", data, at)
    if cookie == RUNS:
        count, at = count + 1, at + 4
        flags = np.frombuffer(data, np.uint8, (count + 7) // 8, at)
        has_runs = np.unpackbits(flags, bitorder="little").astype(bool)
        at += len(flags)
    else:
        assert cookie == NO_RUNS
        (count,) = struct.unpack_from("<I", data, at + 4)
        has_runs, at = np.zeros(count, bool), at + 8
    described = np.frombuffer(data, "<u2", 2 * count, at).astype(np.int64)
    at += 4 * count
    if cookie == NO_RUNS or count >= FEW_CONTAINERS:
        at += 4 * count
    found = []
    for i in range(count):
        key, size = described[2 * i], described[2 * i + 1] + 1
        low, at = _container(data, at, int(size), bool(has_runs[i]))
        found.append((key << 16) + low)
    return np.concatenate(found), at


def _container(
    data: bytes, at: int, size: int, has_runs: bool
) -> tuple[np.ndarray, int]:
    if has_runs:
        (count,) = struct.unpack_from("<H", data, at)
        pairs = np.frombuffer(data, "<u2", 2 * count, at + 2).astype(np.int64)
        runs = [np.arange(a, a + n + 1) for a, n in pairs.reshape(-1, 2)]
        return np.concatenate(runs), at + 2 + 4 * count
    if size <= MOST_LISTED:
        return np.frombuffer(data, "<u2", size, at).astype(np.int64), at + 2 * size
    bits = np.frombuffer(data, np.uint8, 8192, at)
    return np.flatnonzero(np.unpackbits(bits, bitorder="little")), at + 8192
