"""What the operators that find something share: where to search, and how to tag the
results and save them as a view. Nothing is deleted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import uuid4

import fiftyone as fo
import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.analysis import tagging
from fiftyone_milvus.backend import runs
from fiftyone_milvus.dataset import names
from fiftyone_milvus.progress import Report

from . import forms, jobs
from .context import MAX_RESULTS, scope_samples
from .labels import LABELS
from .long_jobs import JobResult, Work

T = TypeVar("T")

RESULTS = "milvus_vector_search_found"
LAST = "last"  # the key in it of the name of the operator that ended last
MAX_LISTED = 1_000  # results in the plain data
DEFAULT_THRESH = 0.05


@dataclass(frozen=True)
class Outcome:
    """What was found: the ids for the grid, in order; those to tag; the rest as plain
    data; and a sentence."""

    ids: Sequence[str]
    to_tag: Sequence[str]
    data: dict[str, Any]
    message: str


def work(
    ctx: foo.ExecutionContext,
    find: Callable[..., T],
    outcome: Callable[[T], Outcome],
    against_index: bool = False,
    **params: Any,
) -> Work:
    """The work that finds something in the index and the scope that were chosen, and
    tags it and saves it as a view if that was asked for.

    Args:
        ctx: the context
        find: a function of the library, that takes an index
        outcome: what to do with its result
        against_index: whether the scope is that of new samples, to compare with all of
            the index
        **params: what it takes beside the index, the view and the progress
    """
    samples = scope_samples(ctx, ctx.params.get("scope", "dataset"))
    check(ctx)
    if against_index and samples is not ctx.dataset:
        params["new"], samples = samples, ctx.dataset

    results, name = ctx.store(RESULTS), jobs.name_of(ctx.operator_uri)

    def find_and_keep(report: Report, cancelled: Callable[[], bool]) -> JobResult:
        results.delete(name)
        index = runs.load(ctx.dataset, ctx.params["brain_key"])
        view = None if samples is ctx.dataset else samples
        result = find(index, view=view, progress=report, cancelled=cancelled, **params)
        found = outcome(result)
        field = index.config.patches_field
        indexed = index.indexed(samples)
        shown = None
        if found.ids:
            ids = found.ids[:MAX_RESULTS]
            shown = indexed.shown(samples, ids)
        kept = keep(ctx, indexed.samples, shown, found.to_tag, field, found.message)
        data = {"brain_key": index.key, "patches_field": field, **found.data, **kept}
        # the App gives the panel no result of an operator that streams its progress
        results.set(name, {**data, "found_id": uuid4().hex}, ttl=jobs.KEEP_SECONDS)
        results.set(LAST, name, ttl=jobs.KEEP_SECONDS)
        return JobResult(data, shown)

    return find_and_keep


def keep(
    ctx: foo.ExecutionContext,
    samples: fo.SampleCollection,
    view: fo.DatasetView | None,
    to_tag: Sequence[str],
    patches_field: str | None,
    message: str,
) -> dict[str, Any]:
    """Tags what was found and saves its view, as far as that was asked for.

    Args:
        ctx: the context
        samples: all samples that the index may have
        view: what was found of them, if anything was
        to_tag: ids of theirs, or of their patches
        patches_field: the field of the patches; ``None`` for samples
        message: a sentence that says what was found

    Returns:
        ``tagged``, how many were; ``saved_view``, its name; and the ``message``, which
        says so

    Raises:
        InvalidRequest: if the view's name was taken meanwhile; nothing is changed
    """
    dataset = samples._root_dataset
    check(ctx, dataset)
    tag, name = ctx.params.get("tag"), ctx.params.get("save_view")
    kept: dict[str, Any] = {"tagged": 0, "saved_view": None}
    if tag and to_tag:
        # of frames there may be several copies: tags are seen in the one that is shown
        tagged_in = samples if view is None else view
        kept["tagged"] = tagging.tag(tagged_in, to_tag, tag, patches_field)
        message += f"; tagged {kept['tagged']:,} '{tag.strip()}'"
    if name and view is not None:
        name = name.strip()
        dataset.save_view(name, view)
        kept["saved_view"] = name
        message += f"; saved as the view '{name}'"
    return {**kept, "message": message}


def check(ctx: foo.ExecutionContext, dataset: fo.Dataset | None = None) -> None:
    """Checks before the work what would fail after it.

    Raises:
        InvalidRequest: if the tag can't be one, or the view can't have that name
    """
    if ctx.params.get("tag"):
        tagging.check_tag(ctx.params["tag"])
    names.refuse(_view_problem(dataset or ctx.dataset, ctx.params.get("save_view")))


def result_inputs(
    ctx: foo.ExecutionContext,
    inputs: types.Object,
    what: str,
    scope: bool = True,
    dataset: fo.Dataset | None = None,
) -> None:
    """The inputs for where to search, and for tagging and saving the results.

    Args:
        ctx: the context
        inputs: the form
        what: what is tagged, in a few words
        scope: whether the scope can be chosen
        dataset: the dataset of the results, if it isn't the one that is open
    """
    if scope:
        forms.scope_choice(ctx, inputs)
    inputs.str(
        "tag",
        required=False,
        label=LABELS["tag"],
        description=f"Given to {what}; leave empty to tag nothing",
    )
    tag = ctx.params.get("tag")
    problem = names.tag_problem(tag) if tag else None
    if problem is not None:
        forms.problem(inputs, "tag", problem)
    inputs.str(
        "save_view",
        required=False,
        label="Save as view",
        description="A name for a view of the results; a delegated run shows no other",
    )
    problem = _view_problem(dataset or ctx.dataset, ctx.params.get("save_view"))
    if problem is not None:
        forms.problem(inputs, "save_view", problem)


def distance(ctx: foo.ExecutionContext, inputs: types.Object) -> None:
    """The input for the distance up to which two are near duplicates."""
    number(
        ctx,
        inputs,
        "thresh",
        DEFAULT_THRESH,
        0.0,
        None,
        label="Max distance",
        description="Of near duplicates: 0 finds exact duplicates only",
    )


def thresh(ctx: foo.ExecutionContext) -> float:
    """The distance that was entered there."""
    given: float = ctx.params.get("thresh", DEFAULT_THRESH)
    return given


def split_fields(dataset: fo.Dataset, brain_key: str | None) -> list[str]:
    """The fields whose values may be the splits of an index's samples."""
    found = forms.fields_of(dataset, brain_key, ftype=fo.StringField)
    return [name for name in sorted(found) if name != "filepath"]


def label_fields(dataset: fo.Dataset, info: runs.IndexInfo) -> list[str]:
    """The fields with one label for each sample or patch of an index."""
    key, patches_field = info.brain_key, info.patches_field
    fields = {
        *forms.fields_of(dataset, key, embedded_doc_type=fo.Classification),
        *forms.fields_of(dataset, key, ftype=fo.StringField),
    } - {"filepath"}
    if patches_field is not None:
        fields.add(patches_field)
    return sorted(fields)


def number(
    ctx: foo.ExecutionContext,
    inputs: types.Object,
    name: str,
    default: float,
    low: float,
    high: float | None,
    **kwargs: Any,
) -> None:
    """An input for a number in a range, whole if ``default`` is; another one is refused
    with a sentence."""
    whole = isinstance(default, int)
    (inputs.int if whole else inputs.float)(name, default=default, **kwargs)
    given = ctx.params.get(name, default)
    wrong = not isinstance(given, int | float) or isinstance(given, bool)
    if wrong or given < low or (high is not None and given > high):
        limits = f"{low:,} or more" if high is None else f"{low:,} to {high:,}"
        forms.problem(inputs, name, f"Give a number: {limits}")


def _view_problem(dataset: fo.Dataset, name: str | None) -> str | None:
    return names.saved_view_problem(dataset, name) if name else None
