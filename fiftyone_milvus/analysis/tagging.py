"""Tags on many samples or labels at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import fiftyone as fo
from fiftyone import ViewField as F

from .. import tuning
from ..dataset import indexed_samples, names
from ..errors import InvalidRequest


def tag(
    samples: fo.SampleCollection,
    ids: Sequence[str],
    tag: str,
    patches_field: str | None = None,
) -> int:
    """Adds a tag to samples, or to labels of a field, that don't have it.

    Args:
        samples: the dataset, of groups all slices; for frames or clips, a view of
            them, such as an index's ``all_samples``
        ids: sample ids, or label ids; unknown ones are ignored
        tag: the tag
        patches_field: the field of the labels; ``None`` for samples

    Returns:
        how many didn't have it before

    Raises:
        InvalidRequest: if the tag is empty, or there is no such field
    """
    return _change(samples, ids, tag, patches_field, True)


def untag(
    samples: fo.SampleCollection,
    ids: Sequence[str],
    tag: str,
    patches_field: str | None = None,
) -> int:
    """Removes a tag from samples, or from labels of a field; as :func:`tag`.

    Returns:
        how many had it before
    """
    return _change(samples, ids, tag, patches_field, False)


def count(
    samples: fo.SampleCollection, ids: Sequence[str], patches_field: str | None = None
) -> int:
    """How many of the ids exist as samples, or labels of a field; arguments as of
    :func:`tag`."""
    found = indexed_samples.all_samples(samples, patches_field)
    views = _selected(found, list(dict.fromkeys(ids)), patches_field)
    return sum(indexed_samples.count(view, patches_field) for view in views)


def tagged(
    samples: fo.SampleCollection,
    ids: Sequence[str],
    tag: str,
    patches_field: str | None = None,
) -> set[str]:
    """Those of the ids that have a tag; arguments as of :func:`tag`."""
    found = indexed_samples.all_samples(samples, patches_field)
    name, path, having = check_tag(tag), "id", set()
    if patches_field is not None:
        _, path = found._get_label_field_path(patches_field, "id")
    for view in _selected(found, ids, patches_field):
        view = _tagged(view, name, patches_field, True)
        having.update(view.values(path, unwind=True))
    return having


def check_tag(tag: str) -> str:
    """Checks a tag, and removes the spaces around it.

    Raises:
        InvalidRequest: if it is empty
    """
    names.refuse(names.tag_problem(tag))
    return tag.strip()


def _change(
    samples: fo.SampleCollection,
    ids: Sequence[str],
    tag: str,
    field: str | None,
    add: bool,
) -> int:
    name = check_tag(tag)
    found = indexed_samples.all_samples(samples, field)
    changed = 0
    for some in _selected(found, ids, field):
        view = _tagged(some, name, field, not add)
        changed += indexed_samples.count(view, field)
        _set(view, field, name, add)
    if field is not None and samples._is_patches:  # FiftyOne shows a copy of the labels
        for some in _selected(samples, ids, field):
            _set(some, field, name, add)
    return changed


def _selected(
    samples: fo.SampleCollection, ids: Sequence[str], field: str | None
) -> Iterator[fo.DatasetView]:
    """Views of the ids."""
    if field is not None and not samples.has_field(field):
        raise InvalidRequest(f"The dataset has no field '{field}' whose labels to tag")
    valid = [str(id_) for id_ in indexed_samples.object_ids(ids)]
    size = tuning.TAGGED_AT_ONCE
    for start in range(0, len(valid), size):
        some = valid[start : start + size]
        if field is None:
            yield samples.select(some)
        else:
            yield samples.select_labels(ids=some, fields=field)


def _tagged(
    view: fo.DatasetView, tag: str, field: str | None, has: bool
) -> fo.DatasetView:
    """The samples or labels that have a tag, or that don't."""
    if field is None:
        return view.match_tags(tag, bool=has)
    tagged = F("tags").contains(tag)
    return view.filter_labels(field, tagged if has else ~tagged)


def _set(view: fo.DatasetView, field: str | None, tag: str, add: bool) -> None:
    if field is None:
        (view.tag_samples if add else view.untag_samples)(tag)
    elif add:
        view.tag_labels(tag, label_fields=field)
    else:
        view.untag_labels(tag, label_fields=field)
