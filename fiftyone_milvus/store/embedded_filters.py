"""Milvus Lite's filters by a list of ids, such as those of a view.

Milvus Lite 3.2 parses such a list, and looks at each id in it, one by one in Python for
every call. Here a list that is written as ``filter_expressions.is_in`` writes it is
split instead, and its ids are looked up; for anything else Milvus Lite is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from milvus_lite.search.filter import CompiledExpr
from milvus_lite.storage.segment import Segment

LIST = re.compile(r'(\w+) in \["(.*)"\]', re.DOTALL)
BETWEEN = '", "'


class IdList:
    """A filter by a list of primary keys. It passes for Milvus Lite's compiled filters,
    and is compiled only where Milvus Lite evaluates it itself.

    Args:
        source: the filter
        field: the primary key's
        ids: the keys
        compile_filter: compiles filters as Milvus Lite does
    """

    def __init__(
        self,
        source: str,
        field: str,
        ids: list[str],
        compile_filter: Callable[[str], CompiledExpr],
    ) -> None:
        short = compile_filter(f'{field} in [""]')
        self.backend, self.fields, self.source = short.backend, short.fields, source
        self.ids = ids
        self._compile = compile_filter

    @cached_property
    def ast(self) -> Any:
        return self._compile(self.source).ast

    def mask(self, segment: Segment) -> np.ndarray:
        """Which rows of a segment have one of the keys."""
        row_of = segment.pk_to_row.get
        rows = np.fromiter((row_of(id_, -1) for id_ in self.ids), int, len(self.ids))
        found = np.zeros(segment.num_rows, bool)
        found[rows[rows >= 0]] = True
        return found


def ids_in(filter_expr: str, field: str) -> list[str] | None:
    """The values that a filter lists of a field; ``None`` if it isn't such a list, or
    has escapes in it."""
    match = LIST.fullmatch(filter_expr)
    if match is None or match[1] != field or "\\" in match[2]:
        return None
    ids = match[2].split(BETWEEN)
    return None if match[2].count('"') > 2 * (len(ids) - 1) else ids
