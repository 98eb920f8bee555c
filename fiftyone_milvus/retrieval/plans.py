"""The ways to search within a view, each of which can answer alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import numpy as np

from ..dataset.ids import Members
from ..store.batches import MAX_K
from ..store.row_search import IndexedRows, Matches
from ..store.rows import Rows
from ..timings import Seconds, Stopwatch
from . import cost_model
from .cost_model import Costs
from .filter_fields import FilteredRows
from .ranking import Best, kept, kept_of, ranked

# Up to so many ids may go with a search
PUSH_DOWN = 200_000
# A part of a view is at most a twentieth of any segment
PARTS = 20
UNEVEN = 1.1  # how much larger than its share a part of a filter may be
# Past so many matches in all, looking past negative ones costs more than ranking
OVERSCAN_HITS = 500_000


@dataclass(frozen=True)
class Plan:
    """How a search was done: whether its answer is exact, why it was done so, and
    where the time went."""

    name: str
    exact: bool
    reason: str
    seconds: Seconds = field(default=Seconds(), compare=False)


@dataclass(frozen=True)
class Neighbors:
    """The neighbours of each query, and the plan that found them."""

    matches: list[Matches]
    plan: Plan


@dataclass(frozen=True)
class Task:
    """What is searched for: the ``k`` best of ``rows``, or of those ``among`` them, for
    each of ``(q, dim)`` queries."""

    rows: IndexedRows
    queries: np.ndarray
    k: int | None
    among: Members | None = None
    reverse: bool = False
    combine: str | None = None
    watch: Stopwatch = field(default_factory=Stopwatch)

    @property
    def costs(self) -> Costs:
        return cost_model.of(self.rows)

    @property
    def size(self) -> int:
        """About how many rows the index has."""
        return self.costs.size(lambda: self.rows.count(self.rows.consistency_level))

    @property
    def in_one_call(self) -> bool:
        """Whether one search of Milvus can answer it."""
        few = self.k is not None and self.k <= MAX_K
        return few and self.combine is None and self._forward

    @property
    def expression(self) -> str | None:
        """What Milvus can be told of all that is searched among."""
        return self.among.expression if isinstance(self.among, FilteredRows) else None

    @property
    def _forward(self) -> bool:
        return not self.reverse or self.rows.can_reverse

    def ids(self) -> list[str]:
        """The view's ids, read now if they weren't yet."""
        assert self.among is not None
        if self.among.known is not None:
            return self.among.known
        with (
            self.watch.timing("ids"),
            self.costs.learning("ids", self.size, self.size),
        ):
            return self.among.ids

    def found(
        self, matches: list[Matches], name: str, exact: bool, reason: str
    ) -> Neighbors:
        return Neighbors(matches, Plan(name, exact, reason, self.watch.seconds))


def nothing(task: Task) -> Neighbors:
    """An empty view's answer."""
    count = len(task.queries) if task.combine is None else 1
    matches = [Matches([], [], np.empty(0))] * count
    return task.found(matches, "nothing", True, f"an empty {_place(task)}")


def whole(task: Task) -> Neighbors:
    """One search of the whole index."""
    assert task.k is not None
    units, size = task.k * len(task.queries), task.costs.known_size
    with ExitStack() as stack:
        if size is not None:  # it isn't worth asking for
            stack.enter_context(task.costs.learning("look", units, size))
        stack.enter_context(task.watch.timing("milvus"))
        matches = task.rows.search(task.queries, task.k, reverse=task.reverse)
    return task.found(matches, "index", task.rows.exact, "over the whole index")


def looked_past(task: Task, enough: int) -> tuple[Neighbors | None, int]:
    """Searches for ``enough`` and leaves out those outside the view.

    Returns:
        what was found, ``None`` if too few are in the view; and how many are, for the
        query that has fewest
    """
    assert task.k is not None and task.among is not None
    units = enough * len(task.queries)
    with task.watch.timing("milvus"), task.costs.learning("look", units, task.size):
        found = task.rows.search(task.queries, enough, reverse=task.reverse)
    wanted = inside(task, found)
    matches = [kept_of(one, wanted) for one in found]
    fewest = min(len(one.ids) for one in matches)
    if fewest < task.k:
        return None, fewest
    matches = [kept(one, range(task.k)) for one in matches]
    reason = f"the nearest {enough:,}, those outside the {_place(task)} left out"
    return task.found(matches, "filtered", task.rows.exact, reason), fewest


def inside(task: Task, matches: list[Matches]) -> set[str]:
    """The ids of those matches that are among what is searched."""
    assert task.among is not None
    of = {
        id_: sample_id
        for one in matches
        for id_, sample_id in zip(one.ids, one.sample_ids, strict=True)
    }
    with task.watch.timing("ids"):
        return task.among.holding(list(of), list(of.values()))


def by_expression(task: Task) -> Neighbors | None:
    """Milvus searches the rows alone that an expression is true of, in parts as
    :func:`pushed_down`; ``None`` if it wouldn't be exact."""
    assert task.k is not None and task.expression is not None
    with task.watch.timing("milvus"):
        parts = filter_parts(task)
    if parts is None:
        return None
    best = [Best(task.k, task.reverse) for _ in task.queries]
    answers = task.rows.search_by_filter(
        task.queries, task.k, task.expression, parts, task.reverse
    )
    units = parts * task.k * len(task.queries)
    with task.costs.learning("express", units, parts * task.size):
        for found in task.watch.each("milvus", answers):
            for one, matches in zip(best, found, strict=True):
                one.add(matches, matches.dists)
    reason = "Milvus searched the rows that the filter is true of alone"
    return task.found([one.matches() for one in best], "expression", True, reason)


def filter_parts(task: Task) -> int | None:
    """In how many parts a filter is to be searched for the answer to be exact; ``None``
    if it can't be."""
    assert isinstance(task.among, FilteredRows)
    if task.rows.exact:
        return 1
    at_once = task.rows.ids_at_once()
    if not at_once:
        return None
    parts = -(-task.among.count // at_once)
    # parts are of about the same size, not of one
    return 1 if parts <= 1 else -(-int(UNEVEN * task.among.count) // at_once)


def pushed_down(task: Task) -> Neighbors | None:
    """Milvus searches the view alone, in parts so small that a graph index compares
    each row; ``None`` if it wouldn't be exact."""
    ids = task.ids()
    assert task.k is not None
    with task.watch.timing("milvus"):
        at_once = task.rows.ids_at_once()
    if not at_once:
        return None
    parts = max(
        -(-len(ids) // task.rows.ids_per_search), min(PARTS, -(-len(ids) // at_once))
    )
    best = [Best(task.k, task.reverse) for _ in task.queries]
    answers = task.rows.search_parts(task.queries, task.k, ids, parts, task.reverse)
    with task.costs.learning("push", len(ids), task.size):
        for found in task.watch.each("milvus", answers):
            for one, matches in zip(best, found, strict=True):
                one.add(matches, matches.dists)
    reason = f"Milvus searched the {len(ids):,} of the {_place(task)} alone"
    return task.found([one.matches() for one in best], "pushed down", True, reason)


def fetched(task: Task) -> Neighbors:
    """The view's vectors are fetched and ranked here."""
    ids = task.ids()
    parts = task.rows.fetch_each(ids, task.rows.consistency_level)
    with task.costs.learning("fetch", len(ids), task.size):
        matches = _ranked(task, parts)
    reason = f"{len(ids):,} vectors of the {_place(task)}, ranked exactly"
    return task.found(matches, "exact", True, reason)


def streamed(task: Task, why: str) -> Neighbors:
    """Every vector is read, and ranked here if it is in the view."""
    batches = task.rows.iterate()
    if task.among is not None:
        wanted = set(task.ids())
        batches = (_only(rows, wanted) for rows in batches)
    with task.costs.learning("scan", 0, task.size):
        matches = _ranked(task, batches)
    return task.found(matches, "scan", True, f"every vector ranked exactly: {why}")


def _place(task: Task) -> str:
    assert task.among is not None
    return task.among.place


def _ranked(task: Task, batches: Iterator[Rows]) -> list[Matches]:
    read = task.watch.each("milvus", batches)
    with task.watch.timing("ranking"):
        return ranked(
            task.rows,
            task.queries,
            read,
            task.k,
            reverse=task.reverse,
            combine=task.combine,
        )


def _only(rows: Rows, wanted: set[str]) -> Rows:
    return rows.take([i for i, id_ in enumerate(rows.ids) if id_ in wanted])
