"""What the *Search* place asks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import fiftyone as fo
import fiftyone.core.patches as fop
import fiftyone.operators as foo

from fiftyone_milvus.backend import runs
from fiftyone_milvus.dataset import indexed_samples, names
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.search import result_cache
from fiftyone_milvus.search.query import Query

from ..app import saved_searches, search_form, tag_changes
from ..app.context import connection
from ..app.search_request import SearchRequest
from ..operators import search as searching
from . import chips, grid, search_payloads
from .cached_result import Found
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


class SearchMethods:
    @answered
    def search(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        base = grid.base_view(ctx)
        request = search_form.read(ctx)
        if ctx.params.get("scope") == "view":
            stages = base._serialize(include_uuids=False)
            request = replace(request, view=stages or None)
        return _found(ctx, request, base)

    @answered
    def rerun_search(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """A search of the history, or a saved one, just as it was made."""
        name = ctx.params.get("name")
        request = (
            saved_searches.load(ctx, name)
            if name is not None
            else saved_searches.recall(ctx, ctx.params["id"])
        )
        base = grid.base_view(ctx)
        if request.view is not None:
            base = fo.DatasetView._build(ctx.dataset, request.view)
        result = _found(ctx, request, base)
        query = Query.from_dict(request.query)
        field = runs.describe(ctx.dataset, request.brain_key).patches_field
        everything = runs.all_samples(ctx.dataset, request.brain_key, base)
        told = request.to_dict()
        return {
            **result,
            "chips": chips.of_query(everything, query, field),
            "request": {
                **{k: v for k, v in told.items() if k not in ("query", "view")},
                "k": request.k,
                "scope": "dataset" if request.view is None else "view",
            },
        }

    @answered
    def next_results(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        found, start = _kept(ctx), int(ctx.params["start"])
        page = search_payloads.SHOWN_RESULTS
        explained = found.explain(ctx.dataset, start, page, **connection(ctx))
        return {
            "results": search_payloads.results(found, ctx.dataset, start, explained)
        }

    @answered
    def keep_results(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """Shows only the first results in the grid."""
        grid.show(ctx, _first(ctx), grid.base_view(ctx))
        return {}

    @answered
    def clear_results(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        grid.restore(ctx)
        return {}

    @answered
    def selection(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        info = runs.describe(ctx.dataset, ctx.params["brain_key"])
        return {"chips": chips.selected(ctx, info)}

    @answered
    def view_count(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        info = runs.describe(ctx.dataset, ctx.params["brain_key"])
        view = grid.base_view(ctx)
        everything = runs.all_samples(ctx.dataset, info.brain_key, view)
        return {
            "count": _count(everything, view, info.patches_field),
            "shows_results": grid.shows_results(ctx),
        }

    @answered
    def search_options(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        return {"group_by": search_form.grouping_fields(ctx.dataset)}

    @answered
    def search_history(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        skip = int(ctx.params.get("skip") or 0)
        found, total = saved_searches.history(ctx, HISTORY_PAGE, skip)
        return {
            "searches": [_told(entry) for entry in found],
            "total": total,
            "saved": saved_searches.names(ctx),
        }

    @answered
    def delete_searches(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """Deletes a saved search, or else clears the history."""
        if (name := ctx.params.get("name")) is not None:
            saved_searches.delete(ctx, name)
        else:
            saved_searches.clear_history(ctx)
        return {}

    @answered
    def save_search(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        request = _kept(ctx).answer.request
        saved = saved_searches.save(ctx, ctx.params["name"], request)
        return {"message": f"Saved '{saved.id}': {saved.label}"}

    @answered
    def save_view(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        name = str(ctx.params["name"]).strip()
        names.refuse(names.saved_view_problem(ctx.dataset, name))
        ctx.dataset.save_view(name, _first(ctx))
        ctx.ops.reload_dataset()
        return {"message": f"Saved the view '{name}'"}

    @answered
    def tag_results(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """Tags the results that are kept, or those of what is selected."""
        params, answer = ctx.params, _kept(ctx).answer
        ids = answer.ids[: int(params["keep"])]
        if selection := params.get("selection"):
            ids = [id_ for id_ in answer.ids if id_ in set(selection)]
        if not ids:
            raise InvalidRequest(
                "None of what is selected in the grid is a result. Clear the selection "
                "to tag the results that are kept."
                if selection
                else "There is no result to tag. Search for something else."
            )
        found = _kept(ctx).view(ctx.dataset, len(answer.ids))
        field = answer.patches_field
        done = tag_changes.tag_results(ctx, found, ids, field, params["tag"])
        return {"message": done["message"]}


def _found(
    ctx: foo.ExecutionContext, request: SearchRequest, base: fo.DatasetView
) -> dict[str, Any]:
    answer, view = searching.find(ctx, request)
    grid.show(ctx, view, base)
    searching.mark(ctx, answer)
    found = Found.of(answer, view)
    field = answer.result.patches_field
    whole = indexed_samples.is_whole(base)
    in_view = None if whole else _count(answer.everything, base, field)
    searched = None
    if request.view == base._serialize(include_uuids=False):
        searched = in_view
    elif request.view is not None:
        stages = fo.DatasetView._build(ctx.dataset, request.view)
        searched = _count(answer.everything, stages, field)
    return search_payloads.search_result(
        found,
        view,
        result_cache.keep(found),
        searched=searched,
        in_view=in_view,
        empty_reason=searching.empty_reason(ctx, answer),
    )


def _kept(ctx: foo.ExecutionContext) -> Found:
    found: Found = result_cache.get(ctx.params["token"])
    return found


def _first(ctx: foo.ExecutionContext) -> fo.DatasetView:
    return _kept(ctx).view(ctx.dataset, int(ctx.params["keep"]))


def _count(
    everything: fo.SampleCollection, view: fo.DatasetView, patches_field: str | None
) -> int:
    """How many of an index's samples or patches a view has."""
    view = indexed_samples.part_of(everything, view, patches_field)
    if patches_field is None or isinstance(view, fop.PatchesView):
        return int(view.count())
    _, path = view._get_label_field_path(patches_field, "id")
    return int(view.count(path))


def _told(entry: saved_searches.KeptSearch) -> dict[str, Any]:
    """A search of the history, without its terms."""
    return {
        "id": entry.id,
        "label": _words(entry.params["query"]["terms"]),
        "at": entry.at,
        "results": entry.results,
        "brain_key": entry.params["brain_key"],
    }


def _words(terms: list[dict[str, Any]]) -> str:
    """What was searched for: texts in full, the rest counted."""
    parts = []
    for negative, sign in ((False, ""), (True, "unlike ")):
        these = [term for term in terms if bool(term.get("negative")) is negative]
        texts = [_text(term["text"]) for term in these if "text" in term]
        parts += [sign + text for text in texts]
        if others := len(these) - len(texts):
            parts.append(f"{sign}{others} {'image' if others == 1 else 'images'}")
    return ", ".join(parts)


def _text(phrasings: str | list[str]) -> str:
    return phrasings if isinstance(phrasings, str) else " | ".join(phrasings)
