"""Milvus's filter expressions: which rows a call is about.

A row keeps a field's value under the field's place among the index's
``filter_fields``: names of fields never become part of an expression. And it keeps a
number that is as good as random, so that a filter can be cut into parts of about the
same size.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from typing import Any

from ..id_set import IdSet

TEMPLATES = "filter templates"  # what Milvus calls them
PART, PARTS = "filter_part", 1 << 16


def is_in(
    field: str, values: Sequence[str] | IdSet, templates: bool = False
) -> dict[str, Any]:
    """The keyword arguments of ``query``, ``search`` or ``delete`` for the rows whose
    field has one of the values.

    Args:
        field: the field
        values: its values; not empty, if they are sent beside the filter
        templates: whether they are: it spares a server that can parsing them
    """
    if templates:
        names = {"values": list(values)}
        return {"filter": f"{field} in {{values}}", "filter_params": names}
    if isinstance(values, IdSet):
        return {"filter": f"{field} in {values.to_json()}"}
    # Milvus Lite doesn't know JSON's escapes for letters beyond ASCII
    listed = json.dumps(list(values), ensure_ascii=False)
    return {"filter": f"{field} in {listed}"}


def after(field: str, value: str, filter_expr: str) -> str:
    """The rows whose field comes after a value, of those that match an expression;
    ``""`` matches all."""
    beyond = f"{field} > {json.dumps(value, ensure_ascii=False)}"
    return f"{beyond} and ({filter_expr})" if filter_expr else beyond


def key(place: int) -> str:
    """The name in Milvus of the filter field with a place, from 0."""
    return f"filter_{place}"


def in_parts(filter_expr: str, count: int) -> list[str]:
    """Expressions that each match about one of ``count`` equal parts of the rows that
    one matches. Milvus Lite can't read them: a range costs a server half of
    what two comparisons do."""
    ends = [place * PARTS // count for place in range(count + 1)]
    return [
        f"({filter_expr}) and {low} <= {PART} < {high}"
        for low, high in itertools.pairwise(ends)
    ]
