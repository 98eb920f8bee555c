"""What a search returns: as data, as a view for the App's grid, and cached for a while,
so that more results, and views of the first ones, need no other search."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

import fiftyone as fo
import fiftyone.core.stages as fos
import numpy as np
from cachetools import TTLCache

from .. import tuning
from ..backend import runs
from ..dataset.indexed_samples import IndexedSamples
from ..errors import InvalidRequest
from ..retrieval.plans import Plan
from .query_vector import Resolved, term_scores
from .request import SearchRequest

if TYPE_CHECKING:
    import pandas as pd

CACHED_SECONDS = 3_600.0

ScoreKind = Literal["similarity", "distance", "rank"]


@dataclass(frozen=True)
class MatchedObject:
    """A patch that made its sample a result."""

    label_id: str
    score: float


@dataclass(frozen=True, repr=False)
class SearchResult:
    """Samples, or patches of a field, in rank order.

    Args:
        request: what was asked; of combined rankings, of the first index
        resolved: the query's terms as vectors
        indexed: all samples that the index may have, and the field of its patches
        patches_field: the field whose patches the results are; ``None`` for samples
        ids: ``n`` sample ids, or label ids
        sample_ids: the ids of their samples
        scores: ``(n,)``
        score_kind: ``"similarity"`` (cosine or dot product: more is nearer),
            ``"distance"`` (euclidean: less is nearer), or ``"rank"`` of combined
            rankings (the sum of reciprocal ranks: more is nearer)
        plan: how it was searched, and where the time went
        seconds: the time that Milvus and the ranking took
        samples: the dataset or view that was searched
        matched: where images were found by their objects, the objects of each, the
            nearest first
        term_scores: ``(m, t)``, how near each of several terms is to the first results
        fused_keys: the indexes whose rankings were combined
        ranks: each result's rank in each of these, from 1; ``None`` if it isn't in it
        rank_field: the field that their ranks were written to, see
            :func:`~fiftyone_milvus.searches.score_fields.write_scores`
    """

    request: SearchRequest
    resolved: Resolved
    indexed: IndexedSamples
    patches_field: str | None
    ids: list[str]
    sample_ids: list[str]
    scores: np.ndarray
    score_kind: ScoreKind
    plan: Plan
    seconds: float
    samples: fo.SampleCollection
    matched: list[list[MatchedObject]] | None = None
    term_scores: np.ndarray | None = None
    fused_keys: tuple[str, ...] = ()
    ranks: list[tuple[int | None, ...]] | None = None
    rank_field: str | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        how = "exact" if self.plan.exact else "approximate"
        return (
            f"<SearchResult: {self._message()}, for {self.request.label}; {how}: "
            f"{self.plan.reason}; {self.seconds * 1000:,.0f} ms>"
        )

    @property
    def view(self) -> fo.DatasetView:
        """The results in rank order, as a view of the samples, or of the patches.

        Raises:
            InvalidRequest: if they are too many for a view and their ranks weren't
                written to a field, or are patches of a field that holds a single label
                for each sample
        """
        field = self.patches_field
        if self.rank_field is None:
            return self.items.shown(self.samples, self.ids)
        if field is None:
            view = self.items.part_in(self.samples)
            return view.exists(self.rank_field).sort_by(self.rank_field)
        # a patches view made earlier doesn't have what was written since
        target = self.items.written_to(self.samples)
        path = f"{field}.{self.rank_field}"
        return target.to_patches(field).exists(path).sort_by(path)

    def to_dataframe(self) -> pd.DataFrame:
        """The results as a table in rank order: ``id`` (of a sample, or of a label for
        patches), ``sample_id``, ``score`` and the ``filepath`` of the sample; of
        combined rankings also the rank in each, under the index's key."""
        import pandas as pd

        unique = list(dict.fromkeys(self.sample_ids))
        listed = len(unique) <= tuning.MAX_SELECTED
        everything = self.indexed.samples
        samples = everything.select(unique) if listed else everything
        path_of = dict(zip(*samples.values(["id", "filepath"]), strict=True))
        columns: dict[str, Any] = {
            "id": self.ids,
            "sample_id": self.sample_ids,
            "score": self.scores,
            "filepath": [path_of.get(id_) for id_ in self.sample_ids],
        }
        for key, ranks in self._ranks().items():
            columns[f"rank in {key}"] = pd.array(ranks, dtype="Int64")
        return pd.DataFrame(columns)

    @property
    def items(self) -> IndexedSamples:
        """All samples, or patches, that may be results."""
        return replace(self.indexed, patches_field=self.patches_field)

    @property
    def row_ids(self) -> list[str]:
        """The row of the index that gave each result its score: of images that were
        found by their objects, the last object that was asked for."""
        if self.matched is None:
            return self.ids
        return [objects[-1].label_id for objects in self.matched]

    @property
    def query_ids(self) -> frozenset[str]:
        """What the query names, which is no discovery: rows of the index and samples;
        of images that were found by their objects, those whose best object it
        names."""
        terms = self.request.query.terms
        own = self.resolved.ids | {t.sample_id for t in terms if t.sample_id}
        if self.matched is None:
            return own
        pairs = zip(self.ids, self.matched, strict=True)
        return own | {id_ for id_, objects in pairs if objects[0].label_id in own}

    def to_dict(self) -> dict[str, Any]:
        """The result as plain data, such as an operator returns."""
        data: dict[str, Any] = {
            "brain_key": self.request.brain_key,
            "ids": self.ids,
            "sample_ids": self.sample_ids,
            "patches_field": self.patches_field,
            "scores": [round(float(s), 6) for s in self.scores],
            "score": self.score_kind,
            "exact": self.plan.exact,
            "plan": self.plan.reason,
            "milliseconds": round(self.seconds * 1000, 1),
            "terms": [
                {"label": term.label, "weight": term.weight, "negative": term.negative}
                for term in self.request.query.terms
            ],
            "message": self._message(),
        }
        if self.matched is not None:
            data["matched"] = [[o.label_id for o in each] for each in self.matched]
        if self.ranks is not None:
            data["ranks"] = self._ranks()
        if self.term_scores is not None:
            data["term_scores"] = np.round(self.term_scores, 6).tolist()
        return data

    def _ranks(self) -> dict[str, list[int | None]]:
        """Each result's rank in each of the combined rankings, by the index's key."""
        none: list[tuple[()]] = [()] * len(self.fused_keys)
        columns = zip(*self.ranks, strict=True) if self.ranks else none
        return dict(zip(self.fused_keys, map(list, columns), strict=True))

    def _message(self) -> str:
        text = f"{len(self.ids):,} {'result' if len(self.ids) == 1 else 'results'}"
        if self.ids and self.score_kind != "rank":
            first, last = self.scores[0], self.scores[-1]
            text += f", {self.score_kind} {first:.3f} to {last:.3f}"
        return text


def scores(metric: str, dists: np.ndarray) -> np.ndarray:
    """Distances ``(n,)`` as the scores that a person sees."""
    return dists if metric == "euclidean" else 1 - dists


@dataclass(frozen=True)
class CachedResult:
    """A result, the token to get it with, and the stages of the view that shows it in
    the grid."""

    token: str
    result: SearchResult
    stages: list[dict[str, Any]]

    def unordered_view(self, dataset: fo.Dataset) -> fo.DatasetView:
        """The samples or patches that the results are some of: not in rank order."""
        view = fo.DatasetView._build(dataset, self.stages)
        if view._stages and isinstance(view._stages[-1], fos.Select):
            return fo.DatasetView._build(dataset, self.stages[:-1])
        return view

    def view(self, dataset: fo.Dataset, keep: int | None = None) -> fo.DatasetView:
        """The first results in rank order; all of them by default."""
        view = fo.DatasetView._build(dataset, self.stages)
        ids = self.result.ids
        if keep is None or keep >= len(ids):
            return view
        if isinstance(view._stages[-1], fos.Select):
            return self.unordered_view(dataset).select(ids[:keep], ordered=True)
        return view.limit(keep)

    def term_scores(
        self, dataset: fo.Dataset, start: int, count: int
    ) -> np.ndarray | None:
        """How near each of several terms is to some results, ``(n, t)``; ``None`` for
        a single term, and for combined rankings."""
        first = self.result.term_scores
        if first is None:
            return None
        if start + count <= len(first) or start == 0:
            return first[start : start + count]
        index = runs.load(dataset, self.result.request.brain_key)
        ids = self.result.row_ids[start : start + count]
        return term_scores(index, self.result.resolved, ids)


def _size(cached: CachedResult) -> int:
    least = tuning.MAX_CACHED_IDS // tuning.MAX_CACHED_RESULTS
    return min(tuning.MAX_CACHED_IDS, max(least, len(cached.result.ids)))


def new_cache(timer: Callable[[], float] = time.monotonic) -> Any:
    """An empty cache, of tokens to results.

    Args:
        timer: a clock, in seconds
    """
    return TTLCache(tuning.MAX_CACHED_IDS, CACHED_SECONDS, timer, _size)


_cache = new_cache()
_lock = threading.Lock()


def cache(result: SearchResult, view: fo.DatasetView) -> CachedResult:
    """Caches a result, and the view that shows it, for an hour, or until there are many
    newer ones."""
    found = CachedResult(uuid4().hex, result, view._serialize())
    with _lock:
        _cache[found.token] = found
    return found


def cached(token: str) -> CachedResult:
    """A result that was cached.

    Raises:
        InvalidRequest: if it has expired
    """
    with _lock:
        found: CachedResult | None = _cache.get(token)
    if found is None:
        raise InvalidRequest("This result has expired. Search again.")
    return found
