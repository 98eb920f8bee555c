"""What React draws of the searches that were made, as plain data: each in a line, with
the image that it was made with."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import fiftyone as fo
from bson import ObjectId
from PIL import Image

from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.searches import query_images

from ..app.searches import StoredSearch
from .media_payloads import labels_media, media

SIDE = 56  # of a thumbnail, in pixels
Terms = list[dict[str, Any]]


def entries(
    dataset: fo.Dataset,
    made: list[StoredSearch],
    file_of: Callable[[str], str | None],
) -> list[dict[str, Any]]:
    """Searches of the history, without their terms.

    Args:
        dataset: the dataset that was searched
        made: the searches
        file_of: a stored image file as base64, by its digest
    """
    firsts = [_first_image(each.params["query"]["terms"]) for each in made]
    fields = _patches_fields(dataset, made)
    drawn = _drawn(dataset, list(zip(firsts, fields, strict=True)))
    return [
        {
            "id": each.id,
            "label": label(each),
            "at": each.at,
            "results": each.results,
            "brain_key": each.params["brain_key"],
            "media": drawn.get((_id_of(first), field)) if first else None,
            "thumbnail": _thumbnail(first, file_of) if first else None,
        }
        for each, first, field in zip(made, firsts, fields, strict=True)
    ]


def label(made: StoredSearch) -> str:
    """What was searched for: texts in full, the rest counted."""
    terms: Terms = made.params["query"]["terms"]
    parts = []
    for negative, sign in ((False, ""), (True, "not like ")):
        of_sign = [term for term in terms if bool(term.get("negative")) is negative]
        texts = [_phrasings(term["text"]) for term in of_sign if "text" in term]
        parts += [sign + text for text in texts]
        if others := len(of_sign) - len(texts):
            parts.append(f"{sign}{others} {'image' if others == 1 else 'images'}")
    return ", ".join(parts)


def _phrasings(phrasings: str | list[str]) -> str:
    return phrasings if isinstance(phrasings, str) else " | ".join(phrasings)


def _first_image(terms: Terms) -> dict[str, Any] | None:
    """The first positive term with an image, if there is one."""
    kinds = ("image", "id", "sample_id", "crop")
    for term in terms:
        if not term.get("negative") and any(term.get(kind) for kind in kinds):
            return term
    return None


def _patches_fields(dataset: fo.Dataset, made: list[StoredSearch]) -> list[str | None]:
    """The field of each index that was searched; ``None`` also for those that were
    deleted."""
    keys = [each.params["brain_key"] for each in made]
    known = {
        key: runs.describe(dataset, key).patches_field
        for key in set(keys) & set(runs.keys(dataset))
    }
    return [known.get(key) for key in keys]


def _id_of(term: dict[str, Any]) -> str | None:
    """The sample, or the row of the index, whose image it is."""
    crop = term.get("crop") or {}
    found = term.get("id") or term.get("sample_id") or crop.get("sample_id")
    return found if ObjectId.is_valid(found) else None


def _ids(terms: Iterable[dict[str, Any]]) -> set[str]:
    return {id_ for id_ in map(_id_of, terms) if id_ is not None}


def _drawn(
    dataset: fo.Dataset, wanted: list[tuple[dict[str, Any] | None, str | None]]
) -> dict[tuple[str | None, str | None], dict[str, Any]]:
    """The media by id and patches field, of those that exist; each field is asked for
    once."""
    drawn: dict[tuple[str | None, str | None], dict[str, Any]] = {}
    for field in {field for _, field in wanted}:
        terms = [term for term, of in wanted if term and of == field]
        patches = _ids(term for term in terms if field and term.get("id"))
        samples = _ids(terms) - patches
        found = media(dataset, samples, None) if samples else {}
        if field and patches and dataset.has_field(field):
            view = dataset.match_labels(ids=list(patches), fields=field)
            found |= labels_media(view, patches, field)
        for id_, shown in found.items():
            names = ("filepath", "box", "label")
            drawn[id_, field] = {name: shown[name] for name in names}
    return drawn


def _thumbnail(
    term: dict[str, Any], file_of: Callable[[str], str | None]
) -> str | None:
    """A small JPEG of an image file as base64; ``None`` if it has none that is kept."""
    digest = term.get("image")
    if not isinstance(digest, str):
        return None
    file = file_of(digest)
    return None if file is None else _small(file)


@lru_cache(maxsize=64)
def _small(file: str) -> str | None:
    try:
        data = base64.b64decode(file, validate=True)
        query_images.check(data)
        with Image.open(io.BytesIO(data), formats=query_images.FORMATS) as image:
            image.draft("RGB", (SIDE, SIDE))
            image.thumbnail((SIDE, SIDE))
            small = io.BytesIO()
            image.convert("RGB").save(small, "JPEG")
    except (InvalidRequest, ValueError, OSError):
        return None
    return base64.b64encode(small.getvalue()).decode()
