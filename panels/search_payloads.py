"""Results as the plain data that React gets."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import numpy as np

from ..app.search_request import Answer
from .cached_result import Found
from .media import media

SHOWN_RESULTS = 100
BINS = 40


def search_result(
    found: Found,
    view: fo.DatasetView,
    token: str,
    *,
    searched: int | None,
    in_view: int | None,
    empty_reason: str | None,
) -> dict[str, Any]:
    """A search's result with what is needed to draw its first results.

    Args:
        found: what was found
        view: the results in rank order, of samples or of patches
        token: what to ask for the next results with
        searched: how many samples or patches are in the view that was searched;
            ``None`` for the whole index
        in_view: how many are in the view that was searched from; ``None`` for the
            whole dataset
        empty_reason: why there is no result, and what to do; ``None`` if there is one
    """
    answer = found.answer
    explained = found.explain(view._root_dataset, 0, SHOWN_RESULTS)
    return {
        "brain_key": answer.request.brain_key,
        "token": token,
        "results": results(found, view._root_dataset, 0, explained),
        "total": len(answer.ids),
        "searched": searched,
        "in_view": in_view,
        "empty_reason": empty_reason,
        "score": answer.score,
        "milliseconds": round(answer.seconds * 1000, 1),
        "exact": answer.exact,
        "plan": answer.plan,
        "histogram": histogram(answer.scores),
    }


def results(
    found: Found, dataset: fo.Dataset, start: int, explained: np.ndarray | None
) -> list[dict[str, Any]]:
    """What is needed to draw the results from a rank on, 0 being the best."""
    page = found.page(start, SHOWN_RESULTS)
    notes = _notes(page)
    drawn = media(found.items(dataset), page.ids, page.patches_field)
    return [
        {
            "id": id_,
            "sample_id": sample_id,
            "rank": start + i + 1,
            "score": _number(score),
            "terms": None if explained is None else [_number(s) for s in explained[i]],
            "notes": notes[i],
            **drawn[id_],
        }
        for i, (id_, sample_id, score) in enumerate(
            zip(page.ids, page.sample_ids, page.scores, strict=True)
        )
        if id_ in drawn
    ]


def _notes(answer: Answer) -> list[list[str]]:
    """For each result, in words: its ranks in the rankings that were merged, or how
    near the objects are that made it a result."""
    notes: list[list[str]] = [[] for _ in answer.ids]
    for key, ranks in (answer.ranks or {}).items():
        for said, rank in zip(notes, ranks, strict=True):
            said.append(
                f"not found in '{key}'" if rank is None else f"{rank}. in '{key}'"
            )
    if answer.matched is not None:
        result = answer.result
        score = dict(zip(result.ids, result.scores, strict=True))
        for said, objects in zip(notes, answer.matched, strict=True):
            near = ", ".join(f"{score[id_]:.3f}" for id_ in objects)
            said.append(f"its {'object' if len(objects) == 1 else 'objects'}: {near}")
    return notes


def histogram(scores: np.ndarray) -> dict[str, Any] | None:
    """How many results there are by score, from the first one's to the last one's, in
    :data:`BINS` steps; ``None`` if all have the same."""
    if not len(scores) or not abs(scores[-1] - scores[0]) > 1e-9:
        return None
    first, last = float(scores[0]), float(scores[-1])
    ways = np.clip((scores - first) / (last - first), 0, 1)
    counts, _ = np.histogram(ways, BINS, (0, 1))
    return {
        "first": _number(first),
        "last": _number(last),
        "counts": [int(count) for count in counts],
    }


def _number(value: float) -> float:
    return round(float(value), 6)
