"""*Search history*: what was searched for, to be looked at, run again, or cleared."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.checks import count

from ..app import searches, tables
from ..app.context import flag
from .base import Operator

PAGE = 25
COLUMNS = {"at": "When (UTC)", "label": "Search", "results": "Results"}


class SearchHistory(Operator):
    """Lists the searches that were made in this dataset, the latest first."""

    name = "search_history"
    label = "Search history"
    description = "List the searches made so far, repeat one, or clear the list"
    returns = (
        "Returns searches, each with id, label, time (UTC) and params, and their "
        "total; the last 1,000 are kept"
    )
    icon = "history"
    risk = types.RiskLevel.HIGH
    columns = COLUMNS

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        inputs.int("count", default=PAGE, min=1, label="How many")
        inputs.int("skip", default=0, min=0, label="Skip the latest")
        inputs.str(
            "again",
            required=False,
            label="Search again",
            description="Repeats one of them unchanged",
            view=searches.history_choices(ctx),
        )
        inputs.bool(
            "clear",
            default=False,
            label="Clear the history",
            description="Saved searches are kept",
        )

    def run(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        if flag(ctx, "clear"):
            searches.clear_history(ctx)
        elif ctx.params.get("again"):
            searches.perform(ctx, searches.from_history(ctx, ctx.params["again"]))
        found, total = searches.history(
            ctx,
            count(ctx.params.get("count", PAGE), "count", "searches"),
            count(ctx.params.get("skip", 0), "skip", "searches", least=0),
        )
        return {
            "searches": [entry.to_dict() for entry in found],
            "total": total,
            "table": [
                {
                    "at": entry.at[:16].replace("T", " "),
                    "label": entry.label,
                    "results": tables.count(entry.results),
                }
                for entry in found
            ],
            "message": f"{total:,} {'search' if total == 1 else 'searches'}",
        }
