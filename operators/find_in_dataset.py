"""*Find in another dataset*: search it with the selection, and copy the results."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.analysis import cross_dataset
from fiftyone_milvus.backend import runs
from fiftyone_milvus.dataset.indexed_samples import IndexedSamples
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.progress import Progress, Report

from ..app import analysis_forms, forms, other_datasets
from ..app.context import (
    MAX_RESULTS,
    flag,
    selected_ids,
    selection,
)
from ..app.labels import LABELS
from ..app.long_jobs import JobResult, Work
from .base import LongOperator

DEFAULT_K = 25


class FindInDataset(LongOperator):
    """Searches another dataset; copied samples refer to the same image files."""

    name = "find_in_dataset"
    label = "Find in another dataset"
    description = "Search another dataset with the selection, and copy the results"
    returns = (
        "Returns matches with their distances, copied ids, skipped, tagged and "
        "message; 16,384 matches at most"
    )
    icon = "travel_explore"
    risk = types.RiskLevel.MEDIUM

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        key = forms.index_choice(ctx, inputs)
        if key is not None:
            _check_selection(ctx, inputs, key)
        other_datasets.inputs(ctx, inputs)
        analysis_forms.number(
            ctx, inputs, "k", DEFAULT_K, 1, MAX_RESULTS, label=LABELS["k"]
        )
        inputs.bool(
            "copy",
            default=False,
            label="Copy the results to this dataset",
            description="The copies refer to the same image files",
        )
        _confirmation(ctx, inputs)
        tagged = "the copies" if ctx.params.get("copy") else "the results, there"
        name = ctx.params.get("other_dataset")
        of_copies = ctx.params.get("copy") or not name or not fo.dataset_exists(name)
        dataset = ctx.dataset if of_copies else other_datasets.load(name)
        analysis_forms.result_inputs(ctx, inputs, tagged, scope=False, dataset=dataset)
        # from Python: the ids to search with, and what to copy beside path and tags
        for name in ("ids", "fields"):
            inputs.list(name, types.String(), required=False, view=types.HiddenView())

    def work(self, ctx: foo.ExecutionContext) -> Work:
        other = other_datasets.load(ctx.params.get("other_dataset"))
        problem = _unconfirmed(ctx)
        if problem is not None:
            raise InvalidRequest(problem)
        analysis_forms.check(ctx, ctx.dataset if flag(ctx, "copy") else other)

        def find(report: Report, cancelled: Callable[[], bool]) -> JobResult:
            found = _find(ctx, other)
            report(Progress("Searching", 1, 1, found.seconds, unit="datasets"))
            keep = _copy if flag(ctx, "copy") else _keep_in_other
            return keep(ctx, other, found)

        return find


def _find(
    ctx: foo.ExecutionContext, other: fo.Dataset
) -> cross_dataset.CrossDatasetResult:
    index = runs.load(ctx.dataset, ctx.params["brain_key"])
    ids = ctx.params.get("ids") or selected_ids(ctx, index)
    return cross_dataset.find_in(
        runs.load(other, ctx.params["other_key"]),
        index,
        list(ids),
        ctx.params.get("k", DEFAULT_K),
    )


def _copy(
    ctx: foo.ExecutionContext,
    other: fo.Dataset,
    found: cross_dataset.CrossDatasetResult,
) -> JobResult:
    """Copies what was found to this dataset, which the grid then shows."""
    analysis_forms.check(ctx)  # again, since the view's name may be taken by now
    copied = cross_dataset.copy_matches(
        runs.indexed(other, found.brain_key).samples,
        ctx.dataset,
        found.sample_ids,
        fields=ctx.params.get("fields") or (),
    )
    message = (
        f"{_message(found)}; copied {len(copied.ids):,} of their samples, and skipped "
        f"{copied.skipped:,} that were here"
    )
    ids, samples = list(copied.ids), ctx.dataset
    view = IndexedSamples(samples).shown(samples, ids) if ids else None
    kept = analysis_forms.keep(ctx, samples, view, ids, None, message)
    return JobResult(
        {**_data(found), "copied": ids, "skipped": copied.skipped, **kept}, view
    )


def _keep_in_other(
    ctx: foo.ExecutionContext,
    other: fo.Dataset,
    found: cross_dataset.CrossDatasetResult,
) -> JobResult:
    """Tags what was found, and saves its view, in the other dataset: the grid shows
    this one."""
    samples = runs.indexed(other, found.brain_key).samples
    ids, field = found.ids, found.patches_field
    view = IndexedSamples(samples, field).shown(samples, ids) if ids else None
    kept = analysis_forms.keep(ctx, samples, view, ids, field, _message(found))
    return JobResult({**_data(found), **kept})


def _message(found: cross_dataset.CrossDatasetResult) -> str:
    return f"{len(found.matches):,} results in '{found.dataset}'"


def _data(found: cross_dataset.CrossDatasetResult) -> dict[str, Any]:
    return {
        "other_dataset": found.dataset,
        "other_key": found.brain_key,
        "metric": found.metric,
        "queries": found.queries,
        "results": [asdict(result) for result in found.matches],
        "copied": [],
        "skipped": 0,
        "seconds": round(found.seconds, 3),
    }


def _check_selection(ctx: foo.ExecutionContext, inputs: types.Object, key: str) -> None:
    ids, samples = selection(ctx, key)
    if not (ids or samples or ctx.params.get("ids")):
        text = "Select samples or patches to search with, in the grid"
        forms.problem(inputs, "brain_key", text)


def _confirmation(ctx: foo.ExecutionContext, inputs: types.Object) -> None:
    """Asks before anything is written to the other dataset."""
    other = ctx.params.get("other_dataset")
    if not other or ctx.params.get("copy"):
        return
    inputs.bool(
        "change_other",
        default=False,
        label=f"Change '{other}'",
        description=f"Adds the tag and the saved view to '{other}'",
    )
    problem = _unconfirmed(ctx)
    if problem is not None:
        forms.problem(inputs, "change_other", problem)


def _unconfirmed(ctx: foo.ExecutionContext) -> str | None:
    """Why the other dataset may not be changed, where that was asked for."""
    written = ctx.params.get("tag") or ctx.params.get("save_view")
    if not written or flag(ctx, "copy") or flag(ctx, "change_other"):
        return None
    other = ctx.params.get("other_dataset")
    return (
        f"The tag and the saved view would be added to the dataset '{other}'. Confirm "
        "with change_other, or copy the results to this dataset."
    )
