"""*Trust a model*: accept the model arguments in the record of an index."""

from __future__ import annotations

import secrets
from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.backend import recorded_models
from fiftyone_milvus.errors import InvalidRequest

from ..app import forms
from .base import Operator

# Shown by the form alone: a web page in the same browser can have the App run an
# operator, but read nothing that it answers
FORM_TOKEN = secrets.token_hex(4)


class TrustModel(Operator):
    """Lets a model be loaded with the arguments that came with a dataset."""

    name = "trust_model"
    label = "Trust a model"
    description = "Accept the model arguments that came with a dataset"
    returns = "Returns brain_key and a message; only a person can accept, in the form"
    icon = "verified_user"
    risk = types.RiskLevel.HIGH

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        key = forms.index_choice(ctx, inputs)
        if key is not None:
            _question(ctx, inputs, key)

    def run(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        key, arguments = ctx.params["brain_key"], ctx.params.get("arguments")
        if not arguments or ctx.params.get("form") != FORM_TOKEN:
            raise InvalidRequest(
                "Accept a model in this operator's form, or in Python by "
                "fiftyone_milvus.trust_model(dataset, brain_key)"
            )
        call = recorded_models.trust_model(ctx.dataset, key, arguments)
        return {
            "brain_key": key,
            "message": f"{call} is loaded from now on for indexes that use it",
        }


def _question(ctx: foo.ExecutionContext, inputs: types.Object, key: str) -> None:
    try:
        asked = recorded_models.to_accept(ctx.dataset, key)
    except InvalidRequest as e:
        forms.problem(inputs, "brain_key", str(e))
        return
    if asked is None:
        text = f"The model of the index '{key}' needs no confirmation."
        forms.problem(inputs, "brain_key", text)
        return
    for name, value, label in (
        ("arguments", asked, "Model and arguments"),
        ("form", FORM_TOKEN, "Confirmation code"),  # hidden fields aren't sent
    ):
        shown = types.TextFieldView(read_only=True)
        inputs.str(name, default=value, required=True, label=label, view=shown)
    inputs.view(
        "notice",
        types.Notice(
            label=(
                "The record of this index came with the dataset: it was not written "
                "here. If you run this, FiftyOne loads the model with these arguments, "
                "and may download it. Do so only if you trust the dataset's author."
            )
        ),
    )
