"""The panel's methods for the *Indexes* tab."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo

from fiftyone_milvus.backend import runs
from fiftyone_milvus.dataset.sources import media_problem
from fiftyone_milvus.errors import VectorSearchError
from fiftyone_milvus.store import client, settings
from fiftyone_milvus.store.collection import CONSISTENCY_LEVELS, METRICS
from fiftyone_milvus.store.index_types import INDEX_TYPES

from ..app import engines, forms, jobs, searches, transfers, zoo_models
from ..app.context import image_slices
from . import video_payloads
from .error_boundary import answered

METHODS = (
    *("jobs", "form", "cleanup_plan", "cleanup", "pause", "cancel", "dismiss"),
    *("begin_transfer", "upload_part", "download_part", "end_transfer"),
)


class IndexMethods:
    @answered
    def jobs(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """The jobs, and what this panel's search waits for."""
        return {
            "jobs": [job.to_dict() for job in jobs.list_jobs(ctx)],
            "loading": searches.loading(ctx),
        }

    @answered
    def form(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        dataset = ctx.dataset
        # of frames or clips, the view has fields that the dataset doesn't
        view = ctx.view if ctx.view._is_generated else dataset
        patches = sorted({*forms.patches_fields(dataset), *forms.patches_fields(view)})
        return {
            "models": [asdict(model) for model in zoo_models.models()],
            "patches_fields": patches,
            "embeddings_fields": [
                {"field": field, "patches_field": of}
                for of in (None, *patches)
                for field in _embeddings_fields(dataset, view, of)
            ],
            "brain_keys": dataset.list_brain_runs(),
            "brain_key": forms.free_key(dataset),
            "counts": {
                "dataset": dataset.count(),
                "view": ctx.view.count(),
                "selected": len(ctx.selected or []),
            },
            "media_problems": {
                "dataset": media_problem(dataset),
                "view": media_problem(ctx.view),
            },
            "slices": {
                "dataset": image_slices(dataset),
                "view": image_slices(ctx.view),
            },
            "videos": {
                "dataset": video_payloads.videos(dataset),
                "view": video_payloads.videos(ctx.view),
            },
            "can_delegate": bool(fo.config.allow_legacy_orchestrators),
            "metrics": list(METRICS),
            "consistency_levels": list(CONSISTENCY_LEVELS),
            "index_types": _index_types(),
            "engines": [
                {"value": value, "label": label}
                for value, label in engines.choices().items()
            ],
            "filter_fields": [
                {"field": field, "patches_field": of}
                for of in (None, *patches)
                for field in forms.filter_fields(dataset, of)
            ],
        }

    @answered
    def cleanup_plan(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        key = ctx.params["brain_key"]
        plan = asdict(runs.cleanup_plan(ctx.dataset, key))
        del plan["kept_because"]  # its message says so
        return plan

    @answered
    def cleanup(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        plan = runs.cleanup(ctx.dataset, ctx.params["brain_key"])
        return {
            "brain_key": plan.brain_key,
            "deleted_rows": plan.deletes_rows,
            "deleted_run": plan.deletes_run,
            "message": plan.done_message,
        }

    @answered
    def pause(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        jobs.pause(ctx, ctx.params["job_id"])
        return {}

    @answered
    def cancel(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        jobs.cancel(ctx, ctx.params["job_id"])
        return {}

    @answered
    def dismiss(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        jobs.dismiss(ctx, ctx.params["job_id"])
        return {}

    @answered
    def begin_transfer(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """Begins to download an export, or to upload one; its parts follow."""
        return {
            "token": transfers.begin(),
            "part_bytes": transfers.PART_BYTES,
            "max_bytes": transfers.MAX_BYTES,
        }

    @answered
    def upload_part(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        params = ctx.params
        size = transfers.add(params["token"], int(params["start"]), params["data"])
        return {"size": size}

    @answered
    def download_part(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        data, size = transfers.read(ctx.params["token"], int(ctx.params["start"]))
        return {"data": data, "size": size}

    @answered
    def end_transfer(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """Deletes the file on the server, whether all of it was sent or not."""
        transfers.end(ctx.params["token"])
        return {}


def _embeddings_fields(
    dataset: fo.Dataset, view: fo.SampleCollection, patches_field: str | None
) -> list[str]:
    found = (forms.embeddings_fields(one, patches_field) for one in (dataset, view))
    return sorted(set().union(*found))


def _index_types() -> list[str]:
    """Those that the Milvus in use supports; all there are if it can't be asked."""
    try:
        found = client.connect(settings.resolve()).capabilities.index_types
    except VectorSearchError:
        return list(INDEX_TYPES)
    return list(found)
