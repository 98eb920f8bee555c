"""Terms of a query with their images: of the grid's selection, and of a search that
runs again."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import fiftyone.core.patches as fop
import fiftyone.operators as foo

from fiftyone_milvus.backend.runs import IndexInfo
from fiftyone_milvus.dataset import indexed_samples
from fiftyone_milvus.search.query import Query, Term

from .media import labels_media, media

# More of them are one chip, which stands for their mean
SHOWN = 20

Chip = dict[str, Any]


def selected(ctx: foo.ExecutionContext, info: IndexInfo) -> list[Chip]:
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
        drawn = media(view, ctx.selected, None)
        chips = [
            _chip(id_, {name: id_}, drawn[id_]) for id_ in ctx.selected if id_ in drawn
        ]
    for chip in chips:
        if chip["key"] in alt:
            chip["term"]["negative"] = True
    return _together(chips)


def of_query(
    everything: fo.SampleCollection, query: Query, patches_field: str | None
) -> list[Chip]:
    """The terms of a query, each with its image, if that still exists.

    Args:
        everything: all samples that the index may have
        query: the query
        patches_field: the field whose patches are indexed; ``None`` for samples
    """
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
    if len(chips) <= SHOWN:
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
