"""Checks the params of operators and of the panel's methods before they are used: their
size, and the type of each. Whether a value is right is checked where it is used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import fiftyone.operators as foo
from bson import ObjectId

from fiftyone_milvus import limits, numbers
from fiftyone_milvus.errors import InvalidRequest

_NAMES = {
    *("brain_key", "new_brain_key", "other", "other_key", "other_dataset", "fuse_with"),
    *("name", "search", "again", "id", "token", "job_id", "mark", "by", "scope"),
    *("collection_name", "db_name", "uri", "path", "source", "model", "metric"),
    *("consistency_level", "index_type", "embeddings_field", "patches_field"),
    *("label_field", "score_field", "group_by", "field", "tag", "save_view"),
}
_TEXTS = {"text", "not_text", "tags", "model_kwargs"}
_LISTS = {
    "ids",
    "exclude",
    "names",
    "confirmed_names",
    "fields",
    "filter_fields",
    "less",
}
# The form of a search has a switch, and a choice, of the names of lists elsewhere
_LISTS_OR = {"more": bool, "selection": str}
_NUMBERS = {"thresh", "fraction", "min_score", "max_score", "alpha"}
_COUNTS = {"start", "keep", "skip", "workers", "batch_size", "num_workers"}


class Given(dict[str, Any]):
    """The params that were given; one that is ``None`` is left out."""

    def __missing__(self, name: str) -> Any:
        raise InvalidRequest(f"The parameter {name} is missing. Give it.")


def check(ctx: foo.ExecutionContext) -> None:
    """Checks the params of an operator or of a method of the panel, and has the context
    hold them as :class:`Given`.

    Raises:
        InvalidRequest: if there is too much of them, or one is of another type
    """
    limits.check_params(ctx.params)
    ctx.params = check_kinds(ctx.params)


def check_kinds(params: Any) -> Given:
    """The params that aren't ``None``.

    Raises:
        InvalidRequest: if they aren't params, or one is of another type
    """
    if not isinstance(params, Mapping) or not all(isinstance(n, str) for n in params):
        raise InvalidRequest(
            f"Parameters are an object of names and values, not {type(params).__name__}"
        )
    given = Given((name, each) for name, each in params.items() if each is not None)
    for name, value in given.items():
        _check(name, value)
    return given


def _check(name: str, value: Any) -> None:
    if name in _NAMES or name in _TEXTS:
        _check_text(name, value, limits.MAX_NAME if name in _NAMES else None)
    elif name in _LISTS or name in _LISTS_OR:
        if name not in _LISTS_OR or not isinstance(value, _LISTS_OR[name]):
            _check_list(name, value)
    elif name in _NUMBERS:
        if not numbers.is_number(value):
            raise InvalidRequest(f"{name} is a finite number; this is none")
    elif name in _COUNTS:
        numbers.count(value, name, "or leave it out", limits.MAX_COUNT, least=0)


def _check_text(name: str, value: Any, most: int | None) -> None:
    if not isinstance(value, str):
        raise InvalidRequest(f"{name} is a text, not {type(value).__name__}")
    if most is not None and len(value) > most:
        raise InvalidRequest(f"{name} is longer than {most:,} characters")


def _check_list(name: str, value: Any) -> None:
    if not isinstance(value, list | tuple) or not all(
        isinstance(each, str | ObjectId) for each in value
    ):
        raise InvalidRequest(f"{name} is a list of texts, not {type(value).__name__}")
    limits.check_count(value, limits.MAX_IDS, name, "texts")
