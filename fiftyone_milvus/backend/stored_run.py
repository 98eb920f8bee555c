"""What the record of a run says of a Milvus index, checked as strictly as what a person
types: the record may come with somebody else's dataset. Asks no Milvus."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

import fiftyone as fo
from bson import Code, ObjectId, json_util
from fiftyone.core.brain import BrainMethod

from ..dataset import model_arguments
from ..errors import BrokenRecord, InvalidRequest, UnknownIndex
from ..store import index_types, settings
from ..store.collection import CONSISTENCY_LEVELS, METRICS, check_name
from ..store.index_types import IndexOptions
from . import STOCK_MODULE

OVER = ("dataset", "view", "everything", "unknown", "unnamed")  # see ``scope.py``
CONFIG = f"{STOCK_MODULE}.MilvusSimilarityConfig"  # the class that a record names
MAX_TEXT = 1_000
MAX_EXT = 100_000
MAX_STAGES, MAX_DEPTH = 100, 100
FORBIDDEN = ("$out", "$merge", "$where", "$function", "$accumulator")
_UNKNOWN_TIME = datetime(1970, 1, 1)


@dataclass(frozen=True)
class Stored:
    """Our own settings of a run; those that it lacks have their defaults.

    Args:
        version: of this backend's record; ``None`` for an index of plain FiftyOne
        dataset_id: of the dataset that the run was made for
        address: of the Milvus that the index was made at, without credentials
        db_name: of its database
        filled: whether rows were added
        partial: whether its build isn't finished
        over: what it was made over, see ``scope.py``
        alpha: by how much patches were made larger
        force_square: whether patches were made square
        model_stamp: what the record has to show for its model's arguments
        options: the index options
    """

    version: int | None = None
    dataset_id: str | None = None
    address: str | None = None
    db_name: str | None = None
    filled: bool = False
    partial: bool = False
    over: str | None = None
    alpha: float | None = None
    force_square: bool = False
    model_stamp: Any = None  # checked where the model is
    options: IndexOptions = field(default_factory=IndexOptions)


@dataclass(frozen=True)
class StoredRun:
    """What the record of an index says; ``config`` are the arguments of its
    ``MilvusSimilarityConfig``, and ``stages`` those of the view that FiftyOne keeps
    with it, ``None`` if it keeps none."""

    brain_key: str
    created: datetime
    collection_name: str | None
    own: Stored
    config: Mapping[str, Any]
    stages: tuple[Mapping[str, Any], ...] | None

    @property
    def patches_field(self) -> str | None:
        """The field whose patches are indexed; ``None`` for samples."""
        field: str | None = self.config["patches_field"]
        return field


@dataclass(frozen=True)
class Broken:
    """A record that can't be used, and why; ``collection_name`` is the collection that
    it names, if it names one."""

    brain_key: str
    created: datetime
    collection_name: str | None
    reason: str

    @property
    def problem(self) -> str:
        """The reason, and what to do."""
        return (
            f"The record '{self.brain_key}' is damaged, so its index is not used: "
            f"{self.reason} Clean it up, which deletes the record alone, and build the "
            "index again."
        )


def is_milvus(record: Any) -> bool:
    """Whether a document of FiftyOne's runs is that of a Milvus index."""
    config = record.get("config") if isinstance(record, Mapping) else None
    return isinstance(config, Mapping) and config.get("method") == "milvus"


def read(brain_key: str, record: Mapping[str, Any]) -> StoredRun | Broken:
    """What a document of FiftyOne's runs says.

    Args:
        brain_key: its key
        record: the document, of a Milvus index (:func:`is_milvus`)
    """
    config, created = record["config"], _created(record)
    try:
        kept, own = _config(config)
        stages = view_stages(record.get("view_stages"))
    except InvalidRequest as e:
        return Broken(brain_key, created, _named(config), _sentence(e))
    return StoredRun(brain_key, created, kept["collection_name"], own, kept, stages)


def read_all(dataset: fo.Dataset) -> dict[str, StoredRun | Broken]:
    """The records of a dataset's Milvus indexes by brain key, also those that are
    damaged."""
    found = {}
    for key, run in sorted(BrainMethod._get_run_docs(dataset).items()):
        if is_milvus({"config": run.config}):
            found[key] = read(key, run.to_mongo().to_dict())
    return found


def read_run(dataset: fo.Dataset, brain_key: str) -> StoredRun:
    """The record of an index.

    Raises:
        UnknownIndex: if the dataset has no such index
        BrokenRecord: if the record can't be used
    """
    found = dict.get(BrainMethod._get_run_docs(dataset), brain_key)
    if found is None or not is_milvus({"config": found.config}):
        known = ", ".join(read_all(dataset)) or "none"
        raise UnknownIndex(
            f"This dataset has no Milvus index '{brain_key}'. Those it has: {known}."
        )
    record = read(brain_key, found.to_mongo().to_dict())
    if isinstance(record, Broken):
        raise BrokenRecord(record.problem)
    return record


def parse(ext: Any) -> Stored:
    """Our own settings from the text that holds them.

    Raises:
        InvalidRequest: if it can't be right
    """
    if ext is None or ext == "":
        return Stored()
    if not isinstance(ext, str) or len(ext) > MAX_EXT:
        raise InvalidRequest("Its settings (ext) are not a text, or too long.")
    return _parsed(ext)


@lru_cache(maxsize=1024)
def _parsed(ext: str) -> Stored:
    try:
        found = json.loads(ext)
    except (ValueError, RecursionError) as e:
        raise InvalidRequest("Its settings (ext) are not JSON.") from e
    if not isinstance(found, dict):
        raise InvalidRequest("Its settings (ext) are not a JSON object.")
    address, chosen = _text(found, "address"), found.get("options")
    if address is not None:
        settings.check_stored(address)
    if chosen is not None and not isinstance(chosen, dict):
        raise InvalidRequest("Its index options are not a JSON object.")
    over = _text(found, "over")
    if over is not None and over not in OVER:
        raise InvalidRequest(f"What it was built over, '{over}', is none of {OVER}.")
    return Stored(
        version=_number(found, "version", int),
        dataset_id=_text(found, "dataset_id"),
        address=address,
        db_name=_name(found, "db_name"),
        filled=_flag(found, "filled"),
        partial=_flag(found, "partial"),
        over=over,
        alpha=_number(found, "alpha", float),
        force_square=_flag(found, "force_square"),
        model_stamp=found.get("model_stamp"),
        options=check_options(chosen or {}),
    )


def similarity_values(config: Mapping[str, Any]) -> dict[str, Any]:
    """What the configuration of a similarity run of any backend says.

    Raises:
        InvalidRequest: if a value can't be right
    """
    return {
        "embeddings_field": _path(config, "embeddings_field"),
        "patches_field": _path(config, "patches_field"),
        "roi_field": _path(config, "roi_field"),
        "model": _text(config, "model"),
        "model_kwargs": model_arguments.plain(config.get("model_kwargs")),
        "supports_prompts": _flag(config, "supports_prompts"),
    }


def view_stages(texts: Any) -> tuple[Mapping[str, Any], ...] | None:
    """The stages of the view that FiftyOne keeps with a run, as it stores them.

    Raises:
        InvalidRequest: if they can't be right
    """
    if texts is None:
        return None
    if not isinstance(texts, list | tuple) or len(texts) > MAX_STAGES:
        raise InvalidRequest(f"Its view is not a list of at most {MAX_STAGES} stages.")
    return tuple(map(_stage, texts))


def check_options(given: Mapping[str, Any]) -> IndexOptions:
    """Index options with a partition that Milvus allows.

    Raises:
        InvalidRequest: naming what is allowed
    """
    found = index_types.parse(given)
    if found.partition is not None:
        check_name(found.partition)
    return found


def _config(config: Mapping[str, Any]) -> tuple[dict[str, Any], Stored]:
    """The arguments that the index's configuration is made with, and our own settings.
    Others are left out: how to connect, for one, is nothing that a record says."""
    if config.get("cls") != CONFIG or config.get("type") != "similarity":
        raise InvalidRequest("It names a class that isn't this backend's.")
    kept = {
        "collection_name": _name(config, "collection_name"),
        "metric": _choice(config, "metric", "dotproduct", METRICS),
        "consistency_level": _choice(
            config, "consistency_level", "Session", CONSISTENCY_LEVELS
        ),
        **similarity_values(config),
        "ext": config.get("ext"),
    }
    return kept, parse(kept["ext"])


def _named(config: Mapping[str, Any]) -> str | None:
    """The collection that a damaged record names, if it can be one."""
    try:
        return _name(config, "collection_name")
    except InvalidRequest:
        return None


def _stage(text: Any) -> Mapping[str, Any]:
    """A stage; that it is one of FiftyOne's, ``views.load()`` checks."""
    try:
        found = json_util.loads(text)
        arguments = dict(found["kwargs"])
        named = isinstance(found["_cls"], str)
    except Exception as e:  # BSON's types raise what they like
        raise InvalidRequest("Its view has a stage that can't be read.") from e
    if not named or not all(isinstance(name, str) for name in arguments):
        raise InvalidRequest("Its view has a stage that names no class or arguments.")
    forbidden = next(_writing(arguments, MAX_DEPTH), None)
    if forbidden is not None:
        raise InvalidRequest(f"Its view has a stage with {forbidden}.")
    return {"_cls": found["_cls"], "kwargs": list(arguments.items())}


def _writing(value: Any, depth: int) -> Iterator[str]:
    """What in a stage's arguments writes to MongoDB, or runs code there."""
    if not depth:
        yield "arguments that are nested too deeply"
    elif isinstance(value, Mapping):
        yield from (str(key) for key in value if key in FORBIDDEN)
        for part in value.values():
            yield from _writing(part, depth - 1)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _writing(part, depth - 1)
    elif isinstance(value, Code):
        yield "code"


# -- single values


def _text(values: Mapping[str, Any], name: str) -> str | None:
    found = values.get(name)
    if found is None:
        return None
    if not isinstance(found, str) or not 0 < len(found) <= MAX_TEXT:
        raise InvalidRequest(
            f"Its {name} is not a text of 1 to {MAX_TEXT:,} characters."
        )
    if not found.isprintable():
        raise InvalidRequest(f"Its {name} has characters that can't be printed.")
    return found


def _name(values: Mapping[str, Any], name: str) -> str | None:
    found = _text(values, name)
    if found is not None:
        check_name(found)
    return found


def _path(values: Mapping[str, Any], name: str) -> str | None:
    """A field, by FiftyOne's rules; one in others with dots between."""
    found = _text(values, name)
    parts = [] if found is None else found.split(".")
    if not all(part and part[0] != "_" and "$" not in part for part in parts):
        raise InvalidRequest(f"Its {name} '{found}' can't name a field.")
    return found


def _choice(
    values: Mapping[str, Any], name: str, default: str, allowed: Any
) -> str | None:
    found = values.get(name, default)
    if not isinstance(found, str) or found not in allowed:
        raise InvalidRequest(f"Its {name} is none of {tuple(allowed)}.")
    return found


def _flag(values: Mapping[str, Any], name: str) -> bool:
    found = values.get(name)
    if found is not None and not isinstance(found, bool):
        raise InvalidRequest(f"Its {name} is neither true nor false.")
    return bool(found)


def _number(values: Mapping[str, Any], name: str, kind: type) -> Any:
    found = values.get(name)
    if found is None:
        return None
    if type(found) not in (int, kind):
        raise InvalidRequest(f"Its {name} is not a number of type {kind.__name__}.")
    if abs(found) > 1e9 or not math.isfinite(found):  # in this order
        raise InvalidRequest(f"Its {name} is too large.")
    return found


def _created(record: Mapping[str, Any]) -> datetime:
    """In UTC, without saying so, as FiftyOne stores it."""
    found, id_ = record.get("timestamp"), record.get("_id")
    if isinstance(found, datetime):
        return found.replace(tzinfo=None)
    if isinstance(id_, ObjectId):
        return id_.generation_time.replace(tzinfo=None)
    return _UNKNOWN_TIME


def _sentence(error: InvalidRequest) -> str:
    text = " ".join(str(error).split())[:MAX_TEXT]
    return text if text.endswith(".") else f"{text}."
