"""*Clean up collections*: drop collections that no index needs."""

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
from ..app.context import connection, flag
from .base import Operator

SHOWN = "milvus_vector_search_deletions"
SHOWN_SECONDS = 600
COLUMNS = {
    "name": "Collection",
    "what": "What happens",
    "state": "State",
    "reason": "Reason",
    "rows": "Rows",
    "size": "About",
}


class CleanupCollections(Operator):
    """Says what would be dropped, and drops it only when asked to."""

    name = "cleanup_collections"
    label = "Clean up collections"
    description = "Drop collections that no index needs; a dry run first"
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
            description="Their names, as 'Milvus: Collections' lists them",
        )
        inputs.bool(
            "orphaned",
            default=False,
            label="All orphans",
            description="Collections of this backend that no index uses any more",
        )
        inputs.bool(
            "include_deleted_datasets",
            default=False,
            label="Also those whose dataset is not in this FiftyOne database",
            description="Only if no other FiftyOne uses this Milvus: they may be its",
        )
        inputs.list(
            "confirmed_names",
            types.String(),
            default=[],
            required=False,
            label="Names typed out",
            description="Needed for collections that this backend did not make",
        )
        inputs.bool("dry_run", default=True, label="Only say what would be dropped")
        if not ctx.params.get("names") and not ctx.params.get("orphaned"):
            text = "Name collections to drop, or choose all orphans"
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
        ctx.store(SHOWN).set(_asked(ctx), plan.names, ttl=SHOWN_SECONDS)
    return plan


def _deleted(ctx: foo.ExecutionContext) -> DeletionPlan:
    """Drops what is named, or, where all orphans are asked for, what the dry run of the
    same request listed: there may be others by now."""
    names = ctx.params.get("names") or []
    if flag(ctx, "orphaned"):
        names = _shown(ctx)
        if names is None:
            raise InvalidRequest(
                "Which orphans there are was not shown in the last ten minutes. Run "
                "this with 'dry_run' first, and look at what it lists; or name those "
                "to drop."
            )
    plan = collection_cleanup.delete_collections(names, **_choices(ctx))
    ctx.store(SHOWN).delete(_asked(ctx))
    return plan


def _choices(ctx: foo.ExecutionContext) -> dict[str, Any]:
    return {
        "confirmed_names": ctx.params.get("confirmed_names") or [],
        "include_deleted_datasets": flag(ctx, "include_deleted_datasets"),
        **connection(ctx),
    }


def _shown(ctx: foo.ExecutionContext) -> list[str] | None:
    """What the dry run of the same request would have dropped."""
    found: list[str] | None = ctx.store(SHOWN).get(_asked(ctx))
    return found


def _asked(ctx: foo.ExecutionContext) -> str:
    """Equal for requests of the same."""
    names = sorted(map(str, ctx.params.get("names") or []))
    asked = [names, flag(ctx, "include_deleted_datasets")]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


def _warning(ctx: foo.ExecutionContext) -> str:
    names = ctx.params.get("names") or []
    if ctx.params.get("orphaned"):
        names = _shown(ctx)
    if names is None:
        return "Run this with the dry run first: it lists what would be dropped"
    return (
        f"This permanently deletes {len(names):,} collections with all their vectors: "
        f"{', '.join(map(str, names))}"
    )


def _table(plan: DeletionPlan, dry_run: bool) -> list[dict[str, str]]:
    dropped = "would be dropped" if dry_run else "dropped"
    return [
        *(_row(one, dropped if one.allowed else "refused") for one in plan.candidates),
        *(_row(one, "left alone") for one in plan.kept),
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
        return f"Nothing would be dropped. '{first.name}': {first.reason}."
    verb = "Would drop" if dry_run else "Dropped"
    text = (
        f"{verb} {len(plan.candidates):,} collections with {plan.rows:,} vectors "
        f"(about {tables.size(plan.size_bytes)})"
    )
    if plan.kept:
        text += (
            f"; {len(plan.kept):,} orphans whose dataset is not in this FiftyOne "
            "database are left alone"
        )
    return text
