"""*Move index*: copy an index to another Milvus, and use it from there.

Only the address and the database are chosen here, since what is typed is stored with a
delegated run. Credentials are found by the address: those of the configured server
(``FIFTYONE_BRAIN_SIMILARITY_MILVUS_*``), or of one in the file that
``FIFTYONE_MILVUS_SERVERS`` names. Any other address is asked without them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.errors import InvalidRequest, VectorSearchError
from fiftyone_milvus.indexes import move
from fiftyone_milvus.store import addresses, server_list, settings

from ..app import forms, transfer_forms
from ..app.context import connection, without_causes


class MoveIndex(foo.Operator):
    """Moves an index; the old collection stays until somebody drops it."""

    @property
    def config(self) -> foo.OperatorConfig:
        return forms.config(
            name="move_index",
            label="Milvus: Move index",
            description="Copy an index to another Milvus, and use it from there",
            icon="drive_file_move",
            risk=types.RiskLevel.HIGH,
            streams=True,
        )

    def resolve_input(self, ctx: foo.ExecutionContext) -> types.Property:
        inputs = types.Object()
        forms.index_choice(ctx, inputs)
        _scope_input(ctx, inputs)
        inputs.str("db_name", required=False, label="Database")
        inputs.str(
            "collection_name",
            required=False,
            label="Collection",
            description="Its name there; leave empty for a new one",
        )
        inputs.view(
            "notice",
            types.Notice(
                label=(
                    "No embedding is computed again. The copy is checked before the "
                    "index uses it, and the old collection stays until you drop it."
                )
            ),
        )
        return types.Property(inputs, view=types.View(label="Move Milvus index"))

    @without_causes
    def execute(self, ctx: foo.ExecutionContext) -> Any:
        problem = _uri_problem(ctx.params.get("uri"))
        if problem is not None:
            raise InvalidRequest(problem)
        return transfer_forms.run(
            ctx,
            move.move,
            _summary,
            {name: ctx.params.get(name) for name in ("uri", "db_name")},
            collection_name=ctx.params.get("collection_name") or None,
        )


def targets(connected: Mapping[str, Any]) -> list[dict[str, str]]:
    """The Milvus that indexes can be moved to without typing an address: those in the
    list of servers, the configured one, and the embedded one.

    Returns:
        of each its address as ``uri``, and a ``label``

    Raises:
        InvalidRequest: if what is configured or listed can't be right
    """
    listed = settings.servers().items()
    labels = {server.address: f"{name} ({server.address})" for name, server in listed}
    configured = settings.resolve(connected)
    if configured.uri is not None:
        labels.setdefault(configured.address, configured.address)
    labels[settings.EMBEDDED] = "Embedded Milvus"
    return [{"uri": uri, "label": label} for uri, label in labels.items()]


def _scope_input(ctx: foo.ExecutionContext, inputs: types.Object) -> None:
    """Which Milvus to move to: one of the targets, or a typed address."""
    view = types.AutocompleteView()
    problem = default = None
    try:
        configured = settings.resolve(connection(ctx))
        default = None if configured.embedded else configured.address
        for target in targets(connection(ctx)):
            view.add_choice(target["uri"], label=target["label"])
    except VectorSearchError as e:
        problem = str(e)
    inputs.str(
        "uri",
        required=True,
        default=default,
        label="Move to",
        description=(
            "One of those offered, or the address of another Milvus, such as "
            "http://host:19530, which is asked without credentials"
        ),
        view=view,
    )
    problem = problem or _uri_problem(ctx.params.get("uri", default))
    if problem is not None:
        forms.problem(inputs, "uri", problem)


def _uri_problem(uri: str | None) -> str | None:
    if not uri:
        return (
            "Type the address of the Milvus to move to, such as http://host:19530, or "
            f"the word {settings.EMBEDDED}."
        )
    if uri == settings.EMBEDDED:
        return None
    try:
        found = settings.Settings(uri=addresses.checked(uri))
    except InvalidRequest as e:
        return str(e)
    if found.has_credentials:
        return (
            "Leave user and password out of the address. They are configured where "
            f"FiftyOne is started: by {settings.ENV_PREFIX}USER and _PASSWORD, or "
            f"_TOKEN, for the server in _URI; for others in {server_list.VARIABLE}."
        )
    return None


def _summary(moved: move.Moved) -> str:
    text = (
        f"Moved {moved.rows:,} vectors to '{moved.collection_name}' on Milvus at "
        f"{moved.address} in {moved.seconds:.0f} s. The old collection "
        f"'{moved.old_collection_name}' at {moved.old_address} is still there; drop it "
        "when you no longer need it"
    )
    return transfer_forms.with_note(text, moved.note)
