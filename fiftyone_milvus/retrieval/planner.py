"""The nearest rows of query vectors: picks a plan, runs it, and says which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ..dataset.ids import AllowedIds
from ..errors import InvalidRequest
from ..store import row_search
from ..store.messages import MAX_K
from ..store.rows import StoredRows
from . import plans
from .filter_fields import FilteredRows
from .plans import Neighbors as Neighbors
from .plans import Plan as Plan
from .plans import Task
from .ranking import COMBINATIONS as COMBINATIONS

PlanName = Literal[
    "filter_expr", "overfetch", "id_filter", "fetch_and_rank", "full_scan"
]

# Chances that an over-fetch finds enough rows in the view. It fails now and then where
# it should succeed, and the other way round: near rows are often alike
LIKELY, UNLIKELY, UNKNOWN, SURE = 0.8, 0.3, 0.5, 0.97
MARGIN = 1.3  # how much more to over-fetch than the share in the view suggests
WITHOUT_IDS = ("filter_expr", "overfetch")
ENOUGH_SEEN = 3  # matches in the view, to tell from how many there are
UNREAD_SHARE = 0.25  # of the index, assumed of a view whose ids weren't read yet


def nearest(
    rows: StoredRows,
    queries: np.ndarray,
    k: int | None,
    *,
    among: AllowedIds | None = None,
    reverse: bool = False,
    combine: str | None = None,
    plan: PlanName | None = None,
) -> Neighbors:
    """The nearest rows of each query, ties in the order of their ids.

    Filtered graph search loses matches. So a search in a view takes the plan with the
    lowest estimated cost on this index: over-fetch and drop what is outside the view;
    send the view's ids as a filter, in parts so small that Milvus does without its
    graph; fetch the view's vectors and rank them here; or scan all vectors.

    Args:
        rows: the rows to search
        queries: ``(q, dim)`` vectors
        k: how many for each query; ``None`` ranks everything
        among: what to search among; ``None`` for all, also those whose sample is gone
        reverse: the least similar first, always exact
        combine: one of :data:`COMBINATIONS` of each row's distances to the queries:
            then there is one ranking for all queries
        plan: the plan to use in a view, to compare plans

    Raises:
        InvalidRequest: if ``k`` or the queries make no sense, or the plan can't answer
    """
    check_query(rows, queries, k)
    task = Task(rows, queries, k, among, reverse, combine)
    found = _forced(task, plan) if plan else _planned(task)
    return replace(found, plan=replace(found.plan, seconds=task.watch.seconds))


def check_query(rows: StoredRows, queries: np.ndarray, k: int | None) -> None:
    """Checks that rows can be searched so.

    Raises:
        InvalidRequest: if ``k`` or the queries make no sense
    """
    if k is not None and k < 1:
        raise InvalidRequest(f"k is {k}; ask for 1 or more neighbors")
    dim = rows.collection.dimension()
    if queries.ndim != 2 or queries.shape[1] != dim:
        raise InvalidRequest(
            f"The index has dimension {dim}; the query has dimension "
            f"{queries.shape[-1]}. Query with the model that the index was made with."
        )
    if not np.isfinite(queries).all():
        raise InvalidRequest(
            "The query vector contains NaN or infinity. Query with another."
        )


@dataclass(frozen=True)
class _Option:
    """A plan with its estimated seconds; ``count`` is how many rows to over-fetch."""

    seconds: float
    name: PlanName
    count: int = 0

    @property
    def estimate(self) -> str:
        return f"{self.name} {1e3 * self.seconds:,.0f} ms"


def _planned(task: Task) -> Neighbors:
    if task.among is None:
        if _can_overfetch(task):
            return plans.whole_index(task)
        return plans.full_scan(task, _scan_reason(task))
    return _checked(task) if task.among.likely_all else _cheapest(task)


def _checked(task: Task) -> Neighbors:
    """Searches without the view, and sizes up the matches in it: as a rule all are
    there."""
    assert task.among is not None
    found = _planned(replace(task, among=task.among.unchecked))
    there = plans.inside(task, found.matches)
    matches = [one.only(there) for one in found.matches]
    after = [len(one.ids) for one in matches]
    before = [len(one.ids) for one in found.matches]
    if after == before:
        return found
    if task.k is None or max(before) < task.k:  # there are no more
        reason = f"{found.plan.reason}, without those outside the {task.among.name}"
        return Neighbors(matches, replace(found.plan, reason=reason))
    return _cheapest(task, _Attempts(fetched=task.k, inside=min(after)))


@dataclass
class _Attempts:
    """What was learned from the plans that were tried for a search: of ``fetched`` rows
    ``inside`` were in the view, and which filters can't answer it exactly."""

    fetched: int = 0
    inside: int = 0
    can_filter_ids: bool = True
    can_filter: bool = True


def _cheapest(task: Task, tried: _Attempts | None = None) -> Neighbors:
    """Runs the cheapest plan, and if that can't answer the next one."""
    tried = tried or _Attempts()
    while True:
        options = sorted(_options(task, tried), key=lambda o: o.seconds)
        best = options[0]
        assert task.among is not None
        if best.name not in WITHOUT_IDS:
            read = task.among.known is not None
            if not task.ids():
                return plans.empty(task)
            if not read:  # now it is known how many there are
                continue
        found = _run(task, best, tried)
        if found is not None:
            others = "; ".join(o.estimate for o in _best_of_each(options))
            reason = found.plan.reason + (f" (estimated: {others})" if others else "")
            return replace(found, plan=replace(found.plan, reason=reason))


def _best_of_each(options: list[_Option]) -> list[_Option]:
    """The cheapest option of each plan; none if there is only one plan."""
    first = {o.name: o for o in reversed(options)}
    return sorted(first.values(), key=lambda o: o.seconds) if len(first) > 1 else []


def _forced(task: Task, plan: PlanName) -> Neighbors:
    tried = _Attempts(can_filter=plan == "filter_expr")
    assert task.among is not None
    if plan not in WITHOUT_IDS and not task.ids():
        return plans.empty(task)
    while True:
        options = [o for o in _options(task, tried) if o.name == plan]
        if not options:
            raise InvalidRequest(
                f"The plan '{plan}' can't answer this search. Leave the plan out."
            )
        found = _run(task, min(options, key=lambda o: o.seconds), tried)
        if found is not None:
            return found


def _run(task: Task, option: _Option, tried: _Attempts) -> Neighbors | None:
    if option.name == "overfetch":
        before = task.watch.seconds.total
        found, tried.inside = plans.overfetch(task, option.count)
        tried.fetched = option.count
        if task.among is not None and task.among.known is None:
            task.among.seconds_without_ids += task.watch.seconds.total - before
            task.among.share_seen = tried.inside / option.count
        return found
    if option.name == "filter_expr":
        found = plans.filter_expr(task)
        tried.can_filter = found is not None
        return found
    if option.name == "id_filter":
        found = plans.id_filter(task)
        tried.can_filter_ids = found is not None
        return found
    if option.name == "fetch_and_rank":
        return plans.fetch_and_rank(task)
    return plans.full_scan(task, _scan_reason(task))


def _options(task: Task, tried: _Attempts) -> Iterator[_Option]:
    """The plans that can be tried next, and how long each should take, with what
    follows if it fails."""
    assert task.among is not None
    if tried.can_filter and task.in_one_call and task.filter_expr is not None:
        yield from _filter_options(task, tried)
        return
    known, rows, costs = task.among.known, task.size, task.costs
    share = 1 if task.among.likely_all else task.among.share_seen
    share = UNREAD_SHARE if share is None else share
    count = int(rows * share) if known is None else len(known)
    reading = 0.0
    if known is None:
        # once searches without the ids took as long as reading them, these are read if
        # the next ones gain by it
        spent = task.among.seconds_without_ids
        reading = max(0.0, costs.seconds("view_ids", count, rows) - spent)
    sure = [
        _Option(
            reading + costs.seconds("fetch_and_rank", count, rows), "fetch_and_rank"
        ),
        _Option(reading + costs.seconds("full_scan", 0, rows), "full_scan"),
    ]
    filters = task.in_one_call and row_search.can_be_exact(task.rows)
    if tried.can_filter_ids and filters:
        seconds = reading + costs.seconds("id_filter", count, rows)
        sure.append(_Option(seconds, "id_filter"))
    yield from sure
    if not _can_overfetch(task):
        return
    rest = min(option.seconds for option in sure)
    for fetched, chance in _overfetches(task, tried):
        matches = fetched * len(task.queries)
        seconds = costs.seconds("overfetch", matches, rows)
        if known is None:
            seconds += costs.seconds("membership", matches, rows)
        yield _Option(seconds + (1 - chance) * rest, "overfetch", fetched)


def _filter_options(task: Task, tried: _Attempts) -> Iterator[_Option]:
    """As :func:`_options`, where a filter selects all that is searched among: Milvus
    applies it, or, where that takes several searches, an over-fetch is tried first."""
    assert isinstance(task.among, FilteredRows)
    costs, rows = task.costs, task.size
    parts = plans.filter_parts(task)
    if parts is None:
        tried.can_filter = False
        yield from _options(task, tried)
        return
    matches = (task.k or 0) * len(task.queries)
    filtered = costs.seconds("filter_expr", parts * matches, parts * rows)
    yield _Option(filtered, "filter_expr")
    if parts == 1 or not _can_overfetch(task):
        return
    checked = costs.seconds("filter_expr", 0, rows)
    for fetched, chance in _overfetches(task, tried):
        matches = fetched * len(task.queries)
        seconds = costs.seconds("overfetch", matches, rows) + checked
        yield _Option(seconds + (1 - chance) * filtered, "overfetch", fetched)


def _can_overfetch(task: Task) -> bool:
    return task.in_one_call and (task.rows.collection.exact or not task.reverse)


def _overfetches(task: Task, tried: _Attempts) -> Iterator[tuple[int, float]]:
    """How many rows to over-fetch, and the chance that enough of them are in the
    view."""
    assert task.k is not None and task.among is not None
    k, count, rows = task.k, _known_count(task), task.size
    if count is not None and count < k:
        return
    most = min(MAX_K, plans.MAX_OVERFETCH // max(1, len(task.queries)))
    first = min(most, 4 * k + 64)
    seen = task.among.share_seen
    share = seen if count is None else min(1.0, count / max(1, rows))
    sizes: list[tuple[int, float]] = []
    if not tried.fetched and k <= most:
        likely = share is not None and first * share >= MARGIN * k
        chance = UNKNOWN if share is None else LIKELY if likely else UNLIKELY
        sizes.append((first, chance))
    if tried.inside >= ENOUGH_SEEN:
        sizes.append((_needed(k, tried.inside / tried.fetched), LIKELY))
    elif tried.fetched:  # rows outside may be all around the query, but few
        sizes.append((4 * tried.fetched, UNLIKELY))
    elif share:
        sizes.append((_needed(k, share), LIKELY))
    if count is not None:
        sizes.append((max(1, rows - count) + k, SURE))
    for size, chance in sizes:
        if tried.fetched >= size:
            size = 2 * tried.fetched
        size = min(most, size) if chance < SURE else size
        if tried.fetched < size <= most:
            yield size, chance


def _known_count(task: Task) -> int | None:
    """How many rows are searched among, if that is known."""
    assert task.among is not None
    if task.among.known is not None:
        return len(task.among.known)
    return task.among.known_count if isinstance(task.among, FilteredRows) else None


def _needed(k: int, share: float) -> int:
    """How many rows to over-fetch for ``k`` in a view that has a share of them."""
    return int(MARGIN * k / share) + 64


def _scan_reason(task: Task) -> str:
    if task.reverse:
        return "least similar first"
    if task.combine:
        return "ranked by the distances to several queries"
    if not task.in_one_call:
        return "more results than one search of Milvus returns"
    return "the view is large, and few of the nearest rows are in it"
