"""Runs a person's search, over a whole index or within a view."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import fiftyone as fo
import numpy as np

from . import neighbors
from . import query as queries
from .errors import InvalidRequest
from .ids import within

if TYPE_CHECKING:
    from .index import MilvusSimilarityIndex
    from .query import Query


@dataclass(frozen=True)
class Result:
    """What a person gets: ids in rank order and how near each is.

    ``ids`` are those of the index (sample ids, or label ids for patches). ``dists``
    has shape ``(n,)``; ``seconds`` is the time that Milvus and the ranking took.
    """

    brain_key: str
    patches_field: str | None
    metric: str
    ids: list[str]
    sample_ids: list[str]
    dists: np.ndarray
    plan: neighbors.Plan
    seconds: float

    @property
    def score_kind(self) -> str:
        """``"similarity"`` (more is nearer), or ``"distance"`` for euclidean."""
        return "distance" if self.metric == "euclidean" else "similarity"

    @property
    def scores(self) -> np.ndarray:
        """Cosine or dot product, or the euclidean distance; shape ``(n,)``."""
        return self.dists if self.metric == "euclidean" else 1 - self.dists


def search(
    index: MilvusSimilarityIndex,
    query: Query,
    k: int,
    *,
    samples: fo.SampleCollection | None = None,
    reverse: bool = False,
) -> Result:
    """Searches an index for a person's query.

    Args:
        index: the index
        query: what to search with
        k: how many hits
        samples: the view to stay within; ``None`` for the whole index
        reverse: the least similar first

    Raises:
        InvalidRequest: if the query or ``k`` can't be answered
    """
    if k < 1:
        raise InvalidRequest(f"k is {k}; ask for 1 or more hits")
    vector = queries.vector(index, query)
    field = index.config.patches_field
    started = time.perf_counter()
    found = neighbors.nearest(
        index.rows,
        vector,
        k,
        among=within(samples, field),
        reverse=reverse,
    )
    hits = found.hits[0]
    return Result(
        index.key,
        field,
        index.config.metric,
        hits.ids,
        hits.sample_ids,
        hits.dists,
        found.plan,
        time.perf_counter() - started,
    )


def result_view(result: Result, samples: fo.SampleCollection) -> fo.DatasetView:
    """The hits as a view in rank order: of the samples, or of the patches.

    Args:
        result: the result
        samples: the dataset or view that was searched
    """
    field = result.patches_field
    if field is not None and not samples._is_patches:
        samples = samples.to_patches(field)
    if field is None and samples._is_patches:
        samples = samples._root_dataset
    return samples.select(result.ids, ordered=True)
