"""*Sync index*: embed what is missing or stale, delete what is orphaned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.indexes import sync
from fiftyone_milvus.progress import Report

from ..app import forms, health_reports
from ..app.context import flag
from ..app.labels import LABELS
from ..app.long_jobs import JobResult, Work
from .base import LongOperator


class SyncIndex(LongOperator):
    """Makes an index consistent with its dataset; a dry run only counts."""

    name = "sync_index"
    label = "Sync index"
    description = "Embed missing and stale samples or patches, delete orphaned rows"
    returns = (
        "Returns embedded, removed, updated, failed and failures with reasons, and "
        "seconds; a dry run counts only"
    )
    icon = "sync"
    risk = types.RiskLevel.HIGH
    can_pause = True

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        forms.index_choice(ctx, inputs)
        inputs.bool(
            "dry_run",
            default=False,
            label=LABELS["dry_run"],
            description="Only count what would be embedded and deleted",
        )

    def work(self, ctx: foo.ExecutionContext) -> Work:
        key, dry_run = ctx.params["brain_key"], flag(ctx, "dry_run")

        def sync_index(report: Report, cancelled: Callable[[], bool]) -> JobResult:
            synced = sync.sync(
                ctx.dataset,
                key,
                dry_run=dry_run,
                progress=report,
                cancelled=cancelled,
            )
            if not dry_run:
                health_reports.update(ctx, key, report, cancelled)
            return JobResult({**asdict(synced), "message": synced.message})

        return sync_index
