"""*Compute index*: build a Milvus index over samples or patches."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.dataset import model_arguments
from fiftyone_milvus.dataset.indexed_samples import has_samples
from fiftyone_milvus.dataset.sources import Source
from fiftyone_milvus.errors import InvalidRequest, VectorSearchError
from fiftyone_milvus.indexes import build
from fiftyone_milvus.progress import Failure, Report
from fiftyone_milvus.store.collection import CONSISTENCY_LEVELS, METRICS
from fiftyone_milvus.store.index_types import INDEX_TYPES

from ..app import engines, forms, health_reports, index_contents, zoo_models
from ..app.context import image_slices, of_slices, scope_samples
from ..app.index_contents import CLIPS, FRAMES, VIDEOS_AS, Contents
from ..app.labels import LABELS, MODEL_HINT
from ..app.long_jobs import JobResult, Work
from .base import LongOperator

VIDEOS_HINT = "A model reads frames; clips and videos have vectors in a field"
FPS_HINT = (
    "Takes so many frames of each second, and writes their images beside the videos "
    "where there are none; empty for the frames that have images"
)


class ComputeIndex(LongOperator):
    """Builds an index, or resumes a build that was stopped."""

    name = "compute_index"
    label = "Compute index"
    description = "Build a Milvus index over samples or patches"
    returns = (
        "Returns rows, embedded (new ones), samples, failed, failures with reasons, "
        "and seconds; run again with the same brain_key to finish a build that was "
        "stopped"
    )
    icon = "hub"
    risk = types.RiskLevel.HIGH
    can_pause = True

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        contents = _videos_inputs(ctx, inputs, _scope_input(ctx, inputs))
        _source_inputs(ctx, inputs, contents)
        _index_inputs(ctx, inputs, contents)

    def work(self, ctx: foo.ExecutionContext) -> Work:
        params = ctx.params
        source = _source(params)
        samples = scope_samples(ctx, params.get("scope", "dataset"))
        samples = of_slices(samples, params.get("slices") or [])
        contents = index_contents.chosen(samples, params)
        index_contents.check(contents)
        key = params["brain_key"]
        engine = engines.chosen(params)

        def build_index(report: Report, cancelled: Callable[[], bool]) -> JobResult:
            view, without = contents.view(report, cancelled)
            built = build.build(
                view,
                key,
                source,
                patches_field=params.get("patches_field") or None,
                metric=params.get("metric", "cosine"),
                consistency_level=params.get("consistency_level", "Session"),
                index_type=params.get("index_type") or None,
                filter_fields=params.get("filter_fields") or None,
                engine=engine,
                progress=report,
                cancelled=cancelled,
            )
            health_reports.update(ctx, key, report, cancelled)
            return JobResult(_plain(built, without))

        return build_index


def _source(params: dict[str, Any]) -> Source:
    by_model = params.get("source", "model") == "model"
    return Source(
        model=params.get("model") or None,
        embeddings_field=None if by_model else params.get("embeddings_field"),
        model_kwargs=_model_kwargs(params.get("model_kwargs")),
        batch_size=params.get("batch_size"),
        num_workers=params.get("num_workers"),
        alpha=params.get("alpha"),
        force_square=bool(params.get("force_square")),
    )


def _model_kwargs(text: str | None) -> dict[str, Any] | None:
    """Keyword arguments typed as JSON.

    Raises:
        InvalidRequest: if the text isn't a JSON object, or has what a form may not give
    """
    if not (text or "").strip():
        return None
    try:
        kwargs = json.loads(text or "")
    except (ValueError, RecursionError):
        kwargs = None
    if not isinstance(kwargs, dict):
        raise InvalidRequest(
            'Model arguments are a JSON object, such as {"classes": ["cat", "dog"]}'
        )
    model_arguments.check(kwargs)
    return kwargs


def _scope_input(
    ctx: foo.ExecutionContext, inputs: types.Object
) -> fo.SampleCollection:
    """Asks what to index, and returns the samples that are chosen now."""
    forms.scope_choice(ctx, inputs, LABELS["scope_to_index"], selected=True)
    try:
        samples = scope_samples(ctx, ctx.params.get("scope", "dataset"))
    except VectorSearchError as e:
        forms.problem(inputs, "scope", str(e))
        return ctx.dataset
    if not has_samples(samples):
        forms.problem(inputs, "scope", "There are no samples to index in this scope")
    return _slices_input(ctx, inputs, samples)


def _slices_input(
    ctx: foo.ExecutionContext, inputs: types.Object, samples: fo.SampleCollection
) -> fo.SampleCollection:
    """Asks which slices of groups to index, and returns the samples of those."""
    offered = image_slices(samples)
    if not offered:
        return samples
    several = types.DropdownView(multiple=True)
    for name in offered:
        several.add_choice(name, label=name)
    inputs.list(
        "slices",
        types.String(),
        required=False,
        label=LABELS["slices"],
        description="Those whose images to index",
        view=several,
    )
    try:
        return of_slices(samples, ctx.params.get("slices") or [])
    except InvalidRequest as e:
        forms.problem(inputs, "slices", str(e))
        return samples


def _videos_inputs(
    ctx: foo.ExecutionContext, inputs: types.Object, samples: fo.SampleCollection
) -> Contents:
    """Asks whether to index videos, their frames or clips, and returns what is chosen
    now."""
    contents = index_contents.chosen(samples, ctx.params)
    if contents.videos_as is None:
        return contents
    clips = index_contents.clips_fields(samples)
    offered = {k: v for k, v in VIDEOS_AS.items() if clips or k != CLIPS}
    forms.radio_choice(ctx, inputs, "videos_as", offered, LABELS["videos_as"])
    inputs.properties["videos_as"].view.description = VIDEOS_HINT
    if contents.videos_as == FRAMES:
        inputs.float("fps", required=False, label=LABELS["fps"], description=FPS_HINT)
        _show_problem(inputs, "fps", contents)
    if contents.videos_as == CLIPS and clips:
        forms.choice(
            inputs,
            "clips_field",
            [*clips],
            contents.clips_field,
            default=next(iter(clips)),
            label=LABELS["clips_field"],
            description="The temporal detections of which clips are made",
        )
    return contents


def _show_problem(inputs: types.Object, name: str, contents: Contents) -> None:
    """Marks an input if the frames can't be had."""
    try:
        index_contents.check(contents)
        problem = contents.frames_problem()
    except InvalidRequest as e:
        problem = str(e)
    if problem is not None:
        forms.problem(inputs, name, problem)


def _source_inputs(
    ctx: foo.ExecutionContext, inputs: types.Object, contents: Contents
) -> None:
    description = "Index the objects in this field; leave empty for samples"
    forms.patches_choice(inputs, ctx, description, contents.patches_fields())
    patches_field = ctx.params.get("patches_field") or None
    fields = contents.embeddings_fields(patches_field)
    sources = {"model": "A model"}
    if fields:
        sources["field"] = "An embeddings field"
    source = ctx.params.get("source", "model")
    if patches_field in contents.patches_fields():
        problem = contents.patches_problem(patches_field, source == "model")
        if problem is not None:
            forms.problem(inputs, "patches_field", problem)
    forms.radio_choice(ctx, inputs, "source", sources, LABELS["source"])
    problem = contents.media_problem() if source == "model" else None
    if problem is not None:
        forms.problem(inputs, "source", problem)
    if source == "field":
        forms.choice(
            inputs,
            "embeddings_field",
            fields,
            ctx.params.get("embeddings_field"),
            required=True,
            label=LABELS["embeddings_field"],
        )
    forms.choice(
        inputs,
        "model",
        [model.name for model in zoo_models.models()],
        ctx.params.get("model"),
        required=source == "model",
        default=zoo_models.default_model() if source == "model" else None,
        label=LABELS["model" if source == "model" else "vectors_model"],
        description=(
            "A zoo model that computes embeddings" if source == "model" else MODEL_HINT
        ),
        view=types.AutocompleteView(),
    )
    if source == "model":
        _embedding_inputs(ctx, inputs, patches_field)


def _embedding_inputs(
    ctx: foo.ExecutionContext, inputs: types.Object, patches_field: str | None
) -> None:
    inputs.str(
        "model_kwargs",
        required=False,
        label=LABELS["model_kwargs"],
        description="Keyword arguments for loading the model, as a JSON object",
    )
    try:
        _model_kwargs(ctx.params.get("model_kwargs"))
    except InvalidRequest as e:
        forms.problem(inputs, "model_kwargs", str(e))
    inputs.int("batch_size", required=False, min=1, label=LABELS["batch_size"])
    inputs.int(
        "num_workers",
        required=False,
        min=0,
        label="Image loading processes",
        description="Use several if a GPU waits for images",
    )
    if patches_field is not None:
        inputs.float(
            "alpha",
            required=False,
            label=LABELS["alpha"],
            description="0.1 crops patches 10 % larger than their boxes",
        )
        inputs.bool("force_square", default=False, label=LABELS["force_square"])


def _index_inputs(
    ctx: foo.ExecutionContext, inputs: types.Object, contents: Contents
) -> None:
    for name, values, default in (
        ("metric", [*METRICS], "cosine"),
        ("consistency_level", [*CONSISTENCY_LEVELS], "Session"),
    ):
        given = ctx.params.get(name)
        forms.choice(inputs, name, values, given, default=default, label=LABELS[name])
    forms.choice(
        inputs,
        "index_type",
        [*INDEX_TYPES],
        ctx.params.get("index_type"),
        required=False,
        label=LABELS["index_type"],
        description="Leave empty for the default of this Milvus",
    )
    fields = contents.filter_fields(ctx.dataset, ctx.params.get("patches_field"))
    if fields:
        several = types.DropdownView(multiple=True)
        for field in fields:
            several.add_choice(field, label=field)
        inputs.list(
            "filter_fields",
            types.String(),
            required=False,
            label=LABELS["filter_fields"],
            description="Milvus stores their values, so searches can filter by them",
            view=several,
        )
    key = ctx.params.get("brain_key")
    if key and build.is_unfinished(ctx.dataset, key):
        inputs.str("brain_key", required=True, label=LABELS["brain_key"])
        text = f"The build of '{key}' is not finished: this resumes it"
        inputs.view("unfinished", types.Notice(label=text))
    else:
        forms.new_key(ctx, inputs, default=forms.free_key(ctx.dataset))
    if len(found := engines.choices()) > 1:
        forms.radio_choice(ctx, inputs, "engine", found, LABELS["engine"])


def _plain(built: build.Built, without: list[Failure]) -> dict[str, Any]:
    message = f"Indexed {built.rows:,} vectors in {built.seconds:.0f} s"
    if built.failed:
        first = built.failures[0]
        message += f"; {built.failed:,} have none, such as {first.id}: {first.reason}"
    if without:
        message += f"; no frames of {len(without):,} videos, such as {without[0].id}: "
        message += without[0].reason
    return {
        "brain_key": built.brain_key,
        "collection_name": built.collection_name,
        "rows": built.rows,
        "embedded": built.embedded,
        "samples": built.samples,
        "failed": built.failed,
        "failures": [asdict(failure) for failure in built.failures],
        "seconds": round(built.seconds, 3),
        "message": message,
    }
