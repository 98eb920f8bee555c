"""Sets of the ids that MongoDB gives to samples and labels, in 12 bytes an id; a set of
strings takes 130."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import compress

import numpy as np

ID_BYTES = 12
STRINGS_AT_ONCE = 10_000
QUOTED = 2 * ID_BYTES + 4  # an id's digits, quotes, a comma and a space

_is_id = re.compile("[0-9a-f]{24}").fullmatch


class IdSet:
    """Ids of samples or labels, each once, in ascending order.

    Other strings, as the primary keys of a collection that another tool made may be,
    are in no such set: no sample or label has them.

    Args:
        packed: ``(n, 12)`` uint8, the bytes of ids in any order, which may be repeated
    """

    def __init__(self, packed: np.ndarray) -> None:
        # stable, since that is quick where the ids are in order, as those of samples
        # often are
        ids = np.sort(_keys(packed), kind="stable")
        first = np.ones(len(ids), bool)
        first[1:] = ids[1:] != ids[:-1]
        self._ids = ids if first.all() else ids[first]

    @classmethod
    def of(cls, ids: Iterable[str]) -> IdSet:
        """Those of some strings that can be in a set."""
        return cls(pack(filter(_is_id, ids)))

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[str]:
        return strings(self._ids)

    def __and__(self, other: IdSet) -> IdSet:
        few, many = sorted((self, other), key=len)
        return IdSet(few._ids[many._has(few._ids)])

    @property
    def nbytes(self) -> int:
        """The memory that it takes, in bytes."""
        return self._ids.nbytes

    def at(self, places: np.ndarray | slice) -> IdSet:
        """The ids at ``(n,)`` places, from 0 in ascending order."""
        return IdSet(self._ids[places])

    def to_json(self) -> str:
        """What ``json.dumps`` makes of the ids, without a Python string for each."""
        digits = np.frombuffer(self._ids.tobytes().hex().encode(), np.uint8)
        text = np.empty((len(self), QUOTED), np.uint8)
        text[:, 1:-3] = digits.reshape(len(self), 2 * ID_BYTES)
        text[:, [0, -3, -2, -1]] = np.frombuffer(b'"", ', np.uint8)
        return f"[{text.tobytes()[:-2].decode()}]"

    def containing(self, ids: Iterable[str]) -> set[str]:
        """Those of the given strings that are in it."""
        asked = list(filter(_is_id, ids))
        return set(compress(asked, self._has(_keys(pack(asked)))))

    def _has(self, keys: np.ndarray) -> np.ndarray:
        """Which of ``(n,)`` keys are in it: ``(n,)`` bool."""
        if not len(self):
            return np.zeros(len(keys), bool)
        at = np.searchsorted(self._ids, keys)
        return self._ids[np.minimum(at, len(self) - 1)] == keys


def pack(ids: Iterable[str]) -> np.ndarray:
    """The bytes of ids in their order, ``(n, 12)`` uint8."""
    data = bytearray()
    for id_ in ids:
        data += bytes.fromhex(id_)
    return np.frombuffer(data, np.uint8).reshape(-1, ID_BYTES)


def strings(packed: np.ndarray) -> Iterator[str]:
    """The ids whose bytes these are, in their order, without all strings at once."""
    for start in range(0, len(packed), STRINGS_AT_ONCE):
        digits = packed[start : start + STRINGS_AT_ONCE].tobytes().hex()
        for at in range(0, len(digits), 2 * ID_BYTES):
            yield digits[at : at + 2 * ID_BYTES]


def _keys(packed: np.ndarray) -> np.ndarray:
    """``(n, 12)`` bytes as ``(n,)`` values that numpy compares byte by byte. Reading
    one of them alone would drop zeros at its end."""
    return np.ascontiguousarray(packed).view(f"S{ID_BYTES}").reshape(-1)
