"""*Adopt collection*: use an existing collection as an index of the dataset."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.indexes import adopt
from fiftyone_milvus.indexes.adopt import Adoption

from ..app import collection_payloads, forms, tables, zoo_models
from ..app.context import flag
from ..app.labels import LABELS, MODEL_HINT
from .base import Operator

COLUMNS = {"fact": "Property", "value": "Value"}


class AdoptCollection(Operator):
    """Compares a collection with the dataset, and makes it an index when asked to."""

    name = "adopt_collection"
    label = "Adopt collection"
    description = "Use an existing collection as an index of this dataset"
    returns = (
        "Returns how many of its ids are in the dataset, and the index's brain_key "
        "unless it is a dry run"
    )
    icon = "add_link"
    risk = types.RiskLevel.MEDIUM
    columns = COLUMNS

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        inputs.str(
            "collection_name",
            required=True,
            label=LABELS["collection_name"],
            description="Its name, as listed by 'Milvus: Collections'",
        )
        description = "The field of the objects that it has; leave empty for samples"
        fields = forms.patches_fields(ctx.dataset)
        forms.patches_choice(inputs, ctx, description, fields)
        inputs.bool(
            "dry_run",
            default=True,
            label=LABELS["dry_run"],
            description="Only compare the collection with the dataset",
        )
        if ctx.params.get("dry_run") is False:
            _index_inputs(ctx, inputs)

    def run(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        params = ctx.params
        name, field = params["collection_name"], params.get("patches_field") or None
        if flag(ctx, "dry_run", default=True):
            found = adopt.adoption(ctx.dataset, name, field)
            return {**_plain(found), "dry_run": True, "table": _table(found)}
        info = adopt.adopt(
            ctx.dataset,
            params.get("brain_key") or forms.free_key(ctx.dataset),
            name,
            patches_field=field,
            model=params.get("model") or None,
            take_ownership=flag(ctx, "take_ownership"),
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
        label=LABELS["vectors_model"],
        description=MODEL_HINT,
        view=types.AutocompleteView(),
    )
    inputs.bool(
        "take_ownership",
        default=False,
        label=LABELS["take_ownership"],
        description="It can be synced here, and cleaning up the index deletes it",
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
        "Vectors": f"{info.dim or 0}-dim, {info.metric}, {info.index_type}",
        "Rows": tables.count(info.rows),
        "Ids in this dataset": f"{match.matched:,} of {match.rows:,}",
        "Ids not in this dataset": ", ".join(match.unmatched),
        "Owner": f"{owner.dataset} / {owner.brain_key}" if owner else "",
        "State": f"{info.state}: {info.reason}",
        "Ownership": found.ownership_problem or "can be taken",
    }
    return [{"fact": fact, "value": value} for fact, value in facts.items()]
