"""*Save search*, *Run saved search* and *Delete saved search*."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.dataset import names
from fiftyone_milvus.searches.request import SearchRequest

from ..app import forms, searches
from .base import Operator
from .search import SearchOperator


class SaveSearch(Operator):
    """Saves a search that was made, or one that Python gives, under a name."""

    name = "save_search"
    label = "Save search"
    description = "Save a search of the history under a name"
    returns = "Returns the saved search: its name and params"
    icon = "bookmark_add"
    risk = types.RiskLevel.MEDIUM

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        inputs.str("name", required=True, label="Name")
        given = ctx.params.get("name")
        problem = names.saved_search_problem(given) if given else None
        if problem is not None:
            forms.problem(inputs, "name", problem)
        if given in searches.saved_names(ctx):
            inputs.view(
                "taken",
                types.Notice(label="This replaces the search of that name"),
            )
        offered = searches.history_choices(ctx)
        inputs.str(
            "search",
            required=False,
            label="Search",
            description="The last one, if left empty",
            view=offered,
        )
        # from Python: the search itself, as SearchRequest has it
        inputs.obj("params", required=False, view=types.HiddenView())
        if not offered.choices and not ctx.params.get("params"):
            forms.problem(
                inputs, "search", "There is no search in the history yet. Search first."
            )

    def run(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        params = ctx.params.get("params")
        request = (
            SearchRequest.from_dict(params)
            if params
            else searches.from_history(ctx, ctx.params.get("search"))
        )
        searches.check_k(request.k, request.score_field)
        saved = searches.save(ctx, ctx.params["name"], request)
        return {"name": saved.id, "message": f"Saved '{saved.id}': {saved.label}"}


class RunSavedSearch(SearchOperator):
    """Runs a saved search again, just as it was made."""

    name = "run_saved_search"
    label = "Run saved search"
    description = "Run a saved search again"
    returns = (
        "Returns ids in rank order, sample_ids, scores, score (similarity, distance "
        "or rank), exact, plan, milliseconds and message; shows them in the grid"
    )
    icon = "bookmark"
    risk = types.RiskLevel.MEDIUM

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        _name_input(ctx, inputs)

    def run(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        return searches.perform(ctx, searches.load_saved(ctx, ctx.params["name"]))


class DeleteSavedSearch(Operator):
    """Deletes a saved search; no index and no sample is touched."""

    name = "delete_saved_search"
    label = "Delete saved search"
    description = "Delete a search that was saved under a name"
    returns = "Returns a message; the results of the search stay"
    icon = "bookmark_remove"
    risk = types.RiskLevel.HIGH

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        _name_input(ctx, inputs)

    def run(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        name = ctx.params["name"]
        searches.delete_saved(ctx, name)
        return {"name": name, "message": f"Deleted the saved search '{name}'"}


def _name_input(ctx: foo.ExecutionContext, inputs: types.Object) -> None:
    names = searches.saved_names(ctx)
    given = ctx.params.get("name")
    forms.choice(inputs, "name", names, given, required=True, label="Saved search")
    if not names:
        forms.problem(
            inputs, "name", "This dataset has no saved search. Save one first."
        )
