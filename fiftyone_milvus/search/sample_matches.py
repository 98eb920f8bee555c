"""From objects to pictures: the samples whose patches a search found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..errors import InvalidRequest
from ..numbers import count
from .result import Result

# Hits asked for at first, for each picture wanted and each object it must have
HITS_PER_PARENT = 4


@dataclass(frozen=True)
class Parents:
    """Samples in rank order. ``scores`` ``(n,)`` are those of the object that made the
    sample a hit, as in ``result``; ``matched`` has the label ids of that object and of
    the nearer ones of each sample, the nearest first."""

    brain_key: str
    patches_field: str
    sample_ids: list[str]
    scores: np.ndarray
    matched: list[list[str]]
    result: Result


def find(search: Callable[[int], Result], k: int, at_least: int = 1) -> Parents:
    """The ``k`` samples that have at least so many objects nearest to a query: each
    sample is ranked by its ``at_least``-th nearest patch, so this is exact if the
    search is.

    Args:
        search: asks an index of patches for so many hits
        k: how many samples
        at_least: how many such objects a sample must have

    Raises:
        InvalidRequest: if the index isn't one of patches, or the numbers make no sense
    """
    k = count(k, "k", "samples")
    at_least = count(at_least, "at_least", "objects of each")
    asked = HITS_PER_PARENT * k * at_least
    while True:
        result = search(asked)
        if result.patches_field is None:
            raise InvalidRequest(
                f"The index '{result.brain_key}' is of samples. Choose one of patches "
                "to find pictures by their objects."
            )
        found = _ranked(result, k, at_least)
        if len(found.sample_ids) == k or len(result.ids) < asked:
            return found
        asked *= 4


def _ranked(result: Result, k: int, at_least: int) -> Parents:
    objects: defaultdict[str, list[str]] = defaultdict(list)
    reached: list[tuple[str, int]] = []
    for place, (id_, sample_id) in enumerate(
        zip(result.ids, result.sample_ids, strict=True)
    ):
        objects[sample_id].append(id_)
        if len(objects[sample_id]) == at_least:
            reached.append((sample_id, place))
        if len(reached) == k:
            break
    return Parents(
        result.brain_key,
        result.patches_field or "",
        [sample_id for sample_id, _ in reached],
        result.scores[[place for _, place in reached]],
        [objects[sample_id][:at_least] for sample_id, _ in reached],
        result,
    )
