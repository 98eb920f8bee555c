"""What the operators and the panel read from FiftyOne's execution context."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager

import fiftyone as fo
import fiftyone.core.patches as fop
import fiftyone.operators as foo

from fiftyone_milvus.backend import runs
from fiftyone_milvus.backend.index import MilvusSimilarityIndex
from fiftyone_milvus.dataset import indexed_samples
from fiftyone_milvus.errors import InvalidRequest, VectorSearchError
from fiftyone_milvus.store import redaction, settings
from fiftyone_milvus.store.settings import ENV_PREFIX, KEYS

SCOPES = {
    "dataset": "Entire dataset",
    "view": "Current view",
    "selected": "Selected samples",
}
MAX_RESULTS = 10_000


def connection(ctx: foo.ExecutionContext) -> AbstractContextManager[None]:
    """A scope with the connection settings in FiftyOne's plugin secrets that aren't
    those of the environment (in open-source FiftyOne they always are)."""
    found = {}
    for key in KEYS:
        name = ENV_PREFIX + key.upper()
        value = ctx.secrets.get(name, None)
        if value and value != os.environ.get(name):
            found[key] = value
    return settings.using(**found)


def flag(ctx: foo.ExecutionContext, name: str, default: bool = False) -> bool:
    """A parameter that is true or false; the default where it is missing or null.

    Raises:
        InvalidRequest: if it is anything else, such as the text "false"
    """
    value = ctx.params.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise InvalidRequest(f"{name} is true or false, not {value!r}")
    return value


def scope_samples(ctx: foo.ExecutionContext, scope: str) -> fo.SampleCollection:
    """The samples that a choice of scope means.

    Raises:
        InvalidRequest: if nothing is selected, or there is no such scope
    """
    if scope == "dataset":
        return ctx.dataset
    if scope == "view":
        return ctx.view
    if scope == "selected":
        if not ctx.selected:
            raise InvalidRequest("Nothing is selected. Select samples in the grid.")
        return ctx.view.select(ctx.selected)
    raise InvalidRequest(f"There is no scope '{scope}'; choose one of {[*SCOPES]}")


def selection(ctx: foo.ExecutionContext, brain_key: str) -> tuple[list[str], list[str]]:
    """What is selected in the grid, for an index of samples or of patches; asks no
    server.

    Returns:
        the ids of the index that are selected as such, and for an index of patches
        the ids of samples selected as a whole
    """
    if not ctx.selected and not ctx.selected_labels:
        return [], []
    patches_field = runs.describe(ctx.dataset, brain_key).patches_field
    labels = [
        label["label_id"]
        for label in ctx.selected_labels or []
        if label["field"] == patches_field
    ]
    if labels:
        return labels, []
    selected = list(ctx.selected or [])
    if not selected:
        return [], []
    view = ctx.view
    in_patches = isinstance(view, fop.PatchesView)
    if in_patches and view.patches_field == patches_field:
        return selected, []
    everything = runs.all_samples(ctx.dataset, brain_key, view)
    kinds = indexed_samples.kind_of(everything), indexed_samples.kind_of(view)
    if in_patches or (kinds[0] != kinds[1] and kinds != ("samples", "clips")):
        selected = indexed_samples.ids_of(everything, view.select(selected))
    return (selected, []) if patches_field is None else ([], selected)


def selected_ids(
    ctx: foo.ExecutionContext, index: MilvusSimilarityIndex
) -> tuple[str, ...]:
    """The ids of an index that the person's selection means; a whole sample stands
    for all its patches.

    Raises:
        InvalidRequest: if nothing that is in this index is selected
    """
    ids, samples = selection(ctx, index.key)
    if samples:
        found = index.rows_of_samples(samples)
        ids = [id_ for of_sample in found.values() for id_ in of_sample]
        if not ids:
            raise InvalidRequest(
                f"The selected samples have no patches in the index '{index.key}'. "
                "Select others."
            )
    if not ids:
        raise InvalidRequest("Nothing is selected. Select samples or patches first.")
    return tuple(ids)


def in_words(error: BaseException) -> str:
    """An error in words: our own say what to do, and of others the kind is named;
    without the secrets that are configured."""
    if isinstance(error, VectorSearchError):
        return str(error)
    return redaction.without_known_secrets(f"{type(error).__name__}: {error}")
