"""What the *Search* place asks."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo

from fiftyone_milvus import pages, runs, search
from fiftyone_milvus.errors import InvalidRequest

from ..operators import search_form
from ..operators.context import connection
from ..operators.search_request import check_k
from . import grid, search_payloads
from .answering import answered

METHODS = ("search", "more", "clear")


class SearchMethods:
    @answered
    def search(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        params = ctx.params
        k = check_k(params.get("k"))
        index = runs.load(ctx.dataset, params["brain_key"], **connection(ctx))
        base = grid.base_view(ctx)
        samples = base if params.get("target") == "view" else ctx.dataset
        if samples is base and not base.limit(1).count():
            raise InvalidRequest("The view is empty. Clear it, or search the dataset.")
        result = search.search(
            index,
            search_form.read_query(ctx, runs.describe(ctx.dataset, index.key)),
            k,
            samples=samples,
            reverse=bool(params.get("reverse")),
        )
        view = search.result_view(result, samples)
        grid.show(ctx, view, base)
        return search_payloads.search_result(result, view, pages.keep(result))

    @answered
    def more(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        result, start = pages.get(ctx.params["token"]), int(ctx.params["start"])
        shown = result.page(start, search_payloads.SHOWN_HITS)
        view = search.result_view(shown, ctx.dataset)
        return {"hits": search_payloads.hits(result, view, start)}

    @answered
    def clear(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        grid.restore(ctx)
        return {}
