"""Writes a search's scores and ranks into fields of the samples or the patches."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import fiftyone as fo

from .. import tuning
from ..dataset import names
from ..errors import InvalidRequest
from .result import SearchResult

MARK = "written_by_milvus_search"


def write_scores(
    result: SearchResult, field: str, *, rank_field: str | None = None
) -> SearchResult:
    """Writes each match's score to a field of its sample, or of its label for patches,
    and its rank (1 is the best) to another. Those of an earlier search are removed.

    Args:
        result: the matches
        field: the name of the scores' field; for patches, within the label
        rank_field: that of the ranks'; past 10,000 matches ``<field>_rank`` if not
            given, since a view can sort so many only by their ranks

    Returns:
        the same result, with the ``rank_field`` that was written, if one was

    Raises:
        InvalidRequest: if a field is there that no search wrote
    """
    if rank_field is None and len(result.ids) > tuning.MAX_SELECTED:
        rank_field = f"{field}_rank"
    target = result.items.written_to(result.samples)
    columns: dict[str, list[Any]] = {field: [float(s) for s in result.scores]}
    if rank_field is not None:
        columns[rank_field] = list(range(1, len(result.ids) + 1))
    for name in columns:
        check_field(target, result.patches_field, name)
    for name, values in columns.items():
        _write(target, result, _path(target, result.patches_field, name), values)
    if rank_field is not None and result.ids and result.patches_field is None:
        target.create_index(rank_field)
    return replace(result, rank_field=rank_field if result.ids else None)


def check_field(
    target: fo.SampleCollection, patches_field: str | None, field: str
) -> None:
    """Checks that scores can be written to a field.

    Args:
        target: what they are written to, see
            :meth:`~fiftyone_milvus.dataset.indexed_samples.IndexedSamples.written_to`
        patches_field: the field whose patches have the scores; ``None`` for samples
        field: the name of the field; for patches, within the label

    Raises:
        InvalidRequest: if FiftyOne doesn't take the name, or what is there was not
            written by a search
    """
    names.refuse(names.field_problem(target, patches_field, field))
    path = _path(target, patches_field, field)
    found = _declared(target, path)
    if found is not None or target.has_field(path):
        taken = not (getattr(found, "info", None) or {}).get(MARK)
    elif patches_field is not None:
        # labels have attributes that no schema declares
        taken = target._dataset._sample_collection.find_one({path: {"$exists": True}})
    else:
        taken = False
    if taken:
        raise InvalidRequest(
            f"The field '{path}' exists, and no search wrote it. Choose another name."
        )


def _path(target: fo.SampleCollection, patches_field: str | None, name: str) -> str:
    if patches_field is None:
        return name
    return str(target._get_label_field_path(patches_field, name)[1])


def _declared(target: fo.SampleCollection, path: str) -> fo.Field | None:
    """A field as the dataset has it, which for frames has it among the frames'."""
    root = target._root_dataset
    if not target._is_frames:
        return root.get_field(path)
    path = target._FRAMES_PREFIX + path
    field = root.get_field(path)
    if field is not None:
        # of a field within a frame's FiftyOne forgets the prefix, and can't save it
        field._set_dataset(root, path)
    return field


def _write(
    target: fo.SampleCollection, result: SearchResult, path: str, values: list[Any]
) -> None:
    by_id = dict(zip(result.ids, values, strict=True))
    if target.get_field(path) is not None:
        _clear(target, result, path, set(by_id))
    if not by_id:
        return  # FiftyOne couldn't tell the new field's type
    if result.patches_field is None:
        target.set_values(path, by_id, key_field="id")
    else:
        target.set_label_values(path, by_id, dynamic=True)
    field = _declared(target, path)
    if field is not None:
        field.info = {MARK: True}
        field.save()


def _clear(
    target: fo.SampleCollection, result: SearchResult, path: str, kept: set[str]
) -> None:
    """Removes the values of those that are no results this time."""
    if result.patches_field is None:
        old = [id_ for id_ in target.exists(path).values("id") if id_ not in kept]
        target.set_values(path, dict.fromkeys(old), key_field="id")
        return
    root = path.rpartition(".")[0]
    ids = target.values(f"{root}.id", unwind=True)
    had = target.values(path, unwind=True)
    old = [i for i, v in zip(ids, had, strict=True) if v is not None and i not in kept]
    target.set_label_values(path, dict.fromkeys(old))
