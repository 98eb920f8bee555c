"""*Index health*: an index against its dataset, in numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.progress import Report

from ..app import forms, health_reports
from ..app.context import connection, without_causes
from ..app.long_jobs import perform


class IndexHealth(foo.Operator):
    """Says what of an index is missing, stale or orphaned; changes nothing."""

    @property
    def config(self) -> foo.OperatorConfig:
        return forms.config(
            name="index_health",
            label="Milvus: Index health",
            description="Compare an index with its dataset: missing, stale, orphaned",
            icon="monitor_heart",
            risk=types.RiskLevel.LOW,
            streams=True,
        )

    def resolve_input(self, ctx: foo.ExecutionContext) -> types.Property:
        inputs = types.Object()
        forms.index_choice(ctx, inputs)
        return types.Property(inputs, view=types.View(label="Health of a Milvus index"))

    @without_causes
    def execute(self, ctx: foo.ExecutionContext) -> Any:
        key = ctx.params["brain_key"]

        def work(report: Report, cancelled: Callable[[], bool]) -> dict[str, Any]:
            found = health_reports.check(ctx, key, report, cancelled, **connection(ctx))
            return {
                **asdict(found),
                "healthy": found.healthy,
                "message": found.message,
            }

        return perform(ctx, key, work)
