"""From objects to images: the samples whose patches a search finds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from ..retrieval.planner import Neighbors
from ..store.row_search import Matches

# Matches asked for at first, for each image wanted and each object it must have
MATCHES_PER_SAMPLE = 4


def find(
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
    asked = MATCHES_PER_SAMPLE * k * min_matches
    while True:
        found = nearest(asked)
        matches = found.matches[0]
        objects = _by_sample(matches, k, min_matches)
        if len(objects) == k or len(matches.ids) < asked:
            return found, objects
        asked *= 4


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
