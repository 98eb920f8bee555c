"""From objects to images: the samples whose patches a search found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..errors import InvalidRequest
from ..numbers import count
from .result import Result

# Matches asked for at first, for each image wanted and each object it must have
MATCHES_PER_SAMPLE = 4


@dataclass(frozen=True)
class Parents:
    """Samples in rank order. ``scores`` ``(n,)`` are those of the object that made the
    sample a match, as in ``result``; ``matched`` has the label ids of that object and
    of the nearer ones of each sample, the nearest first."""

    brain_key: str
    patches_field: str
    sample_ids: list[str]
    scores: np.ndarray
    matched: list[list[str]]
    result: Result


def find(search: Callable[[int], Result], k: int, min_matches: int = 1) -> Parents:
    """The ``k`` samples that have at least so many objects nearest to a query: each
    sample is ranked by its ``min_matches``-th nearest patch, so this is exact if the
    search is.

    Args:
        search: asks an index of patches for so many matches
        k: how many samples
        min_matches: how many such objects a sample must have

    Raises:
        InvalidRequest: if the index isn't one of patches, or the numbers make no sense
    """
    k = count(k, "k", "samples")
    min_matches = count(min_matches, "min_matches", "objects of each")
    asked = MATCHES_PER_SAMPLE * k * min_matches
    while True:
        result = search(asked)
        if result.patches_field is None:
            raise InvalidRequest(
                f"The index '{result.brain_key}' is of samples. Choose one of patches "
                "to find images by their objects."
            )
        found = _ranked(result, k, min_matches)
        if len(found.sample_ids) == k or len(result.ids) < asked:
            return found
        asked *= 4


def _ranked(result: Result, k: int, min_matches: int) -> Parents:
    objects: defaultdict[str, list[str]] = defaultdict(list)
    reached: list[tuple[str, int]] = []
    for place, (id_, sample_id) in enumerate(
        zip(result.ids, result.sample_ids, strict=True)
    ):
        objects[sample_id].append(id_)
        if len(objects[sample_id]) == min_matches:
            reached.append((sample_id, place))
        if len(reached) == k:
            break
    return Parents(
        result.brain_key,
        result.patches_field or "",
        [sample_id for sample_id, _ in reached],
        result.scores[[place for _, place in reached]],
        [objects[sample_id][:min_matches] for sample_id, _ in reached],
        result,
    )
