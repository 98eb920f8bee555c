"""Saved searches and the history, in the dataset's execution store: plain data with
which a search runs again exactly."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from hashlib import blake2b
from typing import Any
from uuid import uuid4

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.dataset import names as names_
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.search.request import SearchRequest

SAVED = "milvus_vector_search_saved"
HISTORY = "milvus_vector_search_history"
IMAGES = "milvus_vector_search_images"
MAX_HISTORY = 1_000
OFFERED = 25


@dataclass(frozen=True)
class KeptSearch:
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


def save(ctx: foo.ExecutionContext, name: str, request: SearchRequest) -> KeptSearch:
    """Saves a search under a name; one of that name is replaced.

    Raises:
        InvalidRequest: if the name can't be
    """
    names_.refuse(names_.saved_search_problem(name))
    name = name.strip()
    params = _without_images(ctx, request.to_dict())
    kept = KeptSearch(name, request.label, _now(), params)
    ctx.store(SAVED).set(name, kept.to_dict())
    return kept


def names(ctx: foo.ExecutionContext) -> list[str]:
    """The names of the dataset's saved searches, sorted."""
    return sorted(ctx.store(SAVED).list_keys())


def load(ctx: foo.ExecutionContext, name: str) -> SearchRequest:
    """A saved search.

    Raises:
        InvalidRequest: if there is none of that name
    """
    found = ctx.store(SAVED).get(name)
    if found is None:
        known = ", ".join(names(ctx)) or "none"
        raise InvalidRequest(f"There is no saved search '{name}'. There are: {known}")
    return SearchRequest.from_dict(_with_images(ctx, found["params"]))


def delete(ctx: foo.ExecutionContext, name: str) -> None:
    """Deletes a saved search.

    Raises:
        InvalidRequest: if there is none of that name
    """
    load(ctx, name)
    ctx.store(SAVED).delete(name)
    _delete_unused_images(ctx)


def remember(ctx: foo.ExecutionContext, request: SearchRequest, results: int) -> None:
    """Adds a search to the history of the last thousand."""
    store = ctx.store(HISTORY)
    at = _now()
    params = _without_images(ctx, request.to_dict())
    id_ = f"{at}-{uuid4().hex[:6]}"
    entry = KeptSearch(id_, request.label, at, params, results)
    store.set(entry.id, entry.to_dict())
    keys = sorted(store.list_keys())
    if len(keys) > MAX_HISTORY:
        for key in keys[:-MAX_HISTORY]:
            store.delete(key)
        _delete_unused_images(ctx)


def history(
    ctx: foo.ExecutionContext, count: int, skip: int = 0
) -> tuple[list[KeptSearch], int]:
    """Searches that were made, the latest first, and how many there are in all; an
    image is named by its digest, see :func:`recall`."""
    store = ctx.store(HISTORY)
    keys = sorted(store.list_keys(), reverse=True)
    found = [store.get(key) for key in keys[skip : skip + count]]
    return [KeptSearch(**entry) for entry in found if entry is not None], len(keys)


def choices(ctx: foo.ExecutionContext) -> types.DropdownView:
    """The latest searches that were made, for a form."""
    view = types.DropdownView()
    for entry in history(ctx, OFFERED)[0]:
        label = f"{entry.at[:16].replace('T', ' ')}: {entry.label}"
        view.add_choice(entry.id, label=label)
    return view


def recall(ctx: foo.ExecutionContext, id_: str) -> SearchRequest:
    """A search of the history.

    Raises:
        InvalidRequest: if it isn't there any more
    """
    found = ctx.store(HISTORY).get(id_)
    if found is None:
        raise InvalidRequest("That search is no longer in the history. Search again.")
    return SearchRequest.from_dict(_with_images(ctx, found["params"]))


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
