"""*Index health*: compare an index with its dataset."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.progress import Report

from ..app import forms, health_reports
from ..app.long_jobs import JobResult, Work
from .base import LongOperator


class IndexHealth(LongOperator):
    """Counts what is up to date, missing, stale and orphaned; changes nothing."""

    name = "index_health"
    label = "Index health"
    description = "Compare an index with its dataset: missing, stale and orphaned rows"
    returns = (
        "Returns healthy, rows, and how many are current, missing, stale, orphaned, "
        "unknown and unavailable, with up to 100 example ids each; changes nothing"
    )
    icon = "monitor_heart"
    risk = types.RiskLevel.LOW

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        forms.index_choice(ctx, inputs)

    def work(self, ctx: foo.ExecutionContext) -> Work:
        def check(report: Report, cancelled: Callable[[], bool]) -> JobResult:
            key = ctx.params["brain_key"]
            found = health_reports.check(ctx, key, report, cancelled)
            data = {**asdict(found), "healthy": found.healthy}
            return JobResult({**data, "message": found.message})

        return check
