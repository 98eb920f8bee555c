"""Tags on many samples or labels at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import fiftyone as fo
from fiftyone import ViewField as F

from ..dataset import names
from ..errors import InvalidRequest

IDS_AT_ONCE = 50_000


def tag(
    dataset: fo.Dataset, ids: Sequence[str], tag: str, patches_field: str | None = None
) -> int:
    """Tags samples, or the labels of a field; those that have the tag keep one of it.

    Args:
        dataset: the dataset
        ids: sample ids, or label ids; those that the dataset lacks are passed over
        tag: the tag
        patches_field: the field of the labels; ``None`` for samples

    Returns:
        how many didn't have it before

    Raises:
        InvalidRequest: if it can't be a tag, or there is no such field
    """
    return _change(dataset, ids, tag, patches_field, True)


def untag(
    dataset: fo.Dataset, ids: Sequence[str], tag: str, patches_field: str | None = None
) -> int:
    """Takes a tag off samples, or off the labels of a field; as :func:`tag`.

    Returns:
        how many had it before
    """
    return _change(dataset, ids, tag, patches_field, False)


def check(tag: str) -> str:
    """A tag without the spaces around it.

    Raises:
        InvalidRequest: if nothing is left
    """
    names.check(names.tag_problem(tag))
    return tag.strip()


def _change(
    dataset: fo.Dataset, ids: Sequence[str], tag: str, field: str | None, add: bool
) -> int:
    name = check(tag)
    changed = 0
    for view in _tagged(dataset, ids, name, field, not add):
        changed += _count(view, field)
        _set(view, field, name, add)
    return changed


def _tagged(
    dataset: fo.Dataset, ids: Sequence[str], tag: str, field: str | None, has: bool
) -> Iterator[fo.DatasetView]:
    """Views of those of the ids that have a tag, or that don't."""
    if field is not None and not dataset.has_field(field):
        raise InvalidRequest(f"The dataset has no field '{field}' whose labels to tag")
    for start in range(0, len(ids), IDS_AT_ONCE):
        some = list(ids[start : start + IDS_AT_ONCE])
        if field is None:
            yield dataset.select(some).match_tags(tag, bool=has)
            continue
        tagged = F("tags").contains(tag)
        view = dataset.select_labels(ids=some, fields=field)
        yield view.filter_labels(field, tagged if has else ~tagged)


def _count(view: fo.DatasetView, field: str | None) -> int:
    if field is None:
        return int(view.count())
    _, path = view._get_label_field_path(field, "id")
    return int(view.count(path))


def _set(view: fo.DatasetView, field: str | None, tag: str, add: bool) -> None:
    if field is None:
        (view.tag_samples if add else view.untag_samples)(tag)
    elif add:
        view.tag_labels(tag, label_fields=field)
    else:
        view.untag_labels(tag, label_fields=field)
