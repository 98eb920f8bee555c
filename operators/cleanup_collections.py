"""*Clean up collections*: delete collections that no index uses."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.indexes import collection_cleanup
from fiftyone_milvus.indexes.collection_cleanup import Candidate, DeletionPlan

from ..app import forms, tables
from ..app.context import flag
from ..app.labels import LABELS
from .base import Operator

STORE = "milvus_vector_search_deletions"
LISTED_SECONDS = 600
COLUMNS = {
    "name": "Collection",
    "what": "Action",
    "state": "State",
    "reason": "Reason",
    "rows": "Rows",
    "size": "Size (about)",
}


class CleanupCollections(Operator):
    """Lists what would be deleted, and deletes it only without the dry run."""

    name = "cleanup_collections"
    label = "Clean up collections"
    description = "Delete collections that no index uses, after a dry run"
    returns = (
        "Returns candidates and kept, each with rows, size in bytes and a reason; "
        "deletes only with dry_run false"
    )
    icon = "delete_sweep"
    risk = types.RiskLevel.HIGH
    columns = COLUMNS

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        inputs.list(
            "names",
            types.String(),
            default=[],
            required=False,
            label="Collections",
            description="Their names, as listed by 'Milvus: Collections'",
        )
        inputs.bool(
            "orphaned",
            default=False,
            label="All orphaned collections",
            description="Those that this backend created and that no index uses",
        )
        inputs.bool(
            "include_deleted_datasets",
            default=False,
            label="Include collections of datasets that aren't in this FiftyOne",
            description="Only if no other FiftyOne uses this Milvus",
        )
        inputs.list(
            "confirmed_names",
            types.String(),
            default=[],
            required=False,
            label="Confirm names",
            description="Names of collections that this backend didn't create",
        )
        inputs.bool(
            "dry_run",
            default=True,
            label=LABELS["dry_run"],
            description="Only list what would be deleted",
        )
        if not ctx.params.get("names") and not ctx.params.get("orphaned"):
            text = "Name the collections to delete, or choose all orphaned ones"
            forms.problem(inputs, "orphaned", text)
        elif ctx.params.get("dry_run") is False:
            inputs.view("notice", types.Warning(label=_warning(ctx)))

    def run(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        dry_run = flag(ctx, "dry_run", default=True)
        plan = _planned(ctx) if dry_run else _deleted(ctx)
        deleted = [] if dry_run else plan.names
        return {
            **asdict(plan),
            "deleted": deleted,
            "rows": plan.rows,
            "size_bytes": plan.size_bytes,
            "dry_run": dry_run,
            "table": _table(plan, dry_run),
            "message": _summary(plan, dry_run),
        }


def _planned(ctx: foo.ExecutionContext) -> DeletionPlan:
    plan = collection_cleanup.deletion_plan(
        ctx.params.get("names") or [],
        orphaned=flag(ctx, "orphaned"),
        **_choices(ctx),
    )
    if flag(ctx, "orphaned") and not plan.refused:
        ctx.store(STORE).set(_request_key(ctx), plan.names, ttl=LISTED_SECONDS)
    return plan


def _deleted(ctx: foo.ExecutionContext) -> DeletionPlan:
    """Deletes the collections that are named; or, if all orphaned ones are asked for,
    those that the dry run of the same request listed: there may be others by now."""
    names = ctx.params.get("names") or []
    if flag(ctx, "orphaned"):
        names = _listed_names(ctx)
        if names is None:
            raise InvalidRequest(
                "The orphaned collections were not listed in the last ten minutes. Run "
                "this with 'dry_run' first, and check what it lists; or name the "
                "collections to delete."
            )
    plan = collection_cleanup.delete_collections(names, **_choices(ctx))
    ctx.store(STORE).delete(_request_key(ctx))
    return plan


def _choices(ctx: foo.ExecutionContext) -> dict[str, Any]:
    return {
        "confirmed_names": ctx.params.get("confirmed_names") or [],
        "include_deleted_datasets": flag(ctx, "include_deleted_datasets"),
    }


def _listed_names(ctx: foo.ExecutionContext) -> list[str] | None:
    """What the dry run of the same request listed, if it is recent."""
    found: list[str] | None = ctx.store(STORE).get(_request_key(ctx))
    return found


def _request_key(ctx: foo.ExecutionContext) -> str:
    """Identifies a request by what it asks to delete."""
    names = sorted(map(str, ctx.params.get("names") or []))
    request = [names, flag(ctx, "include_deleted_datasets")]
    return hashlib.sha256(json.dumps(request).encode()).hexdigest()


def _warning(ctx: foo.ExecutionContext) -> str:
    names = ctx.params.get("names") or []
    if ctx.params.get("orphaned"):
        names = _listed_names(ctx)
    if names is None:
        return "Do a dry run first: it lists what would be deleted"
    return (
        f"This permanently deletes {len(names):,} collections with all their vectors: "
        f"{', '.join(map(str, names))}"
    )


def _table(plan: DeletionPlan, dry_run: bool) -> list[dict[str, str]]:
    deleted = "would be deleted" if dry_run else "deleted"
    return [
        *(_row(one, deleted if one.allowed else "refused") for one in plan.candidates),
        *(_row(one, "kept") for one in plan.kept),
    ]


def _row(one: Candidate, what: str) -> dict[str, str]:
    return {
        "name": one.name,
        "what": what,
        "state": one.state,
        "reason": one.reason,
        "rows": tables.count(one.rows),
        "size": tables.size(one.size_bytes),
    }


def _summary(plan: DeletionPlan, dry_run: bool) -> str:
    if plan.refused:
        first = plan.refused[0]
        return f"Nothing would be deleted. '{first.name}': {first.reason}."
    verb = "Would delete" if dry_run else "Deleted"
    text = (
        f"{verb} {len(plan.candidates):,} collections with {plan.rows:,} vectors "
        f"(about {tables.size(plan.size_bytes)})"
    )
    if plan.kept:
        text += (
            f"; keeps {len(plan.kept):,} orphaned collections of datasets that aren't "
            "in this FiftyOne"
        )
    return text
