"""*Move index*: copy an index to another Milvus, and use it from there.

The new Milvus is logged in to with the user, password, token and certificates that are
configured (``FIFTYONE_BRAIN_SIMILARITY_MILVUS_*``): only the address and the database
are typed, since what is typed here is stored with a delegated run. So set those of the
server to move to. An embedded index needs none, and is found whatever they are; so is
one at an address that asks for no login.
"""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.errors import InvalidRequest, VectorSearchError
from fiftyone_milvus.managing import transfer
from fiftyone_milvus.milvus import settings

from . import schema, transfers
from .context import connection, without_causes


class MoveIndex(foo.Operator):
    """Moves an index; the old collection stays until somebody drops it."""

    @property
    def config(self) -> foo.OperatorConfig:
        return schema.config(
            name="move_index",
            label="Milvus: Move index",
            description="Copy an index to another Milvus, and use it from there",
            icon="drive_file_move",
            risk=types.RiskLevel.HIGH,
            streams=True,
        )

    def resolve_input(self, ctx: foo.ExecutionContext) -> types.Property:
        inputs = types.Object()
        schema.index_choice(ctx, inputs)
        configured = _configured(ctx)
        inputs.str(
            "uri",
            required=True,
            default=configured,
            label="Move to",
            description=(
                "The address of the other Milvus, such as http://host:19530, or the "
                f"word {settings.EMBEDDED}. User and password, or token, are sent only "
                f"to the address that is configured as {settings.ENV_PREFIX}URI."
            ),
        )
        problem = _uri_problem(ctx.params.get("uri", configured))
        if problem is not None:
            schema.problem(inputs, "uri", problem)
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
        return transfers.run(
            ctx,
            transfer.move,
            _summary,
            {name: ctx.params.get(name) for name in ("uri", "db_name")},
            collection_name=ctx.params.get("collection_name") or None,
        )


def _configured(ctx: foo.ExecutionContext) -> str | None:
    """The address of the server that is configured, if one is."""
    try:
        found = settings.resolve(connection(ctx))
    except VectorSearchError:
        return None
    return None if found.embedded else found.address


def _uri_problem(uri: str | None) -> str | None:
    if not uri:
        return (
            "Type the address of the Milvus to move to, such as http://host:19530, or "
            f"the word {settings.EMBEDDED}."
        )
    if uri == settings.EMBEDDED:
        return None
    try:
        found = settings.Settings(uri=settings.checked_uri(uri))
    except InvalidRequest as e:
        return str(e)
    if found.has_credentials:
        return (
            "Leave user and password out of the address: for the server that is set as "
            f"{settings.ENV_PREFIX}URI they are taken from _USER and _PASSWORD, or "
            "_TOKEN."
        )
    return None


def _summary(moved: transfer.Moved) -> str:
    text = (
        f"Moved {moved.rows:,} vectors to '{moved.collection_name}' on Milvus at "
        f"{moved.address} in {moved.seconds:.0f} s. The old collection "
        f"'{moved.old_collection_name}' at {moved.old_address} is still there; drop it "
        "when you no longer need it"
    )
    return transfers.with_note(text, moved.note)
