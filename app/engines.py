"""Where the App's builds embed and write: in the process that runs them, or on Ray."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from fiftyone_milvus.indexes import build

RAY_ADDRESS = "FIFTYONE_MILVUS_RAY_ADDRESS"
HERE, RAY = "here", "ray"


def choices() -> dict[str, str]:
    """The engines of this environment, and what they are called."""
    address = _address()
    if address is None and find_spec("ray") is None:
        return {HERE: "This process"}
    at = "on this machine" if address is None else f"at {address}"
    return {HERE: "This process", RAY: f"Ray {at}"}


def chosen(params: Mapping[str, Any]) -> build.Ray | None:
    """The Ray of an operator's params; ``None`` for the process itself."""
    return build.Ray(_address()) if params.get("engine") == RAY else None


def _address() -> str | None:
    """The Ray cluster that the environment of the App or the worker names; ``None`` for
    one on its own machine."""
    return os.environ.get(RAY_ADDRESS) or None
