"""Writes the part of docs/operators.md that follows from the operators' own forms.

PYTHONPATH=. python scripts/operators_page.py docs/operators.md
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = "example"  # in all names of the dataset, which don't belong on the page
MAX_TRIED = 2
# Their choices are those of a machine or a dataset
OPEN_CHOICES = {
    *("model", "engine", "uri", "other_dataset", "group_by", "filter_fields"),
    "from_key",
}
MARKER = "<!-- From here on written by scripts/operators_page.py: make docs -->\n"


def reference() -> str:
    """A section for each operator. A dataset is made for it in FiftyOne's database, and
    indexes in the embedded Milvus; both are deleted again."""
    from fiftyone_milvus.backend import runs
    from plugin.app import export_folders
    from plugin.operators import OPERATORS

    dataset = _example()
    try:
        sections = [_section(cls(), dataset) for cls in OPERATORS]
    finally:
        for key in runs.keys(dataset):
            runs.cleanup(dataset, key)
        dataset.delete()
    written = "\n".join(sections)
    written = written.replace(export_folders.names(), "`~/fiftyone/milvus-exports`")
    return written.replace(f"'{EXAMPLE}'", "that dataset")


def _example() -> Any:
    """A dataset with all that forms ask about, and indexes of samples and patches."""
    import fiftyone as fo
    import fiftyone.brain as fob
    import numpy as np

    import fiftyone_milvus  # noqa: F401 - makes the backend ours

    box = fo.Detection(label=EXAMPLE, bounding_box=[0, 0, 0.5, 0.5])
    samples = [
        fo.Sample(
            f"{EXAMPLE}{i}.jpg",
            tags=[EXAMPLE],
            example_vector=np.ones(2),
            example_split=EXAMPLE,
            example_objects=fo.Detections(detections=[box.copy()]),
        )
        for i in range(2)
    ]
    dataset = fo.Dataset(f"{EXAMPLE}s")
    dataset.add_samples(samples, progress=False)
    of_samples = np.ones((2, 2))
    of_objects = dict.fromkeys(dataset.values("id"), of_samples[:1])
    for field, vectors in ((None, of_samples), ("example_objects", of_objects)):
        fob.compute_similarity(
            dataset,
            patches_field=field,
            embeddings=vectors,
            brain_key=field or f"{EXAMPLE}_samples",
            backend="milvus",
        )
    return dataset


def _section(operator: Any, dataset: Any) -> str:
    about = [f"risk {operator.risk.value}"]
    if operator.streams:
        about.append("resumable" if operator.can_pause else "long")
    lines = [
        f"## {operator.label}\n",
        f"`{operator.name}` · {', '.join(about)}\n",
        f"{operator.description}. {operator.returns}.\n",
    ]
    rows = [_row(*found) for found in _inputs(operator, dataset).items()]
    if rows:
        head = ["| parameter | takes | default | |", "| --- | --- | --- | --- |"]
        lines += [*head, *rows, ""]
    return "\n".join(lines)


def _inputs(operator: Any, dataset: Any) -> dict[str, Any]:
    """All that its form may ask for: each choice is made once, with each index."""
    first = _form(operator, dataset, {})
    keys = _choices(first["brain_key"]) if "brain_key" in first else []
    found: dict[str, Any] = {}
    for start in [{"brain_key": key} for key in keys] or [{}]:
        waiting, seen = [start], set(start)
        while waiting:
            params = waiting.pop(0)
            for name, prop in _form(operator, dataset, params).items():
                found.setdefault(name, first.get(name, prop))
                if name not in seen:
                    seen.add(name)
                    waiting += [{**params, name: value} for value in _tried(name, prop)]
    return found


def _form(operator: Any, dataset: Any, params: dict[str, Any]) -> dict[str, Any]:
    from fiftyone.operators import types

    from harness.context import make_context

    ids = dataset.values("id")
    ctx = make_context(dataset, view=dataset.limit(1), selected=ids[:1], **params)
    for name in ("panel_id", "panel_state"):
        ctx.params.pop(name)
    properties = operator.resolve_input(ctx).type.properties
    return {
        name: prop
        for name, prop in properties.items()
        if not isinstance(prop.view, types.Notice)
        and not isinstance(prop.type, types.Void)
    }


def _tried(name: str, prop: Any) -> list[Any]:
    """The values to try for an input, beside its default."""
    from fiftyone.operators import types

    if isinstance(prop.type, types.Boolean):
        return [not prop.default]
    if not isinstance(prop.type, types.String):
        return []
    choices = [] if name in OPEN_CHOICES else _choices(prop)
    return [c for c in choices or [EXAMPLE] if c != prop.default][:MAX_TRIED]


def _choices(prop: Any) -> list[Any]:
    return [choice.value for choice in getattr(prop.view, "choices", ())]


def _row(name: str, prop: Any) -> str:
    from fiftyone.operators import types

    view = prop.view
    takes = _type(prop.type)
    choices = [c for c in _choices(prop) if EXAMPLE not in str(c)]
    if choices and name not in OPEN_CHOICES:
        takes = ", ".join(f"`{choice}`" for choice in choices)
    default = "" if prop.default is None else f"`{prop.default}`"
    if name in OPEN_CHOICES or EXAMPLE in default:
        default = ""
    if prop.required and not default:
        default = "required"
    label, more = (getattr(view, key, None) for key in ("label", "description"))
    if isinstance(view, types.HiddenView):
        label = "Python only"
    text = ": ".join(part for part in (label, more) if part)
    return f"| `{name}` | {takes} | {default} | {text.replace('|', chr(92) + '|')} |"


def _type(kind: Any) -> str:
    from fiftyone.operators import types

    if isinstance(kind, types.List):
        return f"list of {_type(kind.element_type)}s"
    if isinstance(kind, types.Number):
        bounds = f", {kind.min} or more" if kind.min is not None else ""
        return ("whole number" if kind.int else "number") + bounds
    names = {types.String: "text", types.Boolean: "`true`, `false`"}
    return names.get(type(kind), "object")


if __name__ == "__main__":
    # a database and folders of its own, which end with this process
    sys.path.insert(0, str(ROOT / "tests"))
    from harness import environment

    environment.prepare()
    path = Path(sys.argv[1])
    path.write_text(path.read_text().partition(MARKER)[0] + MARKER + reference())
