"""Results as the plain data that React gets."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import numpy as np

from fiftyone_milvus.search.result import CachedResult, SearchResult

from .media import media

SHOWN_RESULTS = 100
BINS = 40


def search_result(
    cached: CachedResult,
    dataset: fo.Dataset,
    *,
    searched: int | None,
    in_view: int | None,
    empty_reason: str | None,
) -> dict[str, Any]:
    """A search's result with what is needed to draw its first results.

    Args:
        cached: the result
        dataset: the dataset that was searched
        searched: how many samples or patches are in the view that was searched;
            ``None`` for the whole index
        in_view: how many are in the view that was searched from; ``None`` for the
            whole dataset
        empty_reason: why there is no result, and what to do; ``None`` if there is one
    """
    result = cached.result
    return {
        "brain_key": result.request.brain_key,
        "token": cached.token,
        "results": results(cached, dataset, 0),
        "total": len(result.ids),
        "searched": searched,
        "in_view": in_view,
        "empty_reason": empty_reason,
        "score": result.score_kind,
        "milliseconds": round(result.seconds * 1000, 1),
        "exact": result.plan.exact,
        "plan": result.plan.reason,
        "histogram": histogram(result.scores),
    }


def results(
    cached: CachedResult, dataset: fo.Dataset, start: int
) -> list[dict[str, Any]]:
    """What is needed to draw the results from a rank on, 0 being the best."""
    start, result = max(0, start), cached.result
    terms = cached.term_scores(dataset, start, SHOWN_RESULTS)
    shown = range(start, min(start + SHOWN_RESULTS, len(result.ids)))
    ids = [result.ids[i] for i in shown]
    drawn = media(cached.unordered_view(dataset), ids, result.patches_field)
    return [
        {
            "id": id_,
            "sample_id": result.sample_ids[i],
            "rank": i + 1,
            "score": _number(result.scores[i]),
            "term_scores": None
            if terms is None
            else [_number(score) for score in terms[i - start]],
            "notes": _notes(result, i),
            **drawn[id_],
        }
        for i, id_ in zip(shown, ids, strict=True)
        if id_ in drawn
    ]


def _notes(result: SearchResult, i: int) -> list[str]:
    """In words: a result's ranks in the rankings that were combined, or the scores of
    the objects that made it a result."""
    notes = []
    if result.ranks is not None:
        for key, rank in zip(result.fused_keys, result.ranks[i], strict=True):
            notes.append(
                f"not found in '{key}'" if rank is None else f"{rank}. in '{key}'"
            )
    if result.matched is not None:
        objects = result.matched[i]
        scores = ", ".join(f"{matched.score:.3f}" for matched in objects)
        noun = "object" if len(objects) == 1 else "objects"
        notes.append(f"matching {noun}: {scores}")
    return notes


def histogram(scores: np.ndarray) -> dict[str, Any] | None:
    """How many results there are by score, from the first one's to the last one's, in
    :data:`BINS` steps; ``None`` if all have the same."""
    if not len(scores) or not abs(scores[-1] - scores[0]) > 1e-9:
        return None
    first, last = float(scores[0]), float(scores[-1])
    shares = np.clip((scores - first) / (last - first), 0, 1)
    counts, _ = np.histogram(shares, BINS, (0, 1))
    return {
        "first": _number(first),
        "last": _number(last),
        "counts": [int(count) for count in counts],
    }


def _number(value: float) -> float:
    return round(float(value), 6)
