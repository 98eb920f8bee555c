"""*List indexes*: the Milvus indexes of the dataset."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.backend import runs

from ..app import tables
from .base import Operator

COLUMNS = {
    "brain_key": "Brain key",
    "of": "What is indexed",
    "rows": "Rows",
    "metric": "Metric",
    "model": "Model",
    "collection_name": "Collection",
    "created": "Created",
    "note": "Note",
}


class ListIndexes(Operator):
    """Lists the indexes, also those with a problem."""

    name = "list_indexes"
    label = "List indexes"
    description = "List this dataset's Milvus indexes, with their sizes and problems"
    returns = (
        "Returns indexes, each with brain_key, patches_field, model, metric, size "
        "(rows) and problem"
    )
    icon = "list"
    risk = types.RiskLevel.LOW
    columns = COLUMNS

    def run(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        found = runs.list_indexes(ctx.dataset)
        return {
            "indexes": [_plain(info) for info in found],
            "table": [_row(info) for info in found],
            "message": f"{len(found):,} Milvus indexes of '{ctx.dataset.name}'",
        }


def _plain(info: runs.IndexInfo) -> dict[str, Any]:
    return {**asdict(info), "created": info.created.isoformat()}


def _row(info: runs.IndexInfo) -> dict[str, str]:
    return {
        "brain_key": info.brain_key,
        "of": info.patches_field or "samples",
        "rows": tables.count(info.size),
        "metric": info.metric,
        "model": info.model or info.embeddings_field or "",
        "collection_name": info.collection_name or "",
        "created": tables.when(info.created),
        "note": info.problem
        or ("" if info.owned else "collection not owned by this dataset"),
    }
