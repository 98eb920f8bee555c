"""Searches in the App: run, so many at once; shown in the grid, kept in the history,
and saved. The last two are in the dataset's execution store, as plain data with which a
search runs again exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from hashlib import blake2b
from threading import Semaphore
from typing import Any
from uuid import uuid4

import fiftyone as fo
import fiftyone.operators as foo
import fiftyone.operators.types as types
from fiftyone.operators.store import ExecutionStore

from fiftyone_milvus.backend.config import MilvusSimilarityConfig
from fiftyone_milvus.checks import is_number
from fiftyone_milvus.dataset import models, names
from fiftyone_milvus.dataset.indexed_samples import has_samples
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.searches.request import SearchRequest
from fiftyone_milvus.searches.result import SearchResult
from fiftyone_milvus.searches.search import PreparedSearch
from fiftyone_milvus.searches.term_embedding import EMBEDDED, embeds_little

from . import empty_results, grid, threads
from .context import MAX_RESULTS

SAVED = "milvus_vector_search_saved"
HISTORY = "milvus_vector_search_history"
IMAGES = "milvus_vector_search_images"
MAX_HISTORY = 1_000
EMPTY_VIEW = "The view is empty. Clear it, or search the dataset."
OFFERED = 25
MAX_SEARCHES = 16  # of each kind that uses a model; the other threads need none
BUSY = (
    f"{MAX_SEARCHES} other searches are using models, or waiting for one to be loaded. "
    "Search again in a moment."
)

_searches_by_text = Semaphore(MAX_SEARCHES)
_slow_searches = Semaphore(MAX_SEARCHES)
_waiting: dict[str, list[MilvusSimilarityConfig]] = {}  # panels' searches, for models


@dataclass(frozen=True)
class StoredSearch:
    """A search that can run again: ``params`` are those of the operator *Search*.
    ``id`` is its name, if it was saved; ``label`` what is searched for, in a line;
    ``at`` an ISO time in UTC; ``results`` how many it found then."""

    id: str
    label: str
    at: str
    params: dict[str, Any]
    results: int | None = None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def check_k(k: Any, score_field: str | None = None) -> int:
    """Checks how many results were asked for.

    Raises:
        InvalidRequest: if it is no count, or more than the grid can show without a
            field of their scores
    """
    whole = is_number(k) and k == int(k)
    if not whole or k < 1 or (not score_field and k > MAX_RESULTS):
        raise InvalidRequest(
            f"Ask for 1 to {MAX_RESULTS:,} results; this was {k}. To get more, name a "
            "score field."
        )
    return int(k)


def scope_of(ctx: foo.ExecutionContext, request: SearchRequest) -> fo.SampleCollection:
    """The dataset, or the view that the search stays within, as it is now.

    Raises:
        InvalidRequest: if the view is empty
    """
    if request.view is None:
        return ctx.dataset
    view = fo.DatasetView._build(ctx.dataset, request.view)
    if not has_samples(view):
        raise InvalidRequest(EMPTY_VIEW)
    return view


def perform(ctx: foo.ExecutionContext, request: SearchRequest) -> dict[str, Any]:
    """Runs a search for an operator, and shows its results in the grid.

    Returns:
        the result as plain data
    """
    result, view, empty = find(ctx, request)
    add_to_history(ctx, request, len(result.ids))
    if not ctx.delegated:
        grid.show(ctx, view, grid.searched_from(ctx))
        select_objects(ctx, result)
    data = result.to_dict()
    if empty is not None:
        data["message"] += f". {empty.reason}"
    return data


def find(
    ctx: foo.ExecutionContext, request: SearchRequest
) -> tuple[SearchResult, fo.DatasetView, empty_results.Empty | None]:
    """Runs a search, as soon as there is a place for it.

    Returns:
        the result, a view of it in rank order, and why it is empty; ``None`` if it
        isn't
    """
    check_k(request.k, request.score_field)
    samples = scope_of(ctx, request)
    prepared = PreparedSearch(request, samples)
    with place_of_search(ctx, prepared):
        result = prepared.run()
        empty = None if result.ids else empty_results.why(prepared)
    return result, result.view, empty


@contextmanager
def place_of_search(
    ctx: foo.ExecutionContext, *prepared: PreparedSearch
) -> Iterator[None]:
    """Limits how many searches at once embed images or many texts, or wait for a model
    to be loaded; and, apart from these, how many embed a few texts.

    Args:
        ctx: the context
        *prepared: the search, or several with the same query

    Raises:
        Busy: if there are as many
    """
    terms = prepared[0].request.query.terms
    if not any(term.kind in EMBEDDED for term in terms):
        yield
        return
    configs = [index.config for each in prepared for index in each.indexes]
    missing = [
        each for each in configs if not models.is_loaded(each.model, each.model_kwargs)
    ]
    is_quick = not missing and embeds_little(terms)
    with threads.place(ctx, _searches_by_text if is_quick else _slow_searches, BUSY):
        _waiting[str(ctx.panel_id)] = missing
        try:
            yield
        finally:
            _waiting.pop(str(ctx.panel_id), None)


def loading(ctx: foo.ExecutionContext) -> dict[str, Any] | None:
    """The model that the panel's search waits for, which is being loaded, and for how
    many seconds it is; ``None`` if it waits for none."""
    for config in _waiting.get(str(ctx.panel_id), ()):
        seconds = models.loading_seconds(config.model, config.model_kwargs)
        if seconds is not None:
            return {"model": config.model, "seconds": int(seconds)}
    return None


def select_objects(ctx: foo.ExecutionContext, result: SearchResult) -> None:
    """Selects in the grid the objects that images were found by; shows the scores
    there, if they were written to a field."""
    field = result.request.score_field
    if field:
        ctx.ops.reload_dataset()
    if field and result.patches_field is None:
        shown = [each for each in ctx.active_fields or [] if each != field]
        ctx.ops.set_active_fields([*shown, field])
    if result.matched:
        ctx.ops.set_selected_labels(
            [
                {
                    "label_id": matched.label_id,
                    "sample_id": sample_id,
                    "field": result.indexed.patches_field,
                }
                for sample_id, objects in zip(
                    result.sample_ids, result.matched, strict=True
                )
                for matched in objects
            ]
        )


def save(ctx: foo.ExecutionContext, name: str, request: SearchRequest) -> StoredSearch:
    """Saves a search under a name; one of that name is replaced.

    Raises:
        InvalidRequest: if the name can't be
    """
    names.refuse(names.saved_search_problem(name))
    name = name.strip()
    params = _without_images(ctx, request.to_dict())
    kept = StoredSearch(name, request.label, _now(), params)
    ctx.store(SAVED).set(name, kept.to_dict())
    return kept


def saved_names(ctx: foo.ExecutionContext) -> list[str]:
    """The names of the dataset's saved searches, sorted."""
    return sorted(ctx.store(SAVED).list_keys())


def load_saved(ctx: foo.ExecutionContext, name: str) -> SearchRequest:
    """A saved search.

    Raises:
        InvalidRequest: if there is none of that name
    """
    found = ctx.store(SAVED).get(name)
    if found is None:
        known = ", ".join(saved_names(ctx))
        advice = f"Choose one of these: {known}." if known else "None is saved yet."
        raise InvalidRequest(f"There is no saved search '{name}'. {advice}")
    return SearchRequest.from_dict(_with_images(ctx, found["params"]))


def delete_saved(ctx: foo.ExecutionContext, name: str) -> None:
    """Deletes a saved search.

    Raises:
        InvalidRequest: if there is none of that name
    """
    load_saved(ctx, name)
    ctx.store(SAVED).delete(name)
    _delete_unused_images(ctx)


def add_to_history(
    ctx: foo.ExecutionContext, request: SearchRequest, results: int
) -> str:
    """Adds a search to the history of the last thousand; its id there."""
    store = ctx.store(HISTORY)
    at = _now()
    params = _without_images(ctx, request.to_dict())
    id_ = f"{at}-{uuid4().hex[:6]}"
    entry = StoredSearch(id_, request.label, at, params, results)
    store.set(entry.id, entry.to_dict())
    keys = sorted(store.list_keys())
    if len(keys) > MAX_HISTORY:
        for key in keys[:-MAX_HISTORY]:
            store.delete(key)
        _delete_unused_images(ctx)
    return entry.id


def history(
    ctx: foo.ExecutionContext,
    count: int,
    skip: int = 0,
    which: Callable[[StoredSearch], bool] | None = None,
) -> tuple[list[StoredSearch], int]:
    """Searches that were made, the latest first, and how many there are in all; an
    image is named by its digest, see :func:`from_history`.

    Args:
        ctx: the context
        count: how many at most
        skip: how many later ones to leave out
        which: whether a search is among them; by default all are
    """
    store = ctx.store(HISTORY)
    keys = sorted(store.list_keys(), reverse=True)
    page = slice(skip, skip + count)
    if which is None:
        return _read(store, keys[page]), len(keys)
    made = [each for each in _read(store, keys) if which(each)]
    return made[page], len(made)


def _read(store: ExecutionStore, keys: list[str]) -> list[StoredSearch]:
    found = map(store.get, keys)
    return [StoredSearch(**entry) for entry in found if entry is not None]


def history_choices(ctx: foo.ExecutionContext) -> types.DropdownView:
    """The latest searches that were made, for a form."""
    view = types.DropdownView()
    for entry in history(ctx, OFFERED)[0]:
        label = f"{entry.at[:16].replace('T', ' ')}: {entry.label}"
        view.add_choice(entry.id, label=label)
    return view


def from_history(ctx: foo.ExecutionContext, id_: str | None = None) -> SearchRequest:
    """A search of the history, by default the last one.

    Raises:
        InvalidRequest: if it isn't there any more, or there is none
    """
    if id_ is None:
        made, _ = history(ctx, 1)
        if not made:
            raise InvalidRequest("There is no search in the history yet. Search first.")
        id_ = made[0].id
    found = ctx.store(HISTORY).get(id_)
    if found is None:
        raise InvalidRequest("That search is no longer in the history. Search again.")
    return SearchRequest.from_dict(_with_images(ctx, found["params"]))


def delete_from_history(ctx: foo.ExecutionContext, id_: str) -> None:
    """Deletes a search of the history; one that isn't there any more is no error."""
    ctx.store(HISTORY).delete(id_)
    _delete_unused_images(ctx)


def clear_history(ctx: foo.ExecutionContext) -> None:
    """Deletes the history; saved searches stay."""
    ctx.store(HISTORY).clear()
    _delete_unused_images(ctx)


# -- images are large, so each is stored once


def _without_images(
    ctx: foo.ExecutionContext, params: dict[str, Any]
) -> dict[str, Any]:
    """The parameters, each image replaced by the digest that it is stored under."""
    return _each_image(params, lambda image: _stored(ctx, image))


def _with_images(ctx: foo.ExecutionContext, params: dict[str, Any]) -> dict[str, Any]:
    return _each_image(params, lambda digest: ctx.store(IMAGES).get(digest))


def _stored(ctx: foo.ExecutionContext, image: str) -> str:
    digest = blake2b(image.encode(), digest_size=16).hexdigest()
    ctx.store(IMAGES).set_if_absent(digest, image)
    return digest


def _delete_unused_images(ctx: foo.ExecutionContext) -> None:
    """Deletes the images that no search has."""
    used: set[str] = set()

    def note(digest: str) -> str:
        used.add(digest)
        return digest

    for name in (SAVED, HISTORY):
        store = ctx.store(name)
        for entry in filter(None, map(store.get, store.list_keys())):
            _each_image(entry["params"], note)
    images = ctx.store(IMAGES)
    for digest in set(images.list_keys()) - used:
        images.delete(digest)


def _each_image(params: dict[str, Any], change: Any) -> dict[str, Any]:
    terms = (params.get("query") or {}).get("terms") or []
    if not any("image" in term for term in terms):
        return params
    changed = [
        {**term, "image": change(term["image"])} if "image" in term else term
        for term in terms
    ]
    return {**params, "query": {**params["query"], "terms": changed}}


def _now() -> str:
    return datetime.now(timezone.utc).isoformat()
