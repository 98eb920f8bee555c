"""The form of a search, and the request that it makes."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.backend import runs
from fiftyone_milvus.dataset.indexed_samples import has_samples
from fiftyone_milvus.errors import InvalidRequest, VectorSearchError
from fiftyone_milvus.retrieval import filter_fields
from fiftyone_milvus.searches import score_fields
from fiftyone_milvus.searches.query import Query, Term
from fiftyone_milvus.searches.request import DEFAULT_K, SearchRequest

from . import forms
from .context import MAX_RESULTS, scope_samples, selection
from .searches import EMPTY_VIEW, check_k

SELECTION = {"wanted": "More like them", "negative": "Less like them", "no": "Not used"}
# Between two phrasings of one text
OR = "|"
YES_NO = {"yes": True, "no": False}
GROUPING_FIELDS = (fo.StringField, fo.BooleanField, fo.IntField, fo.ObjectIdField)


def inputs(ctx: foo.ExecutionContext, form: types.Object) -> None:
    """Adds all inputs of a search."""
    keys = runs.keys(ctx.dataset)
    if not keys:
        form.str("brain_key", required=True, label="Index")
        forms.problem(form, "brain_key", forms.NO_INDEX)
        return
    key = ctx.params.get("brain_key") or keys[0]
    forms.choice(
        form, "brain_key", keys, key, required=True, default=keys[0], label="Index"
    )
    if key not in keys:
        return
    info = runs.describe(ctx.dataset, key)
    _query_inputs(ctx, form, info)
    _scope_inputs(ctx, form)
    form.bool("more", default=False, label="More options")
    if ctx.params.get("more"):
        _more_inputs(ctx, form, info, [other for other in keys if other != key])
    _hidden_inputs(form)


def read(ctx: foo.ExecutionContext) -> SearchRequest:
    """The search that the form of an operator, or Python, asked for.

    Raises:
        InvalidRequest: naming what is wrong
    """
    params = ctx.params
    key = params["brain_key"]
    info = runs.describe(ctx.dataset, key)
    query, scope = params.get("query"), params.get("scope", "dataset")
    samples = scope_samples(ctx, scope)
    return SearchRequest(
        key,
        read_query(ctx, info) if query is None else Query.from_dict(query),
        check_k(params.get("k", DEFAULT_K), params.get("score_field")),
        None if scope == "dataset" else samples._serialize(include_uuids=False),
        bool(params.get("reverse")),
        params.get("min_score"),
        params.get("max_score"),
        params.get("group_by") or None,
        _where(ctx, info),
        tuple(params.get("exclude") or ()),
        bool(params.get("exclude_query")),
        params.get("fuse_with") or None,
        params.get("min_matches") or None,
        params.get("score_field") or None,
        params.get("search_params") or None,
    )


def read_query(ctx: foo.ExecutionContext, info: runs.IndexInfo) -> Query:
    """The query of texts, ids, or else what is selected.

    Raises:
        InvalidRequest: if there is none of these
    """
    params = ctx.params
    terms = [
        Term(text=_phrasings(text), negative=negative)
        for name, negative in (("text", False), ("not_text", True))
        if (text := (params.get(name) or "").strip())
    ]
    terms += [Term(id=id_) for id_ in params.get("ids") or ()]
    used = params.get("selection", "wanted")
    if used != "no" and not params.get("ids"):
        terms += _selected(ctx, info, negative=used == "negative")
    if not terms:
        raise InvalidRequest("Type a text, or select samples or patches first")
    return Query(tuple(terms))


def _selected(
    ctx: foo.ExecutionContext, info: runs.IndexInfo, negative: bool
) -> list[Term]:
    ids, sample_ids = selection(ctx, info.brain_key)
    return [
        *(Term(id=id_, negative=negative) for id_ in ids),
        *(Term(sample_id=id_, negative=negative) for id_ in sample_ids),
    ]


def _phrasings(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(OR) if part.strip())


def _query_inputs(
    ctx: foo.ExecutionContext, form: types.Object, info: runs.IndexInfo
) -> None:
    form.str(
        "text",
        required=False,
        label="Text",
        description=f"Several phrasings, with {OR} between them, are averaged",
    )
    form.str("not_text", required=False, label="Not like this text")
    if any(selection(ctx, info.brain_key)):
        forms.radio_choice(ctx, form, "selection", SELECTION, "Selection in the grid")
    if ctx.params.get("query") is not None:
        return
    for name in ("text", "not_text"):
        if (ctx.params.get(name) or "").strip() and not info.supports_prompts:
            forms.problem(form, name, _no_text(info))
    try:
        read_query(ctx, info)
    except VectorSearchError as e:
        forms.problem(form, "text", str(e))


def _no_text(info: runs.IndexInfo) -> str:
    built_with = info.model or "own embeddings"
    return (
        f"'{info.brain_key}' was built with {built_with}, which can't embed text. "
        "Select an image instead, or choose an index that can."
    )


def _scope_inputs(ctx: foo.ExecutionContext, form: types.Object) -> None:
    form.int("k", default=DEFAULT_K, label="Results")
    try:
        check_k(ctx.params.get("k", DEFAULT_K), ctx.params.get("score_field"))
    except InvalidRequest as e:
        forms.problem(form, "k", str(e))
    forms.scope_choice(ctx, form)
    if ctx.params.get("scope") == "view" and not has_samples(ctx.view):
        forms.problem(form, "scope", EMPTY_VIEW)
    form.bool("reverse", default=False, label="Least similar first")


def _more_inputs(
    ctx: foo.ExecutionContext,
    form: types.Object,
    info: runs.IndexInfo,
    others: list[str],
) -> None:
    kind = "distance" if info.metric == "euclidean" else "similarity"
    form.float("min_score", required=False, label=f"Min {kind}")
    form.float("max_score", required=False, label=f"Max {kind}")
    forms.choice(
        form,
        "group_by",
        grouping_fields(ctx.dataset, info.brain_key),
        ctx.params.get("group_by"),
        required=False,
        label="Best match per",
        description="One result for each value of this field",
    )
    _filter_inputs(ctx, form, info)
    form.bool("exclude_query", default=False, label="Exclude query")
    if info.patches_field is not None:
        form.int(
            "min_matches",
            required=False,
            min=1,
            label="Min matching objects",
            description="Find images, not objects: with 2, those with two of them",
        )
    if others:
        forms.choice(
            form,
            "fuse_with",
            others,
            ctx.params.get("fuse_with"),
            required=False,
            label="Combine with",
            description="Another index, by reciprocal rank",
        )
    form.str(
        "score_field",
        required=False,
        label="Score field",
        description=(
            f"Write each result's score to this new field; past {MAX_RESULTS:,} their "
            "ranks too, to another"
        ),
    )
    if ctx.params.get("score_field"):
        try:
            request = read(ctx)
            keys = filter(None, (request.brain_key, request.fuse_with))
            searched = [runs.indexed(ctx.dataset, key, ctx.dataset) for key in keys]
            score_fields.check_request(request, ctx.dataset, searched)
        except VectorSearchError as e:
            forms.problem(form, "score_field", str(e))
    form.map(
        "search_params",
        types.String(),
        types.Number(int=True),
        required=False,
        label="Index parameters",
        description="By Milvus's names, such as ef of HNSW: more is slower, finds more",
    )


def _filter_inputs(
    ctx: foo.ExecutionContext, form: types.Object, info: runs.IndexInfo
) -> None:
    """One for each field that the index stores."""
    fields = filter_fields.resolve(ctx.dataset, info.patches_field, info.filter_fields)
    for number, field in enumerate(fields):
        name, label = f"filter_{number}", f"Only where {field.name} is"
        if field.kind == "text" or field.is_list:
            form.list(name, types.String(), required=False, label=label)
        elif field.kind == "number":
            form.float(f"{name}_min", required=False, label=f"Min {field.name}")
            form.float(f"{name}_max", required=False, label=f"Max {field.name}")
        else:
            given = ctx.params.get(name)
            forms.choice(form, name, [*YES_NO], given, required=False, label=label)


def _where(ctx: foo.ExecutionContext, info: runs.IndexInfo) -> dict[str, Any] | None:
    """The conditions of :func:`_filter_inputs`, or those that Python gives as
    ``where``."""
    params = ctx.params
    if params.get("where"):
        where: dict[str, Any] = params["where"]
        return where
    if not info.filter_fields:
        return None
    found: dict[str, Any] = {}
    fields = filter_fields.resolve(ctx.dataset, info.patches_field, info.filter_fields)
    for number, field in enumerate(fields):
        name = f"filter_{number}"
        given = params.get(name)
        bounds = {b: params.get(f"{name}_{b}") for b in filter_fields.BOUNDS}
        if isinstance(given, str) and given in YES_NO:
            found[field.name] = YES_NO[given]
        elif given:
            found[field.name] = [_as(field.kind, value) for value in given]
        elif any(bound is not None for bound in bounds.values()):
            found[field.name] = {b: v for b, v in bounds.items() if v is not None}
    return found or None


def _as(kind: str, text: str) -> Any:
    """A value of a list as its field has it.

    Raises:
        InvalidRequest: if it can't be one
    """
    if kind == "text":
        return text
    if kind == "boolean" and text in YES_NO:
        return YES_NO[text]
    try:
        return float(text)
    except ValueError:
        raise InvalidRequest(f"'{text}' is no {kind}; type another value") from None


def grouping_fields(dataset: fo.Dataset, brain_key: str | None = None) -> list[str]:
    """The fields that results can be grouped by, of an index if one is named."""
    found = forms.fields_of(dataset, brain_key, ftype=GROUPING_FIELDS)
    return [name for name in found if name != "id"]


def _hidden_inputs(form: types.Object) -> None:
    """What only Python gives: the query itself, or its ids; and what was seen
    already."""
    hidden: dict[str, Any] = {"required": False, "view": types.HiddenView()}
    form.list("ids", types.String(), **hidden)
    form.list("exclude", types.String(), **hidden)
    form.obj("query", **hidden)
    form.obj("where", **hidden)
