"""What the operators and the panel read from FiftyOne's execution context: the params,
checked; the connection, the scope and the selection."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import fiftyone as fo
import fiftyone.core.media as fom
import fiftyone.core.patches as fop
import fiftyone.operators as foo
from bson import ObjectId

from fiftyone_milvus import checks
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
# The type of each param; whether a value is right is checked where it is used
_NAMES = {
    *(
        "brain_key",
        "new_brain_key",
        "from_key",
        "map_key",
        "other",
        "other_key",
        "other_dataset",
        "fuse_with",
    ),
    *(
        "name",
        "search",
        "again",
        "id",
        "token",
        "job_id",
        "mark",
        "by",
        "scope",
        "mode",
        "operator",
        "action",
        "found_id",
        "plan_id",
        "transfer",
    ),
    *("collection_name", "db_name", "uri", "path", "source", "model", "metric"),
    *("consistency_level", "index_type", "embeddings_field", "patches_field"),
    *("label_field", "score_field", "group_by", "field", "tag", "save_view", "engine"),
    *("caption", "videos_as", "clips_field"),
}
_TEXTS = {"text", "not_text", "tags", "model_kwargs", "data"}
_LISTS = {
    "ids",
    "exclude",
    "sample_ids",
    "names",
    "confirmed_names",
    "fields",
    "filter_fields",
    "slices",
    "less",
}
# The form of a search has a switch, and a choice, of the names of lists elsewhere
_LISTS_OR = {"more": bool, "selection": str}
_NUMBER_LISTS = {"groups", "keeps"}
_NUMBERS = {"thresh", "fraction", "min_score", "max_score", "alpha", "fps"}
_COUNTS = {"start", "keep", "skip", "batch_size", "num_workers"}


class Given(dict[str, Any]):
    """The params that were given; one that is ``None`` is left out."""

    def __missing__(self, name: str) -> Any:
        raise InvalidRequest(f"The parameter {name} is missing. Give it.")


def check_params(ctx: foo.ExecutionContext) -> None:
    """Checks the params of an operator or of a method of the panel, and has the context
    hold them as :class:`Given`.

    Raises:
        InvalidRequest: if there is too much of them, or one is of another type
    """
    params = ctx.params
    checks.check_size(params)
    if not isinstance(params, Mapping) or not all(isinstance(n, str) for n in params):
        raise InvalidRequest(
            "Give the parameters as an object of names and values, not "
            f"{type(params).__name__}"
        )
    given = Given((name, each) for name, each in params.items() if each is not None)
    for name, value in given.items():
        _check(name, value)
    ctx.params = given


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
        raise InvalidRequest(f"Give {name} as true or false, not {value!r}")
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


def of_slices(
    samples: fo.SampleCollection, slices: Sequence[str]
) -> fo.SampleCollection:
    """The samples of some slices of groups; all that were given if none is named.

    Raises:
        InvalidRequest: if there is no such slice
    """
    if not slices:
        return samples
    offered = image_slices(samples)
    unknown = [name for name in slices if name not in offered]
    if unknown:
        raise InvalidRequest(
            f"There is no slice of images '{unknown[0]}' in this scope; there are "
            f"{offered}"
        )
    return samples.select_group_slices([*slices])


def image_slices(samples: fo.SampleCollection) -> list[str]:
    """The slices of images of grouped samples; none of others."""
    if samples.media_type != fom.GROUP:
        return []
    kinds = samples.group_media_types
    return [name for name in samples.group_slices if kinds[name] == fom.IMAGE]


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
    everything = runs.indexed(ctx.dataset, brain_key, view).samples
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


def _check(name: str, value: Any) -> None:
    if name in _NAMES or name in _TEXTS:
        _check_text(name, value, checks.MAX_NAME if name in _NAMES else None)
    elif name in _LISTS or name in _LISTS_OR:
        if name not in _LISTS_OR or not isinstance(value, _LISTS_OR[name]):
            _check_list(name, value)
    elif name in _NUMBER_LISTS:
        _check_number_list(name, value)
    elif name in _NUMBERS:
        if not checks.is_number(value):
            raise InvalidRequest(f"Give {name} as a finite number")
    elif name in _COUNTS:
        checks.count(value, name, "or leave it out", checks.MAX_COUNT, least=0)


def _check_text(name: str, value: Any, most: int | None) -> None:
    if not isinstance(value, str):
        raise InvalidRequest(f"Give {name} as a text, not {type(value).__name__}")
    if most is not None and len(value) > most:
        raise InvalidRequest(f"{name} is longer than {most:,} characters. Shorten it.")


def _check_list(name: str, value: Any) -> None:
    if not isinstance(value, list | tuple) or not all(
        isinstance(each, str | ObjectId) for each in value
    ):
        raise InvalidRequest(
            f"Give {name} as a list of texts, not {type(value).__name__}"
        )
    checks.check_count(value, checks.MAX_IDS, name, "texts")


def _check_number_list(name: str, value: Any) -> None:
    if not isinstance(value, list | tuple):
        raise InvalidRequest(
            f"Give {name} as a list of whole numbers, not {type(value).__name__}"
        )
    checks.check_count(value, checks.MAX_IDS, name, "numbers")
    for each in value:
        checks.count(each, name, "", checks.MAX_COUNT, least=0)
