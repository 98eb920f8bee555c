"""How Milvus indexes a collection: the index types people may choose, their
parameters, and what is used when they choose nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from ..errors import InvalidRequest

Version = tuple[int, ...]

MIN_EF, MAX_EF = 128, 32_768
MORE_EF = 1_000


def _graph_width(given: Mapping[str, Any], k: int) -> dict[str, Any]:
    wide = max(MIN_EF, min(2 * k, k + MORE_EF))
    return {"ef": min(MAX_EF, max(int(given.get("ef", wide)), k))}


def _disk_width(given: Mapping[str, Any], k: int) -> dict[str, Any]:
    return {"search_list": max(int(given.get("search_list", 2 * k)), k)}


def _probes(given: Mapping[str, Any], k: int) -> dict[str, Any]:
    return {"nprobe": given.get("nprobe", 32)}


def _refined_probes(given: Mapping[str, Any], k: int) -> dict[str, Any]:
    return {**_probes(given, k), "refine_k": given.get("refine_k", 4)}


def _nothing(given: Mapping[str, Any], k: int) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class IndexType:
    """What this backend knows of one of Milvus's index types.

    Args:
        index_params: its parameters of building
        search_params: its parameters of searching
        defaults: parameters of building, where a person gives none
        width: the parameters that make a search wide enough for ``k`` matches, and for
            recall, from those that a person gives
        since: the first version of Milvus that has it
        embedded: whether Milvus Lite has it. It accepts any name, and fails when it is
            to load the collection
        exact: whether a search of the whole index is exact
        filters_exactly: whether a server compares each row, instead of using the
            index, where a filter leaves few
    """

    index_params: tuple[str, ...] = ()
    search_params: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    width: Callable[[Mapping[str, Any], int], dict[str, Any]] = _nothing
    since: Version = (2, 0)
    embedded: bool = True
    exact: bool = False
    filters_exactly: bool = False


# With M 8 and ef 10, FiftyOne's own backend finds 3 of 10 true neighbors
_GRAPH = {"M": 32, "efConstruction": 256}
_LISTS = {"nlist": 128}

# Sources: Milvus's documentation, "Index Vector Fields"; the release notes of 2.2 and
# 2.4; for HNSW_SQ issue 36920 of milvus-io/milvus; for IVF_RABITQ its page
INDEX_TYPES: dict[str, IndexType] = {
    "AUTOINDEX": IndexType(),
    "FLAT": IndexType(exact=True),
    "HNSW": IndexType(
        ("M", "efConstruction"), ("ef",), _GRAPH, _graph_width, filters_exactly=True
    ),
    "HNSW_SQ": IndexType(
        ("M", "efConstruction", "sq_type", "refine", "refine_type"),
        ("ef", "refine_k"),
        _GRAPH,
        _graph_width,
        since=(2, 5),
    ),
    "IVF_FLAT": IndexType(("nlist",), ("nprobe",), _LISTS, _probes),
    "IVF_SQ8": IndexType(("nlist",), ("nprobe",), _LISTS, _probes),
    # one bit a number; without the refining by one byte a number it finds too few
    "IVF_RABITQ": IndexType(
        ("nlist", "refine", "refine_type"),
        ("nprobe", "rbq_query_bits", "refine_k"),
        {**_LISTS, "refine": True, "refine_type": "SQ8"},
        _refined_probes,
        since=(2, 6),
        embedded=False,
    ),
    "DISKANN": IndexType(
        (), ("search_list",), width=_disk_width, since=(2, 2), embedded=False
    ),
    # a server without a GPU refuses it, whatever its version
    "GPU_CAGRA": IndexType(
        ("intermediate_graph_degree", "graph_degree", "build_algo", "adapt_for_cpu"),
        ("itopk_size", "search_width", "min_iterations", "max_iterations", "ef"),
        since=(2, 4),
        embedded=False,
    ),
}
OTHER = IndexType()  # of collections that other tools indexed


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
        vector_type: one of :data:`VECTOR_TYPES`, how a new collection stores numbers;
            float32 if not chosen
    """

    index_type: str | None = None
    index_params: Mapping[str, Any] = field(default_factory=dict)
    search_params: Mapping[str, Any] = field(default_factory=dict)
    partition: str | None = None
    num_shards: int | None = None
    replicas: int | None = None
    filter_fields: tuple[str, ...] = ()
    vector_type: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Those that were chosen, for the run's record."""
        return {k: v for k, v in asdict(self).items() if v not in (None, {}, ())}


MAX_FILTER_FIELDS = 16
# How a collection stores the numbers of its vectors, and Milvus's name for that
VECTOR_TYPES = {
    "float32": "FLOAT_VECTOR",
    "float16": "FLOAT16_VECTOR",
    "bfloat16": "BFLOAT16_VECTOR",
}
PARAMS = INDEX_PARAMS, SEARCH_PARAMS = "index_params", "search_params"
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
            f"Unknown index options {unknown}. Known are {list(OPTIONS)}."
        )
    index_type = given.get("index_type")
    if index_type is not None:
        index_type = given["index_type"] = str(index_type).upper()
        if index_type not in INDEX_TYPES:
            raise InvalidRequest(
                f"Unsupported index_type '{index_type}'. Supported values are "
                f"{tuple(INDEX_TYPES)}"
            )
    for name in PARAMS:
        _check_params(name, given.get(name), index_type)
    for name in ("num_shards", "replicas"):
        value = given.get(name)
        if value is not None and not _is_count(value):
            raise InvalidRequest(f"{name} must be a whole number from 1, not {value!r}")
    if "filter_fields" in given:
        given["filter_fields"] = _field_names(given["filter_fields"])
    if given.get("vector_type", "float32") not in (*VECTOR_TYPES,):
        raise InvalidRequest(
            f"Unsupported vector_type {given['vector_type']!r}. Supported values are "
            f"{tuple(VECTOR_TYPES)}"
        )
    return IndexOptions(**given)


def _field_names(given: Any) -> tuple[str, ...]:
    listed = isinstance(given, list | tuple)
    if not listed or not all(isinstance(name, str) and name for name in given):
        raise InvalidRequest(
            f"filter_fields must be a list of field names, not {given!r}"
        )
    if len(set(given)) < len(given) or len(given) > MAX_FILTER_FIELDS:
        raise InvalidRequest(
            f"filter_fields names {len(given)} fields; name each once, and at most "
            f"{MAX_FILTER_FIELDS}"
        )
    return tuple(given)


def _check_params(name: str, given: Any, index_type: str | None) -> None:
    if given is None:
        return
    if not isinstance(given, Mapping):
        raise InvalidRequest(
            f"{name} must be a dict of parameters, such as {{'ef': 512}}, not {given!r}"
        )
    if index_type is None:
        raise InvalidRequest(f"{name} needs an index_type: one of {tuple(INDEX_TYPES)}")
    allowed = getattr(INDEX_TYPES.get(index_type, OTHER), name)
    unknown = sorted(set(given) - set(allowed))
    if unknown:
        raise InvalidRequest(
            f"{index_type} has no {name} {unknown}. It has {list(allowed)}."
        )
    for parameter, value in given.items():
        if name == SEARCH_PARAMS and not _is_count(value):
            raise InvalidRequest(
                f"{parameter} must be a whole number from 1, not {value!r}"
            )
        if not isinstance(value, str | int | float):
            raise InvalidRequest(
                f"{parameter} must be a number or a text, not {value!r}"
            )


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def check_search_params(index_type: str, given: Mapping[str, Any]) -> None:
    """Checks parameters of one search of an index.

    Raises:
        InvalidRequest: naming what is allowed
    """
    _check_params(SEARCH_PARAMS, given, index_type)


def build_choice(
    options: IndexOptions, *, embedded: bool, self_hosted: bool
) -> tuple[str, dict[str, Any]]:
    """The index type and its parameters to build with."""
    if options.index_type is not None:
        index_type = options.index_type
    elif embedded:
        index_type = "FLAT"  # in a view, Milvus Lite's HNSW finds half the neighbors
    else:
        index_type = "HNSW" if self_hosted else "AUTOINDEX"  # Zilliz Cloud tunes it
    return index_type, {**INDEX_TYPES[index_type].defaults, **options.index_params}


def search_choice(options: IndexOptions, index_type: str, k: int) -> dict[str, Any]:
    """The parameters to search with: wide enough for ``k`` matches, and for recall."""
    given = options.search_params
    return {**given, **INDEX_TYPES.get(index_type, OTHER).width(given, k)}
