"""What a tile says of a result: the value of a field that the person chose; else a
patch's label, and of a sample the name of its file."""

from __future__ import annotations

import os
from typing import Any

import fiftyone as fo

from fiftyone_milvus.dataset.indexed_samples import object_ids
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.searches.result import SearchResult

MAX_LENGTH = 80
LISTED_VALUES = 20
PATH = "filepath"
LISTED_KINDS = (fo.StringField, fo.BooleanField, fo.IntField)
KINDS = (*LISTED_KINDS, fo.FloatField, fo.DateField, fo.DateTimeField)


def fields(result: SearchResult, items: fo.DatasetView) -> list[str]:
    """The fields that the tiles of results can show; of patches also those of their
    samples.

    Args:
        result: the results
        items: the samples or patches that they are some of
    """
    own = _shown(items)
    return [*own, *(name for name in _of_samples(result) if name not in own)]


def default(media: dict[str, Any]) -> str:
    """A patch's label; without one, the name of the file."""
    return _as_text(media["label"] or os.path.basename(media["filepath"]))


def of_field(
    result: SearchResult, items: fo.SampleCollection, shown: range, field: str
) -> list[str]:
    """The values of a field in words, of some of the results; empty where there is
    none.

    Args:
        result: the results
        items: the samples or patches that they are some of
        shown: which of them
        field: the field

    Raises:
        InvalidRequest: if they have no such field, or it can't be shown
    """
    ids = [result.ids[i] for i in shown]
    if field not in _shown(items):
        if field not in _of_samples(result):
            raise InvalidRequest(
                f"Tiles can't show the field '{field}'. Choose another under View."
            )
        items = result.indexed.samples
        ids = [result.sample_ids[i] for i in shown]
    part = items.select([str(id_) for id_ in object_ids(dict.fromkeys(ids))])
    found = dict(zip(*part.values(["id", field]), strict=True))
    values = [found.get(id_) for id_ in ids]
    if field == PATH:
        values = [os.path.basename(path or "") for path in values]
    return [_as_text(value) for value in values]


def _shown(items: fo.SampleCollection) -> list[str]:
    """The fields of samples or patches that can be shown."""
    schema = items.get_field_schema(flat=True)
    return [name for name, field in schema.items() if _is_shown(field)]


def _of_samples(result: SearchResult) -> list[str]:
    """Those of the samples of patches; without those of all their patches."""
    if result.patches_field is None:
        return []
    others = _shown(result.indexed.samples)
    return [name for name in others if not name.startswith(f"{result.patches_field}.")]


def _is_shown(field: fo.Field) -> bool:
    if isinstance(field, fo.ListField):
        return isinstance(field.field, LISTED_KINDS)
    return isinstance(field, KINDS)


def _as_text(value: Any) -> str:
    text = " ".join(_in_words(value).split())
    return text if len(text) <= MAX_LENGTH else f"{text[: MAX_LENGTH - 1]}…"


def _in_words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        known = [each for each in value if each is not None]
        return ", ".join(map(_in_words, known[:LISTED_VALUES]))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value)
