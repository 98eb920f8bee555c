"""Loads stored views and checks their fields. FiftyOne doesn't: with a condition on a
field that was renamed since, a view would have other samples. Nor does a stored view
have images of frames written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import fiftyone as fo
import fiftyone.core.labels as fol
import fiftyone.core.stages as fost

from ..errors import InvalidRequest

Stage = Mapping[str, Any]

# Arguments of stages that name fields
_NAMES = ("field", "fields", "field_names", "field_or_expr", "path")
# Arguments of frames that say where images are written
_WRITING = ("sample_frames", "output_dir", "rel_dir", "force_sample")


def load(
    dataset: fo.Dataset, stages: Sequence[Stage], kept: bool = False
) -> fo.DatasetView:
    """The view with these stages, as it is now.

    Args:
        dataset: the dataset
        stages: as a view's ``_serialize()`` gave them
        kept: whether to use the frames, patches or clips that FiftyOne stored for the
            view, if they still exist, instead of creating them again

    Raises:
        InvalidRequest: if the view can't be made any more
    """
    view = dataset.view()
    for stage in stages:
        name = str(stage["_cls"]).removeprefix("fiftyone.core.stages.")
        kind = getattr(fost, name, None)
        if not (isinstance(kind, type) and issubclass(kind, fost.ViewStage)):
            raise InvalidRequest(f"FiftyOne has no view stage '{stage['_cls']}'")
        arguments = {k: v for k, v in stage["kwargs"] if kept or k != "_state"}
        if kind is not fost.Mongo:
            _check_fields(view, arguments)
        try:
            if kind is fost.ToFrames:
                arguments = _of_existing_images(arguments)
            view = view._add_view_stage(kind(**arguments))
        except Exception as e:  # each stage has its own
            raise InvalidRequest(f"{name}: {e}") from e
    return view


def _of_existing_images(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a view of frames that has those whose images exist. FiftyOne
    compares the configuration with that of the stored copy."""
    found = dict(arguments)
    config = found.get("config") or {}
    if config.get("sample_frames") != "dynamic":
        config = {k: v for k, v in config.items() if k not in _WRITING}
    found["config"] = config
    if found.get("_state"):
        found["_state"] = {**found["_state"], "config": config}
    return found


def has_copies(stages: Iterable[Stage]) -> bool:
    """Whether the datasets that FiftyOne stored for frames, patches or clips exist."""
    states = [dict(stage["kwargs"]).get("_state") for stage in stages]
    names = [state["name"] for state in states if state and "name" in state]
    return all(map(fo.dataset_exists, names))


def keeps_ids(samples: fo.SampleCollection, stages: Iterable[Stage]) -> bool:
    """Whether samples get the same ids when FiftyOne creates them again: all but clips
    of something else than temporal detections do.

    Args:
        samples: the dataset or view that the stages are of
        stages: the stages
    """
    for stage in stages:
        name = str(stage["_cls"]).rpartition(".")[2]
        if name == "ToTrajectories":
            return False
        if name == "ToClips":
            field = dict(stage["kwargs"]).get("field_or_expr")
            return isinstance(field, str) and _is_temporal(samples, field)
    return True


def _is_temporal(samples: fo.SampleCollection, field: str) -> bool:
    kinds = (fol.TemporalDetection, fol.TemporalDetections)
    found = samples.get_field(field)
    document = getattr(found, "document_type", None)
    return document is not None and issubclass(document, kinds)


def _check_fields(view: fo.DatasetView, arguments: Mapping[str, Any]) -> None:
    """Checks that the fields that arguments name exist."""
    for path in _named(arguments):
        first, _, rest = path.partition(".")
        schema = view.get_field_schema()
        if first == "frames" and rest:
            first = rest.partition(".")[0]
            schema = view.get_frame_field_schema() or {}
        known = {*schema, *(field.db_field for field in schema.values())}
        if first not in known and not first.startswith("_"):
            raise InvalidRequest(f"It names the field '{first}', which doesn't exist")


def _named(arguments: Mapping[str, Any]) -> Iterator[str]:
    for name, value in arguments.items():
        if name == "_state":
            continue
        if name in _NAMES:
            values = value if isinstance(value, list | tuple) else [value]
            yield from (v for v in values if isinstance(v, str) and "$" not in v)
        if name == "filter" and isinstance(value, Mapping):
            yield from (key for key in value if not key.startswith("$"))
        yield from _in_expression(value)


def _in_expression(value: Any) -> Iterator[str]:
    """The fields that an expression of MongoDB's reads."""
    if isinstance(value, str):
        if value.startswith("$") and not value.startswith("$$"):
            yield value[1:]
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _in_expression(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _in_expression(part)
