"""What React draws of a search, as plain data: its results, and the chips of its terms,
each with its image."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import fiftyone as fo
import fiftyone.core.patches as fop
import fiftyone.operators as foo
import numpy as np

from fiftyone_milvus.backend.runs import IndexInfo
from fiftyone_milvus.dataset import indexed_samples
from fiftyone_milvus.dataset.indexed_samples import IndexedSamples
from fiftyone_milvus.searches.query import Query, Term
from fiftyone_milvus.searches.result import CachedResult, SearchResult

SHOWN_RESULTS = 100
SHOWN_CHIPS = 20  # more of them are one chip, which stands for their mean
BINS = 40

Chip = dict[str, Any]


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
        "histogram": _histogram(result.scores),
    }


def results(
    cached: CachedResult, dataset: fo.Dataset, start: int
) -> list[dict[str, Any]]:
    """What is needed to draw the results from a rank on, 0 being the best."""
    start, result = max(0, start), cached.result
    terms = cached.term_scores(dataset, start, SHOWN_RESULTS)
    shown = range(start, min(start + SHOWN_RESULTS, len(result.ids)))
    ids = [result.ids[i] for i in shown]
    drawn = _media(cached.unordered_view(dataset), ids, result.patches_field)
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


def selected_chips(ctx: foo.ExecutionContext, info: IndexInfo) -> list[Chip]:
    """What is selected in the grid, as terms for an index; what is marked with Alt is
    negative. Of an index of samples, a patch is searched by its crop, where the
    index's model can embed it."""
    if ctx.selected_labels:
        return _together(_labels(ctx, info))
    if not ctx.selected:
        return []
    alt = {s["id"] for s in ctx.selected_samples if s.get("type") == "alt"}
    view = ctx.view
    if isinstance(view, fop.PatchesView):
        chips = _patches(view, list(ctx.selected), info)
    else:
        name = "id" if info.patches_field is None else "sample_id"
        drawn = _media(view, ctx.selected, None)
        chips = [
            _chip(id_, {name: id_}, drawn[id_]) for id_ in ctx.selected if id_ in drawn
        ]
    for chip in chips:
        if chip["key"] in alt:
            chip["term"]["negative"] = True
    return _together(chips)


def query_chips(indexed: IndexedSamples, query: Query) -> list[Chip]:
    """The terms of a query to an index, each with its image, if that still exists."""
    everything, patches_field = indexed.samples, indexed.patches_field
    ids = {t.id for t in query.terms if t.id is not None}
    samples = {t.sample_id or (t.crop and t.crop.sample_id) for t in query.terms}
    drawn: dict[Any, dict[str, Any]] = {}
    if patches_field is None:
        samples |= ids
    elif ids and everything.has_field(patches_field):
        view = everything.match_labels(ids=list(ids), fields=patches_field)
        drawn = _labels_media(view, ids, patches_field)
    drawn |= _media(everything, [id_ for id_ in samples if id_], None)
    return [_of_term(i, term, drawn) for i, term in enumerate(query.terms)]


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


def _histogram(scores: np.ndarray) -> dict[str, Any] | None:
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


def _of_term(number: int, term: Term, drawn: dict[Any, dict[str, Any]]) -> Chip:
    crop = term.crop
    shown = drawn.get(term.id or term.sample_id or (crop and crop.sample_id))
    if crop and shown:
        shown = {**shown, "box": list(crop.box)}
    return _chip(str(number), term.to_dict(), shown)


def _labels(ctx: foo.ExecutionContext, info: IndexInfo) -> list[Chip]:
    by_field: dict[str, list[dict[str, Any]]] = {}
    for label in ctx.selected_labels:
        by_field.setdefault(label["field"], []).append(label)
    chips = []
    for field, labels in by_field.items():
        samples = indexed_samples.all_samples(ctx.view, field)
        samples = samples.select(list({label["sample_id"] for label in labels}))
        drawn = _labels_media(samples, [label["label_id"] for label in labels], field)
        for id_, shown in drawn.items():
            chips.append(_label(id_, shown, field, info))
    return chips


def _patches(view: fop.PatchesView, ids: list[str], info: IndexInfo) -> list[Chip]:
    field = view.patches_field
    drawn = _media(view, ids, field)
    columns = ["id", view._id_field]
    samples = dict(zip(*view.select(ids).values(columns), strict=True))
    return [
        _label(id_, {**drawn[id_], "sample_id": samples[id_]}, field, info)
        for id_ in ids
        if id_ in drawn
    ]


def _label(id_: str, shown: dict[str, Any], field: str, info: IndexInfo) -> Chip:
    """A label: itself where it is in the index, else its crop, else its sample."""
    sample_id = shown["sample_id"]
    box = _within(shown["box"])
    if field == info.patches_field:
        return _chip(id_, {"id": id_}, shown)
    if box is not None and info.model is not None:
        crop = {"sample_id": sample_id, "box": box}
        return _chip(id_, {"crop": crop}, {**shown, "box": box})
    name = "id" if info.patches_field is None else "sample_id"
    return _chip(id_, {name: sample_id}, {**shown, "box": None})


def _within(box: list[float] | None) -> list[float] | None:
    """The part of a box that is in the image."""
    if box is None:
        return None
    x, y = max(0.0, box[0]), max(0.0, box[1])
    width, height = min(1.0, box[0] + box[2]) - x, min(1.0, box[1] + box[3]) - y
    return [x, y, width, height] if min(width, height) > 0 else None


def _together(chips: list[Chip]) -> list[Chip]:
    """Many rows of the index as one chip of each sign, the mean of them."""
    if len(chips) <= SHOWN_CHIPS:
        return chips
    others = [chip for chip in chips if "id" not in chip["term"]]
    for negative in (False, True):
        ids = [
            chip["term"]["id"]
            for chip in chips
            if "id" in chip["term"] and chip["term"].get("negative", False) is negative
        ]
        if ids:
            term: dict[str, Any] = {"result_ids": ids}
            if negative:
                term["negative"] = True
            others.append(
                _chip("many-" + ("alt" if negative else "default"), term, None)
            )
    return others


def _chip(key: str, term: dict[str, Any], shown: dict[str, Any] | None) -> Chip:
    drawn = shown and {name: shown[name] for name in ("filepath", "box", "label")}
    return {"key": key, "term": term, "media": drawn}


def _media(
    items: fo.SampleCollection, ids: Iterable[str], patches_field: str | None
) -> dict[str, dict[str, Any]]:
    """The file, box and label of each sample, or patch, that exists, by its id.

    Args:
        items: a collection of samples, or of patches
        ids: ids of its samples or patches
        patches_field: the field of the patches; ``None`` for samples
    """
    shown = items.select([str(id_) for id_ in indexed_samples.object_ids(ids)])
    fields = ["id", _media_field(items)]
    if patches_field is None:
        found = zip(*shown.values(fields), strict=True)
        return {id_: {"filepath": p, "box": None, "label": None} for id_, p in found}
    boxed = items.has_field(f"{patches_field}.bounding_box")
    fields.append(f"{patches_field}.{'bounding_box' if boxed else 'points'}")
    fields.append(f"{patches_field}.label")
    return {
        id_: {"filepath": p, "box": box if boxed else _bounds(box), "label": label}
        for id_, p, box, label in zip(*shown.values(fields), strict=True)
    }


def _labels_media(
    samples: fo.SampleCollection, ids: Iterable[str], field: str
) -> dict[str, dict[str, Any]]:
    """As :func:`_media`, of each label of a field of some samples; with its sample's
    id."""
    wanted = set(ids)
    _, path = samples._get_label_field_path(field)
    boxed = samples.has_field(f"{path}.bounding_box")
    fields = ["id", _media_field(samples), f"{path}.id", f"{path}.label"]
    if boxed or samples.has_field(f"{path}.points"):
        fields.append(f"{path}.{'bounding_box' if boxed else 'points'}")
    found: dict[str, dict[str, Any]] = {}
    for sample_id, filepath, *columns in zip(*samples.values(fields), strict=True):
        for id_, label, *box in _rows(columns):
            if id_ in wanted:
                found[id_] = {
                    "sample_id": sample_id,
                    "filepath": filepath,
                    "box": (box[0] if boxed else _bounds(box[0])) if box else None,
                    "label": label,
                }
    return found


def _media_field(samples: fo.SampleCollection) -> str:
    """The field with the paths of the files that the grid shows."""
    field = samples._dataset.app_config.grid_media_field or "filepath"
    return field if samples.has_field(field) else "filepath"


def _rows(columns: list[Any]) -> Iterable[tuple[Any, ...]]:
    """A sample's labels: it has one, or a list of them."""
    if isinstance(columns[0], list):
        return zip(*(c or [None] * len(columns[0]) for c in columns), strict=True)
    return [tuple(columns)]


def _bounds(points: list[list[list[float]]] | None) -> list[float] | None:
    """The box ``[x, y, width, height]`` around a polyline's points."""
    flat = [point for line in points or [] for point in line]
    if not flat:
        return None
    xs, ys = zip(*flat, strict=True)
    return [min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)]
