"""Fields of samples or patches whose values Milvus stores beside the vectors, to filter
a search by them: which fields can be stored, their values, and filter expressions."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Literal

import fiftyone as fo
import fiftyone.core.labels as fol
import numpy as np

from ..checks import is_number
from ..dataset import indexed_samples
from ..dataset import names as names_
from ..errors import InvalidRequest
from ..id_set import IdSet
from ..store.filter_expressions import PART, PARTS, key

if TYPE_CHECKING:
    from ..dataset.ids import AllowedIds
    from ..store.rows import StoredRows

SCALARS = (fo.StringField, fo.BooleanField, fo.IntField, fo.FloatField)
Kind = Literal["text", "number", "boolean"]
_KINDS: dict[type, Kind] = {
    fo.StringField: "text",
    fo.BooleanField: "boolean",
}
_VALUES: dict[Kind, str] = {
    "text": "texts",
    "number": "numbers of 64 bits",
    "boolean": "true or false",
}
MAX_NUMBER = 2**63 - 1
# Milvus Lite doesn't know JSON's escapes for control characters
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
MAX_TEXT = 1_000  # characters of a value
BOUNDS = ("min", "max")
AT_ONCE = 5_000  # samples


@dataclass(frozen=True)
class FilterField:
    """A field to filter by, and where its values are.

    Args:
        name: as the person named it
        path: the path from the samples
        of_patches: whether each patch has a value of its own
        is_list: whether a row may have several values
        kind: what the values are
    """

    name: str
    path: str
    of_patches: bool
    is_list: bool
    kind: Kind


def resolve(
    samples: fo.SampleCollection, patches_field: str | None, names: Iterable[str]
) -> list[FilterField]:
    """The fields of some names.

    Args:
        samples: the samples that are indexed
        patches_field: the field whose patches are; ``None`` for samples
        names: paths from the samples, such as ``"split"``, ``"tags"`` or
            ``"weather.label"``; or, for an index of the patches of ``"objects"``,
            those of the patches, such as ``"objects.label"``

    Raises:
        InvalidRequest: if there is no such field, or Milvus can't filter by it
    """
    names = list(names)
    if names and samples._is_generated and not samples._is_patches:
        raise InvalidRequest(
            "The samples of this view aren't samples of its dataset, so Milvus can't "
            "store their fields. Leave filter_fields out."
        )
    dataset = samples._root_dataset
    return [_field(dataset, patches_field, name) for name in names]


def filter_values(
    dataset: fo.Dataset,
    patches_field: str | None,
    names: Sequence[str],
    ids: Sequence[str],
    sample_ids: Sequence[str],
) -> list[dict[str, Any]]:
    """The values that are stored with rows, by the fields' names in Milvus, without
    those that are empty; and the rows' part.

    Args:
        dataset: the dataset of the samples that are indexed
        patches_field: the field whose patches are; ``None`` for samples
        names: the fields
        ids: ``n`` primary keys
        sample_ids: their ``n`` sample ids
    """
    found: dict[str, dict[str, Any]] = {
        id_: {PART: zlib.crc32(id_.encode()) % PARTS} for id_ in ids
    }
    samples = indexed_samples.all_samples(dataset, patches_field)
    of_sample: dict[str, list[str]] = {}
    for id_, sample_id in zip(ids, sample_ids, strict=True):
        of_sample.setdefault(sample_id, []).append(id_)
    owners = list(of_sample)
    for start in range(0, len(owners), AT_ONCE):
        view = samples.select(owners[start : start + AT_ONCE])
        for number, field in enumerate(resolve(dataset, patches_field, names)):
            for id_, value in _read(view, patches_field, field, of_sample):
                value = _plain(value, field.is_list)
                if id_ in found and value is not None:
                    found[id_][key(number)] = value
    return [found[id_] for id_ in ids]


def filter_expr(
    where: Mapping[str, Any],
    names: Sequence[str],
    samples: fo.SampleCollection,
    patches_field: str | None,
) -> str:
    """The rows that fulfil conditions, as a filter expression of Milvus.

    Args:
        where: for each field a value, a list of values any of which will do, or
            ``{"min": ..., "max": ...}``, one of them or both, both included; all
            fields must fulfil theirs
        names: the fields that the index stores
        samples: the samples that are indexed
        patches_field: the field whose patches are; ``None`` for samples

    Raises:
        InvalidRequest: naming what is wrong
    """
    unknown = sorted(map(str, set(where) - set(names)))
    if unknown:
        stored = f"It stores {list(names)}" if names else "It stores none"
        raise InvalidRequest(
            f"The index doesn't store {unknown} to filter by. {stored}; those are "
            "chosen when it is built, as filter_fields. Search in a view instead."
        )
    found = resolve(samples, patches_field, where)
    return " and ".join(
        f"({_condition(key(names.index(one.name)), one, where[one.name])})"
        for one in found
    )


class FilteredRows:
    """The rows that match a filter expression, and that are in a view if one is given.

    Args:
        rows: the rows of the index
        filter_expr: the expression
        view: the view's members
    """

    def __init__(
        self, rows: StoredRows, filter_expr: str, view: AllowedIds | None = None
    ) -> None:
        self._rows = rows
        self._filter_expr = filter_expr
        self._view = view
        self.seconds_without_ids = 0.0
        self.share_seen: float | None = None
        self.known: IdSet | None = None
        self.known_count: int | None = None

    @property
    def filter_expr(self) -> str | None:
        """The filter, if it alone selects the rows; ``None`` if there is a view too."""
        return self._filter_expr if self._view is None else None

    @property
    def name(self) -> str:
        """What is searched, in a word."""
        return "view" if self._view is None else self._view.name

    @property
    def likely_all(self) -> bool:
        """Whether the view has nearly all rows that match the filter."""
        return self._view is not None and self._view.likely_all

    @property
    def unchecked(self) -> FilteredRows:
        """The rows that match the filter, in the view or not."""
        return FilteredRows(self._rows, self._filter_expr)

    @property
    def count(self) -> int:
        """How many rows match the filter."""
        # no cached_property: before Python 3.12 other searches would wait for it
        if self.known_count is None:
            collection = self._rows.collection
            level = collection.consistency_level
            self.known_count = collection.count(level, self._filter_expr)
        return self.known_count

    @property
    def ids(self) -> IdSet:
        """Their primary keys."""
        if self.known is None:
            found = self._rows.ids_matching(self._filter_expr)
            self.known = found if self._view is None else found & self._view.ids
        return self.known

    def containing(self, ids: list[str], sample_ids: list[str]) -> set[str]:
        """Those of the given rows that are among them."""
        if self.known is not None:
            return self.known.containing(ids)
        if self._view is not None:
            inside = self._view.containing(ids, sample_ids)
            ids = [id_ for id_ in ids if id_ in inside]
        return self._rows.ids(ids, self._filter_expr)


def _field(
    samples: fo.SampleCollection, patches_field: str | None, name: str
) -> FilterField:
    path, of_patches = name, False
    attribute = patches_field and names_.attribute(samples, patches_field, name)
    if attribute:
        _, root = samples._get_label_field_path(patches_field)
        path, of_patches = f"{root}.{attribute}", True
    field = samples.get_field(path)
    inner = field.field if isinstance(field, fo.ListField) else field
    if not isinstance(inner, SCALARS):
        what = "There is no field" if field is None else "Milvus can't filter by"
        raise InvalidRequest(
            f"{what} '{name}'. Choose fields of texts, numbers or booleans, or of "
            "lists of them, such as 'tags'."
        )
    is_list = isinstance(field, fo.ListField)
    if not of_patches and not is_list:
        is_list = _passes_lists(samples, path)
    kind = _KINDS.get(type(inner), "number")
    return FilterField(name, path, of_patches, is_list, kind)


def _passes_lists(samples: fo.SampleCollection, path: str) -> bool:
    parts = path.split(".")
    above = (".".join(parts[:end]) for end in range(1, len(parts)))
    return any(isinstance(samples.get_field(one), fo.ListField) for one in above)


def _read(
    view: fo.DatasetView,
    patches_field: str | None,
    field: FilterField,
    of_sample: Mapping[str, list[str]],
) -> Iterable[tuple[str, Any]]:
    """Primary keys with their values."""
    if not field.of_patches:
        for sample_id, value in zip(*view.values(["id", field.path]), strict=True):
            for id_ in of_sample.get(sample_id, ()):
                yield id_, value
        return
    label_type, ids = view._get_label_field_path(patches_field, "id")
    several = issubclass(label_type, fol._LABEL_LIST_FIELDS)
    for labels, values in zip(*view.values([ids, field.path]), strict=True):
        if several:
            yield from zip(labels or (), values or (), strict=True)
        elif labels is not None:
            yield labels, values


def _plain(value: Any, is_list: bool) -> Any:
    """A value as Milvus stores it; ``None`` for none."""
    if is_list:
        flat = [_plain(one, False) for one in _flat(value)]
        return sorted({one for one in flat if one is not None}, key=str)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value


def _text(value: str) -> str:
    """A text as Milvus stores it: one that is too long, or has characters that can't be
    written in an expression, is cut and ends in a digest of the whole, so that only
    equal texts are equal."""
    plain = _UNWRITABLE.sub("", value)
    if len(value) <= MAX_TEXT and plain == value:
        return value
    digest = blake2b(value.encode(errors="surrogatepass"), digest_size=16).hexdigest()
    return plain[: MAX_TEXT - len(digest)] + digest


def _flat(value: Any) -> Iterable[Any]:
    if isinstance(value, list | tuple):
        for one in value:
            yield from _flat(one)
    else:
        yield value


def _condition(name: str, field: FilterField, value: Any) -> str:
    if isinstance(value, Mapping):
        return _range(name, field, value)
    one = isinstance(value, str | bytes) or not isinstance(value, Iterable)
    listed = [value] if one else list(value)
    if not listed:
        raise InvalidRequest(f"No value is given for '{field.name}'. Name one or more.")
    written = [_literal(field, each) for each in listed]
    if field.is_list:
        return " or ".join(f"json_contains({name}, {each})" for each in written)
    if field.kind == "text":  # a server takes no whole numbers beside broken ones
        return f"{name} in [{', '.join(written)}]"
    return " or ".join(f"{name} == {each}" for each in written)


def _range(name: str, field: FilterField, bounds: Mapping[str, Any]) -> str:
    given = {bound: bounds[bound] for bound in BOUNDS if bounds.get(bound) is not None}
    wrong = field.is_list or set(bounds) - set(BOUNDS) or not given
    if wrong or not all(is_number(value) for value in given.values()):
        raise InvalidRequest(
            f"The range of '{field.name}' can't be {dict(bounds)!s:.200}. Give numbers "
            "as 'min', 'max' or both, for a field of single numbers."
        )
    signs = {"min": ">=", "max": "<="}
    return " and ".join(
        f"{name} {signs[bound]} {_literal(field, value)}"
        for bound, value in given.items()
    )


def _literal(field: FilterField, value: Any) -> str:
    """A value, written so that it can't be anything but a value."""
    if isinstance(value, np.generic):
        value = value.item()
    if field.kind == "text" and isinstance(value, str):
        # Milvus Lite doesn't know JSON's escapes for letters beyond ASCII
        return json.dumps(_text(value), ensure_ascii=False)
    if field.kind == "boolean" and isinstance(value, bool):
        return json.dumps(value)
    if field.kind == "number" and is_number(value) and abs(value) <= MAX_NUMBER:
        return json.dumps(value)
    raise InvalidRequest(
        f"'{field.name}' can't be filtered by {value!r:.100}, since it has "
        f"{_VALUES[field.kind]}. Give one."
    )
