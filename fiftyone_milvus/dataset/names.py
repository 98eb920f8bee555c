"""Names that people choose, checked as FiftyOne checks them, before any work is done.
Each ``*_problem`` function returns a sentence about what is wrong, or ``None``."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import fiftyone.core.labels as fol
import fiftyone.core.odm.utils as foou
import fiftyone.core.utils as fou

from ..errors import InvalidRequest

MAX_LENGTH = 100  # of the name of a saved search


def brain_key_problem(dataset: fo.Dataset, brain_key: Any) -> str | None:
    """What is wrong with the brain key of a new run."""
    if not brain_key or not isinstance(brain_key, str):
        return "Give the index a brain key"
    if not brain_key.isidentifier():
        return (
            f"'{brain_key}' can't be a brain key. Use letters, digits and underscores, "
            "not a digit first."
        )
    if brain_key in dataset.list_brain_runs():
        return f"The brain key '{brain_key}' is in use. Choose another."
    return None


def saved_view_problem(dataset: fo.Dataset, name: Any) -> str | None:
    """What is wrong with the name of a new saved view. FiftyOne tells views apart by
    their slugs, the form of a name in a URL."""
    if not isinstance(name, str) or not name.strip():
        return "Type a name for the view"
    name = name.strip()
    try:
        slug = fou.to_slug(name)
    except ValueError:
        return (
            f"'{_shortened(name)}' can't name a saved view: it has no letter a to z "
            "and no digit for a URL, or is too long. Use at least one of them, and at "
            "most 1,500 characters."
        )
    dataset._doc.reload("saved_views")  # another process may have saved one
    for view in dataset._doc.get_saved_views():
        if view.name == name:
            return f"There is a saved view '{name}' already. Type another name."
        if view.slug == slug:
            return (
                f"There is a saved view '{view.name}' already, and '{name}' has the "
                f"same URL, '{slug}'. Type another name."
            )
    return None


def saved_search_problem(name: Any) -> str | None:
    """What is wrong with the name of a saved search."""
    if not isinstance(name, str) or not 0 < len(name.strip()) <= MAX_LENGTH:
        return f"Give the search a name of 1 to {MAX_LENGTH} characters"
    return None


def tag_problem(tag: Any) -> str | None:
    """What is wrong with a tag."""
    if not isinstance(tag, str) or not tag.strip():
        return "Type a tag: one word or a few"
    return None


def field_problem(
    samples: fo.SampleCollection, patches_field: str | None, name: Any
) -> str | None:
    """What is wrong with the name of a new field of samples, or of a new attribute of
    the labels of a field; that it exists already is for the caller to check."""
    if not isinstance(name, str) or not name.strip():
        return "Type a name for the field"
    what = "an attribute of the patches" if patches_field else "a field"
    if "." in name or name != name.strip() or not name.isprintable() or name == "pk":
        return (
            f"'{_shortened(name)}' can't name {what}. Use letters, digits and "
            "underscores."
        )
    try:
        foou.validate_field_name(
            name,
            media_type=samples.media_type if patches_field is None else None,
            is_frame_field=samples._is_frames,
        )
    except ValueError as e:
        return f"'{_shortened(name)}' can't name {what}. {e}."
    return None


def attribute(
    samples: fo.SampleCollection, patches_field: str, path: str
) -> str | None:
    """The name of a label attribute, without the field: ``"embedding"`` for the paths
    ``"objects.detections.embedding"`` and ``"objects.embedding"`` in the field
    ``"objects"``; ``None`` for a path in another field."""
    if not path.startswith(f"{patches_field}."):
        return None
    name = path[len(patches_field) + 1 :]
    kind = getattr(samples.get_field(patches_field), "document_type", None)
    if kind is not None and issubclass(kind, fol._LABEL_LIST_FIELDS):
        name = name.removeprefix(f"{kind._LABEL_LIST_FIELD}.")
    return name


def refuse(problem: str | None) -> None:
    """Raises the problem that one of these functions returned.

    Raises:
        InvalidRequest: unless it is ``None``
    """
    if problem is not None:
        raise InvalidRequest(problem)


def _shortened(name: str) -> str:
    return name if len(name) <= MAX_LENGTH else f"{name[:MAX_LENGTH]}..."
