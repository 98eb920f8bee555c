"""What a person searches with: terms with weights, positive or negative; as checked
values, and as plain data that can be stored and sent."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from bson import ObjectId

from ..checks import (
    MAX_IDS,
    MAX_IMAGES_BYTES,
    MAX_PHRASINGS,
    MAX_TERMS,
    MAX_TEXT,
    MAX_TEXTS,
    check_count,
    is_number,
)
from ..dataset.ids import as_list
from ..errors import InvalidRequest
from ..vectors import MAX_DIMENSION, as_vector
from . import query_images

NO_VECTOR = "Give a vector as a list of numbers, none of them NaN or infinite"
KINDS = ("id", "sample_id", "text", "image", "crop", "vector", "result_ids")


@dataclass(frozen=True)
class Crop:
    """A part of a sample's image: ``box`` is ``(x, y, width, height)``, relative to
    the image's size.

    Example::

        part = Crop(dataset.first().id, (0.25, 0.25, 0.5, 0.5))
        found = fiftyone_milvus.search(dataset, "images", Query((Term(crop=part),)))
    """

    sample_id: str
    box: tuple[float, float, float, float]

    def __post_init__(self) -> None:
        _text("sample_id of a crop", self.sample_id)
        if len(self.box) != 4 or not all(map(is_number, self.box)):
            raise InvalidRequest("Give the box of a crop as [x, y, width, height]")
        x, y, width, height = self.box
        if min(x, y) < 0 or min(width, height) <= 0 or max(x + width, y + height) > 1:
            raise InvalidRequest(
                f"The box {list(self.box)} isn't in the image. Give x, y, width and "
                "height relative to the image's size, from 0 to 1."
            )


@dataclass(frozen=True)
class Term:
    """One thing to search with, or to steer away from: exactly one of the following.

    Example::

        Term(text=("a bird", "a photo of a bird"), weight=2)
        Term(image=Path(dataset.first().filepath).read_bytes())
        Term(id=dataset.first().id, negative=True)

    Args:
        id: an id in the index: a sample's, or a label's of an index of patches
        sample_id: a sample; of an index of patches, the mean of all its patches
        text: one phrasing, or several that are averaged
        image: the bytes of an image's file
        crop: a part of a sample's image
        vector: ``dim`` numbers
        result_ids: ids of an earlier result, which are averaged
        weight: how much it counts beside other terms of its sign
        negative: whether to steer away from it

    Raises:
        InvalidRequest: naming what can't be
    """

    id: str | None = None
    sample_id: str | None = None
    text: str | tuple[str, ...] | None = None
    image: bytes | None = None
    crop: Crop | None = None
    vector: tuple[float, ...] | None = None
    result_ids: tuple[str, ...] | None = None
    weight: float = 1.0
    negative: bool = False

    def __post_init__(self) -> None:
        given = [name for name in KINDS if getattr(self, name) is not None]
        if len(given) != 1:
            raise InvalidRequest(f"Give each term one of {KINDS}; this one has {given}")
        object.__setattr__(self, given[0], _settled(given[0], getattr(self, given[0])))
        self._check(given[0])

    def _check(self, kind: str) -> None:
        value = getattr(self, kind)
        if kind in ("id", "sample_id"):
            _text(kind, value)
        elif kind in ("text", "result_ids"):
            _texts(kind, value)
        elif kind == "image":
            if not isinstance(value, bytes):
                raise InvalidRequest("Give an image as the bytes of its file")
            query_images.check_bytes(len(value))
        if not is_number(self.weight) or self.weight <= 0:
            raise InvalidRequest(
                f"A weight is a number above 0; this was {self.weight!r}. Mark the "
                "term as negative to steer away from it."
            )

    @property
    def kind(self) -> str:
        """Which of :data:`KINDS` it is."""
        return next(name for name in KINDS if getattr(self, name) is not None)

    @property
    def label(self) -> str:
        """What it is, in a few words."""
        words = {
            "id": f"image {self.id}",
            "sample_id": f"image {self.sample_id}",
            "text": f'text "{" | ".join(self.text or ())}"',
            "image": "a query image",
            "crop": f"a part of image {self.crop.sample_id if self.crop else ''}",
            "vector": "a vector",
            "result_ids": f"{len(self.result_ids or ())} earlier results",
        }[self.kind]
        return f"not like {words}" if self.negative else words

    @property
    def _what(self) -> Term:
        return replace(self, weight=1.0, negative=False)

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data, which :meth:`from_dict` reads."""
        value = getattr(self, self.kind)
        if self.image is not None:
            value = base64.b64encode(self.image).decode()
        elif self.crop is not None:
            value = {"sample_id": self.crop.sample_id, "box": list(self.crop.box)}
        elif isinstance(value, tuple):
            value = list(value)
        found = {self.kind: value}
        if self.weight != 1:
            found["weight"] = self.weight
        if self.negative:
            found["negative"] = True
        return found

    @classmethod
    def from_dict(cls, data: Any) -> Term:
        """Reads plain data.

        Raises:
            InvalidRequest: naming what can't be
        """
        known = {f.name for f in fields(cls)}
        if not isinstance(data, Mapping) or not set(data) <= known:
            raise InvalidRequest(f"Give each term as an object with one of {KINDS}")
        given = {k: v for k, v in data.items() if v is not None}
        if "image" in given:
            given["image"] = _bytes(given["image"])
        if "crop" in given:
            given["crop"] = _crop(given["crop"])
        for name in ("text", "vector", "result_ids"):
            if isinstance(given.get(name), list):
                given[name] = _plain(name, given[name])
        given["negative"] = given.get("negative", False) is True
        return cls(**given)


@dataclass(frozen=True)
class Query:
    """What to search with: terms, combined by their weights into one vector.

    Example::

        Query.of(text="a bird")
        Query.of(ids=dataset.values("id")[:2])
        Query((Term(text="a bird"), Term(text="a cage", negative=True)))

    Raises:
        InvalidRequest: if there are no terms or too many, if one is both positive and
            negative, or if all are negative
    """

    terms: tuple[Term, ...]

    def __post_init__(self) -> None:
        if not self.terms:
            raise InvalidRequest(
                "Search with a text, images, patches or a vector; there is none"
            )
        _check_counts(self.terms)
        positive = {term._what for term in self.terms if not term.negative}
        negative = {term._what for term in self.terms if term.negative}
        if both := positive & negative:
            raise InvalidRequest(
                f"The query has {next(iter(both)).label}, and has it as a negative "
                "example. Remove one of the two."
            )
        if not positive:
            raise InvalidRequest(
                "The query has only negative examples. Add what to look for, or search "
                "for them with the least similar first."
            )

    @classmethod
    def of(
        cls,
        *,
        ids: Iterable[str] | str = (),
        text: str | None = None,
        vector: Any = None,
    ) -> Query:
        """A query of ids of the index, of a text, or of a vector ``(dim,)``."""
        terms = [Term(id=id_) for id_ in as_list(ids)]
        terms += [Term(text=text)] if text else []
        terms += [Term(vector=vector)] if vector is not None else []
        return cls(tuple(terms))

    @property
    def label(self) -> str:
        """The first terms in a few words."""
        return ", ".join(term.label for term in self.terms[:5])

    def with_feedback(
        self, more: Iterable[str] = (), less: Iterable[str] = ()
    ) -> Query:
        """The query of the next round, with ids of the index as more positive and
        negative terms; an id that was marked before has its latest mark. This query
        stays as it is, to go back to."""
        marks = {id_: False for id_ in more} | {id_: True for id_ in less}
        kept = [term for term in self.terms if term.id not in marks]
        marked = [Term(id=id_, negative=negative) for id_, negative in marks.items()]
        return Query((*kept, *marked))

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data, which :meth:`from_dict` reads."""
        return {"terms": [term.to_dict() for term in self.terms]}

    @classmethod
    def from_dict(cls, data: Any) -> Query:
        """Reads plain data.

        Raises:
            InvalidRequest: naming what can't be
        """
        terms = data.get("terms") if isinstance(data, Mapping) else None
        if not isinstance(terms, list | tuple) or set(data) != {"terms"}:
            raise InvalidRequest('Give the query as {"terms": [...]}')
        # before they are read: thousands of images would fill the memory
        check_count(terms, MAX_TERMS, "The query", "terms", _FEWER)
        return cls(tuple(Term.from_dict(term) for term in terms))


_FEWER = "Search with fewer, or with one term of an earlier result."


def _check_counts(terms: Sequence[Term]) -> None:
    """Checks how much all terms have together."""
    check_count(terms, MAX_TERMS, "The query", "terms", _FEWER)
    texts = [text for term in terms for text in term.text or ()]
    check_count(texts, MAX_TEXTS, "The query", "texts", "Search with fewer.")
    ids = [id_ for term in terms for id_ in term.result_ids or ()]
    check_count(ids, MAX_IDS, "The query", "ids of earlier results")
    size = sum(len(term.image) for term in terms if term.image is not None)
    if size > MAX_IMAGES_BYTES:
        raise InvalidRequest(
            f"The images of the query have {size / 1e6:,.0f} MB, and "
            f"{MAX_IMAGES_BYTES / 1e6:,.0f} MB are the most. Search with fewer or "
            "smaller ones."
        )


def _settled(kind: str, value: Any) -> Any:
    """A value as tuples of Python's own texts and numbers."""
    if isinstance(value, ObjectId):
        return str(value)
    if kind == "text" and isinstance(value, str):
        return (value,)
    if kind in ("text", "result_ids") and isinstance(value, list | np.ndarray):
        return tuple(str(v) if isinstance(v, str | ObjectId) else v for v in value)
    if kind != "vector":
        return value
    try:
        return tuple(as_vector(value).tolist())
    except InvalidRequest as e:
        raise InvalidRequest(NO_VECTOR) from e


def _text(name: str, value: Any) -> None:
    if not isinstance(value, str) or not value.strip():
        raise InvalidRequest(
            f"The {name} is {value!r:.100}. Give a text that isn't empty."
        )
    if len(value) > MAX_TEXT:
        raise InvalidRequest(
            f"The {name} is longer than {MAX_TEXT:,} letters. Shorten it."
        )


def _texts(name: str, values: Any) -> None:
    if not isinstance(values, tuple) or not values:
        raise InvalidRequest(f"The {name} is {values!r:.100}. Give a text, or several.")
    most, what = (MAX_PHRASINGS, "phrasings") if name == "text" else (MAX_IDS, "ids")
    check_count(values, most, f"The {name} of a term", what)
    for value in values:
        _text(name, value)


def _plain(name: str, values: list[Any]) -> tuple[Any, ...]:
    if name == "vector":
        check_count(values, MAX_DIMENSION, "A vector", "numbers", "Use another model.")
    if name == "vector" and not all(map(is_number, values)):
        raise InvalidRequest(NO_VECTOR)
    return tuple(values)


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    try:
        return base64.b64decode(value, validate=True)
    except (TypeError, ValueError, binascii.Error) as e:
        raise InvalidRequest("Give an image as base64 of its file") from e


def _crop(value: Any) -> Crop:
    if isinstance(value, Mapping) and set(value) == {"sample_id", "box"}:
        box = value["box"]
        if isinstance(box, list | tuple):
            return Crop(value["sample_id"], tuple(box))
    raise InvalidRequest(
        'Give a crop as {"sample_id": ..., "box": [x, y, width, height]}'
    )
