"""The panel: state in, library calls, plain data out. React draws it.

Its methods are in a module for each tab; what all tabs show is here.
"""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.backend import recorded_models, runs
from fiftyone_milvus.errors import VectorSearchError
from fiftyone_milvus.store import settings

from ..app import export_folders, health_reports, jobs, threads, transfer_forms
from . import (
    find_tab,
    index_payloads,
    indexes_tab,
    search_tab,
    server_payloads,
    server_tab,
)
from .error_boundary import answered

METHODS = (
    "first_overview",
    "overview",
    *search_tab.METHODS,
    *find_tab.METHODS,
    *indexes_tab.METHODS,
    *server_tab.METHODS,
)


class MilvusPanel(
    search_tab.SearchMethods,
    find_tab.FindMethods,
    indexes_tab.IndexMethods,
    server_tab.ServerMethods,
    foo.Panel,
):
    """Build, search and clean up Milvus indexes by pointing and clicking."""

    @property
    def config(self) -> foo.PanelConfig:
        return foo.PanelConfig(
            name="milvus_panel",
            label="Milvus",
            icon="hub",
            surfaces="grid modal",
            help_markdown="Search images by similarity and by text with Milvus",
        )

    async def execute(self, ctx: foo.ExecutionContext) -> Any:
        return await threads.run(self._execute, ctx)

    def _execute(self, ctx: foo.ExecutionContext) -> Any:
        """As FiftyOne's panels do; but the view stays as it is after :data:`METHODS`,
        and to send it with each answer would have the App draw the panel again."""
        method = ctx.params.get("__method__")
        return getattr(self, method)(ctx) if method in METHODS else super().execute(ctx)

    def on_load(self, ctx: foo.ExecutionContext) -> None:
        """Gives React what it shows first, which saves a call, and loads the model of
        the first index that is searched by text, meanwhile."""
        ctx.panel.set_data("first_overview", self.first_overview(ctx))
        for key in runs.keys(ctx.dataset):
            if recorded_models.warm(ctx.dataset, key):
                return

    @answered
    def first_overview(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """The overview as far as it needs neither Milvus nor a count: what the panel
        shows until the rest is there."""
        dataset = ctx.dataset
        found = runs.describe_all(dataset)
        return {
            **_of_records(ctx),
            "dataset": {"name": dataset.name, "samples": None},
            "server": None,
            "indexes": index_payloads.recorded(dataset, found),
        }

    @answered
    def overview(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        dataset = ctx.dataset
        found = runs.list_indexes(dataset)
        return {
            **_of_records(ctx),
            "dataset": {"name": dataset.name, "samples": dataset.count()},
            "server": server_payloads.server(),
            "indexes": index_payloads.indexes(
                dataset, found, health_reports.reports(ctx), _address()
            ),
        }

    def render(self, ctx: foo.ExecutionContext) -> types.Property:
        return types.Property(
            types.Object(),
            view=types.View(
                component="MilvusPanel",
                composite_view=True,
                **{name: getattr(self, name) for name in METHODS},
            ),
        )


def _of_records(ctx: foo.ExecutionContext) -> dict[str, Any]:
    """What of the overview is in records and settings."""
    return {
        "other_indexes": [
            {"brain_key": key, "backend": backend}
            for key, backend in runs.of_other_backends(ctx.dataset).items()
        ],
        "export_folder": export_folders.names(),
        "move": _move(),
        "jobs": [job.to_dict() for job in jobs.list_jobs(ctx)],
        "can_delegate": bool(fo.config.allow_legacy_orchestrators),
    }


def _move() -> dict[str, Any]:
    """Where indexes can be moved to; a list that can't be read hides nothing else."""
    try:
        return {"destinations": transfer_forms.destinations(), "problem": None}
    except VectorSearchError as e:
        return {"destinations": [], "problem": str(e)}


def _address() -> str | None:
    """The address of the Milvus in use; ``None`` if the settings can't be right."""
    try:
        return settings.resolve().address
    except VectorSearchError:
        return None
