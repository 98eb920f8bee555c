"""Another dataset whose index is searched: its form and how it is loaded."""

from __future__ import annotations

import fiftyone as fo
import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import InvalidRequest

from . import forms


def names(dataset: fo.Dataset) -> list[str]:
    """All datasets but this one."""
    return [name for name in fo.list_datasets() if name != dataset.name]


def load(name: str | None) -> fo.Dataset:
    """A dataset by its name.

    Raises:
        InvalidRequest: if there is none
    """
    if not name or not fo.dataset_exists(name):
        raise InvalidRequest(f"There is no dataset '{name}'. Choose another.")
    return fo.load_dataset(name)


def inputs(ctx: foo.ExecutionContext, form: types.Object) -> None:
    """The inputs for a dataset and one of its indexes."""
    offered = names(ctx.dataset)
    given = ctx.params.get("other_dataset")
    forms.choice(form, "other_dataset", offered, given, required=True, label="Dataset")
    keys = runs.keys(load(given)) if given in offered else []
    forms.choice(
        form,
        "other_key",
        keys,
        ctx.params.get("other_key"),
        required=True,
        label="Index of that dataset",
        description="Computed with the same model as this dataset's",
    )
    if given in offered and not keys:
        forms.problem(form, "other_key", f"'{given}' has no Milvus index")
