"""*Compute index*: build a Milvus index over samples or patches."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus import build
from fiftyone_milvus.collection import CONSISTENCY_LEVELS, METRICS
from fiftyone_milvus.errors import VectorSearchError

from . import schema
from .context import (
    TARGETS,
    connection,
    target_choices,
    target_samples,
    without_causes,
)
from .jobs import JobRecord

DEFAULT_KEY = "milvus"


class ComputeIndex(foo.Operator):
    """Builds an index, with progress wherever it runs: in the panel and in the
    delegated run's record by way of the job, in the operator browser as a stream."""

    @property
    def config(self) -> foo.OperatorConfig:
        return foo.OperatorConfig(
            name="compute_index",
            label="Milvus: Compute index",
            description="Build a Milvus index over the samples or patches",
            icon="hub",
            dynamic=True,
            execute_as_generator=True,
            allow_immediate_execution=True,
            allow_delegated_execution=True,
            view_target=False,
            risk_level=types.RiskLevel.MEDIUM,
        )

    def resolve_input(self, ctx: foo.ExecutionContext) -> types.Property:
        inputs = types.Object()
        _target_input(ctx, inputs)
        _source_inputs(ctx, inputs)
        _index_inputs(ctx, inputs)
        return types.Property(inputs, view=types.View(label="Compute Milvus index"))

    @without_causes
    def execute(self, ctx: foo.ExecutionContext) -> Any:
        if _in_operator_browser(ctx):
            return _streamed(ctx)
        return _run(ctx, lambda progress: _tell(ctx, progress))


def _in_operator_browser(ctx: foo.ExecutionContext) -> bool:
    """Whether a person started it there: not a panel, which shows the job itself, and
    not Python or a worker, who want the result."""
    return ctx.spaces is not None and not ctx.panel_id and not ctx.delegated


def _target_input(ctx: foo.ExecutionContext, inputs: types.Object) -> None:
    target = ctx.params.get("target", "dataset")
    schema.choice(
        inputs,
        "target",
        [*TARGETS],
        target,
        default="dataset",
        label="Samples to index",
        view=target_choices(ctx, selected=True),
    )
    try:
        if not target_samples(ctx, target).limit(1).count():
            schema.problem(inputs, "target", "There are no samples to index here")
    except VectorSearchError as e:
        schema.problem(inputs, "target", str(e))


def _source_inputs(ctx: foo.ExecutionContext, inputs: types.Object) -> None:
    fields = schema.patches_fields(ctx.dataset)
    if fields:
        schema.choice(
            inputs,
            "patches_field",
            fields,
            ctx.params.get("patches_field"),
            required=False,
            label="Patches field",
            description="Index the objects of this field; leave empty for samples",
        )
    patches_field = ctx.params.get("patches_field") or None
    own = schema.embeddings_fields(ctx.dataset, patches_field)
    sources = types.RadioGroup(orientation="horizontal")
    sources.add_choice("model", label="A model")
    if own:
        sources.add_choice("field", label="An embeddings field")
    source = ctx.params.get("source", "model")
    schema.choice(
        inputs,
        "source",
        sources.values(),
        source,
        default="model",
        label="Embeddings from",
        view=sources,
    )
    if source == "field":
        schema.choice(
            inputs,
            "embeddings_field",
            own,
            ctx.params.get("embeddings_field"),
            required=True,
            label="Embeddings field",
        )
        return
    schema.choice(
        inputs,
        "model",
        [model.name for model in schema.models()],
        ctx.params.get("model"),
        required=True,
        default=schema.default_model(),
        label="Model",
        description="A zoo model that gives embeddings",
        view=types.AutocompleteView(),
    )
    inputs.int("batch_size", required=False, min=1, label="Batch size")


def _index_inputs(ctx: foo.ExecutionContext, inputs: types.Object) -> None:
    for name, values, default in (
        ("metric", [*METRICS], "cosine"),
        ("consistency_level", [*CONSISTENCY_LEVELS], "Session"),
    ):
        label = name.replace("_", " ").capitalize()
        given = ctx.params.get(name)
        schema.choice(inputs, name, values, given, default=default, label=label)
    free = schema.free_key(ctx.dataset, DEFAULT_KEY)
    inputs.str("brain_key", required=True, default=free, label="Brain key")
    key = ctx.params.get("brain_key", free)
    problem = build.brain_key_problem(ctx.dataset, key or "")
    if problem is not None:
        schema.problem(inputs, "brain_key", problem)


def _run(
    ctx: foo.ExecutionContext, tell: Callable[[build.Progress], None]
) -> dict[str, Any]:
    params = ctx.params
    by_model = params.get("source", "model") == "model"
    with JobRecord(ctx, params["brain_key"]) as job:

        def progress(now: build.Progress) -> None:
            job.progress(now)
            tell(now)

        built = build.build(
            target_samples(ctx, params.get("target", "dataset")),
            params["brain_key"],
            build.Source(
                model=params.get("model") if by_model else None,
                embeddings_field=None if by_model else params.get("embeddings_field"),
                batch_size=params.get("batch_size"),
            ),
            patches_field=params.get("patches_field") or None,
            metric=params.get("metric", "cosine"),
            consistency_level=params.get("consistency_level", "Session"),
            progress=progress,
            cancelled=job.cancelled,
            **connection(ctx),
        )
        job.finished(_summary(built))
    return {
        "brain_key": built.brain_key,
        "collection_name": built.collection_name,
        "rows": built.rows,
        "samples": built.samples,
        "without_vectors": built.without_vectors,
        "seconds": round(built.seconds, 3),
        "message": _summary(built),
    }


def _summary(built: build.Built) -> str:
    text = f"Indexed {built.rows:,} vectors in {built.seconds:.0f} s"
    if built.without_vectors:
        text += f"; {built.without_vectors:,} samples gave none and were left out"
    return text


def _tell(ctx: foo.ExecutionContext, progress: build.Progress) -> None:
    """For a delegated run's record."""
    ctx.set_progress(progress=_fraction(progress), label=_label(progress))


def _streamed(ctx: foo.ExecutionContext) -> Iterator[Any]:
    """Runs the work in a thread, and passes its progress to the operator browser."""
    events: queue.Queue[build.Progress | dict[str, Any] | Exception] = queue.Queue()

    def work() -> None:
        try:
            events.put(_run(ctx, events.put))
        except Exception as e:  # shown to the person below
            events.put(e)

    threading.Thread(target=work, daemon=True).start()
    while isinstance(event := events.get(), build.Progress):
        yield ctx.ops.set_progress(label=_label(event), progress=_fraction(event))
    failed = isinstance(event, Exception)
    message = str(event) if isinstance(event, Exception) else event["message"]
    yield ctx.ops.reload_dataset()
    shown = schema.message(message, failed).to_json()
    yield ctx.ops.show_output(shown, {"message": message})


def _fraction(progress: build.Progress) -> float:
    return progress.done / progress.total if progress.total else 0.0


def _label(progress: build.Progress) -> str:
    text = f"{progress.phase}: {progress.done:,} of {progress.total:,} samples"
    if progress.rate and progress.remaining is not None:
        text += f", {progress.rate:.0f}/s, {progress.remaining:.0f} s left"
    return text
