"""Shows a search's results in the grid, and restores the view from before.

The view that was searched from is stored in the dataset's execution store, by the
result, and not in the panel's state: the App reloads its page at each change of that.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
from fiftyone.server.view import get_extended_view

SHOWN = "milvus_vector_search_shown"
KEPT_SECONDS = 7 * 24 * 3600


def base_view(ctx: foo.ExecutionContext) -> fo.DatasetView:
    """The view that the person searches from: what the grid shows, filters of the
    sidebar included; or, if that is a search's result, what it was searched from, with
    the same filters. Results that were saved as a view are a view like others."""
    params = ctx.request_params
    shown = _shown(ctx)
    stages = _searched_from(ctx, shown)
    view = shown if stages is None else fo.DatasetView._build(ctx.dataset, stages)
    filters, extended = params.get("filters"), params.get("extended")
    if not filters and not extended:
        return view
    # a copy, since FiftyOne takes stages out of what it is given
    return get_extended_view(view, filters, extended_stages=dict(extended or {}))


def shows_results(ctx: foo.ExecutionContext) -> bool:
    """Whether the grid shows a search's result."""
    return _searched_from(ctx, _shown(ctx)) is not None


def show(ctx: foo.ExecutionContext, view: fo.DatasetView, base: fo.DatasetView) -> None:
    """Shows the results, and remembers where they were searched from."""
    shown = _fingerprint(view)
    if shown is not None:
        stages = base._serialize(include_uuids=False)
        ctx.store(SHOWN).set(shown, stages, ttl=KEPT_SECONDS)
    ctx.ops.set_view(view)


def restore(ctx: foo.ExecutionContext) -> None:
    """Takes the results out of the grid; a view of the person's own stays."""
    ctx.ops.set_view(base_view(ctx))


def _shown(ctx: foo.ExecutionContext) -> fo.DatasetView:
    """The view of the grid, without filters."""
    name = ctx.request_params.get("view_name")
    if name is not None:
        return ctx.dataset.load_saved_view(name)
    return fo.DatasetView._build(ctx.dataset, ctx.request_params.get("view") or [])


def _searched_from(
    ctx: foo.ExecutionContext, view: fo.DatasetView
) -> list[dict[str, Any]] | None:
    """The stages of what a search's result was searched from; ``None`` for a view that
    is no such result."""
    shown = None if view.name is not None else _fingerprint(view)
    if shown is None:
        return None
    stages: list[dict[str, Any]] | None = ctx.store(SHOWN).get(shown)
    return stages


def _fingerprint(view: fo.DatasetView) -> str | None:
    """Short and equal for equal results: the ids themselves may be thousands."""
    if not view._stages:
        return None
    stage = view._stages[-1]._serialize(include_uuid=False)
    return hashlib.sha256(json.dumps(stage, sort_keys=True).encode()).hexdigest()
