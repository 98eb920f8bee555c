"""Indexes as the plain data that React gets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import fiftyone as fo

from fiftyone_milvus.backend import scope
from fiftyone_milvus.backend.runs import IndexInfo
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.retrieval import filter_fields
from fiftyone_milvus.store.index_types import INDEX_TYPES, OTHER

from ..app.health_reports import HealthReport


def indexes(
    dataset: fo.Dataset,
    found: Iterable[IndexInfo],
    known: Mapping[str, HealthReport],
    address: str | None,
) -> list[dict[str, Any]]:
    """A dataset's indexes. Each has its ``total``, the number of samples or patches
    that there are to index, if it is known; its ``health``, if it was compared with the
    dataset; and ``other_server``, its address if that isn't ``address``."""
    listed = []
    sizes = scope.Sizes(dataset)
    for info in found:
        report = known.get(info.brain_key)
        more = {
            "total": _total(sizes, info.brain_key),
            "health": asdict(report) if report else None,
            "other_server": None if info.address == address else info.address,
        }
        listed.append({**index(info, dataset), **more})
    return listed


def recorded(dataset: fo.Dataset, found: Iterable[IndexInfo]) -> list[dict[str, Any]]:
    """A dataset's indexes as :func:`indexes` lists them, as far as records say."""
    unknown = {"total": None, "health": None, "other_server": None}
    return [{**index(info, dataset), **unknown} for info in found]


def _total(sizes: scope.Sizes, brain_key: str) -> int | None:
    with suppress(InvalidRequest):  # which its problem says
        return sizes.of(brain_key)
    return None


def index(info: IndexInfo, dataset: fo.Dataset) -> dict[str, Any]:
    """An index, as its card shows it."""
    known = INDEX_TYPES.get(info.index_type or "", OTHER)
    return {
        "brain_key": info.brain_key,
        "patches_field": info.patches_field,
        "embeddings_field": info.embeddings_field,
        "model": info.model,
        "metric": info.metric,
        "supports_prompts": info.supports_prompts,
        "filter_fields": _filter_fields(info, dataset),
        "index_type": info.index_type,
        "search_params": list(known.search_params),
        "partial": info.partial,
        "size": info.size,
        "collection_name": info.collection_name,
        "owned": info.owned,
        "created": info.created.isoformat() + "Z",
        "problem": info.problem,
        "credentials_warning": info.credentials_warning,
    }


def _filter_fields(info: IndexInfo, dataset: fo.Dataset) -> list[dict[str, Any]]:
    """Those that the dataset still has."""
    found = []
    for name in info.filter_fields:
        with suppress(InvalidRequest):
            (field,) = filter_fields.resolve(dataset, info.patches_field, [name])
            found.append({"name": name, "kind": field.kind})
    return found
