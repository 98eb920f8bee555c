"""Plans and runs a search, over a whole index or restricted to a view."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import fiftyone as fo
import fiftyone.brain.internal.core.utils as fbu
import numpy as np

from . import query as queries
from .collection import MAX_K, Collection, Hits, Rows
from .errors import InvalidRequest

if TYPE_CHECKING:
    from .query import Query
    from .similarity import MilvusSimilarityIndex

# Up to so many vectors are quicker to fetch and rank here than to search around
FETCH_ALWAYS = 2_000


@dataclass(frozen=True)
class Plan:
    """How a search was done, whether its answer is exact, and why."""

    name: str
    exact: bool
    reason: str


@dataclass(frozen=True)
class Found:
    """The neighbours of each query, and the plan that found them."""

    hits: list[Hits]
    plan: Plan


def neighbors(
    collection: Collection,
    queries: np.ndarray,
    k: int | None,
    *,
    among: Sequence[str] | None = None,
    reverse: bool = False,
) -> Found:
    """The nearest rows of each query, ties in the order of their ids.

    Filtered graph search loses hits, so a search among few rows ranks their vectors
    here, and a search among many looks past what it doesn't want.

    Args:
        collection: the collection to search
        queries: ``(q, dim)`` vectors
        k: how many for each query; ``None`` ranks everything
        among: the primary keys to search among; ``None`` for all
        reverse: the least similar first, always exact

    Raises:
        InvalidRequest: if ``k`` or the queries make no sense
    """
    _check(collection, queries, k)
    if among is not None and len(among) == 0:
        nothing = Hits([], [], np.empty(0))
        return Found([nothing] * len(queries), Plan("nothing", True, "an empty view"))
    if among is not None and len(among) <= FETCH_ALWAYS:
        return _fetched(collection, queries, k, among, reverse)
    if reverse or k is None or k > MAX_K:
        why = "least similar first" if reverse else "more than one search can return"
        return _streamed(collection, queries, k, among, reverse, why)
    if among is None:
        reason = "over the whole index"
        hits = collection.search(queries, k)
        return Found(hits, Plan("index", collection.exact, reason))
    return _overscanned(collection, queries, k, among)


def _check(collection: Collection, queries: np.ndarray, k: int | None) -> None:
    if k is not None and k < 1:
        raise InvalidRequest(f"k is {k}; ask for 1 or more neighbours")
    dim = collection.dimension()
    if queries.ndim != 2 or queries.shape[1] != dim:
        raise InvalidRequest(
            f"The index holds vectors of length {dim}; the query has length "
            f"{queries.shape[-1]}. Query with the model that the index was made with."
        )
    if not np.isfinite(queries).all():
        raise InvalidRequest("The query vector holds NaN or infinity")


def _fetched(
    collection: Collection,
    queries: np.ndarray,
    k: int | None,
    among: Sequence[str],
    reverse: bool,
) -> Found:
    rows = [collection.fetch(among)]
    reason = f"{len(rows[0].ids):,} vectors of the view, ranked exactly"
    hits = _ranked(collection, queries, k, rows, reverse)
    return Found(hits, Plan("exact", True, reason))


def _streamed(
    collection: Collection,
    queries: np.ndarray,
    k: int | None,
    among: Sequence[str] | None,
    reverse: bool,
    why: str,
) -> Found:
    batches = collection.iterate()
    if among is not None:
        wanted = set(among)
        batches = (_only(rows, wanted) for rows in batches)
    hits = _ranked(collection, queries, k, batches, reverse)
    return Found(hits, Plan("scan", True, f"every vector ranked exactly: {why}"))


def _overscanned(
    collection: Collection, queries: np.ndarray, k: int, among: Sequence[str]
) -> Found:
    """Searches for more than ``k`` and keeps those of the view; where the view's
    share of the neighbourhood is too small for that, ranks the view exactly."""
    total = collection.count()
    wanted = set(among)
    enough = min(MAX_K, total, int(1.5 * k * total / len(wanted)) + 64)
    hits = [_keep(h, wanted, k) for h in collection.search(queries, enough)]
    if min(len(h.ids) for h in hits) >= k:
        reason = f"the nearest {enough:,}, those outside the view left out"
        return Found(hits, Plan("filtered", collection.exact, reason))
    if len(wanted) < total / 2:
        return _fetched(collection, queries, k, among, reverse=False)
    why = "the view is large, and few of the nearest are in it"
    return _streamed(collection, queries, k, among, False, why)


def _keep(hits: Hits, wanted: set[str], k: int) -> Hits:
    kept = [i for i, id_ in enumerate(hits.ids) if id_ in wanted][:k]
    return Hits(
        [hits.ids[i] for i in kept],
        [hits.sample_ids[i] for i in kept],
        hits.dists[kept],
    )


def _only(rows: Rows, wanted: set[str]) -> Rows:
    kept = [i for i, id_ in enumerate(rows.ids) if id_ in wanted]
    return Rows(
        [rows.ids[i] for i in kept],
        [rows.sample_ids[i] for i in kept],
        rows.vectors[kept],
    )


def _ranked(
    collection: Collection,
    queries: np.ndarray,
    k: int | None,
    batches: Iterable[Rows],
    reverse: bool,
) -> list[Hits]:
    """Ranks streamed rows; memory grows with ``k``, not with the rows."""
    best = [_Best(k, reverse) for _ in queries]
    for rows in batches:
        if rows.ids:
            dists = collection.distances(queries, rows.vectors)
            for one, row in zip(best, dists, strict=True):
                one.add(Hits(rows.ids, rows.sample_ids, row))
    return [one.hits() for one in best]


class _Best:
    """The best ``k`` of all hits added so far, ties in the order of their ids."""

    def __init__(self, k: int | None, reverse: bool) -> None:
        self._k = k
        self._reverse = reverse
        self._parts: list[Hits] = []
        self._size = 0

    def add(self, hits: Hits) -> None:
        self._parts.append(hits)
        self._size += len(hits.ids)
        if self._k is not None and self._size > 4 * self._k + 10_000:
            self._parts = [self.hits()]
            self._size = len(self._parts[0].ids)

    def hits(self) -> Hits:
        ids = [id_ for part in self._parts for id_ in part.ids]
        sample_ids = [id_ for part in self._parts for id_ in part.sample_ids]
        dists = np.concatenate([np.empty(0), *(part.dists for part in self._parts)])
        keys = -dists if self._reverse else dists
        order = np.lexsort((np.array(ids, dtype=str), keys))[: self._k]
        return Hits(
            [ids[i] for i in order], [sample_ids[i] for i in order], dists[order]
        )


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
    plan: Plan
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
    started = time.perf_counter()
    found = neighbors(
        index.rows, vector, k, among=keys_in(index, samples), reverse=reverse
    )
    hits = found.hits[0]
    return Result(
        index.key,
        index.config.patches_field,
        index.config.metric,
        hits.ids,
        hits.sample_ids,
        hits.dists,
        found.plan,
        time.perf_counter() - started,
    )


def keys_in(
    index: MilvusSimilarityIndex, samples: fo.SampleCollection | None
) -> list[str] | None:
    """The primary keys that a view's samples, or their patches, have in the index;
    ``None`` if it is the whole dataset."""
    if samples is None or samples.view() == samples._root_dataset.view():
        return None
    sample_ids, label_ids = fbu.get_ids(
        samples, patches_field=index.config.patches_field
    )
    if label_ids is not None:
        return [str(i) for i in label_ids]
    if samples._is_patches:
        sample_ids = dict.fromkeys(samples.values("sample_id"))
    return [str(i) for i in sample_ids]


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
