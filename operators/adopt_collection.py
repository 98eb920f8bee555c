"""*Adopt collection*: connect the dataset to a collection that exists."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.dataset import names
from fiftyone_milvus.indexes import adopt
from fiftyone_milvus.indexes.adopt import Adoption

from ..app import forms, tables, zoo_models
from ..app.context import connection, flag, without_causes
from .collections import plain

COLUMNS = {"fact": "", "value": "What was found"}
DEFAULT_KEY = "milvus"


class AdoptCollection(foo.Operator):
    """Shows how a collection matches the dataset, and makes it an index when asked."""

    @property
    def config(self) -> foo.OperatorConfig:
        return forms.config(
            name="adopt_collection",
            label="Milvus: Adopt collection",
            description="Connect this dataset to a collection that exists",
            icon="add_link",
            risk=types.RiskLevel.MEDIUM,
        )

    def resolve_input(self, ctx: foo.ExecutionContext) -> types.Property:
        inputs = types.Object()
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
        return types.Property(inputs, view=types.View(label="Adopt Milvus collection"))

    @without_causes
    def execute(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        params = ctx.params
        name, field = params["collection_name"], params.get("patches_field") or None
        if flag(ctx, "dry_run", default=True):
            found = adopt.adoption(ctx.dataset, name, field, **connection(ctx))
            return {**_plain(found), "dry_run": True, "table": _table(found)}
        info = adopt.adopt(
            ctx.dataset,
            params.get("brain_key") or forms.free_key(ctx.dataset, DEFAULT_KEY),
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

    def resolve_output(self, ctx: foo.ExecutionContext) -> types.Property:
        outputs = types.Object()
        outputs.str("message", label="Adoption")
        if ctx.params.get("dry_run") is not False:
            tables.output(outputs, "table", COLUMNS)
        return types.Property(outputs, view=types.View(label="Milvus adoption"))


def _index_inputs(ctx: foo.ExecutionContext, inputs: types.Object) -> None:
    free = forms.free_key(ctx.dataset, DEFAULT_KEY)
    inputs.str("brain_key", required=True, default=free, label="Brain key")
    key = ctx.params.get("brain_key", free)
    problem = names.brain_key_problem(ctx.dataset, key or "")
    if problem is not None:
        forms.problem(inputs, "brain_key", problem)
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
        "collection": plain(found.collection),
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
