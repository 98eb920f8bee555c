"""Zoo models by name, loaded once per process: loading one takes seconds."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from typing import Any

import fiftyone.zoo as foz

from .errors import InvalidRequest

TEXT_TAGS = ("zero-shot", "text-embeddings")
KEPT = 2  # a person switches between few, and each may take gigabytes

_models: OrderedDict[str, Any] = OrderedDict()
_lock = threading.Lock()


def check(name: str) -> None:
    """Checks that the zoo has a model of this name; loads nothing.

    Raises:
        InvalidRequest: if it has none
    """
    if name not in foz.list_zoo_models():
        raise InvalidRequest(
            f"The FiftyOne model zoo has no model '{name}'. Choose one that "
            "`fiftyone zoo models list` shows."
        )


def embeds_text(name: str) -> bool:
    """Whether a zoo model embeds text as well; loads nothing."""
    found = foz.get_zoo_model(name)
    return any(found.has_tag(tag) for tag in TEXT_TAGS)


def load(name: str, model_kwargs: dict[str, Any] | None = None) -> Any:
    """The model of a name; the last few stay loaded.

    Returns:
        a ``fiftyone.core.models.Model`` that gives embeddings

    Raises:
        InvalidRequest: if it isn't there, can't be loaded, or gives no embeddings
    """
    key = json.dumps([name, model_kwargs or {}], sort_keys=True, default=str)
    with _lock:
        if key not in _models:
            _models[key] = _loaded(name, model_kwargs or {})
        _models.move_to_end(key)
        while len(_models) > KEPT:
            _models.popitem(last=False)
        return _models[key]


def _loaded(name: str, model_kwargs: dict[str, Any]) -> Any:
    check(name)
    try:
        model = foz.load_zoo_model(name, **model_kwargs)
    except Exception as e:
        raise InvalidRequest(
            f"The model '{name}' can't be loaded: {e}. Install what it asks for, or "
            "choose another model."
        ) from e
    if not model.has_embeddings:
        raise InvalidRequest(
            f"The model '{name}' gives no embeddings. Choose one that does."
        )
    return model
