"""What the *Search* tab asks: searches, whose results are shown in the grid, and the
view from before restored."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo

from fiftyone_milvus.analysis import tagging
from fiftyone_milvus.backend import runs
from fiftyone_milvus.dataset import indexed_samples, names
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.searches import random_pairs
from fiftyone_milvus.searches import result as results
from fiftyone_milvus.searches.request import SearchRequest

from ..app import grid, search_form, searches, suggestions, tag_changes
from ..app.context import MAX_RESULTS, flag, scope_samples
from . import (
    captions,
    comparison,
    history_payloads,
    score_histogram,
    search_payloads,
)
from .error_boundary import answered

METHODS = (
    "search",
    "rerun_search",
    "next_results",
    "more_results",
    "keep_results",
    "results_in_grid",
    "closeness",
    "score_background",
    "caption_fields",
    "opened_item",
    "compare_results",
    "clear_results",
    "selection",
    "view_count",
    "search_options",
    "suggestions",
    "search_history",
    "delete_searches",
    "save_search",
    "save_view",
    "tag_results",
    "tags",
)
HISTORY_PAGE = 50
RECENT = 20


class SearchMethods:
    @answered
    def search(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        base = grid.searched_from(ctx)
        names = [field.name for field in fields(SearchRequest)]
        given = {name: ctx.params[name] for name in names if name in ctx.params}
        scope, stages = ctx.params.get("scope", "dataset"), None
        if scope != "dataset":
            view = base if scope == "view" else scope_samples(ctx, scope)
            stages = view._serialize(include_uuids=False)
        request = SearchRequest.from_dict({**given, "view": stages or None})
        return _results(ctx, request, base, noted=True)

    @answered
    def more_results(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """The same search with more results."""
        result = _cached(ctx).result
        k = result.request.k + search_payloads.further(result)
        request = replace(result.request, k=k)
        return _results(ctx, request, grid.base_view(ctx))

    @answered
    def rerun_search(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """A search of the history, or a saved one, just as it was made; one that the
        page's address names writes nothing, and has as many results as it says."""
        name, keep = ctx.params.get("name"), None
        made = request = (
            searches.load_saved(ctx, name)
            if name is not None
            else searches.from_history(ctx, ctx.params["id"])
        )
        restored = flag(ctx, "restore")
        if restored:
            keep = int(ctx.params.get("keep") or request.k)
            k = max(request.k, min(keep, MAX_RESULTS))
            request = replace(request, score_field=None, k=k)
        base = grid.searched_from(ctx)
        if request.view is not None:
            base = fo.DatasetView._build(ctx.dataset, request.view)
        in_grid = restored and flag(ctx, "in_grid")
        result = _results(ctx, request, base, not restored, keep, in_grid)
        if restored:
            result["history_id"] = ctx.params["id"]
        indexed = runs.indexed(ctx.dataset, request.brain_key, base)
        options = request.to_dict()
        return {
            **result,
            "chips": search_payloads.query_chips(indexed, request.query),
            "request": {
                **{k: v for k, v in options.items() if k not in ("query", "view")},
                "k": made.k,
                "scope": "dataset" if request.view is None else "view",
            },
        }

    @answered
    def next_results(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        cached, start = _cached(ctx), int(ctx.params["start"])
        caption = ctx.params.get("caption")
        found = search_payloads.results(cached, ctx.dataset, start, caption)
        return {"results": found}

    @answered
    def keep_results(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """Shows only the first results in the grid."""
        grid.show(ctx, _first_results(ctx), grid.base_view(ctx))
        return {}

    @answered
    def results_in_grid(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """Which of the first results pass the sidebar's filters, by position."""
        shown = set(_ids_in_grid(ctx))
        ids = _cached(ctx).result.ids[: int(ctx.params["keep"])]
        return {"positions": [i for i, id_ in enumerate(ids) if id_ in shown]}

    @answered
    def closeness(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """Whether the best result is near to the query at all."""
        return {"message": random_pairs.nothing_close(ctx.dataset, _cached(ctx).result)}

    @answered
    def score_background(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """The scores of the whole index, by a sample of it."""
        result = _cached(ctx).result
        return {"background": score_histogram.background(ctx.dataset, result)}

    @answered
    def caption_fields(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """What a tile can show of a result."""
        cached = _cached(ctx)
        items = cached.unordered_view(ctx.dataset)
        return {"fields": captions.fields(cached.result, items)}

    @answered
    def opened_item(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """What is open in FiftyOne's modal, as a term, and the result that it is;
        ``None`` each where it can't be."""
        id_ = ctx.params["id"]
        info = runs.describe(ctx.dataset, ctx.params["brain_key"])
        chips = search_payloads.item_chips(ctx.view, [id_], info)
        found = search_payloads.result_of(_cached(ctx), ctx.dataset, id_)
        return {"chip": chips[0] if chips else None, "result": found}

    @answered
    def compare_results(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """The results beside those of the same search of another index, or of an
        earlier search."""
        first, other = _cached(ctx).result, ctx.params.get("other")
        request = (
            replace(searches.from_history(ctx, ctx.params["id"]), score_field=None)
            if other is None
            else comparison.of_other_index(first.request, other)
        )
        return comparison.compare(ctx, first, request)

    @answered
    def clear_results(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """Shows what was searched from; a view of the person's own stays."""
        is_search = grid.shows_results(ctx)
        ctx.ops.set_view(grid.base_view(ctx) if is_search else grid.searched_from(ctx))
        return {}

    @answered
    def selection(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        info = runs.describe(ctx.dataset, ctx.params["brain_key"])
        return {"chips": search_payloads.selected_chips(ctx, info)}

    @answered
    def view_count(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        view = grid.searched_from(ctx)
        indexed = runs.indexed(ctx.dataset, ctx.params["brain_key"], view)
        return {
            "count": indexed.count_in(view),
            "shows_results": grid.shows_results(ctx),
        }

    @answered
    def search_options(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        return {"group_by": search_form.grouping_fields(ctx.dataset)}

    @answered
    def suggestions(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """What may be searched for: again, or by the name of a class."""
        info = runs.describe(ctx.dataset, ctx.params["brain_key"])
        made, _ = searches.history(ctx, RECENT)
        by_label = {history_payloads.label(each): each.id for each in reversed(made)}
        return {
            "recent": [
                {"id": id_, "label": label} for label, id_ in reversed(by_label.items())
            ],
            "saved": searches.saved_names(ctx),
            "classes": suggestions.class_names(ctx.dataset, info.patches_field),
        }

    @answered
    def search_history(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """A page of the searches that were made, or of those with a text in them."""
        skip = int(ctx.params.get("skip") or 0)
        typed = str(ctx.params.get("search") or "").casefold().strip()

        def has_text(made: searches.StoredSearch) -> bool:
            return typed in history_payloads.label(made).casefold()

        which = has_text if typed else None
        found, total = searches.history(ctx, HISTORY_PAGE, skip, which)
        image = ctx.store(searches.IMAGES).get
        return {
            "searches": history_payloads.entries(ctx.dataset, found, image),
            "total": total,
            "saved": searches.saved_names(ctx),
        }

    @answered
    def delete_searches(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """Deletes a saved search, one of the history, or else all of the history."""
        if (name := ctx.params.get("name")) is not None:
            searches.delete_saved(ctx, name)
        elif (id_ := ctx.params.get("id")) is not None:
            searches.delete_from_history(ctx, id_)
        else:
            searches.clear_history(ctx)
        return {}

    @answered
    def save_search(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """Saves a search of the history, or the one whose results are shown."""
        if (id_ := ctx.params.get("id")) is not None:
            request = searches.from_history(ctx, id_)
        else:
            request = _cached(ctx).result.request
        saved = searches.save(ctx, ctx.params["name"], request)
        return {"message": f"Saved '{saved.id}': {saved.label}"}

    @answered
    def save_view(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        name = str(ctx.params["name"]).strip()
        names.refuse(names.saved_view_problem(ctx.dataset, name))
        ctx.dataset.save_view(name, grid.part_in_grid(ctx, _first_results(ctx)))
        ctx.ops.reload_dataset()
        return {"message": f"Saved the view '{name}'"}

    @answered
    def tag_results(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """Tags the results that the grid shows, or those of what is selected; or
        removes the tag from them."""
        params, cached = ctx.params, _cached(ctx)
        result = cached.result
        ids = _ids_in_grid(ctx)
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
        tag, remove = params["tag"], flag(ctx, "remove")
        had = tagging.tagged(view, ids, tag, field)
        done = tag_changes.tag_results(ctx, view, ids, field, tag, remove)
        changed = [id_ for id_ in ids if (id_ in had) is remove]
        return {"message": done["message"], "changed": changed}

    @answered
    def tags(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """The tags that there are already, of samples or of labels as the results
        are."""
        result, path = _cached(ctx).result, "tags"
        if (field := result.patches_field) is not None:
            _, path = result.indexed.samples._get_label_field_path(field, "tags")
        return {"tags": result.indexed.samples.distinct(path)}


def _results(
    ctx: foo.ExecutionContext,
    request: SearchRequest,
    base: fo.DatasetView,
    noted: bool = False,
    keep: int | None = None,
    in_grid: bool = False,
) -> dict[str, Any]:
    """Searches, adds that to the history if it is to be ``noted``, shows the first
    results in the grid unless they are there already, and returns what React draws of
    all of them."""
    result, view, empty = searches.find(ctx, request)
    made = searches.add_to_history(ctx, request, len(result.ids)) if noted else None
    cached = results.cache(result, view)
    first = view if keep is None else cached.view(ctx.dataset, keep)
    if not in_grid and not (keep and grid.is_shown(ctx, first)):
        grid.show(ctx, first, base)
        searches.select_objects(ctx, result)
    in_view = searched = None
    if not indexed_samples.is_whole(base):
        in_view = result.indexed.count_in(base)
    if request.view is not None:
        is_base = request.view == base._serialize(include_uuids=False)
        searched = in_view if is_base else result.indexed.count_in(result.samples)
    return search_payloads.search_result(
        cached,
        ctx.dataset,
        history_id=made,
        searched=searched,
        in_view=in_view,
        empty=empty,
    )


def _cached(ctx: foo.ExecutionContext) -> results.CachedResult:
    return results.cached(ctx.params["token"])


def _first_results(ctx: foo.ExecutionContext) -> fo.DatasetView:
    return _cached(ctx).view(ctx.dataset, int(ctx.params["keep"]))


def _ids_in_grid(ctx: foo.ExecutionContext) -> list[str]:
    """The first results, without those that the sidebar's filters hide."""
    view, ids = _first_results(ctx), _cached(ctx).result.ids[: int(ctx.params["keep"])]
    part = grid.part_in_grid(ctx, view)
    if part is view:
        return ids
    shown = set(part.values("id"))
    return [id_ for id_ in ids if id_ in shown]
