"""The plans of a search, each of which can answer it alone, and where their time
goes."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import numpy as np

from ..dataset.ids import AllowedIds
from ..id_set import IdSet
from ..metrics import can_reverse
from ..store import row_search
from ..store.messages import MAX_K
from ..store.row_search import Matches
from ..store.rows import Rows, StoredRows
from . import cost_model
from .cost_model import CostModel
from .filter_fields import FilteredRows
from .ranking import TopK, rank

T = TypeVar("T")
Stage = Literal["ids", "milvus", "ranking"]

# A part of a view is at most a twentieth of any segment
MAX_PARTS = 20
PART_MARGIN = 1.1  # how much larger than its share a part of a filter may be
# With more matches in all, over-fetching costs more than ranking
MAX_OVERFETCH = 500_000


@dataclass(frozen=True)
class Seconds:
    """Seconds by stage: MongoDB's answers about a view, Milvus's calls, and ranking
    in this process."""

    ids: float = 0.0
    milvus: float = 0.0
    ranking: float = 0.0

    @property
    def total(self) -> float:
        """All of them together."""
        return self.ids + self.milvus + self.ranking

    def __add__(self, other: Seconds) -> Seconds:
        return Seconds(
            self.ids + other.ids,
            self.milvus + other.milvus,
            self.ranking + other.ranking,
        )


class Stopwatch:
    """Adds up the seconds of each stage; a stage inside another counts alone."""

    def __init__(self) -> None:
        self._spent: dict[Stage, float] = {}

    @contextmanager
    def timing(self, stage: Stage) -> Iterator[None]:
        """Counts the block's time."""
        started, before = time.perf_counter(), sum(self._spent.values())
        try:
            yield
        finally:
            inner = sum(self._spent.values()) - before
            took = time.perf_counter() - started - inner
            self._spent[stage] = self._spent.get(stage, 0.0) + took

    def each(self, stage: Stage, values: Iterable[T]) -> Iterator[T]:
        """Counts the time that it takes to get each of the values, not to use it."""
        rest = iter(values)
        while True:
            with self.timing(stage):
                try:
                    value = next(rest)
                except StopIteration:
                    return
            yield value

    @property
    def seconds(self) -> Seconds:
        """What was counted so far."""
        return Seconds(**self._spent)


@dataclass(frozen=True)
class Plan:
    """How a search was done: whether its matches are exact, why it was done so, and
    where the time went."""

    name: str
    exact: bool
    reason: str
    seconds: Seconds = field(default=Seconds(), compare=False)


@dataclass(frozen=True)
class Neighbors:
    """The neighbors of each query, and the plan that found them."""

    matches: list[Matches]
    plan: Plan


@dataclass(frozen=True)
class Task:
    """What is searched for: the ``k`` best of ``rows``, or of those ``among`` them, for
    each of ``(q, dim)`` queries."""

    rows: StoredRows
    queries: np.ndarray
    k: int | None
    among: AllowedIds | None = None
    reverse: bool = False
    combine: str | None = None
    watch: Stopwatch = field(default_factory=Stopwatch)

    @property
    def costs(self) -> CostModel:
        return cost_model.of_collection(self.rows.collection)

    @property
    def size(self) -> int:
        """About how many rows the index has."""
        return cost_model.size(self.rows.collection)

    @property
    def in_one_call(self) -> bool:
        """Whether one search of Milvus can answer it."""
        few = self.k is not None and self.k <= MAX_K
        return few and self.combine is None and self._forward

    @property
    def filter_expr(self) -> str | None:
        """The filter that selects all that is searched among, if there is one."""
        return self.among.filter_expr if isinstance(self.among, FilteredRows) else None

    @property
    def _forward(self) -> bool:
        return not self.reverse or can_reverse(self.rows.collection.metric)

    def ids(self) -> IdSet:
        """The view's ids, read now if they weren't yet."""
        assert self.among is not None
        if self.among.known is not None:
            return self.among.known
        with self.watch.timing("ids"):
            return self.among.ids

    def neighbors(
        self, matches: list[Matches], name: str, exact: bool, reason: str
    ) -> Neighbors:
        return Neighbors(matches, Plan(name, exact, reason, self.watch.seconds))


def empty(task: Task) -> Neighbors:
    """No matches, for an empty view."""
    count = len(task.queries) if task.combine is None else 1
    matches = [Matches([], [], np.empty(0))] * count
    return task.neighbors(matches, "empty", True, f"the {_scope(task)} is empty")


def whole_index(task: Task) -> Neighbors:
    """One search of the whole index."""
    assert task.k is not None
    with task.watch.timing("milvus"):
        matches = row_search.search(
            task.rows, task.queries, task.k, reverse=task.reverse
        )
    return task.neighbors(
        matches, "whole_index", task.rows.collection.exact, "searched the whole index"
    )


def overfetch(task: Task, count: int) -> tuple[Neighbors | None, int]:
    """Searches for ``count`` matches and drops those outside the view.

    Returns:
        the matches, ``None`` if too few are in the view; and how many are, for the
        query that has fewest
    """
    assert task.k is not None and task.among is not None
    with task.watch.timing("milvus"):
        found = row_search.search(task.rows, task.queries, count, reverse=task.reverse)
    ids = inside(task, found)
    matches = [one.only(ids) for one in found]
    fewest = min(len(one.ids) for one in matches)
    if fewest < task.k:
        return None, fewest
    matches = [one.take(range(task.k)) for one in matches]
    reason = f"took the nearest {count:,} and dropped those outside the {_scope(task)}"
    return task.neighbors(
        matches, "overfetch", task.rows.collection.exact, reason
    ), fewest


def inside(task: Task, matches: list[Matches]) -> set[str]:
    """The ids of the matches that are in the view."""
    assert task.among is not None
    sample_of = {
        id_: sample_id
        for one in matches
        for id_, sample_id in zip(one.ids, one.sample_ids, strict=True)
    }
    with task.watch.timing("ids"):
        return task.among.containing(list(sample_of), list(sample_of.values()))


def filter_expr(task: Task) -> Neighbors | None:
    """Milvus searches only the rows that match a filter, in parts as
    :func:`id_filter`; ``None`` if it wouldn't be exact."""
    assert task.k is not None and task.filter_expr is not None
    with task.watch.timing("milvus"):
        parts = filter_parts(task)
    if parts is None:
        return None
    best = [TopK(task.k, task.reverse) for _ in task.queries]
    answers = row_search.search_filtered(
        task.rows, task.queries, task.k, task.filter_expr, parts, task.reverse
    )
    for found in task.watch.each("milvus", answers):
        for one, matches in zip(best, found, strict=True):
            one.add(matches, matches.dists)
    reason = "Milvus searched only the rows that match the filter"
    return task.neighbors([one.matches() for one in best], "filter_expr", True, reason)


def filter_parts(task: Task) -> int | None:
    """In how many parts a filter must be searched to be exact; ``None`` if it can't
    be."""
    assert isinstance(task.among, FilteredRows)
    if task.rows.collection.exact:
        return 1
    at_once = row_search.ids_at_once(task.rows)
    if not at_once:
        return None
    parts = -(-task.among.count // at_once)
    # parts are of about the same size, not of one
    return 1 if parts <= 1 else -(-int(PART_MARGIN * task.among.count) // at_once)


def id_filter(task: Task) -> Neighbors | None:
    """Milvus searches only the view's ids, in parts so small that a graph index
    compares each row; ``None`` if it wouldn't be exact."""
    ids = task.ids()
    assert task.k is not None
    with task.watch.timing("milvus"):
        at_once = row_search.ids_at_once(task.rows)
    if not at_once:
        return None
    parts = min(MAX_PARTS, -(-len(ids) // at_once))
    best = [TopK(task.k, task.reverse) for _ in task.queries]
    answers = row_search.search_ids(
        task.rows, task.queries, task.k, ids, parts, task.reverse
    )
    for found in task.watch.each("milvus", answers):
        for one, matches in zip(best, found, strict=True):
            one.add(matches, matches.dists)
    reason = f"Milvus searched only the {len(ids):,} rows of the {_scope(task)}"
    return task.neighbors([one.matches() for one in best], "id_filter", True, reason)


def fetch_and_rank(task: Task) -> Neighbors:
    """The view's vectors are fetched and ranked here."""
    ids = task.ids()
    parts = task.rows.fetch_each(ids, task.rows.collection.consistency_level)
    matches = _ranked(task, parts)
    reason = f"fetched and ranked the {len(ids):,} vectors of the {_scope(task)}"
    return task.neighbors(matches, "fetch_and_rank", True, reason)


def full_scan(task: Task, why: str) -> Neighbors:
    """Every vector is read, and ranked here if it is in the view."""
    batches = task.rows.iterate()
    if task.among is not None:
        ids = task.ids()
        batches = (_only(rows, ids) for rows in batches)
    matches = _ranked(task, batches)
    return task.neighbors(
        matches, "full_scan", True, f"read and ranked every vector: {why}"
    )


def _scope(task: Task) -> str:
    assert task.among is not None
    return task.among.name


def _ranked(task: Task, batches: Iterator[Rows]) -> list[Matches]:
    read = task.watch.each("milvus", batches)
    with task.watch.timing("ranking"):
        return rank(
            task.rows,
            task.queries,
            read,
            task.k,
            reverse=task.reverse,
            combine=task.combine,
        )


def _only(rows: Rows, ids: IdSet) -> Rows:
    there = ids.containing(rows.ids)
    return rows.take([i for i, id_ in enumerate(rows.ids) if id_ in there])
