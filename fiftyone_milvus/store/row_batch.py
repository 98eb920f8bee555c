"""Rows of a collection, as they are written and read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np


@dataclass(frozen=True)
class Rows:
    """Rows of a collection: ``ids`` (primary keys), ``sample_ids``, ``vectors`` of
    shape ``(n, dim)``, float32; if there are any, also the ``fingerprints`` of what
    these were computed from (``dataset/fingerprints.py``) and their stored filter
    values, by their names in :attr:`StoredRows.filter_keys`."""

    ids: list[str]
    sample_ids: list[str]
    vectors: np.ndarray
    fingerprints: list[str | None] | None = None
    filter_values: list[dict[str, Any]] | None = None

    def take(self, places: Sequence[int]) -> Rows:
        """The rows at some places, without their fingerprints and what they keep."""
        return Rows(
            [self.ids[i] for i in places],
            [self.sample_ids[i] for i in places],
            self.vectors[list(places)],
        )


class RowSource(NamedTuple):
    """The fingerprint of what a row's vector was computed from, ``None`` if it has
    none, and its stored filter values."""

    fingerprint: str | None
    filter_values: dict[str, Any]


def concatenate(parts: Sequence[Rows], dim: int = 0) -> Rows:
    """Rows of a dimension, one part after the other, without fingerprints and filter
    values."""
    return Rows(
        [id_ for part in parts for id_ in part.ids],
        [id_ for part in parts for id_ in part.sample_ids],
        np.concatenate([part.vectors for part in parts if part.ids])
        if any(part.ids for part in parts)
        else np.empty((0, dim), np.float32),
    )
