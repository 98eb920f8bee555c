"""*Adopt collection*: connect the dataset to a collection that exists."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.indexes import adopt
from fiftyone_milvus.indexes.adopt import Adoption

from ..app import collection_payloads, forms, tables, zoo_models
from ..app.context import connection, flag
from .base import Operator

COLUMNS = {"fact": "", "value": "What was found"}


class AdoptCollection(Operator):
    """Shows how a collection matches the dataset, and makes it an index when asked."""

    name = "adopt_collection"
    label = "Adopt collection"
    description = "Connect this dataset to a collection that exists"
    icon = "add_link"
    risk = types.RiskLevel.MEDIUM
    columns = COLUMNS

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        inputs.str(
            "collection_name",
            required=True,
            label="Collection",
            description="Its name, as 'Milvus: Collections' lists it",
        )
        forms.patches_choice(inputs, ctx, "If its vectors are of this field's objects")
        inputs.bool("dry_run", default=True, label="Only show how they match")
        if ctx.params.get("dry_run") is False:
            _index_inputs(ctx, inputs)

    def run(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        params = ctx.params
        name, field = params["collection_name"], params.get("patches_field") or None
        if flag(ctx, "dry_run", default=True):
            found = adopt.adoption(ctx.dataset, name, field, **connection(ctx))
            return {**_plain(found), "dry_run": True, "table": _table(found)}
        info = adopt.adopt(
            ctx.dataset,
            params.get("brain_key") or forms.free_key(ctx.dataset),
            name,
            patches_field=field,
            model=params.get("model") or None,
            take_ownership=flag(ctx, "take_ownership"),
            **connection(ctx),
        )
        if not ctx.delegated:
            ctx.ops.reload_dataset()
        return {
            **asdict(info),
            "created": info.created.isoformat(),
            "dry_run": False,
            "table": [],
            "message": f"'{name}' is now the index '{info.brain_key}'",
        }


def _index_inputs(ctx: foo.ExecutionContext, inputs: types.Object) -> None:
    forms.new_key(ctx, inputs, default=forms.free_key(ctx.dataset))
    forms.choice(
        inputs,
        "model",
        [model.name for model in zoo_models.models()],
        ctx.params.get("model"),
        required=False,
        label="Model",
        description="What its vectors were made with, for search by text",
        view=types.AutocompleteView(),
    )
    inputs.bool(
        "take_ownership",
        default=False,
        label="Take ownership",
        description="So that its rows can be changed here, and clean-up drops it",
    )


def _plain(found: Adoption) -> dict[str, Any]:
    return {
        **asdict(found),
        "collection": collection_payloads.to_dict(found.collection),
        "fits": found.fits,
    }


def _table(found: Adoption) -> list[dict[str, str]]:
    info, match = found.collection, found.match
    owner = info.owner
    facts = {
        "Fits": "yes" if found.fits else "no",
        "Vectors": f"{info.dim or 0:,} long, {info.metric}, {info.index_type}",
        "Rows": tables.count(info.rows),
        "Ids of this dataset": f"{match.matched:,} of {match.rows:,}",
        "Ids that are not": ", ".join(match.unmatched),
        "Made by": f"{owner.dataset} / {owner.brain_key}" if owner else "",
        "State": f"{info.state}: {info.reason}",
        "Ownership": found.ownership_problem or "can be taken",
    }
    return [{"fact": fact, "value": value} for fact, value in facts.items()]
