"""*Sync index*: embed what is missing or stale, remove what is orphaned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.indexes import sync
from fiftyone_milvus.progress import Report

from ..app import forms, health_reports
from ..app.context import connection, flag, without_causes
from ..app.long_jobs import perform


class SyncIndex(foo.Operator):
    """Makes an index true to its dataset; a dry run says the numbers first."""

    @property
    def config(self) -> foo.OperatorConfig:
        return forms.config(
            name="sync_index",
            label="Milvus: Sync index",
            description="Embed what is missing or stale, and remove what is orphaned",
            icon="sync",
            risk=types.RiskLevel.HIGH,
            streams=True,
        )

    def resolve_input(self, ctx: foo.ExecutionContext) -> types.Property:
        inputs = types.Object()
        forms.index_choice(ctx, inputs)
        inputs.bool(
            "dry_run",
            default=False,
            label="Dry run",
            description="Only say what would be embedded and removed",
        )
        return types.Property(inputs, view=types.View(label="Sync a Milvus index"))

    @without_causes
    def execute(self, ctx: foo.ExecutionContext) -> Any:
        key = ctx.params["brain_key"]

        def work(report: Report, cancelled: Callable[[], bool]) -> dict[str, Any]:
            done = sync.sync(
                ctx.dataset,
                key,
                dry_run=flag(ctx, "dry_run"),
                progress=report,
                cancelled=cancelled,
                **connection(ctx),
            )
            if not done.dry_run:
                health_reports.renew(ctx, key, report, cancelled, **connection(ctx))
            return {**asdict(done), "message": done.message}

        return perform(ctx, key, work)
