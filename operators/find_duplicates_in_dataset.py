"""*Find near duplicates in another dataset*: what another dataset has too."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.analysis import cross_duplicates
from fiftyone_milvus.backend import runs
from fiftyone_milvus.backend.index import MilvusSimilarityIndex

from ..app import analysis_forms, forms, other_datasets
from ..app.long_jobs import Work
from .base import LongOperator


class FindDuplicatesInDataset(LongOperator):
    """Shows the samples of this dataset that another one has too, the nearest first."""

    name = "find_duplicates_in_dataset"
    label = "Find near duplicates in another dataset"
    description = "Find the samples or patches that another dataset has too"
    returns = (
        "Returns matches (the nearest 1,000) with id, other_id and distance, total, "
        "compared, tagged, saved_view and message; changes nothing in the other dataset"
    )
    icon = "difference"
    risk = types.RiskLevel.MEDIUM

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        forms.index_choice(ctx, inputs)
        other_datasets.inputs(ctx, inputs)
        analysis_forms.distance(ctx, inputs)
        analysis_forms.result_inputs(ctx, inputs, "those that the other dataset has")

    def work(self, ctx: foo.ExecutionContext) -> Work:
        other = other_datasets.load(ctx.params.get("other_dataset"))
        key = ctx.params["other_key"]

        def find(
            index: MilvusSimilarityIndex, **params: Any
        ) -> cross_duplicates.CrossDuplicates:
            return cross_duplicates.find_duplicates_in(
                index, runs.load(other, key), **params
            )

        return analysis_forms.work(
            ctx, find, _outcome, thresh=analysis_forms.thresh(ctx)
        )


def _outcome(found: cross_duplicates.CrossDuplicates) -> analysis_forms.Outcome:
    data = {
        "other_dataset": found.other_dataset,
        "other_key": found.other_key,
        "thresh": found.thresh,
        "compared": found.compared,
        "total": len(found.matches),
        "matches": [asdict(one) for one in found.matches[: analysis_forms.MAX_LISTED]],
        "orphaned": found.orphaned,
        "seconds": round(found.seconds, 3),
    }
    return analysis_forms.Outcome(found.ids, found.ids, data, found.message)
