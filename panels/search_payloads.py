"""Hits as the plain data that React gets."""

from __future__ import annotations

from typing import Any

import fiftyone as fo

from fiftyone_milvus.search import Result

SHOWN_HITS = 100


def search_result(result: Result, view: fo.DatasetView, token: str) -> dict[str, Any]:
    """A search's result with what is needed to draw its first hits.

    Args:
        result: the result
        view: the hits in rank order, of samples or of patches
        token: what to ask for the next hits with
    """
    return {
        "brain_key": result.brain_key,
        "token": token,
        "hits": hits(result, view, 0),
        "total": len(result.ids),
        "score": result.score_kind,
        "milliseconds": round(result.seconds * 1000, 1),
        "exact": result.plan.exact,
        "plan": result.plan.reason,
    }


def hits(result: Result, view: fo.DatasetView, start: int) -> list[dict[str, Any]]:
    """What is needed to draw the hits from a rank on, 0 being the best."""
    page = result.page(start, SHOWN_HITS)
    media = _media(view, page.ids, page.patches_field)
    return [
        {
            "id": id_,
            "sample_id": sample_id,
            "rank": rank,
            "score": round(float(score), 6),
            **media[id_],
        }
        for rank, (id_, sample_id, score) in enumerate(
            zip(page.ids, page.sample_ids, page.scores, strict=True), start + 1
        )
        if id_ in media
    ]


def _media(
    view: fo.DatasetView, ids: list[str], patches_field: str | None
) -> dict[str, dict[str, Any]]:
    """What to draw for each id: the file, and for a patch its box and label."""
    shown = view.select(ids)
    path = view._dataset.app_config.grid_media_field or "filepath"
    fields = ["id", path if view.has_field(path) else "filepath"]
    if patches_field is None:
        found = zip(*shown.values(fields), strict=True)
        return {id_: {"filepath": p, "box": None, "label": None} for id_, p in found}
    boxed = view.has_field(f"{patches_field}.bounding_box")
    fields.append(f"{patches_field}.{'bounding_box' if boxed else 'points'}")
    fields.append(f"{patches_field}.label")
    return {
        id_: {"filepath": p, "box": box if boxed else _bounds(box), "label": label}
        for id_, p, box, label in zip(*shown.values(fields), strict=True)
    }


def _bounds(points: list[list[list[float]]] | None) -> list[float] | None:
    """The box ``[x, y, width, height]`` around a polyline's points."""
    flat = [point for line in points or [] for point in line]
    if not flat:
        return None
    xs, ys = zip(*flat, strict=True)
    return [min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)]
