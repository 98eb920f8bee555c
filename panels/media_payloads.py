"""The file, box, label and tags of samples and patches, as plain data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import fiftyone as fo

from fiftyone_milvus.dataset import indexed_samples


def media(
    items: fo.SampleCollection, ids: Iterable[str], patches_field: str | None
) -> dict[str, dict[str, Any]]:
    """The file, box, label and tags of each sample, or patch, that exists, by its id.

    Args:
        items: a collection of samples, or of patches
        ids: ids of its samples or patches
        patches_field: the field of the patches; ``None`` for samples
    """
    shown = items.select([str(id_) for id_ in indexed_samples.object_ids(ids)])
    fields = ["id", _media_field(items)]
    if patches_field is None:
        found = zip(*shown.values([*fields, "tags"]), strict=True)
        return {
            id_: {"filepath": path, "box": None, "label": None, "tags": tags or []}
            for id_, path, tags in found
        }
    boxed = items.has_field(f"{patches_field}.bounding_box")
    fields.append(f"{patches_field}.{'bounding_box' if boxed else 'points'}")
    fields += [f"{patches_field}.label", f"{patches_field}.tags"]
    return {
        id_: {
            "filepath": path,
            "box": box if boxed else _bounds(box),
            "label": label,
            "tags": tags or [],
        }
        for id_, path, box, label, tags in zip(*shown.values(fields), strict=True)
    }


def labels_media(
    samples: fo.SampleCollection, ids: Iterable[str], field: str
) -> dict[str, dict[str, Any]]:
    """As :func:`media`, of each label of a field of some samples; with its sample's
    id."""
    wanted = set(ids)
    _, path = samples._get_label_field_path(field)
    boxed = samples.has_field(f"{path}.bounding_box")
    fields = ["id", _media_field(samples)]
    fields += [f"{path}.{name}" for name in ("id", "label", "tags")]
    if boxed or samples.has_field(f"{path}.points"):
        fields.append(f"{path}.{'bounding_box' if boxed else 'points'}")
    found: dict[str, dict[str, Any]] = {}
    for sample_id, filepath, *columns in zip(*samples.values(fields), strict=True):
        for id_, label, tags, *box in _rows(columns):
            if id_ in wanted:
                found[id_] = {
                    "sample_id": sample_id,
                    "filepath": filepath,
                    "box": (box[0] if boxed else _bounds(box[0])) if box else None,
                    "label": label,
                    "tags": tags or [],
                }
    return found


def _media_field(samples: fo.SampleCollection) -> str:
    """The field with the paths of the files that the grid shows."""
    field = samples._dataset.app_config.grid_media_field or "filepath"
    return field if samples.has_field(field) else "filepath"


def _rows(columns: list[Any]) -> Iterable[tuple[Any, ...]]:
    """A sample's labels: it has one, or a list of them."""
    if isinstance(columns[0], list):
        return zip(*(c or [None] * len(columns[0]) for c in columns), strict=True)
    return [tuple(columns)]


def _bounds(points: list[list[list[float]]] | None) -> list[float] | None:
    """The box ``[x, y, width, height]`` around a polyline's points."""
    flat = [point for line in points or [] for point in line]
    if not flat:
        return None
    xs, ys = zip(*flat, strict=True)
    return [min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)]
