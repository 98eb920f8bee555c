"""Writes a search's scores and ranks into fields of the samples or the patches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import fiftyone as fo

from .. import tuning
from ..dataset import names
from ..dataset.indexed_samples import IndexedSamples
from ..errors import InvalidRequest
from .request import SearchRequest
from .result import SearchResult

MARK = "written_by_milvus_search"


def check_request(
    request: SearchRequest,
    samples: fo.SampleCollection,
    searched: Sequence[IndexedSamples],
) -> None:
    """Checks that the scores can be written that a request asks for.

    Args:
        request: the search
        samples: the dataset, or the view that the request names
        searched: what the index has, and the one that it is combined with

    Raises:
        InvalidRequest: if not
    """
    field = request.score_field
    assert field is not None
    fields = {each.patches_field for each in searched}
    by_patch = len(fields) == 1 and request.min_matches is None
    patches_field = fields.pop() if by_patch else None
    target = replace(searched[0], patches_field=patches_field).written_to(samples)
    _check(target, patches_field, field)
    if request.k > tuning.MAX_SELECTED:
        _check(target, patches_field, _rank_field(field))


def write_scores(result: SearchResult, field: str) -> SearchResult:
    """Writes each match's score to a field of its sample, or of its label for patches;
    past 10,000 matches also its rank (1 is the best), since a view can sort so many
    only by their ranks. Those of an earlier search are removed.

    Args:
        result: the matches
        field: the name of the scores' field; for patches, within the label. That of the
            ranks ends in ``_rank``

    Returns:
        the same result, with the ``rank_field`` that was written, if one was

    Raises:
        InvalidRequest: if a field is there that no search wrote
    """
    many = len(result.ids) > tuning.MAX_SELECTED
    rank_field = _rank_field(field) if many else None
    target = result.items.written_to(result.samples)
    columns: dict[str, list[Any]] = {field: [float(s) for s in result.scores]}
    if rank_field is not None:
        columns[rank_field] = list(range(1, len(result.ids) + 1))
    for name in columns:
        _check(target, result.patches_field, name)
    for name, values in columns.items():
        _write(target, result, _path(target, result.patches_field, name), values)
    if rank_field is not None and result.patches_field is None:
        target.create_index(rank_field)
    return replace(result, rank_field=rank_field)


def _rank_field(field: str) -> str:
    return f"{field}_rank"


def _check(target: fo.SampleCollection, patches_field: str | None, field: str) -> None:
    """Checks that FiftyOne takes a field's name, and that what is there was written by
    a search."""
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
