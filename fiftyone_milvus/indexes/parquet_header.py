"""The header of an exported file, which describes its index. It is checked when read,
since anybody can write one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

VERSION = 1
MAX_BYTES = 1024 * 1024
MAX_TEXT = 1_000  # characters of a name
_MODEL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+@-]*")


class BadHeader(ValueError):
    """The header isn't as :func:`to_json` writes it."""


class OtherVersion(BadHeader):
    """The header has another version of the format."""


@dataclass(frozen=True)
class Header:
    """The description of an index. ``dataset`` is the name of its dataset, ``options``
    are the chosen :class:`~fiftyone_milvus.store.index_types.IndexOptions`, and
    ``cutting`` says how patches were cropped."""

    dataset: str
    metric: str
    consistency_level: str
    rows: int
    patches_field: str | None = None
    embeddings_field: str | None = None
    roi_field: str | None = None
    model: str | None = None
    model_kwargs: Mapping[str, Any] | None = None
    supports_prompts: bool | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    cutting: Mapping[str, Any] = field(default_factory=dict)
    version: int = VERSION

    @property
    def names_zoo_model(self) -> bool:
        """Whether ``model`` can be the name of a model in FiftyOne's zoo: not an
        address, a repository or a path, from which FiftyOne would fetch code."""
        return self.model is None or _MODEL.fullmatch(self.model) is not None


def to_json(header: Header) -> bytes:
    return json.dumps(asdict(header), default=str).encode()


def from_json(text: bytes) -> Header:
    """Reads a header; ignores unknown values.

    Raises:
        OtherVersion: if it is of another version
        BadHeader: if a value is missing, or has a wrong type or size
    """
    if len(text) > MAX_BYTES:
        raise BadHeader
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as e:
        raise BadHeader from e
    if not isinstance(values, dict) or not _count(values.get("version")):
        raise BadHeader
    if values["version"] != VERSION:
        raise OtherVersion(values["version"])
    known = {f.name: values[f.name] for f in fields(Header) if f.name in values}
    if not all(_CHECKS[name](value) for name, value in known.items()):
        raise BadHeader
    try:
        return Header(**known)
    except TypeError as e:  # one without a default is missing
        raise BadHeader from e


def _text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_TEXT


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _or_none(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or check(value)


def _named(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_text, value))


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _scalar(value: Any) -> bool:
    return value is None or _text(value) or isinstance(value, bool | int | float)


def _option(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(_text, value))
    return _scalar(value) or (_named(value) and all(map(_scalar, value.values())))


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "dataset": _text,
    "metric": _text,
    "consistency_level": _text,
    "rows": _count,
    "patches_field": _or_none(_text),
    "embeddings_field": _or_none(_text),
    "roi_field": _or_none(_text),
    "model": _or_none(_text),
    "model_kwargs": _or_none(_named),
    "supports_prompts": _or_none(_flag),
    "options": lambda value: _named(value) and all(map(_option, value.values())),
    "cutting": lambda value: _named(value) and all(map(_scalar, value.values())),
    "version": _count,
}
