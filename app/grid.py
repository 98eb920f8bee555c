"""What the grid shows: a view of the person's own, or the results of a search.

The view that was searched from is stored in the dataset's execution store, by the
result, and not in the panel's state: the App reloads its page at each change of that.
The App resets the sidebar's filters when another view is set, so those of the time of
the search are part of what is stored, and those that were set later aren't.
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
    """The view that the person searches from, without the sidebar's filters: what the
    grid shows; or, if that is a search's result, what it was searched from. Results
    that were saved as a view are a view like others."""
    view = shown(ctx)
    stages = _searched_from(ctx, view)
    return view if stages is None else fo.DatasetView._build(ctx.dataset, stages)


def searched_from(ctx: foo.ExecutionContext) -> fo.DatasetView:
    """The view that the person searches from, with the sidebar's filters."""
    return filtered(ctx, base_view(ctx))


def filtered(ctx: foo.ExecutionContext, view: fo.DatasetView) -> fo.DatasetView:
    """A view with the filters of the sidebar, and what other panels add to it."""
    params = ctx.request_params
    filters, extended = params.get("filters"), params.get("extended")
    if not filters and not extended:
        return view
    # a copy, since FiftyOne takes stages out of what it is given
    return get_extended_view(view, filters, extended_stages=dict(extended or {}))


def show(ctx: foo.ExecutionContext, view: fo.DatasetView, base: fo.DatasetView) -> None:
    """Shows the results, and remembers where they were searched from."""
    key = _fingerprint(view)
    if key is not None:
        stages = base._serialize(include_uuids=False)
        ctx.store(SHOWN).set(key, stages, ttl=KEPT_SECONDS)
    ctx.ops.set_view(view)


def shown(ctx: foo.ExecutionContext) -> fo.DatasetView:
    """The view of the grid, without filters."""
    name = ctx.request_params.get("view_name")
    if name is not None:
        return ctx.dataset.load_saved_view(name)
    return fo.DatasetView._build(ctx.dataset, ctx.request_params.get("view") or [])


def shows_results(ctx: foo.ExecutionContext) -> bool:
    """Whether the grid shows the results of a search."""
    return _searched_from(ctx, shown(ctx)) is not None


def is_shown(ctx: foo.ExecutionContext, results: fo.DatasetView) -> bool:
    """Whether the grid shows these results."""
    return _fingerprint(shown(ctx)) == _fingerprint(results)


def part_in_grid(ctx: foo.ExecutionContext, results: fo.DatasetView) -> fo.DatasetView:
    """What the grid shows of results: those that pass the filters of the sidebar; all
    where it shows something else."""
    return filtered(ctx, results) if is_shown(ctx, results) else results


def _searched_from(
    ctx: foo.ExecutionContext, view: fo.DatasetView
) -> list[dict[str, Any]] | None:
    """The stages of what a search's result was searched from; ``None`` for a view that
    is no such result."""
    key = None if view.name is not None else _fingerprint(view)
    if key is None:
        return None
    stages: list[dict[str, Any]] | None = ctx.store(SHOWN).get(key)
    return stages


def _fingerprint(view: fo.DatasetView) -> str | None:
    """Short and equal for equal results: the ids themselves may be thousands."""
    if not view._stages:
        return None
    stage = view._stages[-1]._serialize(include_uuid=False)
    return hashlib.sha256(json.dumps(stage, sort_keys=True).encode()).hexdigest()
