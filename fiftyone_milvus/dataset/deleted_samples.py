"""Which rows of an index are orphaned: the dataset has their sample, frame, clip or
label no more, in none of its slices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import fiftyone as fo
import fiftyone.core.labels as fol

from . import indexed_samples


def orphaned_ids(
    dataset: fo.Dataset,
    patches_field: str | None,
    ids: Sequence[str],
    sample_ids: Sequence[str],
    indexed: fo.SampleCollection | None,
) -> list[str]:
    """The primary keys among some rows whose sample or patch was deleted.

    Args:
        dataset: the dataset
        patches_field: the field whose patches are indexed; ``None`` for samples
        ids: ``n`` primary keys
        sample_ids: their ``n`` sample ids
        indexed: the samples that the index was built over; ``None`` if not known
    """
    if patches_field is not None:
        existing = _labels_of(dataset, patches_field, sample_ids, indexed)
        left = _without(ids, existing)
        return _without(left, _labels(dataset, left)) if indexed is None else left
    left = _without(ids, _existing(dataset._sample_collection, ids))
    if not left or not _is_generated(dataset, indexed):
        return left
    if dataset._contains_videos(any_slice=True):
        left = _without(left, _existing(dataset._frame_collection, left))
    left = _without(left, _labels(dataset, left))
    if indexed is None:
        # other clips have ids of which FiftyOne keeps no note
        return [] if dataset._contains_videos(any_slice=True) else left
    if indexed._is_clips and indexed._classification_field is None:
        return _clips_without_video(dataset, indexed, left)
    return left


def _is_generated(dataset: fo.Dataset, indexed: fo.SampleCollection | None) -> bool:
    return indexed is None or indexed._is_generated


def _without(ids: Sequence[str], existing: set[str]) -> list[str]:
    return [id_ for id_ in ids if id_ not in existing]


def _existing(collection: Any, ids: Sequence[str]) -> set[str]:
    docs = collection.find(_among(ids), {"_id": True})
    return {str(doc["_id"]) for doc in docs}


def _labels_of(
    dataset: fo.Dataset,
    field: str,
    sample_ids: Sequence[str],
    indexed: fo.SampleCollection | None,
) -> set[str]:
    """The ids of the labels that samples, or frames, have in a field."""
    samples = indexed_samples.every_slice(dataset)
    in_frames = indexed is not None and indexed._dataset._is_frames
    if in_frames:
        _, root = samples._get_label_field_path(f"frames.{field}")
        root = root.removeprefix("frames.")
        wanted = _among(sample_ids)["_id"]
        where = {"$or": [{"_id": wanted}, {"_sample_id": wanted}]}
        docs = dataset._frame_collection.find(where, {f"{root}._id": True})
    else:
        _, root = samples._get_label_field_path(field)
        docs = dataset._sample_collection.find(
            _among(sample_ids), {f"{root}._id": True}
        )
    return {id_ for doc in docs for id_ in _ids_at(doc, root)}


def _labels(dataset: fo.Dataset, ids: Sequence[str]) -> set[str]:
    """The ids among these that are labels in any field of the dataset's samples or
    frames."""
    if not ids:
        return set()
    found = set(_labels_in(dataset._sample_collection, dataset.get_field_schema(), ids))
    frames = dataset.get_frame_field_schema()
    if frames:
        found |= set(_labels_in(dataset._frame_collection, frames, ids))
    return found


def _labels_in(
    collection: Any, schema: dict[str, fo.Field], ids: Sequence[str]
) -> Iterable[str]:
    wanted = _among(ids)["_id"]
    for name, field in schema.items():
        kind = getattr(field, "document_type", None)
        if kind is None or not issubclass(kind, fol.Label):
            continue
        inner = kind._LABEL_LIST_FIELD if issubclass(kind, fol._HasLabelList) else ""
        root = f"{name}.{inner}".rstrip(".")
        docs = collection.find({f"{root}._id": wanted}, {f"{root}._id": True})
        for doc in docs:
            yield from _ids_at(doc, root)


def _ids_at(doc: Any, path: str) -> list[str]:
    """The ids of the labels at a path of a document."""
    for name in path.split("."):
        doc = doc.get(name) if isinstance(doc, dict) else None
    labels = doc if isinstance(doc, list) else [doc]
    return [str(label["_id"]) for label in labels if label and "_id" in label]


def _clips_without_video(
    dataset: fo.Dataset, indexed: fo.DatasetView, ids: Sequence[str]
) -> list[str]:
    """The ids among these of clips whose video was deleted."""
    clips = indexed._dataset._sample_collection
    docs = clips.find(_among(ids), {"_sample_id": True})
    video_of = {str(doc["_id"]): str(doc["_sample_id"]) for doc in docs}
    videos = _existing(dataset._sample_collection, list(set(video_of.values())))
    return [id_ for id_, video in video_of.items() if video not in videos]


def _among(ids: Iterable[str]) -> dict[str, Any]:
    return {"_id": {"$in": indexed_samples.object_ids(set(ids))}}
