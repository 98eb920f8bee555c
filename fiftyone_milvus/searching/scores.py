"""Writes a search's scores and ranks into fields of the samples or the patches."""

from __future__ import annotations

from typing import Any

import fiftyone as fo

from ..errors import InvalidRequest
from .results import SELECTED_AT_MOST, Ranked

MARK = "written_by_milvus_search"


def write_scores(
    result: Ranked,
    samples: fo.SampleCollection,
    field: str,
    *,
    rank_field: str | None = None,
) -> str | None:
    """Writes each hit's score to a field of its sample, or of its label for patches,
    and its rank (1 is the best) to another. Those of an earlier search go.

    Args:
        result: the hits
        samples: the dataset or view that was searched
        field: the name of the scores' field; for patches, within the label
        rank_field: that of the ranks'; past 10,000 hits ``<field>_rank`` if not given,
            since only by their ranks so many can be shown in order

    Returns:
        the ranks' field, ``None`` if none was written

    Raises:
        InvalidRequest: if a field is there that no search wrote
    """
    if rank_field is None and len(result.ids) > SELECTED_AT_MOST:
        rank_field = f"{field}_rank"
    target = samples if samples._is_frames else samples._root_dataset
    columns: dict[str, list[Any]] = {field: [float(s) for s in result.scores]}
    if rank_field is not None:
        columns[rank_field] = list(range(1, len(result.ids) + 1))
    paths = {name: _path(target, result, name) for name in columns}
    for path in paths.values():
        _check_free(target, path)
    for name, values in columns.items():
        _write(target, result, paths[name], values)
    if rank_field is not None and result.patches_field is None:
        target.create_index(rank_field)
    return rank_field


def _path(target: fo.SampleCollection, result: Ranked, name: str) -> str:
    if not name.isidentifier():
        raise InvalidRequest(
            f"'{name}' can't name a field. Use letters, digits and underscores, not a "
            "digit first."
        )
    if result.patches_field is None:
        return name
    return str(target._get_label_field_path(result.patches_field, name)[1])


def _check_free(target: fo.SampleCollection, path: str) -> None:
    found = target.get_field(path)
    if found is not None and not (found.info or {}).get(MARK):
        raise InvalidRequest(
            f"The field '{path}' is there already, and no search wrote it. Choose "
            "another name."
        )


def _write(
    target: fo.SampleCollection, result: Ranked, path: str, values: list[Any]
) -> None:
    by_id = dict(zip(result.ids, values, strict=True))
    if target.get_field(path) is not None:
        _clear(target, result, path, set(by_id))
    if result.patches_field is None:
        target.set_values(path, by_id, key_field="id")
    else:
        target.set_label_values(path, by_id, dynamic=True)
    field = target.get_field(path)
    if field is not None:
        field.info = {MARK: True}
        field.save()


def _clear(
    target: fo.SampleCollection, result: Ranked, path: str, kept: set[str]
) -> None:
    """Takes the values away from those that are no hits this time."""
    if result.patches_field is None:
        old = [id_ for id_ in target.exists(path).values("id") if id_ not in kept]
        target.set_values(path, dict.fromkeys(old), key_field="id")
        return
    root = path.rpartition(".")[0]
    ids = target.values(f"{root}.id", unwind=True)
    had = target.values(path, unwind=True)
    old = [i for i, v in zip(ids, had, strict=True) if v is not None and i not in kept]
    target.set_label_values(path, dict.fromkeys(old))
