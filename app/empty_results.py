"""Why a search has no result, in a sentence that says what to change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from fiftyone_milvus.searches import search
from fiftyone_milvus.searches.request import SearchRequest
from fiftyone_milvus.searches.result import SearchResult


@dataclass(frozen=True)
class Empty:
    """Why there is no result, in a sentence; and the limits, by the names of
    :class:`Limit`, without which there are results."""

    reason: str
    limits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Limit:
    """A limit that may exclude all results: its name, and in words; the search without
    it; and what to say if that has results."""

    name: str
    words: str
    without: SearchRequest
    sentence: Callable[[SearchResult], str]


def why(failed: search.PreparedSearch) -> Empty:
    """Finds out which limit excludes most results of a search that has none, by
    searching without each of them."""
    samples, request = failed.samples, failed.request
    dataset, key = samples._root_dataset, request.brain_key
    if not failed.index.total_index_size:
        return Empty(
            f"The index '{key}' is empty. Sync it in Indexes, or build another one."
        )
    limits = list(_limits(request))
    found = [
        search.run(
            replace(limit.without, score_field=None),
            dataset if limit.without.view is None else samples,
        )
        for limit in limits
    ]
    most = max(range(len(found)), key=lambda i: len(found[i].ids), default=None)
    if most is not None and found[most].ids:
        limit = limits[most]
        return Empty(limit.sentence(found[most]), (limit.name,))
    if not limits:
        return Empty(
            f"The index '{key}' has no sample of this dataset. Sync it in Indexes."
        )
    words = " and ".join(limit.words for limit in limits)
    names = tuple(limit.name for limit in limits)
    return Empty(f"More than one limit excludes results. Loosen {words}.", names)


def _limits(request: SearchRequest) -> Iterator[Limit]:
    bounds = [
        f"{name} {bound:g}"
        for name, bound in (("min", request.min_score), ("max", request.max_score))
        if bound is not None
    ]
    if bounds:
        limits = ", ".join(bounds)
        yield Limit(
            "score",
            "the limits of the score",
            replace(request, min_score=None, max_score=None),
            lambda found: (
                f"No {found.score_kind} is within the limits ({limits}): without them, "
                f"the first result has {found.scores[0]:.3f}. Change them in More "
                "options."
            ),
        )
    if request.where:
        fields = ", ".join(request.where)
        yield Limit(
            "filter",
            "the filter",
            replace(request, where=None),
            lambda _: (
                f"Nothing passes the filter on {fields}. Change it in More options."
            ),
        )
    if request.min_matches is not None:
        count = request.min_matches
        yield Limit(
            "objects",
            "the number of matching objects",
            replace(request, min_matches=None),
            lambda _: (
                f"No sample has {count:,} matching objects. Ask for fewer in More "
                "options."
            ),
        )
    if request.exclude or request.exclude_query:
        yield Limit(
            "exclude",
            "what is excluded",
            replace(request, exclude=(), exclude_query=False),
            lambda _: "All results are excluded. Exclude less in More options.",
        )
    if request.view is not None:
        yield Limit(
            "view",
            "the view",
            replace(request, view=None),
            lambda _: (
                f"Nothing that matches in the index '{request.brain_key}' is in the "
                "view. Search in Dataset, or sync the index."
            ),
        )
