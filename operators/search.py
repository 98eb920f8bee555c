"""*Search*: sort the grid by similarity to a selection or to a text."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus import runs, search
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.query import Query

from . import schema
from .context import (
    MAX_HITS,
    connection,
    selected_ids,
    selection,
    target_choices,
    target_samples,
    without_causes,
)

DEFAULT_K = 25


class Search(foo.Operator):
    """Searches an index; the hits go into the grid in rank order, with their scores
    in the result."""

    @property
    def config(self) -> foo.OperatorConfig:
        return schema.config(
            name="search",
            label="Milvus: Search",
            description="Sort by similarity to what is selected, or to a text",
            icon="search",
            risk=types.RiskLevel.LOW,
        )

    def resolve_input(self, ctx: foo.ExecutionContext) -> types.Property:
        inputs = types.Object()
        keys = runs.keys(ctx.dataset)
        if not keys:
            text = "This dataset has no Milvus index yet. Run 'Milvus: Compute index'."
            inputs.str("brain_key", required=True, label="Index")
            schema.problem(inputs, "brain_key", text)
        else:
            key = ctx.params.get("brain_key") or keys[0]
            schema.choice(
                inputs,
                "brain_key",
                keys,
                key,
                required=True,
                default=keys[0],
                label="Index",
            )
            if key in keys:
                _query_inputs(ctx, inputs, runs.describe(ctx.dataset, key))
            _scope_inputs(ctx, inputs)
        return types.Property(inputs, view=types.View(label="Search with Milvus"))

    @without_causes
    def execute(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        params = ctx.params
        index = runs.load(ctx.dataset, params["brain_key"], **connection(ctx))
        samples = target_samples(ctx, params.get("target", "dataset"))
        query = read_query(ctx, index, params.get("text"), params.get("ids"))
        result = search.search(
            index,
            query,
            check_k(params.get("k", DEFAULT_K)),
            samples=samples,
            reverse=bool(params.get("reverse", False)),
        )
        if not ctx.delegated:
            ctx.ops.set_view(search.result_view(result, samples))
        return {
            "brain_key": result.brain_key,
            "ids": result.ids,
            "sample_ids": result.sample_ids,
            "scores": [round(float(s), 6) for s in result.scores],
            "score": result.score_kind,
            "exact": result.plan.exact,
            "plan": result.plan.reason,
            "milliseconds": round(result.seconds * 1000, 1),
            "message": f"{len(result.ids):,} hits",
        }

    def resolve_output(self, ctx: foo.ExecutionContext) -> types.Property:
        outputs = types.Object()
        outputs.str("message", label="Found")
        outputs.str("plan", label="How")
        outputs.float("milliseconds", label="Milliseconds")
        outputs.list("scores", types.Number(float=True), label="Scores")
        return types.Property(outputs, view=types.View(label="Milvus search"))


def read_query(
    ctx: foo.ExecutionContext, index: Any, text: str | None, ids: list[str] | None
) -> Query:
    """The query that was asked: a text, ids, or else what is selected."""
    text = (text or "").strip()
    if text:
        return Query(text=text)
    return Query(ids=tuple(ids) if ids else selected_ids(ctx, index))


def check_k(k: Any) -> int:
    """Checks how many hits were asked for.

    Raises:
        InvalidRequest: if the grid can't take them
    """
    if not isinstance(k, int) or isinstance(k, bool) or not 1 <= k <= MAX_HITS:
        raise InvalidRequest(f"Ask for 1 to {MAX_HITS:,} hits; this was {k}")
    return k


def _query_inputs(
    ctx: foo.ExecutionContext, inputs: types.Object, info: runs.IndexInfo
) -> None:
    ids, samples = selection(ctx, info.patches_field)
    count = len(ids) or len(samples)
    inputs.str(
        "text",
        required=False,
        label="Text",
        description="Search by words; leave empty to search with what is selected",
    )
    text = (ctx.params.get("text") or "").strip()
    if text and not info.supports_prompts:
        made_with = info.model or "own embeddings"
        schema.problem(
            inputs,
            "text",
            f"'{info.brain_key}' was made with {made_with}, which can't embed text. "
            "Select a picture instead, or choose an index that can.",
        )
    if not text and not count and not ctx.params.get("ids"):
        schema.problem(inputs, "text", "Type a text, or select samples or patches")
    # from Python: the ids themselves, instead of a selection
    inputs.list("ids", types.String(), required=False, view=types.HiddenView())


def _scope_inputs(ctx: foo.ExecutionContext, inputs: types.Object) -> None:
    inputs.int("k", default=DEFAULT_K, label="Hits")
    try:
        check_k(ctx.params.get("k", DEFAULT_K))
    except InvalidRequest as e:
        schema.problem(inputs, "k", str(e))
    schema.choice(
        inputs,
        "target",
        ["dataset", "view"],
        ctx.params.get("target"),
        default="dataset",
        label="Search in",
        view=target_choices(ctx, selected=False),
    )
    if ctx.params.get("target") == "view" and not ctx.view.limit(1).count():
        schema.problem(inputs, "target", "The current view is empty")
    inputs.bool("reverse", default=False, label="Least similar first")
