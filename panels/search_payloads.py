"""What React draws of a search, as plain data: its results, and the chips of its terms,
each with its image."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import fiftyone as fo
import fiftyone.core.patches as fop
import fiftyone.operators as foo

from fiftyone_milvus.backend.runs import IndexInfo
from fiftyone_milvus.dataset import indexed_samples
from fiftyone_milvus.dataset.indexed_samples import IndexedSamples
from fiftyone_milvus.searches.query import Query, Term
from fiftyone_milvus.searches.result import CachedResult, SearchResult

from ..app.context import MAX_RESULTS
from ..app.empty_results import Empty
from . import captions, score_histogram
from .media_payloads import labels_media, media

SHOWN_RESULTS = 100
SHOWN_CHIPS = 20  # more of them are one chip, which stands for their mean

Chip = dict[str, Any]


def search_result(
    cached: CachedResult,
    dataset: fo.Dataset,
    *,
    history_id: str | None,
    searched: int | None,
    in_view: int | None,
    empty: Empty | None,
) -> dict[str, Any]:
    """A search's result with what is needed to draw its first results.

    Args:
        cached: the result
        dataset: the dataset that was searched
        history_id: its id in the history; ``None`` if it isn't there
        searched: how many samples or patches are in the view that was searched;
            ``None`` for the whole index
        in_view: how many are in the view that was searched from; ``None`` for the
            whole dataset
        empty: why there is no result; ``None`` if there is one
    """
    result = cached.result
    return {
        "brain_key": result.request.brain_key,
        "token": cached.token,
        "history_id": history_id,
        "results": results(cached, dataset, 0),
        "total": len(result.ids),
        "searched": searched,
        "in_view": in_view,
        "further": further(result),
        "empty": empty and asdict(empty),
        "score": result.score_kind,
        "milliseconds": round(result.seconds * 1000, 1),
        "exact": result.plan.exact,
        "plan": result.plan.reason,
        "histogram": score_histogram.histogram(result),
    }


def further(result: SearchResult) -> int:
    """How many more results the same search may be asked for: as many again."""
    request = result.request
    if len(result.ids) < request.k or request.score_field is not None:
        return 0
    return max(0, min(request.k, MAX_RESULTS - request.k))


def result_of(
    cached: CachedResult, dataset: fo.Dataset, id_: str
) -> dict[str, Any] | None:
    """What is needed to draw the result that is a sample or patch, or the first one of
    a sample; ``None`` if it is no result."""
    for ids in (cached.result.ids, cached.result.sample_ids):
        if id_ in ids:
            found = results(cached, dataset, ids.index(id_), count=1)
            return found[0] if found else None
    return None


def results(
    cached: CachedResult,
    dataset: fo.Dataset,
    start: int,
    caption: str | None = None,
    count: int = SHOWN_RESULTS,
) -> list[dict[str, Any]]:
    """What is needed to draw the results from a rank on, 0 being the best.

    Args:
        cached: all results
        dataset: the dataset that was searched
        start: how many results are before
        caption: the field that each tile shows, see :mod:`captions`
        count: how many at most
    """
    start, result = max(0, start), cached.result
    terms = cached.term_scores(dataset, start, count)
    shown = range(start, min(start + count, len(result.ids)))
    ids = [result.ids[i] for i in shown]
    items = cached.unordered_view(dataset)
    drawn = media(items, ids, result.patches_field)
    texts = caption and captions.of_field(result, items, shown, caption)
    own, boxes = result.query_ids, _object_boxes(result, shown)
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
            "caption": texts[i - start] if texts else captions.default(drawn[id_]),
            "objects": boxes.get(i, []),
            "is_query": id_ in own,
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
    chips = item_chips(ctx.view, list(ctx.selected), info)
    for chip in chips:
        if chip["key"] in alt:
            chip["term"]["negative"] = True
    return _together(chips)


def item_chips(
    view: fo.SampleCollection, ids: list[str], info: IndexInfo
) -> list[Chip]:
    """Samples or patches of a view, those that exist, as terms for an index."""
    if isinstance(view, fop.PatchesView):
        return _patches(view, ids, info)
    name = "id" if info.patches_field is None else "sample_id"
    drawn = media(view, ids, None)
    return [_chip(id_, {name: id_}, drawn[id_]) for id_ in ids if id_ in drawn]


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
        drawn = labels_media(view, ids, patches_field)
    drawn |= media(everything, [id_ for id_ in samples if id_], None)
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


def _object_boxes(result: SearchResult, shown: range) -> dict[int, list[list[float]]]:
    """Of images that were found by their objects, the boxes of these, by position."""
    field = result.indexed.patches_field
    if result.matched is None or field is None:
        return {}
    of = {i: [one.label_id for one in result.matched[i]] for i in shown}
    samples = result.indexed.samples.select([result.sample_ids[i] for i in shown])
    labels = [id_ for ids in of.values() for id_ in ids]
    drawn = labels_media(samples, labels, field)
    return {
        i: [drawn[id_]["box"] for id_ in ids if id_ in drawn and drawn[id_]["box"]]
        for i, ids in of.items()
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
        drawn = labels_media(samples, [label["label_id"] for label in labels], field)
        for id_, shown in drawn.items():
            chips.append(_label(id_, shown, field, info))
    return chips


def _patches(view: fop.PatchesView, ids: list[str], info: IndexInfo) -> list[Chip]:
    field = view.patches_field
    drawn = media(view, ids, field)
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
