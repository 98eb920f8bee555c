"""What the *Search* tab asks: searches, whose results are shown in the grid, and the
view from before restored.

The view that was searched from is stored in the dataset's execution store, by the
result, and not in the panel's state: the App reloads its page at each change of that.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import fiftyone as fo
import fiftyone.core.patches as fop
import fiftyone.operators as foo
from fiftyone.server.view import get_extended_view

from fiftyone_milvus.backend import runs
from fiftyone_milvus.dataset import indexed_samples, names
from fiftyone_milvus.dataset.indexed_samples import IndexedSamples
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.searches import result as results
from fiftyone_milvus.searches.request import SearchRequest

from ..app import search_form, searches, tag_changes
from . import search_payloads
from .error_boundary import answered

METHODS = (
    "search",
    "rerun_search",
    "next_results",
    "keep_results",
    "clear_results",
    "selection",
    "view_count",
    "search_options",
    "search_history",
    "delete_searches",
    "save_search",
    "save_view",
    "tag_results",
)
HISTORY_PAGE = 50
SHOWN = "milvus_vector_search_shown"
KEPT_SECONDS = 7 * 24 * 3600


class SearchMethods:
    @answered
    def search(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        base = _base_view(ctx)
        request = search_form.read(ctx)
        if ctx.params.get("scope") == "view":
            stages = base._serialize(include_uuids=False)
            request = replace(request, view=stages or None)
        return _results(ctx, request, base)

    @answered
    def rerun_search(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """A search of the history, or a saved one, just as it was made."""
        name = ctx.params.get("name")
        request = (
            searches.load_saved(ctx, name)
            if name is not None
            else searches.from_history(ctx, ctx.params["id"])
        )
        base = _base_view(ctx)
        if request.view is not None:
            base = fo.DatasetView._build(ctx.dataset, request.view)
        result = _results(ctx, request, base)
        indexed = runs.indexed(ctx.dataset, request.brain_key, base)
        options = request.to_dict()
        return {
            **result,
            "chips": search_payloads.query_chips(indexed, request.query),
            "request": {
                **{k: v for k, v in options.items() if k not in ("query", "view")},
                "k": request.k,
                "scope": "dataset" if request.view is None else "view",
            },
        }

    @answered
    def next_results(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        cached, start = _cached(ctx), int(ctx.params["start"])
        found = search_payloads.results(cached, ctx.dataset, start)
        return {"results": found}

    @answered
    def keep_results(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """Shows only the first results in the grid."""
        _show(ctx, _first_results(ctx), _base_view(ctx))
        return {}

    @answered
    def clear_results(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """Shows what was searched from; a view of the person's own stays."""
        ctx.ops.set_view(_base_view(ctx))
        return {}

    @answered
    def selection(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        info = runs.describe(ctx.dataset, ctx.params["brain_key"])
        return {"chips": search_payloads.selected_chips(ctx, info)}

    @answered
    def view_count(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        view = _base_view(ctx)
        indexed = runs.indexed(ctx.dataset, ctx.params["brain_key"], view)
        return {
            "count": _count(indexed, view),
            "shows_results": _searched_from(ctx, _shown(ctx)) is not None,
        }

    @answered
    def search_options(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        return {"group_by": search_form.grouping_fields(ctx.dataset)}

    @answered
    def search_history(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        skip = int(ctx.params.get("skip") or 0)
        found, total = searches.history(ctx, HISTORY_PAGE, skip)
        return {
            "searches": [_history_entry(entry) for entry in found],
            "total": total,
            "saved": searches.saved_names(ctx),
        }

    @answered
    def delete_searches(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """Deletes a saved search, or else clears the history."""
        if (name := ctx.params.get("name")) is not None:
            searches.delete_saved(ctx, name)
        else:
            searches.clear_history(ctx)
        return {}

    @answered
    def save_search(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        request = _cached(ctx).result.request
        saved = searches.save(ctx, ctx.params["name"], request)
        return {"message": f"Saved '{saved.id}': {saved.label}"}

    @answered
    def save_view(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        name = str(ctx.params["name"]).strip()
        names.refuse(names.saved_view_problem(ctx.dataset, name))
        ctx.dataset.save_view(name, _first_results(ctx))
        ctx.ops.reload_dataset()
        return {"message": f"Saved the view '{name}'"}

    @answered
    def tag_results(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """Tags the results that are kept, or those of what is selected."""
        params, cached = ctx.params, _cached(ctx)
        result = cached.result
        ids = result.ids[: int(params["keep"])]
        if selection := params.get("selection"):
            ids = [id_ for id_ in result.ids if id_ in set(selection)]
        if not ids:
            raise InvalidRequest(
                "Nothing that is selected in the grid is a result. Clear the selection "
                "to tag the results that are kept."
                if selection
                else "There is no result to tag. Search for something else."
            )
        view, field = cached.view(ctx.dataset), result.patches_field
        done = tag_changes.tag_results(ctx, view, ids, field, params["tag"])
        return {"message": done["message"]}


def _results(
    ctx: foo.ExecutionContext, request: SearchRequest, base: fo.DatasetView
) -> dict[str, Any]:
    """Searches, shows the results in the grid, and returns what React draws of them."""
    result, view, empty_reason = searches.find(ctx, request)
    _show(ctx, view, base)
    searches.select_objects(ctx, result)
    whole = indexed_samples.is_whole(base)
    in_view = None if whole else _count(result.indexed, base)
    searched = None
    if request.view == base._serialize(include_uuids=False):
        searched = in_view
    elif request.view is not None:
        stages = fo.DatasetView._build(ctx.dataset, request.view)
        searched = _count(result.indexed, stages)
    return search_payloads.search_result(
        results.cache(result, view),
        ctx.dataset,
        searched=searched,
        in_view=in_view,
        empty_reason=empty_reason,
    )


def _base_view(ctx: foo.ExecutionContext) -> fo.DatasetView:
    """The view that the person searches from: what the grid shows, filters of the
    sidebar included; or, if that is a search's result, what it was searched from, with
    the same filters. Results that were saved as a view are a view like others."""
    params = ctx.request_params
    shown = _shown(ctx)
    stages = _searched_from(ctx, shown)
    view = shown if stages is None else fo.DatasetView._build(ctx.dataset, stages)
    filters, extended = params.get("filters"), params.get("extended")
    if not filters and not extended:
        return view
    # a copy, since FiftyOne takes stages out of what it is given
    return get_extended_view(view, filters, extended_stages=dict(extended or {}))


def _show(
    ctx: foo.ExecutionContext, view: fo.DatasetView, base: fo.DatasetView
) -> None:
    """Shows the results, and remembers where they were searched from."""
    shown = _fingerprint(view)
    if shown is not None:
        stages = base._serialize(include_uuids=False)
        ctx.store(SHOWN).set(shown, stages, ttl=KEPT_SECONDS)
    ctx.ops.set_view(view)


def _shown(ctx: foo.ExecutionContext) -> fo.DatasetView:
    """The view of the grid, without filters."""
    name = ctx.request_params.get("view_name")
    if name is not None:
        return ctx.dataset.load_saved_view(name)
    return fo.DatasetView._build(ctx.dataset, ctx.request_params.get("view") or [])


def _searched_from(
    ctx: foo.ExecutionContext, view: fo.DatasetView
) -> list[dict[str, Any]] | None:
    """The stages of what a search's result was searched from; ``None`` for a view that
    is no such result."""
    shown = None if view.name is not None else _fingerprint(view)
    if shown is None:
        return None
    stages: list[dict[str, Any]] | None = ctx.store(SHOWN).get(shown)
    return stages


def _fingerprint(view: fo.DatasetView) -> str | None:
    """Short and equal for equal results: the ids themselves may be thousands."""
    if not view._stages:
        return None
    stage = view._stages[-1]._serialize(include_uuid=False)
    return hashlib.sha256(json.dumps(stage, sort_keys=True).encode()).hexdigest()


def _cached(ctx: foo.ExecutionContext) -> results.CachedResult:
    return results.cached(ctx.params["token"])


def _first_results(ctx: foo.ExecutionContext) -> fo.DatasetView:
    return _cached(ctx).view(ctx.dataset, int(ctx.params["keep"]))


def _count(indexed: IndexedSamples, view: fo.DatasetView) -> int:
    """How many of an index's samples or patches a view has."""
    view, patches_field = indexed.part_in(view), indexed.patches_field
    if patches_field is None or isinstance(view, fop.PatchesView):
        return int(view.count())
    _, path = view._get_label_field_path(patches_field, "id")
    return int(view.count(path))


def _history_entry(entry: searches.StoredSearch) -> dict[str, Any]:
    """A search of the history, without its terms."""
    return {
        "id": entry.id,
        "label": _terms_label(entry.params["query"]["terms"]),
        "at": entry.at,
        "results": entry.results,
        "brain_key": entry.params["brain_key"],
    }


def _terms_label(terms: list[dict[str, Any]]) -> str:
    """What was searched for: texts in full, the rest counted."""
    parts = []
    for negative, sign in ((False, ""), (True, "not like ")):
        of_sign = [term for term in terms if bool(term.get("negative")) is negative]
        texts = [_phrasings(term["text"]) for term in of_sign if "text" in term]
        parts += [sign + text for text in texts]
        if others := len(of_sign) - len(texts):
            parts.append(f"{sign}{others} {'image' if others == 1 else 'images'}")
    return ", ".join(parts)


def _phrasings(phrasings: str | list[str]) -> str:
    return phrasings if isinstance(phrasings, str) else " | ".join(phrasings)
