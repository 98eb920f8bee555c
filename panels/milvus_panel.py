"""The panel: state in, library calls, plain data out. React draws it."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus import models, pages, runs, search
from fiftyone_milvus.collection import CONSISTENCY_LEVELS, METRICS
from fiftyone_milvus.errors import InvalidRequest, VectorSearchError

from ..operators import jobs, schema, search_form
from ..operators.cleanup_index import done
from ..operators.compute_index import DEFAULT_KEY
from ..operators.context import connection
from ..operators.search_request import check_k
from . import grid, payloads

logger = logging.getLogger(__name__)

Method = Callable[["MilvusPanel", foo.ExecutionContext], dict[str, Any]]


def answered(method: Method) -> Method:
    """Answers with an error as data: an exception would replace the whole panel."""

    @functools.wraps(method)
    def wrapped(self: MilvusPanel, ctx: foo.ExecutionContext) -> dict[str, Any]:
        try:
            return method(self, ctx)
        except VectorSearchError as e:
            return {"error": {"code": e.code, "message": str(e)}}
        except Exception as e:
            logger.exception("The Milvus panel's %s failed", method.__name__)
            message = f"{type(e).__name__}: {e}"
            return {"error": {"code": "internal", "message": message}}

    return wrapped


class MilvusPanel(foo.Panel):
    """Build, search and clean up Milvus indexes by pointing and clicking."""

    @property
    def config(self) -> foo.PanelConfig:
        return foo.PanelConfig(
            name="milvus_panel",
            label="Milvus",
            icon="hub",
            surfaces="grid",
            help_markdown="Search pictures by similarity and by text with Milvus",
        )

    def on_load(self, ctx: foo.ExecutionContext) -> None:
        """Loads the model of the first index that is searched by text, meanwhile;
        React asks for what it needs once it is there."""
        for key in runs.keys(ctx.dataset):
            info = runs.describe(ctx.dataset, key)
            if info.supports_prompts and info.model is not None:
                models.warm(info.model, info.model_kwargs)
                return

    @answered
    def overview(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        dataset = ctx.dataset
        return {
            "dataset": {"name": dataset.name, "samples": dataset.count()},
            "server": payloads.server(connection(ctx)),
            "indexes": [
                payloads.index(info)
                for info in runs.list_indexes(dataset, **connection(ctx))
            ],
            "jobs": [job.to_dict() for job in jobs.list_jobs(ctx)],
        }

    @answered
    def jobs(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        return {"jobs": [job.to_dict() for job in jobs.list_jobs(ctx)]}

    @answered
    def form(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        dataset = ctx.dataset
        patches = schema.patches_fields(dataset)
        return {
            "models": [asdict(model) for model in schema.models()],
            "patches_fields": patches,
            "embeddings_fields": [
                {"field": field, "patches_field": of}
                for of in (None, *patches)
                for field in schema.embeddings_fields(dataset, of)
            ],
            "brain_keys": dataset.list_brain_runs(),
            "brain_key": schema.free_key(dataset, DEFAULT_KEY),
            "counts": {
                "dataset": dataset.count(),
                "view": ctx.view.count(),
                "selected": len(ctx.selected or []),
            },
            "can_delegate": bool(fo.config.allow_legacy_orchestrators),
            "metrics": list(METRICS),
            "consistency_levels": list(CONSISTENCY_LEVELS),
        }

    @answered
    def search(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        params = ctx.params
        k = check_k(params.get("k"))
        index = runs.load(ctx.dataset, params["brain_key"], **connection(ctx))
        base = grid.base_view(ctx)
        samples = base if params.get("target") == "view" else ctx.dataset
        if samples is base and not base.limit(1).count():
            raise InvalidRequest("The view is empty. Clear it, or search the dataset.")
        result = search.search(
            index,
            search_form.read_query(ctx, runs.describe(ctx.dataset, index.key)),
            k,
            samples=samples,
            reverse=bool(params.get("reverse")),
        )
        view = search.result_view(result, samples)
        grid.show(ctx, view, base)
        return payloads.search_result(result, view, pages.keep(result))

    @answered
    def more(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        result, start = pages.get(ctx.params["token"]), int(ctx.params["start"])
        shown = result.page(start, payloads.SHOWN_HITS)
        view = search.result_view(shown, ctx.dataset)
        return {"hits": payloads.hits(result, view, start)}

    @answered
    def clear(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        grid.restore(ctx)
        return {}

    @answered
    def cleanup_plan(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        key = ctx.params["brain_key"]
        return asdict(runs.cleanup_plan(ctx.dataset, key, **connection(ctx)))

    @answered
    def cleanup(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        plan = runs.cleanup(ctx.dataset, ctx.params["brain_key"], **connection(ctx))
        return {
            "brain_key": plan.brain_key,
            "dropped_rows": plan.drops_rows,
            "deleted_run": plan.deletes_run,
            "message": done(plan),
        }

    @answered
    def cancel(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        jobs.cancel(ctx, ctx.params["job_id"])
        return {}

    @answered
    def dismiss(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        jobs.dismiss(ctx, ctx.params["job_id"])
        return {}

    def render(self, ctx: foo.ExecutionContext) -> types.Property:
        return types.Property(
            types.Object(),
            view=types.View(
                component="MilvusPanel",
                composite_view=True,
                overview=self.overview,
                jobs=self.jobs,
                form=self.form,
                search=self.search,
                more=self.more,
                clear=self.clear,
                cleanup_plan=self.cleanup_plan,
                cleanup=self.cleanup,
                cancel=self.cancel,
                dismiss=self.dismiss,
            ),
        )
