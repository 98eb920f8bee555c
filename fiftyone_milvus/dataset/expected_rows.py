"""The rows that an index of samples, or of the patches of a label field, should have:
which fields have patches, their labels, and which of them can be cropped."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import fiftyone as fo
import fiftyone.core.labels as fol

from . import image_headers

# Labels that can be cropped from an image for a model
CROPPED = (fol.Detection, fol.Detections, fol.Polyline, fol.Polylines)
PATCHES = (*CROPPED, fol.Keypoint, fol.Keypoints)
_CLIPS = (fol.TemporalDetection, fol.TemporalDetections)
_POINTS = (fol.Polyline, fol.Polylines, fol.Keypoint, fol.Keypoints)


@dataclass(frozen=True)
class Item:
    """A row that an index should have. ``outline`` is a patch's box or points, empty
    if its label has none; ``None`` for a sample."""

    id: str
    sample_id: str
    path: str
    outline: Any = None


def patches_problem(
    samples: fo.SampleCollection, field: str, cropped: bool
) -> str | None:
    """Why a field's labels can't be indexed as patches, in a sentence; ``None`` if they
    can.

    Args:
        samples: the samples
        field: the label field
        cropped: whether a model embeds the patches
    """
    if not samples.has_field(field):
        return f"The dataset has no field '{field}' to take patches from"
    if samples._is_frame_field(field):
        return (
            f"'{field}' is a field of frames. Index the patches of a view of them: "
            f"to_frames() of the videos, and their field '{field.partition('.')[2]}'."
        )
    if _in_a_list(samples, field):
        return (
            f"'{field}' is a list of documents, of which FiftyOne makes no patches. "
            "Choose a field of Detections, Polylines or Keypoints."
        )
    return _type_problem(samples, field, cropped)


def samples_problem(samples: fo.SampleCollection, field: str | None) -> str | None:
    """Why samples can't be indexed as a whole, in a sentence; ``None`` if they can.

    Args:
        samples: the samples
        field: the embeddings field; ``None`` if a model embeds them
    """
    if samples._is_patches:
        return (
            "These are patches, and not samples. Name their label field as "
            "patches_field."
        )
    if field is None:
        return None
    if samples._is_frame_field(field):
        return (
            f"'{field}' is a field of frames. Index a view of them: to_frames() of the "
            f"videos, and their field '{field.partition('.')[2]}'."
        )
    above = field.rpartition(".")[0]
    if above and _in_a_list(samples, above):
        return (
            f"'{field}' holds several vectors of a sample. Name the field of its "
            "labels as patches_field, and their attribute as the embeddings field."
        )
    return None


def read(chunk: fo.SampleCollection, patches_field: str | None) -> list[Item]:
    """The rows that an index of these samples should have."""
    if patches_field is None:
        ids, paths = chunk.values(["id", "filepath"])
        return [Item(*one) for one in zip(ids, ids, paths, strict=True)]
    label_type, id_path = chunk._get_label_field_path(patches_field, "id")
    owner = "sample_id" if chunk._is_patches else "id"
    outlined = [_outline_path(chunk, patches_field)] * issubclass(label_type, PATCHES)
    values = chunk.values([owner, "filepath", id_path, *outlined])
    several = issubclass(label_type, fol._LABEL_LIST_FIELDS)
    return [
        Item(id_, sample_id, path, outline or [])
        for sample_id, path, *labels in zip(*values, strict=True)
        for id_, outline in _pairs(*labels, several=several)
    ]


def unreadable_reason(item: Item) -> str | None:
    """Why a model can't read an item; ``None`` if it can."""
    if is_missing(item.path):
        return f"no file at {item.path}"
    reason = None if item.outline is None else uncroppable_reason(item.outline)
    return reason or image_headers.problem(item.path)


def is_missing(path: str) -> bool:
    """Whether a path of this machine has no file."""
    return "://" not in path and not os.path.isfile(path)


def uncroppable_reason(outline: Any) -> str | None:
    """Why an outline can't be cropped from an image; ``None`` if it can."""
    box = _box(outline)
    if box is None:
        return "the patch has no box or points"
    if not all(map(math.isfinite, box)):
        return "the patch's coordinates hold NaN or infinity"
    left, top, right, bottom = box
    if right <= left or bottom <= top:
        return "the patch is empty"
    if right <= 0 or bottom <= 0 or left >= 1 or top >= 1:
        return "the patch is outside its image"
    return None


def box(outline: Any) -> tuple[float, float, float, float]:
    """The ``(x, y, width, height)`` of an outline that can be cropped."""
    if not isinstance(outline[0], list | tuple):
        return tuple(outline)
    found = _box(outline)
    assert found is not None
    left, top, right, bottom = found
    return left, top, right - left, bottom - top


def _type_problem(
    samples: fo.SampleCollection, field: str, cropped: bool
) -> str | None:
    try:
        label_type = samples._get_label_field_type(field)
    except ValueError:
        return (
            f"'{field}' holds no labels. Choose a field of Detections, Polylines or "
            "Keypoints."
        )
    if issubclass(label_type, _CLIPS):
        return (
            f"'{field}' holds {label_type.__name__}, which are clips and not patches. "
            f"Index a view of them: to_clips('{field}')."
        )
    if not issubclass(label_type, PATCHES):
        return (
            f"'{field}' holds {label_type.__name__}, of which FiftyOne makes no "
            "patches. Choose a field of Detections, Polylines or Keypoints, or index "
            "the samples."
        )
    if cropped and not issubclass(label_type, CROPPED):
        return (
            f"'{field}' holds {label_type.__name__}, which can't be cropped from an "
            "image. Index the vectors in an attribute of theirs, or choose a field of "
            "Detections or Polylines."
        )
    return None


def _in_a_list(samples: fo.SampleCollection, path: str) -> bool:
    """Whether a field, or one that contains it, is a list."""
    parts = path.split(".")
    paths = (".".join(parts[:end]) for end in range(1, len(parts) + 1))
    return any(isinstance(samples.get_field(one), fo.ListField) for one in paths)


def _outline_path(chunk: fo.SampleCollection, patches_field: str) -> str:
    label_type = chunk._get_label_field_type(patches_field)
    name = "points" if issubclass(label_type, _POINTS) else "bounding_box"
    return str(chunk._get_label_field_path(patches_field, name)[1])


def _pairs(ids: Any, outlines: Any = None, *, several: bool) -> Iterable[Any]:
    """The id and the outline of each label of one sample."""
    if ids is None:
        return ()
    if not several:
        return ((ids, outlines),)
    return zip(ids, outlines or [None] * len(ids), strict=True)


def _box(outline: Any) -> tuple[float, float, float, float] | None:
    """The left, top, right and bottom of ``[x, y, width, height]``, or of points."""
    if not outline:
        return None
    if isinstance(outline[0], list | tuple):
        points = [point for point in _points(outline) if None not in point]
        if not points:
            return None
        xs, ys = zip(*points, strict=True)
        finite = all(map(math.isfinite, (*xs, *ys)))
        return (min(xs), min(ys), max(xs), max(ys)) if finite else (math.nan,) * 4
    if len(outline) != 4 or None in outline:
        return None
    x, y, width, height = outline
    return x, y, x + width, y + height


def _points(shape: Any) -> Iterator[tuple[float, float]]:
    """The points of a keypoint, or of a polyline's shapes."""
    for part in shape:
        if part and isinstance(part[0], list | tuple):
            yield from _points(part)
        elif len(part) >= 2:
            yield part[0], part[1]
