"""The scores of a search's results by how many have them, with those of a sample of
the index behind; and where there is a clear gap between them."""

from __future__ import annotations

import math
from typing import Any

import fiftyone as fo
import numpy as np

from fiftyone_milvus import metrics
from fiftyone_milvus.backend import runs
from fiftyone_milvus.searches import index_sample
from fiftyone_milvus.searches.result import SearchResult, scores

BINS = 40
MOST_BEYOND = 60  # bins past the last result, however far the index's scores go on
CLEARLY = 2.0  # times the next largest gap
ROUNDED = 1e-4  # of the way from the first result's score to the last one's
AFTER_GAP = 3  # results at least


def histogram(result: SearchResult) -> dict[str, Any] | None:
    """How many results there are by score, from the first one's to the last one's, in
    :data:`BINS` steps, the query's own rows not counted; ``None`` if all have the same.
    """
    places, counted = _counted(result)
    if not _differ(counted):
        return None
    counts, _ = np.histogram(_shares(counted, counted), BINS, (0, 1))
    ends = places[np.cumsum(counts) - 1] + 1
    ends[-1] = len(result.ids)
    gap = None if result.score_kind == "rank" else clear_gap(counted)
    return {
        "first": round(float(counted[0]), 6),
        "last": round(float(counted[-1]), 6),
        "counts": counts.tolist(),
        "ends": ends.tolist(),
        "gap": None if gap is None else int(places[gap - 1]) + 1,
    }


def background(dataset: fo.Dataset, result: SearchResult) -> dict[str, Any] | None:
    """How many vectors of a sample of the index have which score for the query: in the
    steps of :func:`histogram`, and in further ones beyond the last result, which are
    wider where the scores go on for long.

    ``None`` where these scores and the results' aren't comparable, as those of
    combined rankings and of images that were found by several objects.
    """
    _, counted = _counted(result)
    comparable = result.score_kind != "rank" and result.matched is None
    if not comparable or not _differ(counted):
        return None
    index = runs.load(dataset, result.request.brain_key)
    vectors = index_sample.vectors(index)
    if not len(vectors):
        return None
    metric = index.config.metric
    dists = metrics.distances(metric, result.resolved.vector, vectors)[0]
    shares = _shares(scores(metric, dists), counted)
    for end in (0.0, 1.0):  # Milvus computes in float32
        shares[np.abs(shares - end) < ROUNDED] = end
    farthest = max(1.0, float(shares.max()))
    bins = min(MOST_BEYOND, math.ceil((farthest - 1) * BINS - 1e-6))
    within, _ = np.histogram(shares[(shares >= 0) & (shares <= 1)], BINS, (0, 1))
    beyond = np.array([], int)
    if bins > 0:
        beyond, _ = np.histogram(shares[shares > 1], bins, (1, farthest))
    last = counted[0] + farthest * (counted[-1] - counted[0])
    return {
        "last": round(float(last), 6),
        "within": within.tolist(),
        "beyond": beyond.tolist(),
    }


def clear_gap(scores: np.ndarray) -> int | None:
    """How many of the sorted scores are before a gap that is clearly the largest;
    ``None`` if there is no such gap.

    The best scores of anything are further apart than those after them: in a tail that
    falls exponentially the n-th gap is about 1/n of the first. So a gap counts if it is
    twice as large as each other both as it is and times its number.
    """
    if len(scores) <= AFTER_GAP:
        return None
    gaps = np.abs(np.diff(scores))
    at = int(np.argmax(gaps))
    if at + 1 > len(scores) - AFTER_GAP:
        return None
    for sizes in (gaps, gaps * np.arange(1, len(scores))):
        if sizes[at] <= CLEARLY * np.delete(sizes, at).max():
            return None
    return at + 1


def _counted(result: SearchResult) -> tuple[np.ndarray, np.ndarray]:
    """The positions of the results that aren't the query itself, and their scores."""
    own = result.query_ids
    places = np.array([i for i, id_ in enumerate(result.ids) if id_ not in own], int)
    return places, result.scores[places]


def _differ(scores: np.ndarray) -> bool:
    return len(scores) > 0 and abs(scores[-1] - scores[0]) > 1e-9


def _shares(scores: np.ndarray, of: np.ndarray) -> np.ndarray:
    """Scores as shares of the way from the first result's to the last one's."""
    return (scores - of[0]) / (of[-1] - of[0])
