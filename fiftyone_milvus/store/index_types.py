"""How Milvus indexes a collection: the index types people may choose, their
parameters, and what is used when they choose nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from ..errors import InvalidRequest

# Parameters by index type: those of building and those of searching. Source: Milvus's
# documentation, "Index Vector Fields"
INDEX_TYPES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "AUTOINDEX": ((), ()),
    "FLAT": ((), ()),
    "HNSW": (("M", "efConstruction"), ("ef",)),
    "HNSW_SQ": (
        ("M", "efConstruction", "sq_type", "refine", "refine_type"),
        ("ef", "refine_k"),
    ),
    "IVF_FLAT": (("nlist",), ("nprobe",)),
    "IVF_SQ8": (("nlist",), ("nprobe",)),
    "DISKANN": ((), ("search_list",)),
    "GPU_CAGRA": (
        ("intermediate_graph_degree", "graph_degree", "build_algo", "adapt_for_cpu"),
        ("itopk_size", "search_width", "min_iterations", "max_iterations", "ef"),
    ),
}

# With M 8 and ef 10, FiftyOne's own backend finds 3 of 10 true neighbours
GRAPH_DEFAULTS = {"M": 32, "efConstruction": 256}
IVF_DEFAULTS = {"nlist": 128}
MIN_EF, MAX_EF = 128, 32_768
MORE_EF = 1_000
DEFAULT_NPROBE = 32


@dataclass(frozen=True)
class IndexOptions:
    """What a person chose; ``None`` and empty where the choice is ours.

    Args:
        index_type: one of :data:`INDEX_TYPES`
        index_params: parameters of building, by Milvus's names
        search_params: parameters of searching, by Milvus's names
        partition: the partition that holds the index's rows
        num_shards: shards of a new collection
        replicas: copies in memory of a loaded collection
        filter_fields: fields of the samples or patches whose values are kept beside
            the vectors, to filter searches by; see ``filter_expressions.py``
    """

    index_type: str | None = None
    index_params: Mapping[str, Any] = field(default_factory=dict)
    search_params: Mapping[str, Any] = field(default_factory=dict)
    partition: str | None = None
    num_shards: int | None = None
    replicas: int | None = None
    filter_fields: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Those that were chosen, for the run's record."""
        return {k: v for k, v in asdict(self).items() if v not in (None, {}, ())}


MAX_FILTER_FIELDS = 16
OPTIONS: tuple[str, ...] = tuple(f.name for f in fields(IndexOptions))


def parse(given: Mapping[str, Any]) -> IndexOptions:
    """Checks options by name and value.

    Raises:
        InvalidRequest: naming what is allowed
    """
    given = {k: v for k, v in given.items() if v is not None}
    unknown = sorted(set(given) - set(OPTIONS))
    if unknown:
        raise InvalidRequest(
            f"There are no index options {unknown}. Those there are: {list(OPTIONS)}"
        )
    index_type = given.get("index_type")
    if index_type is not None:
        index_type = given["index_type"] = str(index_type).upper()
        if index_type not in INDEX_TYPES:
            raise InvalidRequest(
                f"Unsupported index_type '{index_type}'. Supported values are "
                f"{tuple(INDEX_TYPES)}"
            )
    for which, name in enumerate(("index_params", "search_params")):
        _check_params(name, given.get(name), index_type, which)
    for name in ("num_shards", "replicas"):
        value = given.get(name)
        if value is not None and not _is_count(value):
            raise InvalidRequest(f"{name} must be a whole number from 1, not {value!r}")
    if "filter_fields" in given:
        given["filter_fields"] = _field_names(given["filter_fields"])
    return IndexOptions(**given)


def _field_names(given: Any) -> tuple[str, ...]:
    listed = isinstance(given, list | tuple)
    if not listed or not all(isinstance(name, str) and name for name in given):
        raise InvalidRequest(
            f"filter_fields is a list of names of fields, not {given!r}"
        )
    if len(set(given)) < len(given) or len(given) > MAX_FILTER_FIELDS:
        raise InvalidRequest(
            f"filter_fields names {len(given)} fields; name each once, and at most "
            f"{MAX_FILTER_FIELDS}"
        )
    return tuple(given)


def _check_params(name: str, given: Any, index_type: str | None, which: int) -> None:
    if given is None:
        return
    if not isinstance(given, Mapping):
        raise InvalidRequest(
            f"{name} gives parameters by name, such as {{'ef': 512}}, not {given!r}"
        )
    if index_type is None:
        raise InvalidRequest(f"{name} needs an index_type: one of {tuple(INDEX_TYPES)}")
    allowed = INDEX_TYPES[index_type][which]
    unknown = sorted(set(given) - set(allowed))
    if unknown:
        raise InvalidRequest(
            f"{index_type} has no {name} {unknown}. Those it has are {allowed}"
        )
    for parameter, value in given.items():
        if which == 1 and not _is_count(value):
            raise InvalidRequest(f"{parameter} is a whole number from 1, not {value!r}")
        if not isinstance(value, str | int | float):
            raise InvalidRequest(f"{parameter} is a number or a word, not {value!r}")


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def check_search_params(index_type: str, given: Mapping[str, Any]) -> None:
    """Checks parameters of one search of an index.

    Raises:
        InvalidRequest: naming what is allowed
    """
    _check_params("search_params", given, index_type, 1)


def build_choice(
    options: IndexOptions, *, embedded: bool, self_hosted: bool
) -> tuple[str, dict[str, Any]]:
    """The index type and its parameters to build with."""
    if options.index_type is not None:
        index_type = options.index_type
    elif embedded:
        index_type = "FLAT"  # in a view, Milvus Lite's HNSW finds half the neighbours
    else:
        index_type = "HNSW" if self_hosted else "AUTOINDEX"  # Zilliz Cloud tunes it
    defaults: dict[str, Any] = {}
    if index_type.startswith("HNSW"):
        defaults = GRAPH_DEFAULTS
    elif index_type.startswith("IVF"):
        defaults = IVF_DEFAULTS
    return index_type, {**defaults, **options.index_params}


def search_choice(options: IndexOptions, index_type: str, k: int) -> dict[str, Any]:
    """The parameters to search with: wide enough for ``k`` matches, and for recall."""
    given = dict(options.search_params)
    if index_type.startswith("HNSW"):
        wide = max(MIN_EF, min(2 * k, k + MORE_EF))
        ef = max(int(given.get("ef", wide)), k)
        return {**given, "ef": min(MAX_EF, ef)}
    if index_type.startswith("IVF"):
        return {"nprobe": DEFAULT_NPROBE, **given}
    if index_type == "DISKANN":
        return {**given, "search_list": max(int(given.get("search_list", 2 * k)), k)}
    return given
