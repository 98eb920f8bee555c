"""Inputs that several forms share, and the choices that a dataset offers. Nothing here
asks a server: the App resolves a form at every key press."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.backend import runs
from fiftyone_milvus.dataset import expected_rows, names
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.retrieval.filter_fields import SCALARS, resolve

from .context import SCOPES
from .labels import LABELS

DEFAULT_KEY = "milvus"
NO_INDEX = "This dataset has no Milvus index yet. Run 'Milvus: Compute index'."
_NOT_OFFERED = ("id", "filepath", "bounding_box", "mask_path", "map_path", "index")


def patches_fields(samples: fo.SampleCollection) -> list[str]:
    """The label fields whose objects can be indexed: by a model, or by vectors that
    they have."""
    return [
        field
        for field in sorted(
            samples.get_field_schema(embedded_doc_type=expected_rows.PATCHES)
        )
        if expected_rows.patches_problem(samples, field, cropped=True) is None
        or embeddings_fields(samples, field)
    ]


def embeddings_fields(
    samples: fo.SampleCollection, patches_field: str | None
) -> list[str]:
    """The fields with vectors: of samples, or of the objects of a field (then
    the attribute's name)."""
    paths = samples.get_field_schema(ftype=fo.VectorField, flat=True)
    if patches_field is None:
        own = (p for p in paths if expected_rows.samples_problem(samples, p) is None)
        return sorted(own)
    if expected_rows.patches_problem(samples, patches_field, cropped=False) is not None:
        return []
    _, root = samples._get_label_field_path(patches_field)
    prefix = f"{root}."
    return sorted(p[len(prefix) :] for p in paths if p.startswith(prefix))


def filter_fields(dataset: fo.Dataset, patches_field: str | None) -> list[str]:
    """The fields that Milvus can store to filter by, without FiftyOne's own."""
    kinds = (*SCALARS, fo.ListField)
    found = []
    for name in dataset.get_field_schema(ftype=kinds, flat=True):
        if name.startswith("metadata.") or name.rpartition(".")[2] in _NOT_OFFERED:
            continue
        with suppress(InvalidRequest):
            found += resolve(dataset, patches_field or None, [name])
    return [path.name for path in found]


def fields_of(
    dataset: fo.Dataset, brain_key: str | None, **kinds: Any
) -> dict[str, fo.Field]:
    """The fields of some kinds that the dataset has, and, if an index is of frames or
    clips, those that these have.

    Args:
        dataset: the dataset
        brain_key: the index; ``None`` if none is chosen yet
        **kinds: what ``get_field_schema`` takes
    """
    found: dict[str, fo.Field] = dict(dataset.get_field_schema(**kinds))
    if brain_key in runs.keys(dataset):
        found |= runs.indexed(dataset, brain_key).samples.get_field_schema(**kinds)
    return found


def free_key(dataset: fo.Dataset, preferred: str = DEFAULT_KEY) -> str:
    """A brain key that is free: the preferred one, or that with a number."""
    taken = set(dataset.list_brain_runs())
    candidates = (preferred, *(f"{preferred}_{n}" for n in range(2, len(taken) + 3)))
    return next(key for key in candidates if key not in taken)


def new_key(
    ctx: foo.ExecutionContext,
    inputs: types.Object,
    name: str = "brain_key",
    default: str | None = None,
    label: str = LABELS["brain_key"],
    required: bool = True,
) -> None:
    """The input for the brain key of a new run."""
    inputs.str(name, required=required, default=default, label=label)
    key = ctx.params.get(name, default)
    text = None if key is None else names.brain_key_problem(ctx.dataset, key)
    if text is not None:
        problem(inputs, name, text)


def choice(
    inputs: types.Object,
    name: str,
    values: Collection[str],
    given: str | None,
    *,
    view: types.Choices | None = None,
    **kwargs: Any,
) -> None:
    """An input with choices; another value is refused with a sentence, also when it
    comes from Python.

    Args:
        inputs: the form
        name: the input's name
        values: the choices, which may be a mapping of them to labels
        given: the value as it is now
        view: how to show them; it is filled with the values if it has no choices
        **kwargs: of the property: ``label``, ``default``, ``required``, ...
    """
    view = view or types.DropdownView()
    labels = values if isinstance(values, Mapping) else {}
    for value in () if view.choices else values:
        view.add_choice(value, label=labels.get(value, value))
    inputs.str(name, view=view, **kwargs)
    if given and given not in values:
        label = kwargs.get("label", name)
        options = ", ".join(list(values)[:12]) + (", ..." if len(values) > 12 else "")
        problem(inputs, name, f"{label}: there is no '{given}' here. Use: {options}")


def radio_choice(
    ctx: foo.ExecutionContext,
    inputs: types.Object,
    name: str,
    labels: Mapping[str, str],
    label: str,
) -> None:
    """An input with a few choices side by side, of which the first is the default.

    Args:
        ctx: the context
        inputs: the form
        name: the input's name
        labels: the choices, and what they are called
        label: what the input is called
    """
    choice(
        inputs,
        name,
        labels,
        ctx.params.get(name),
        default=next(iter(labels)),
        label=label,
        view=types.RadioGroup(orientation="horizontal"),
    )


def scope_choice(
    ctx: foo.ExecutionContext,
    inputs: types.Object,
    label: str = LABELS["scope"],
    default: str = "dataset",
    selected: bool = False,
) -> None:
    """The input ``scope``: the dataset, the view, or, where that is of use, the
    selected samples."""
    scopes = [scope for scope in SCOPES if selected or scope != "selected"]
    offered = {"dataset": True, "view": ctx.has_custom_view, "selected": ctx.selected}
    view = types.RadioGroup(orientation="horizontal")
    for scope in scopes:
        if offered[scope]:
            view.add_choice(scope, label=SCOPES[scope])
    given = ctx.params.get("scope")
    choice(inputs, "scope", scopes, given, default=default, label=label, view=view)


def patches_choice(
    inputs: types.Object,
    ctx: foo.ExecutionContext,
    description: str,
    fields: Collection[str],
) -> None:
    """The input for a patches field, one of these, if there are any."""
    if fields:
        choice(
            inputs,
            "patches_field",
            fields,
            ctx.params.get("patches_field"),
            required=False,
            label=LABELS["patches_field"],
            description=description,
        )


def index_choice(
    ctx: foo.ExecutionContext,
    inputs: types.Object,
    propose: bool = True,
    damaged: bool = False,
) -> str | None:
    """The input ``brain_key``: one of the dataset's Milvus indexes.

    Args:
        ctx: the context
        inputs: the form
        propose: whether an only index is the default
        damaged: whether indexes with a damaged record can be chosen

    Returns:
        the key that is chosen now, if it is one of them
    """
    keys = runs.all_keys(ctx.dataset) if damaged else runs.keys(ctx.dataset)
    if not keys:
        inputs.str("brain_key", required=True, label=LABELS["index"])
        problem(inputs, "brain_key", NO_INDEX)
        return None
    only = keys[0] if propose and len(keys) == 1 else None
    key = ctx.params.get("brain_key", only)
    choice(
        inputs,
        "brain_key",
        keys,
        key,
        required=True,
        default=only,
        label=LABELS["index"],
    )
    return key if key in keys else None


def problem(inputs: types.Object, name: str, text: str) -> None:
    """Marks an input as invalid, with the sentence that says why."""
    prop = inputs.properties[name]
    prop.invalid = True
    prop.error_message = text
