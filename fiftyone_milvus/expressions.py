"""Milvus's filter expressions: which rows a call is about."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from .capabilities import Capabilities


def is_in(field: str, values: Sequence[str], can: Capabilities) -> dict[str, Any]:
    """The keyword arguments of ``query``, ``search`` or ``delete`` for the rows whose
    field has one of the values: sent beside the filter to a server that can take them
    there, which spares it parsing them."""
    if can.filter_templates and values:  # an empty list says no type
        names = {"values": list(values)}
        return {"filter": f"{field} in {{values}}", "filter_params": names}
    # Milvus Lite doesn't know JSON's escapes for letters beyond ASCII
    listed = json.dumps(list(values), ensure_ascii=False)
    return {"filter": f"{field} in {listed}"}
