"""Runs a person's search, over a whole index or within a view."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import fiftyone as fo
import numpy as np

from . import neighbors, restrictions
from .errors import InvalidRequest
from .ids import within
from .query import Resolved, resolve
from .restrictions import Restrictions
from .rows import Hits

if TYPE_CHECKING:
    from .index import MilvusSimilarityIndex
    from .terms import Query

GROWTH = 4


@dataclass(frozen=True)
class Result:
    """What a person gets: ids in rank order and how near each is.

    ``ids`` are those of the index (sample ids, or label ids for patches). ``dists``
    has shape ``(n,)``; ``seconds`` is the time that Milvus and the ranking took;
    ``resolved`` the query as it was searched with.
    """

    brain_key: str
    patches_field: str | None
    metric: str
    ids: list[str]
    sample_ids: list[str]
    dists: np.ndarray
    plan: neighbors.Plan
    seconds: float
    resolved: Resolved

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
    min_score: float | None = None,
    max_score: float | None = None,
    group_by: str | None = None,
    exclude: Iterable[str] = (),
    exclude_query: bool = False,
) -> Result:
    """Searches an index for a person's query.

    Args:
        index: the index
        query: what to search with
        k: how many hits
        samples: the view to stay within; ``None`` for the whole index
        reverse: the least similar first
        min_score: the least score of a hit: a similarity, or for euclidean a distance
        max_score: the largest
        group_by: a field of the samples, each value of which has one hit; or
            ``"sample_id"``, for one patch of each sample
        exclude: ids of the index that are no hits, such as those seen already
        exclude_query: whether the rows that the query is made of are none either

    Raises:
        InvalidRequest: if the query, ``k`` or a restriction can't be
    """
    if k < 1:
        raise InvalidRequest(f"k is {k}; ask for 1 or more hits")
    if group_by not in (None, restrictions.SAMPLE):
        restrictions.check_group_by(index._dataset, str(group_by))
    resolved = resolve(index, query)
    excluded = {*exclude, *(resolved.ids if exclude_query else ())}
    only = restrictions.read(
        index.config.metric, min_score, max_score, excluded, group_by
    )
    started = time.perf_counter()
    hits, plan = _restricted(index, resolved.vector, k, samples, reverse, only)
    return Result(
        index.key,
        index.config.patches_field,
        index.config.metric,
        hits.ids,
        hits.sample_ids,
        hits.dists,
        plan,
        time.perf_counter() - started,
        resolved,
    )


def _restricted(
    index: MilvusSimilarityIndex,
    vector: np.ndarray,
    k: int,
    samples: fo.SampleCollection | None,
    reverse: bool,
    only: Restrictions,
) -> tuple[Hits, neighbors.Plan]:
    """The nearest that count: more and more are asked for, until there are enough."""
    among = within(samples, index.config.patches_field)
    count = k + len(only.exclude) + (k if only.group_by else 0)
    while True:
        found = neighbors.nearest(
            index.rows, vector, count, among=among, reverse=reverse
        )
        hits = found.hits[0]
        if not only.any:
            return hits, found.plan
        ended = len(hits.ids) < count or only.ends(hits, reverse)
        kept = only.apply(hits, index._dataset)
        if ended or len(kept.ids) >= k:
            return kept.at(range(min(k, len(kept.ids)))), found.plan
        count *= GROWTH
