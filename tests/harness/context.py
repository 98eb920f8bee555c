"""FiftyOne's real execution context, filled as the App would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import fiftyone as fo
    import fiftyone.operators as foo

PLUGIN = "@milvus/vector-search"


def make_context(
    dataset: fo.Dataset,
    *,
    view: fo.SampleCollection | None = None,
    view_name: str | None = None,
    selected: list[str] | None = None,
    selected_labels: list[dict[str, Any]] | None = None,
    filters: dict[str, Any] | None = None,
    lasso: fo.ViewStage | None = None,
    **params: Any,
) -> foo.ExecutionContext:
    """The context of a panel method: what it triggers is in ``triggered(ctx)``. A lasso
    is the stage that the Embeddings panel has the App add to the view."""
    from fiftyone.operators.executor import ExecutionContext, Executor

    return ExecutionContext(
        {
            "dataset_name": dataset.name,
            "view": (dataset.view() if view is None else view)._serialize(),
            "view_name": view_name,
            "filters": filters or {},
            "extended": {} if lasso is None else _extended(lasso),
            "selected": selected or [],
            "selected_labels": selected_labels or [],
            "params": {"panel_id": "panel", "panel_state": {}, **params},
        },
        executor=Executor(),
        operator_uri=f"{PLUGIN}/milvus_panel",
    )


def _extended(stage: fo.ViewStage) -> dict[str, Any]:
    serialized = stage._serialize(include_uuid=False)
    return {serialized["_cls"]: dict(serialized["kwargs"])}


def triggered(ctx: foo.ExecutionContext, name: str) -> list[dict[str, Any]]:
    """The parameters of each built-in operation of a name that was triggered."""
    return [r.params for r in ctx.executor._requests if r.operator_uri == name]


def form_token() -> str:
    """What the form of *Trust a model* sends along."""
    import sys

    import fiftyone.operators as foo

    operator = foo.get_operator(f"{PLUGIN}/trust_model")
    return str(sys.modules[type(operator).__module__].FORM_TOKEN)


def execute(
    name: str,
    dataset: fo.Dataset,
    /,
    *,
    context: dict[str, Any] | None = None,
    **params: Any,
) -> Any:
    """Runs one of the plugin's operators as Python code would; its result."""
    import fiftyone.operators as foo

    return foo.execute_operator(
        f"{PLUGIN}/{name}", ctx={"dataset": dataset, **(context or {})}, params=params
    ).result
