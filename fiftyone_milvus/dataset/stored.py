"""Vectors that samples, or their patches, hold in a field.

FiftyOne's own reading of such a field parses the header that numpy writes before each
vector, which takes longer than all else that is done to it. The header is nearly always
that of the vector before.
"""

from __future__ import annotations

import functools
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import fiftyone as fo
import fiftyone.core.labels as fol
import numpy as np
from numpy.lib import format as npy

LENGTH_ENDS = 10  # bytes of a header of numpy's format 1.0, before its text


@dataclass(frozen=True)
class Stored:
    """What a field holds: ``(n, dim)`` ``vectors``, the ``n`` ids of their samples and,
    for patches, of their labels; and which samples or patches hold none."""

    vectors: np.ndarray
    sample_ids: list[str]
    label_ids: list[str] | None
    without: list[str]

    @property
    def ids(self) -> list[str]:
        """The primary keys of the vectors' rows."""
        return self.sample_ids if self.label_ids is None else self.label_ids


def read(
    samples: fo.SampleCollection, field: str, patches_field: str | None = None
) -> Stored:
    """Reads the vectors that are there.

    Args:
        samples: the samples
        field: the field, or the attribute of the patches, that holds the vectors
        patches_field: the label field whose patches are meant; ``None`` for samples

    Raises:
        ValueError: if the vectors don't have one length
    """
    vectors: list[np.ndarray] = []
    sample_ids: list[str] = []
    label_ids: list[str] | None = None if patches_field is None else []
    without: list[str] = []
    for sample_id, label_id, value in _values(samples, field, patches_field):
        if value is None:
            without.append(str(label_id or sample_id))
            continue
        vectors.append(_vector(value))
        sample_ids.append(str(sample_id))
        if label_ids is not None:
            label_ids.append(str(label_id))
    found = np.stack(vectors) if vectors else np.empty((0, 0), np.float32)
    return Stored(found, sample_ids, label_ids, without)


def _values(
    samples: fo.SampleCollection, field: str, patches_field: str | None
) -> Iterator[tuple[Any, Any, Any]]:
    """Sample id, label id and what MongoDB holds in the field."""
    owner = "_sample_id" if samples._is_patches else "_id"
    if patches_field is None:
        path = samples._handle_db_field(field)
        for doc in samples._aggregate(post_pipeline=[_only(owner, path)]):
            yield doc[owner], None, _inside(doc, path)
        return
    label_type, root = samples._get_label_field_path(patches_field)
    several = issubclass(label_type, fol._LABEL_LIST_FIELDS)
    asked = _only(owner, f"{root}._id", f"{root}.{field}")
    for doc in samples._aggregate(post_pipeline=[asked]):
        held = _inside(doc, root)
        labels = held or [] if several else [held]
        for label in labels:
            if label:
                yield doc[owner], label["_id"], _inside(label, field)


def _only(*paths: str) -> dict[str, Any]:
    return {"$project": dict.fromkeys(("_id", *paths), True)}


def _inside(doc: Any, path: str) -> Any:
    for name in path.split("."):
        doc = doc.get(name) if isinstance(doc, dict) else None
    return doc


def _vector(value: Any) -> np.ndarray:
    """A list of numbers, or what ``fiftyone.core.utils.serialize_numpy_array`` made."""
    if not isinstance(value, bytes):
        return np.asarray(value)
    data = zlib.decompress(value)
    end = LENGTH_ENDS + int.from_bytes(data[8:LENGTH_ENDS], "little")
    shape, dtype = _header(data[:end])
    return np.frombuffer(data, dtype, offset=end).reshape(shape)


@functools.lru_cache(maxsize=64)
def _header(data: bytes) -> tuple[tuple[int, ...], np.dtype[Any]]:
    with io.BytesIO(data) as file:
        if npy.read_magic(file) != (1, 0):
            raise ValueError("A vector is stored in a format of numpy's that is new")
        shape, _, dtype = npy.read_array_header_1_0(file)
    return shape, dtype
