"""*Embeddings map*: shows the vectors of an index in FiftyOne's Embeddings panel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.analysis.embeddings_map import embeddings_map
from fiftyone_milvus.backend import runs
from fiftyone_milvus.progress import Report

from ..app import forms
from ..app.context import scope_samples
from ..app.long_jobs import JobResult, Work
from .base import LongOperator

PANEL = "Embeddings"


class EmbeddingsMap(LongOperator):
    """Computes a visualization of the vectors that Milvus has, and opens the panel."""

    name = "embeddings_map"
    label = "Embeddings map"
    description = (
        "Project an index's vectors onto a plane (UMAP where installed, else PCA) for "
        "the Embeddings panel, without embedding again"
    )
    returns = (
        "Returns map_key (the visualization's brain key), method, points (how many "
        "vectors) and seconds; opens the Embeddings panel unless it is delegated; all "
        "vectors are in memory at once"
    )
    icon = "scatter_plot"
    risk = types.RiskLevel.MEDIUM

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        key = forms.index_choice(ctx, inputs)
        free = forms.free_key(ctx.dataset, f"{key or forms.DEFAULT_KEY}_map")
        forms.new_key(ctx, inputs, "map_key", free, "Key of the map", required=False)
        forms.scope_choice(ctx, inputs)

    def work(self, ctx: foo.ExecutionContext) -> Work:
        samples = scope_samples(ctx, ctx.params.get("scope", "dataset"))
        key = ctx.params["brain_key"]
        map_key = ctx.params.get("map_key") or forms.free_key(ctx.dataset, f"{key}_map")

        def compute(report: Report, cancelled: Callable[[], bool]) -> JobResult:
            found = embeddings_map(
                runs.load(ctx.dataset, key),
                map_key,
                view=None if samples is ctx.dataset else samples,
                progress=report,
                cancelled=cancelled,
            )
            data = {**asdict(found), "message": found.message}
            return JobResult(data, open_panel=PANEL)

        return compute
