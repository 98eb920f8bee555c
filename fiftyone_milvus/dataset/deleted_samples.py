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
    left = _without(ids, indexed_samples.documents(dataset._sample_collection, ids))
    if not left or not (indexed is None or indexed._is_generated):
        return left
    if dataset._contains_videos(any_slice=True):
        left = _without(
            left, indexed_samples.documents(dataset._frame_collection, left)
        )
    left = _without(left, _labels(dataset, left))
    if indexed is None:
        # other clips have ids of which FiftyOne keeps no note
        return [] if dataset._contains_videos(any_slice=True) else left
    if indexed._is_clips and indexed._classification_field is None:
        return _clips_without_video(dataset, indexed, left)
    return left


def _without(ids: Sequence[str], existing: set[str]) -> list[str]:
    return [id_ for id_ in ids if id_ not in existing]


def _labels_of(
    dataset: fo.Dataset,
    field: str,
    sample_ids: Sequence[str],
    indexed: fo.SampleCollection | None,
) -> set[str]:
    """The ids of the labels that samples, or frames, have in a field."""
    samples = indexed_samples.every_slice(dataset)
    if indexed is None or not indexed._dataset._is_frames:
        _, path = samples._get_label_field_path(field)
        return indexed_samples.labels_of(
            dataset._sample_collection, path, sample_ids, False
        )
    _, path = samples._get_label_field_path(f"frames.{field}")
    path = path.removeprefix("frames.")
    return indexed_samples.labels_of(dataset._frame_collection, path, sample_ids, True)


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
    wanted = {"$in": indexed_samples.object_ids(ids)}
    for name, field in schema.items():
        kind = getattr(field, "document_type", None)
        if kind is None or not issubclass(kind, fol.Label):
            continue
        inner = kind._LABEL_LIST_FIELD if issubclass(kind, fol._HasLabelList) else ""
        path = f"{name}.{inner}".rstrip(".")
        yield from indexed_samples.labels_where(
            collection, path, {f"{path}._id": wanted}
        )


def _clips_without_video(
    dataset: fo.Dataset, indexed: fo.DatasetView, ids: Sequence[str]
) -> list[str]:
    """The ids among these of clips whose video was deleted."""
    copy = indexed._dataset
    clips = indexed_samples.documents(copy._sample_collection, ids)
    left = indexed_samples.of_samples(copy, dataset, ids)
    return [id_ for id_ in ids if id_ in clips and id_ not in left]
