"""Reads the vectors in an embeddings field of samples, or of their patches.

FiftyOne itself parses the header that numpy writes before each vector, which takes
longer than all the rest. The header is nearly always the same, so it is cached here.
"""

from __future__ import annotations

import functools
import io
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import fiftyone as fo
import fiftyone.core.labels as fol
import numpy as np
from numpy.lib import format as npy

LENGTH_ENDS = 10  # bytes of a header of numpy's format 1.0, before its text
NUMBERS = "biuf"  # kinds of numpy's types


@dataclass(frozen=True)
class Stored:
    """The ``(n, dim)`` float32 ``vectors`` in a field, the ``n`` ids of their samples
    and, for patches, of their labels; the ids with ``none``; and why others are
    ``unusable``, by id."""

    vectors: np.ndarray
    sample_ids: list[str]
    label_ids: list[str] | None
    none: list[str]
    unusable: dict[str, str]

    @property
    def ids(self) -> list[str]:
        """The primary keys of the vectors' rows."""
        return self.sample_ids if self.label_ids is None else self.label_ids


def read(
    samples: fo.SampleCollection,
    field: str,
    patches_field: str | None = None,
    *,
    metric: str = "euclidean",
    dim: int | None = None,
) -> Stored:
    """Reads the vectors of samples or patches.

    Args:
        samples: the samples
        field: the field, or the attribute of the patches, that holds the vectors
        patches_field: the label field whose patches are meant; ``None`` for samples
        metric: the index's metric; a zero vector has no cosine
        dim: the dimension that they must have; ``None`` for that of most of them
    """
    rows: list[tuple[str, str, np.ndarray]] = []  # the sample's id, the row's
    none: list[str] = []
    unusable: dict[str, str] = {}
    for sample_id, label_id, value in _values(samples, field, patches_field):
        id_ = str(label_id or sample_id)
        vector = None if value is None else _vector(value)
        if value is None:
            none.append(id_)
        elif vector is None:
            unusable[id_] = f"the value in '{field}' is no vector of numbers"
        else:
            rows.append((str(sample_id), id_, vector))
    dim = dim or usual_dimension([vector for *_, vector in rows])
    for _, id_, vector in rows:
        if vector.shape != (dim,):
            unusable[id_] = f"its vector in '{field}' {_shape_problem(vector, dim)}"
    rows = [row for row in rows if row[2].shape == (dim,)]
    found = np.empty((len(rows), dim or 0), np.float32)
    with np.errstate(over="ignore"):
        for place, (*_, vector) in enumerate(rows):
            found[place] = vector
    wrong = problems(found, metric)
    for place, reason in wrong.items():
        unusable[rows[place][1]] = f"its vector in '{field}' {reason}"
    ids = [(one, id_) for at, (one, id_, _) in enumerate(rows) if at not in wrong]
    return Stored(
        np.delete(found, list(wrong), axis=0) if wrong else found,
        [sample_id for sample_id, _ in ids],
        None if patches_field is None else [label_id for _, label_id in ids],
        none,
        unusable,
    )


def problems(vectors: np.ndarray, metric: str) -> dict[int, str]:
    """What is wrong with some of the vectors ``(n, dim)``, by index."""
    finite = np.isfinite(vectors).all(axis=1)
    found = dict.fromkeys(np.flatnonzero(~finite).tolist(), "holds NaN or infinity")
    if metric == "cosine":
        zero = np.flatnonzero(finite & ~vectors.any(axis=1)).tolist()
        found |= dict.fromkeys(zero, "is zero, which has no cosine similarity")
    return found


def dimension(
    samples: fo.SampleCollection, field: str, patches_field: str | None = None
) -> int | None:
    """The dimension that most of the vectors in a field have, the first one's of
    several; ``None`` if there are none."""
    values = (value for *_, value in _values(samples, field, patches_field))
    vectors = (_vector(value) for value in values if value is not None)
    return usual_dimension([vector for vector in vectors if vector is not None])


def exists(samples: fo.SampleCollection, field: str, patches_field: str | None) -> bool:
    """Whether a field, or an attribute of patches, is declared or has any value."""
    path = field
    if patches_field is not None:
        _, path = samples._get_label_field_path(patches_field, field)
    if samples.has_field(path):
        return True
    anything = {samples._handle_db_field(path): {"$ne": None}}
    collection = samples._dataset._sample_collection
    return collection.find_one(anything, {"_id": True}) is not None


def usual_dimension(vectors: Sequence[np.ndarray]) -> int | None:
    """The dimension that most vectors have, the first one's of several."""
    counted = Counter(len(vector) for vector in vectors if vector.ndim == 1)
    return counted.most_common(1)[0][0] if counted else None


def _shape_problem(vector: np.ndarray, dim: int | None) -> str:
    if vector.ndim != 1:
        return f"has the shape {vector.shape}, and not that of one vector"
    return f"has dimension {len(vector)}, not {dim}"


def _values(
    samples: fo.SampleCollection, field: str, patches_field: str | None
) -> Iterator[tuple[Any, Any, Any]]:
    """Sample id, label id and the value in MongoDB."""
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
        value = _inside(doc, root)
        labels = value or [] if several else [value]
        for label in labels:
            if isinstance(label, dict) and "_id" in label:
                yield doc[owner], label["_id"], _inside(label, field)


def _only(*paths: str) -> dict[str, Any]:
    return {"$project": dict.fromkeys(("_id", *paths), True)}


def _inside(doc: Any, path: str) -> Any:
    for name in path.split("."):
        doc = doc.get(name) if isinstance(doc, dict) else None
    return doc


def _vector(value: Any) -> np.ndarray | None:
    """A list of numbers, or what ``fiftyone.core.utils.serialize_numpy_array`` made;
    ``None`` if it is neither."""
    try:
        found = _decoded(value) if isinstance(value, bytes) else np.asarray(value)
    except Exception:  # bytes may be anything
        return None
    return found if found.dtype.kind in NUMBERS else None


def _decoded(value: bytes) -> np.ndarray:
    data = zlib.decompress(value)
    end = LENGTH_ENDS + int.from_bytes(data[8:LENGTH_ENDS], "little")
    shape, dtype = _header(data[:end])
    return np.frombuffer(data, dtype, offset=end).reshape(shape)


@functools.lru_cache(maxsize=64)
def _header(data: bytes) -> tuple[tuple[int, ...], np.dtype[Any]]:
    with io.BytesIO(data) as file:
        if npy.read_magic(file) != (1, 0):
            raise ValueError("A vector is stored in an unknown format of numpy's")
        shape, _, dtype = npy.read_array_header_1_0(file)
    return shape, dtype
