"""What each plan is estimated to cost.

Measured once, with 30,000 and 100,000 512-dim vectors and 1,000,000 128-dim ones on two
cores. A slower machine takes longer for each of them, so their order hardly changes.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cachetools import TTLCache, cached

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from ..store.collection import Collection

Step = Literal[
    "overfetch",
    "filter_expr",
    "id_filter",
    "fetch_and_rank",
    "full_scan",
    "view_ids",
    "membership",
]

DIM = 512  # of the vectors that the estimates were measured with
SIZE_SECONDS = 30.0  # for which an estimate may use an older size
MAX_SIZES = 256


@dataclass(frozen=True)
class CostTerm:
    """``fixed + per_unit * units + per_row * rows`` seconds."""

    fixed: float
    per_unit: float
    per_row: float = 0.0


SERVER: dict[Step, CostTerm] = {
    "overfetch": CostTerm(0.010, 35e-6),  # matches
    "filter_expr": CostTerm(0.015, 35e-6, 0.5e-6),  # matches
    "id_filter": CostTerm(0.012, 15e-6),  # ids
    "fetch_and_rank": CostTerm(0.006, 170e-6),  # vectors
    "full_scan": CostTerm(0.020, 0, 95e-6),
    "view_ids": CostTerm(0.003, 3e-6, 1e-6),  # ids of a view, rows of the index
    "membership": CostTerm(0.002, 8e-6),  # matches that are looked up in the view
}
EMBEDDED: dict[Step, CostTerm] = {
    **SERVER,
    "overfetch": CostTerm(0.005, 30e-6, 0.13e-6),
    "filter_expr": CostTerm(0.005, 30e-6, 2e-6),
    "id_filter": CostTerm(0.005, 0.7e-6, 0.02e-6),
    "fetch_and_rank": CostTerm(0.008, 260e-6),
}


# Steps whose units, or whose rows, take longer with longer vectors
UNITS_BY_DIM = ("fetch_and_rank",)
ROWS_BY_DIM = ("full_scan", "overfetch")


@dataclass(frozen=True)
class CostModel:
    """Estimates for an index of vectors of a dimension."""

    terms: Mapping[Step, CostTerm]
    dim: int = DIM

    def seconds(self, step: Step, units: float, rows: int) -> float:
        """The estimated time.

        Args:
            step: what is to be done
            units: with how many matches, ids or vectors
            rows: how many rows the index has
        """
        term, longer = self.terms[step], max(0.1, self.dim / DIM)
        by_units, by_rows = term.per_unit * units, term.per_row * rows
        if step in UNITS_BY_DIM:
            by_units *= longer
        if step in ROWS_BY_DIM:
            by_rows *= longer
        return term.fixed + by_units + by_rows


def of_collection(collection: Collection) -> CostModel:
    """The estimates for a collection."""
    terms = EMBEDDED if collection.embedded else SERVER
    return CostModel(terms, collection.dimension())


def _key(collection: Collection) -> Hashable:
    return (*collection.key, collection.partition)


@cached(TTLCache(MAX_SIZES, SIZE_SECONDS), key=_key, lock=threading.Lock())
def size(collection: Collection) -> int:
    """About how many rows a collection has, asked now and then."""
    return collection.count(collection.consistency_level)
