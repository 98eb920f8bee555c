"""*Move index*: copy an index to another Milvus, and use it from there.

The form has no credentials, since FiftyOne stores the params of a delegated run. They
are found by the address: those of the configured server
(``FIFTYONE_BRAIN_SIMILARITY_MILVUS_*``), or of one in the file that
``FIFTYONE_MILVUS_SERVERS`` names. Any other address is used without credentials.
"""

from __future__ import annotations

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.errors import InvalidRequest, VectorSearchError
from fiftyone_milvus.indexes import move
from fiftyone_milvus.store import addresses, server_list, settings

from ..app import forms, transfer_forms
from ..app.labels import LABELS
from ..app.long_jobs import Work
from .base import LongOperator


class MoveIndex(LongOperator):
    """Moves an index; the old collection is kept."""

    name = "move_index"
    label = "Move index"
    description = "Copy an index to another Milvus, and use it from there"
    returns = (
        "Returns rows, the new and the old address and collection, and a note; the "
        "old collection stays"
    )
    icon = "drive_file_move"
    risk = types.RiskLevel.HIGH

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        forms.index_choice(ctx, inputs)
        _destination_input(ctx, inputs)
        inputs.str("db_name", required=False, label=LABELS["db_name"])
        inputs.str(
            "collection_name",
            required=False,
            label=LABELS["collection_name"],
            description="Its name on the other Milvus; leave empty to generate one",
        )
        inputs.view(
            "notice",
            types.Notice(
                label=(
                    "No embeddings are recomputed. The copy is checked before the "
                    "index uses it, and the old collection stays until you delete it."
                )
            ),
        )

    def work(self, ctx: foo.ExecutionContext) -> Work:
        problem = _uri_problem(ctx.params.get("uri"))
        if problem is not None:
            raise InvalidRequest(problem)
        return transfer_forms.work(
            ctx,
            move.move,
            _summary,
            {name: ctx.params.get(name) for name in ("uri", "db_name")},
            collection_name=ctx.params.get("collection_name") or None,
        )


def _destination_input(ctx: foo.ExecutionContext, inputs: types.Object) -> None:
    """Which Milvus to move to: one of those offered, or a typed address."""
    view = types.AutocompleteView()
    problem = default = None
    try:
        configured = settings.resolve()
        default = None if configured.embedded else configured.address
        for one in transfer_forms.destinations():
            view.add_choice(one["uri"], label=one["label"])
    except VectorSearchError as e:
        problem = str(e)
    inputs.str(
        "uri",
        required=True,
        default=default,
        label=LABELS["uri"],
        description=(
            "Choose a Milvus, or enter the address of another, such as "
            "http://host:19530, which is used without credentials"
        ),
        view=view,
    )
    problem = problem or _uri_problem(ctx.params.get("uri", default))
    if problem is not None:
        forms.problem(inputs, "uri", problem)


def _uri_problem(uri: str | None) -> str | None:
    if not uri:
        return (
            "Enter the address of the Milvus to move to, such as http://host:19530, or "
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
        f"'{moved.old_collection_name}' at {moved.old_address} is still there; "
        "delete it when you no longer need it"
    )
    return transfer_forms.with_note(text, moved.note)
