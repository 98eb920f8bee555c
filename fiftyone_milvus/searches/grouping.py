"""Groups matches: by the values of a field of their samples, and patches by sample."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any

import fiftyone as fo
from bson import ObjectId

from .. import tuning
from ..dataset.indexed_samples import IndexedSamples
from ..errors import InvalidRequest
from ..retrieval.plans import Neighbors
from ..store.row_search import Matches

BY_SAMPLE, BY_GROUP = "sample", "group"
PLAIN = str | int | float | bool | ObjectId | date


class Grouping:
    """The group of each match.

    Args:
        indexed: all samples that the index may have
        by: a field of the samples; ``"group"`` for a grouped dataset's groups, and
            ``"sample"`` for the samples of patches
        among: the view that is searched; ``None`` for all of them

    Raises:
        InvalidRequest: if they can't be grouped by it
    """

    def __init__(
        self,
        indexed: IndexedSamples,
        by: str,
        among: fo.SampleCollection | None = None,
    ) -> None:
        self._samples = indexed.samples
        self._path = _path(indexed, by)
        if among is None or among._is_generated:
            among = indexed.samples
        self._among: fo.SampleCollection = among
        self._known: dict[str, Any] = {}
        self._counted: tuple[int | None] | None = None

    def values(self, matches: Matches) -> list[Any]:
        """The group of each match; a match without a value is a group of its own.

        Raises:
            InvalidRequest: if a value is no plain value
        """
        if self._path is None:
            return list(matches.sample_ids)
        new = [
            id_ for id_ in dict.fromkeys(matches.sample_ids) if id_ not in self._known
        ]
        if new:
            view = self._samples.select(new)
            values = zip(*view.values(["id", self._path]), strict=True)
            self._known |= {id_: self._checked(value) for id_, value in values}
        pairs = zip(matches.ids, matches.sample_ids, strict=True)
        return [self._known.get(sample) or (id_, None) for id_, sample in pairs]

    @property
    def count(self) -> int | None:
        """How many groups there are at most; ``None`` if that isn't known."""
        # no cached_property: before Python 3.12 other searches would wait for it
        if self._counted is None:
            self._counted = (self._count(),)
        return self._counted[0]

    def _count(self) -> int | None:
        if self._path is None or self._among.exists(self._path, False).limit(1):
            return None
        return len(self._among.distinct(self._path))

    def _checked(self, value: Any) -> tuple[Any] | None:
        if value is not None and not isinstance(value, PLAIN):
            raise InvalidRequest(
                f"The field '{self._path}' doesn't have one text, number or id per "
                "sample. Group by a field that does."
            )
        return None if value is None else (value,)


def nearest_samples(
    nearest: Callable[[int], Neighbors], k: int, min_matches: int
) -> tuple[Neighbors, list[list[int]]]:
    """The ``k`` samples that have at least so many objects nearest to a query: each
    sample is ranked by its ``min_matches``-th nearest patch, so this is exact if the
    search is.

    Args:
        nearest: searches an index of patches for so many matches
        k: how many samples
        min_matches: how many such objects a sample must have

    Returns:
        the matches, and for each sample in rank order which of them are its objects,
        the nearest first
    """
    asked = tuning.MATCHES_PER_SAMPLE * k * min_matches
    while True:
        found = nearest(asked)
        matches = found.matches[0]
        objects = _by_sample(matches, k, min_matches)
        if len(objects) == k or len(matches.ids) < asked:
            return found, objects
        asked *= 4


def _path(indexed: IndexedSamples, by: str) -> str | None:
    """The field of the groups; ``None`` for the sample ids."""
    samples, patches_field = indexed.samples, indexed.patches_field
    if by == BY_SAMPLE and not (patches_field is None and samples.has_field(by)):
        if patches_field is None and samples._is_generated:
            return "sample_id"
        if patches_field is None:
            raise InvalidRequest(
                "Each result is another sample already. Group by a field of the "
                "samples, or search an index of patches."
            )
        return None
    group_field = samples._dataset.group_field
    if by in (BY_GROUP, group_field) and group_field is not None:
        return f"{group_field}.id"
    if not samples.has_field(by):
        raise InvalidRequest(
            f"The samples have no field '{by}' to group by. Choose another."
        )
    return by


def _by_sample(matches: Matches, k: int, min_matches: int) -> list[list[int]]:
    objects: defaultdict[str, list[int]] = defaultdict(list)
    complete: list[list[int]] = []
    for i, sample_id in enumerate(matches.sample_ids):
        of_sample = objects[sample_id]
        if len(of_sample) < min_matches:
            of_sample.append(i)
            if len(of_sample) == min_matches:
                complete.append(of_sample)
        if len(complete) == k:
            break
    return complete
