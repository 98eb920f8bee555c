"""Which hits of a search count: a range of scores, ids that are left out, one hit for
each group."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import fiftyone as fo
import fiftyone.core.fields as fof
import numpy as np

from .errors import InvalidRequest
from .rows import Hits

SAMPLE = "sample_id"  # to group patches by


@dataclass(frozen=True)
class Restrictions:
    """What a hit must be, beside near.

    Args:
        least: the least distance
        most: the largest distance
        exclude: ids of the index that are no hits
        group_by: a field of the samples, or ``"sample_id"``: the first hit of each of
            its values counts; hits without a value all do
    """

    least: float = -np.inf
    most: float = np.inf
    exclude: frozenset[str] = frozenset()
    group_by: str | None = None

    @property
    def any(self) -> bool:
        """Whether a hit may not count."""
        return self != Restrictions()

    def ends(self, hits: Hits, reverse: bool) -> bool:
        """Whether hits further on would all be out of range."""
        if not len(hits.dists):
            return False
        last = float(hits.dists[-1])
        return last < self.least if reverse else last > self.most

    def apply(self, hits: Hits, dataset: fo.Dataset) -> Hits:
        """Those that count, in their order."""
        inside = (hits.dists >= self.least) & (hits.dists <= self.most)
        kept = [
            i
            for i in np.flatnonzero(inside).tolist()
            if hits.ids[i] not in self.exclude
        ]
        if self.group_by is not None:
            kept = self._first_of_groups(hits, kept, dataset)
        return hits.at(kept)

    def _first_of_groups(
        self, hits: Hits, kept: list[int], dataset: fo.Dataset
    ) -> list[int]:
        values = self._values([hits.sample_ids[i] for i in kept], dataset)
        seen: set[object] = set()
        first = []
        for i in kept:
            value = values.get(hits.sample_ids[i])
            if value is None or value not in seen:
                first.append(i)
                seen.add(value)
        return first

    def _values(self, sample_ids: list[str], dataset: fo.Dataset) -> dict[str, object]:
        if self.group_by == SAMPLE:
            return {id_: id_ for id_ in sample_ids}
        path = check_group_by(dataset, self.group_by or "")
        view = _samples(dataset, sample_ids)
        return dict(zip(*view.values(["id", path]), strict=True))


def read(
    metric: str,
    min_score: float | None = None,
    max_score: float | None = None,
    exclude: Iterable[str] = (),
    group_by: str | None = None,
) -> Restrictions:
    """Restrictions from what a person says: scores are similarities, or for euclidean
    distances.

    Raises:
        InvalidRequest: if no score can be in the range
    """
    low = -np.inf if min_score is None else float(min_score)
    high = np.inf if max_score is None else float(max_score)
    if np.isnan(low) or np.isnan(high) or low > high:
        raise InvalidRequest(
            f"No score is at least {min_score} and at most {max_score}. Exchange them, "
            "or leave one out."
        )
    if metric != "euclidean":
        low, high = 1 - high, 1 - low
    return Restrictions(low, high, frozenset(exclude), group_by)


def check_group_by(dataset: fo.Dataset, field: str) -> str:
    """The path to a field's values that samples can be grouped by; for the field of a
    grouped dataset's groups, to their ids.

    Raises:
        InvalidRequest: if the dataset has no such field, or it has no single value
    """
    found = None if field == "id" else dataset.get_field(field)
    if isinstance(found, fof.EmbeddedDocumentField) and field == dataset.group_field:
        return f"{field}.id"
    single = (fof.StringField, fof.BooleanField, fof.IntField, fof.ObjectIdField)
    if not isinstance(found, single) or _is_list(dataset, field):
        raise InvalidRequest(
            f"Hits can't be grouped by '{field}'. Choose a field of the samples that "
            "holds one text, number or id for each."
        )
    return field


def _is_list(dataset: fo.Dataset, field: str) -> bool:
    parts = field.split(".")
    return any(
        isinstance(dataset.get_field(".".join(parts[: i + 1])), fof.ListField)
        for i in range(len(parts))
    )


def _samples(dataset: fo.Dataset, sample_ids: list[str]) -> fo.SampleCollection:
    """The samples of some ids: all slices of a grouped dataset are looked in."""
    whole: fo.SampleCollection = dataset
    if dataset.media_type == "group":
        whole = dataset.select_group_slices(_allow_mixed=True)
    return whole.select(list(dict.fromkeys(sample_ids)))
