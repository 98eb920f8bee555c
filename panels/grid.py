"""Puts a search's hits into the grid, and what was there before back again."""

from __future__ import annotations

import hashlib
import json

import fiftyone as fo
import fiftyone.operators as foo

STATE = "search_view"


def base_view(ctx: foo.ExecutionContext) -> fo.DatasetView:
    """The view that the person searches from: the current one, or, if that is the
    last search's result, the one before it."""
    saved = ctx.panel.get_state(STATE) or {}
    if saved.get("shown") and saved["shown"] == _fingerprint(ctx.view):
        return fo.DatasetView._build(ctx.dataset, saved["base"])
    return ctx.view


def show(ctx: foo.ExecutionContext, view: fo.DatasetView, base: fo.DatasetView) -> None:
    """Shows the hits, and remembers where they were searched from."""
    stages = base._serialize(include_uuids=False)
    ctx.panel.set_state(STATE, {"shown": _fingerprint(view), "base": stages})
    ctx.ops.set_view(view)


def restore(ctx: foo.ExecutionContext) -> None:
    """Takes the hits out of the grid; a view of the person's own stays."""
    base = base_view(ctx)
    ctx.panel.set_state(STATE, None)
    ctx.ops.set_view(base)


def _fingerprint(view: fo.DatasetView) -> str | None:
    """Short and equal for equal results: the ids themselves may be thousands."""
    if not view._stages:
        return None
    stage = view._stages[-1]._serialize(include_uuid=False)
    return hashlib.sha256(json.dumps(stage, sort_keys=True).encode()).hexdigest()
