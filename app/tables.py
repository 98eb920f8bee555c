"""Tables in an operator's output: rows of texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import eta.core.utils as etau
import fiftyone.operators.types as types


def output(outputs: types.Object, name: str, columns: Mapping[str, str]) -> None:
    """Shows a list of dicts of texts, by column, as a table.

    Args:
        outputs: the operator's output
        name: where the list is in the result
        columns: the columns' titles by their keys
    """
    view = types.TableView()
    row = types.Object()
    for key, title in columns.items():
        view.add_column(key, label=title)
        row.str(key, label=title)
    outputs.list(name, row, view=view)


def count(number: int | None) -> str:
    """A number of rows; empty if it isn't known."""
    return "" if number is None else f"{number:,}"


def size(size_bytes: int | None) -> str:
    """A number of bytes; empty if it isn't known."""
    if size_bytes is None:
        return ""
    return str(etau.to_human_bytes_str(size_bytes))


def when(moment: datetime | None) -> str:
    """A moment to the minute, in UTC; empty if it isn't known."""
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"
