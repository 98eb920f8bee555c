"""The fingerprint of what a vector was computed from: a short text, stored with the
row, that shows when an image was replaced or a box moved since.

For a file: its size, its modification time, a hash of its bytes, and one of the patch's
outline. The first two are quick to compare; where they differ the hash decides, so a
file that was only copied or touched is up to date. For a vector from a field: its hash.
"""

from __future__ import annotations

import json
import os
from hashlib import blake2b

import numpy as np

HASH_BYTES = 8
READ_BYTES = 1 << 20
FILE, VECTOR = "file", "vector"


def vector_fingerprint(vector: np.ndarray) -> str:
    """The fingerprint of a vector ``(dim,)`` from an embeddings field."""
    return f"{VECTOR}:{_hash(np.asarray(vector, np.float32).tobytes())}"


def file_fingerprint(path: str, outline: object = None) -> str | None:
    """Of an image, or of a patch with the outline (a box or points) in it; ``None``
    if the file can't be read."""
    try:
        quick, content = _quick(path), _content(path)
    except OSError:
        return None
    return ":".join((FILE, quick, content, _outline(outline)))


def is_current(fingerprint: str, path: str, outline: object = None) -> bool:
    """Whether a file, and a patch's outline, still have this fingerprint. A file that
    can't be read counts as unchanged, since it can't be embedded again."""
    _, quick, content, outlined = fingerprint.split(":")
    if outlined != _outline(outline):
        return False
    try:
        return quick == _quick(path) or content == _content(path)
    except OSError:
        return True


def _quick(path: str) -> str:
    found = os.stat(path)
    return f"{found.st_size:x}.{found.st_mtime_ns:x}"


def _content(path: str) -> str:
    digest = blake2b(digest_size=HASH_BYTES)
    with open(path, "rb") as file:
        while block := file.read(READ_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _outline(outline: object) -> str:
    return "" if outline is None else _hash(json.dumps(outline).encode())


def _hash(data: bytes) -> str:
    return blake2b(data, digest_size=HASH_BYTES).hexdigest()
