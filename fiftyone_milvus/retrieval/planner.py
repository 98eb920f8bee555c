"""The nearest rows of query vectors: picks a plan, runs it, and says which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ..dataset.ids import Members
from ..errors import InvalidRequest
from ..store.batches import MAX_K
from ..store.row_search import IndexedRows
from . import plans
from .filter_fields import FilteredRows
from .plans import Neighbors as Neighbors
from .plans import Plan as Plan
from .plans import Task
from .ranking import COMBINATIONS as COMBINATIONS
from .ranking import kept_of

PlanName = Literal["expression", "filtered", "pushed down", "exact", "scan"]

# A look past what is outside the view fails now and then where it should do, and
# succeeds now and then where chance would have it fail: near ones are often alike
LIKELY, UNLIKELY, UNKNOWN, SURE = 0.8, 0.3, 0.5, 0.97
SPARE = 1.3
WITHOUT_IDS = ("expression", "filtered")
ENOUGH_SEEN = 3  # matches in the view, to tell from how many there are
UNREAD_SHARE = 0.25  # of the index, that a view has whose ids weren't read yet


def nearest(
    rows: IndexedRows,
    queries: np.ndarray,
    k: int | None,
    *,
    among: Members | None = None,
    reverse: bool = False,
    combine: str | None = None,
    plan: PlanName | None = None,
) -> Neighbors:
    """The nearest rows of each query, ties in the order of their ids.

    Filtered graph search loses matches. So a search in a view takes the one of these
    ways that should be quickest, by what they took before on this index: over-fetch and
    drop what is outside the view; search the view in parts so small that Milvus does
    without its graph; fetch the view's vectors and rank them here; or rank all.

    Args:
        rows: the rows to search
        queries: ``(q, dim)`` vectors
        k: how many for each query; ``None`` ranks everything
        among: what to search among; ``None`` for all, also those whose sample is gone
        reverse: the least similar first, always exact
        combine: one of :data:`COMBINATIONS` of each row's distances to the queries:
            then there is one ranking for all queries
        plan: the way to take in a view, to compare them

    Raises:
        InvalidRequest: if ``k`` or the queries make no sense, or the plan can't answer
    """
    check(rows, queries, k)
    task = Task(rows, queries, k, among, reverse, combine)
    found = _forced(task, plan) if plan else _found(task)
    return replace(found, plan=replace(found.plan, seconds=task.watch.seconds))


def check(rows: IndexedRows, queries: np.ndarray, k: int | None) -> None:
    """Checks that rows can be searched so.

    Raises:
        InvalidRequest: if ``k`` or the queries make no sense
    """
    if k is not None and k < 1:
        raise InvalidRequest(f"k is {k}; ask for 1 or more neighbours")
    dim = rows.dimension()
    if queries.ndim != 2 or queries.shape[1] != dim:
        raise InvalidRequest(
            f"The index has dimension {dim}; the query has dimension "
            f"{queries.shape[-1]}. Query with the model that the index was made with."
        )
    if not np.isfinite(queries).all():
        raise InvalidRequest("The query vector holds NaN or infinity")


@dataclass(frozen=True)
class _Option:
    """A plan with the seconds it should take; ``enough`` is how far to look."""

    seconds: float
    name: PlanName
    enough: int = 0

    @property
    def reason(self) -> str:
        return f"{self.name} {1e3 * self.seconds:,.0f} ms"


def _found(task: Task) -> Neighbors:
    if task.among is None:
        if _can_look(task):
            return plans.whole(task)
        return plans.streamed(task, _why_all(task))
    return _checked(task) if task.among.likely_all else _quickest(task)


def _checked(task: Task) -> Neighbors:
    """Searches as if nothing were outside, and looks up what was found: as a rule
    nothing is."""
    assert task.among is not None
    found = _found(replace(task, among=task.among.unchecked))
    there = plans.inside(task, found.matches)
    matches = [kept_of(one, there) for one in found.matches]
    left = [len(one.ids) for one in matches]
    before = [len(one.ids) for one in found.matches]
    if left == before:
        return found
    if task.k is None or max(before) < task.k:  # there are no more
        reason = f"{found.plan.reason}, those outside the {task.among.place} left out"
        return Neighbors(matches, replace(found.plan, reason=reason))
    return _quickest(task, _State(looked=task.k, inside=min(left)))


@dataclass
class _State:
    """What was learned about a search so far."""

    looked: int = 0
    inside: int = 0
    can_push: bool = True
    can_express: bool = True


def _quickest(task: Task, state: _State | None = None) -> Neighbors:
    """Takes the quickest way; one that turns out not to answer leaves the others."""
    state = state or _State()
    while True:
        options = sorted(_options(task, state), key=lambda o: o.seconds)
        best = options[0]
        assert task.among is not None
        if best.name not in WITHOUT_IDS:
            read = task.among.known is not None
            if not task.ids():
                return plans.nothing(task)
            if not read:  # now it is known how many there are
                continue
        found = _run(task, best, state)
        if found is not None:
            others = "; ".join(o.reason for o in _others(options))
            reason = found.plan.reason + (f" (expected: {others})" if others else "")
            return replace(found, plan=replace(found.plan, reason=reason))


def _others(options: list[_Option]) -> list[_Option]:
    """The best of each name."""
    first = {o.name: o for o in reversed(options)}
    return sorted(first.values(), key=lambda o: o.seconds) if len(first) > 1 else []


def _forced(task: Task, plan: PlanName) -> Neighbors:
    state = _State(can_express=plan == "expression")
    assert task.among is not None
    if plan not in WITHOUT_IDS and not task.ids():
        return plans.nothing(task)
    while True:
        looks = [o for o in _options(task, state) if o.name == "filtered"]
        others = [o for o in _options(task, state) if o.name == plan]
        options = looks if plan == "filtered" else others
        if not options:
            raise InvalidRequest(
                f"The plan '{plan}' can't answer this search; leave the plan out"
            )
        found = _run(task, min(options, key=lambda o: o.seconds), state)
        if found is not None:
            return found


def _run(task: Task, option: _Option, state: _State) -> Neighbors | None:
    if option.name == "filtered":
        found, state.inside = plans.looked_past(task, option.enough)
        state.looked = option.enough
        return found
    if option.name == "expression":
        found = plans.by_expression(task)
        state.can_express = found is not None
        return found
    if option.name == "pushed down":
        found = plans.pushed_down(task)
        state.can_push = found is not None
        return found
    if option.name == "exact":
        return plans.fetched(task)
    return plans.streamed(task, _why_all(task))


def _options(task: Task, state: _State) -> Iterator[_Option]:
    """What could be done next, and how long it should take with all that follows."""
    assert task.among is not None
    if state.can_express and task.in_one_call and task.expression is not None:
        yield from _by_filter(task, state)
        return
    known, rows, costs = task.among.known, task.size, task.costs
    share = 1 if task.among.likely_all else UNREAD_SHARE
    count = int(rows * share) if known is None else len(known)
    reading = costs.seconds("ids", count, rows) if known is None else 0.0
    sure = [
        _Option(reading + costs.seconds("fetch", count, rows), "exact"),
        _Option(reading + costs.seconds("scan", 0, rows), "scan"),
    ]
    if state.can_push and _can_push(task, count):
        seconds = reading + costs.seconds("push", count, rows)
        sure.append(_Option(seconds, "pushed down"))
    yield from sure
    if not _can_look(task):
        return
    rest = min(option.seconds for option in sure)
    for enough, chance in _looks(task, state):
        matches = enough * len(task.queries)
        seconds = costs.seconds("look", matches, rows)
        if known is None:
            seconds += costs.seconds("holding", matches, rows)
        yield _Option(seconds + (1 - chance) * rest, "filtered", enough)


def _by_filter(task: Task, state: _State) -> Iterator[_Option]:
    """As :func:`_options`, where Milvus can be told all of it: by the filter, or, where
    that takes several searches, by looking past those that it isn't true of first."""
    assert isinstance(task.among, FilteredRows)
    costs, rows = task.costs, task.size
    parts = plans.filter_parts(task)
    if parts is None:
        state.can_express = False
        yield from _options(task, state)
        return
    matches = (task.k or 0) * len(task.queries)
    told = costs.seconds("express", parts * matches, parts * rows)
    yield _Option(told, "expression")
    if parts == 1 or not _can_look(task):
        return
    checked = costs.seconds("express", 0, rows)
    for enough, chance in _looks(task, state):
        seconds = costs.seconds("look", enough * len(task.queries), rows) + checked
        yield _Option(seconds + (1 - chance) * told, "filtered", enough)


def _can_push(task: Task, count: int) -> bool:
    return task.in_one_call and task.rows.filters and count <= plans.PUSH_DOWN


def _can_look(task: Task) -> bool:
    return task.in_one_call and (task.rows.exact or not task.reverse)


def _looks(task: Task, state: _State) -> Iterator[tuple[int, float]]:
    """How far to look past what is outside of the view, and the chance that it does."""
    assert task.k is not None and task.among is not None
    k, count, rows = task.k, _count(task), task.size
    if count is not None and count < k:
        return
    furthest = min(MAX_K, plans.OVERSCAN_HITS // max(1, len(task.queries)))
    first = min(furthest, 4 * k + 64)
    share = None if count is None else min(1.0, count / max(1, rows))
    looks: list[tuple[int, float]] = []
    if not state.looked and k <= furthest:
        likely = share is not None and first * share >= SPARE * k
        chance = UNKNOWN if share is None else LIKELY if likely else UNLIKELY
        looks.append((first, chance))
    if state.inside >= ENOUGH_SEEN:
        looks.append((_far_enough(k, state.inside / state.looked), LIKELY))
    elif state.looked:  # what is outside may lie around the query, and end soon
        looks.append((4 * state.looked, UNLIKELY))
    elif share:
        looks.append((_far_enough(k, share), LIKELY))
    if count is not None:
        looks.append((max(1, rows - count) + k, SURE))
    for enough, chance in looks:
        if state.looked >= enough:
            enough = 2 * state.looked
        enough = min(furthest, enough) if chance < SURE else enough
        if state.looked < enough <= furthest:
            yield enough, chance


def _count(task: Task) -> int | None:
    """How many rows are searched among, if that is known."""
    assert task.among is not None
    if task.among.known is not None:
        return len(task.among.known)
    return task.among.known_count if isinstance(task.among, FilteredRows) else None


def _far_enough(k: int, share: float) -> int:
    return int(SPARE * k / share) + 64


def _why_all(task: Task) -> str:
    if task.reverse:
        return "least similar first"
    if task.combine:
        return "by the distances to several queries"
    if not task.in_one_call:
        return "more than one call"
    return "the view is large, and few of the nearest are in it"
