"""What a search answers, and the ways into the App's grid."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import fiftyone as fo
import numpy as np

from ..dataset import indexed_samples
from ..retrieval.plans import Plan
from .query_vector import Resolved

# More ids than that in a view make each of the App's requests slow
SELECTED_AT_MOST = 10_000


class Ranked(Protocol):
    """Matches in rank order: ids of samples, or of labels of ``patches_field``, and
    their scores ``(n,)``; and all samples that the index may hold."""

    @property
    def everything(self) -> fo.SampleCollection: ...

    @property
    def ids(self) -> list[str]: ...

    @property
    def patches_field(self) -> str | None: ...

    @property
    def scores(self) -> np.ndarray: ...


@dataclass(frozen=True)
class Result:
    """What a person gets: ids in rank order and how near each is.

    ``ids`` are those of the index (sample ids, or label ids for patches). ``dists``
    has shape ``(n,)``; ``seconds`` is the time that Milvus and the ranking took, of
    which ``plan.seconds`` tells the stages; ``resolved`` the query as it was searched
    with; ``everything`` all samples that the index may hold.
    """

    brain_key: str
    patches_field: str | None
    metric: str
    ids: list[str]
    sample_ids: list[str]
    dists: np.ndarray
    plan: Plan
    seconds: float
    resolved: Resolved
    everything: fo.SampleCollection

    @property
    def score_kind(self) -> str:
        """``"similarity"`` (more is nearer), or ``"distance"`` for euclidean."""
        return "distance" if self.metric == "euclidean" else "similarity"

    @property
    def scores(self) -> np.ndarray:
        """Cosine or dot product, or the euclidean distance; shape ``(n,)``."""
        return scores(self.metric, self.dists)

    def page(self, start: int, count: int) -> Result:
        """At most ``count`` matches from rank ``start`` on; 0 is the best."""
        part = slice(max(0, start), max(0, start) + max(0, count))
        return replace(
            self,
            ids=self.ids[part],
            sample_ids=self.sample_ids[part],
            dists=self.dists[part],
        )


def scores(metric: str, dists: np.ndarray) -> np.ndarray:
    """Distances ``(n,)`` as the scores that a person sees."""
    return dists if metric == "euclidean" else 1 - dists


def result_view(
    result: Ranked, samples: fo.SampleCollection, rank_field: str | None = None
) -> fo.DatasetView:
    """The matches as a view in rank order: of the samples, or of the patches.

    Args:
        result: the matches
        samples: the dataset or view that was searched
        rank_field: where
            :func:`~fiftyone_milvus.search.score_fields.write_scores` wrote their
            ranks, for more matches than a view can list
    """
    if rank_field is not None:
        return _ranked_view(result, samples, rank_field)
    field = result.patches_field
    return indexed_samples.shown(result.everything, samples, field, result.ids)


def _ranked_view(
    result: Ranked, samples: fo.SampleCollection, rank_field: str
) -> fo.DatasetView:
    field = result.patches_field
    if field is not None:
        # a patches view made earlier doesn't have what was written since
        found = indexed_samples.target(result.everything, samples, field).to_patches(
            field
        )
        rank_field = f"{field}.{rank_field}"
    else:
        found = indexed_samples.part_of(result.everything, samples, field)
    return found.exists(rank_field).sort_by(rank_field)
