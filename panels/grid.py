"""Puts a search's hits into the grid, and what was there before back again.

What a result was searched from is kept by that result in the dataset's execution store,
and not in the panel's state: each change of that has the App ask for its page anew.
"""

from __future__ import annotations

import hashlib
import json

import fiftyone as fo
import fiftyone.operators as foo

SHOWN = "milvus_vector_search_shown"
KEPT_SECONDS = 7 * 24 * 3600


def base_view(ctx: foo.ExecutionContext) -> fo.DatasetView:
    """The view that the person searches from: the current one, or, if that is a
    search's result, the one that it was searched from. Hits that were saved as a view
    are a view like others."""
    shown = None if ctx.view.name is not None else _fingerprint(ctx.view)
    stages = None if shown is None else ctx.store(SHOWN).get(shown)
    if stages is None:
        return ctx.view
    return fo.DatasetView._build(ctx.dataset, stages)


def show(ctx: foo.ExecutionContext, view: fo.DatasetView, base: fo.DatasetView) -> None:
    """Shows the hits, and remembers where they were searched from."""
    shown = _fingerprint(view)
    if shown is not None:
        stages = base._serialize(include_uuids=False)
        ctx.store(SHOWN).set(shown, stages, ttl=KEPT_SECONDS)
    ctx.ops.set_view(view)


def restore(ctx: foo.ExecutionContext) -> None:
    """Takes the hits out of the grid; a view of the person's own stays."""
    ctx.ops.set_view(base_view(ctx))


def _fingerprint(view: fo.DatasetView) -> str | None:
    """Short and equal for equal results: the ids themselves may be thousands."""
    if not view._stages:
        return None
    stage = view._stages[-1]._serialize(include_uuid=False)
    return hashlib.sha256(json.dumps(stage, sort_keys=True).encode()).hexdigest()
