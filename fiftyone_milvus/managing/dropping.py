"""Drops collections that no index needs, after saying what would go."""

from __future__ import annotations

import time
from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Any

from ..errors import InvalidRequest, VectorSearchError
from ..milvus import client, settings
from ..milvus.collection import Collection
from . import catalog
from .catalog import FOREIGN, IN_USE, ORPHAN, CollectionInfo

# An index that FiftyOne's own call builds has no run until all its rows are written
WATCH_SECONDS = 1.0


@dataclass(frozen=True)
class Candidate:
    """A collection that might be dropped; ``why`` it may be, or may not, in a
    sentence; ``name_needed``: only if somebody types its name."""

    name: str
    state: str
    rows: int | None
    size_bytes: int | None
    allowed: bool
    why: str
    name_needed: bool = False


@dataclass(frozen=True)
class DropPlan:
    """What dropping would do: the collections asked for, and, where all orphans were
    asked for, those that it leaves alone."""

    candidates: tuple[Candidate, ...]
    left: tuple[Candidate, ...] = ()

    @property
    def refused(self) -> tuple[Candidate, ...]:
        """Those that may not be dropped; if there is one, nothing is."""
        return tuple(one for one in self.candidates if not one.allowed)

    @property
    def rows(self) -> int:
        """How many rows would go."""
        return sum(one.rows or 0 for one in self.candidates)

    @property
    def size_bytes(self) -> int:
        """About how many bytes would go."""
        return sum(one.size_bytes or 0 for one in self.candidates)


def drop_plan(
    names: Iterable[str] = (),
    *,
    orphans: bool = False,
    typed: Container[str] = (),
    include_gone_datasets: bool = False,
    **connection: Any,
) -> DropPlan:
    """Says what :func:`drop_collections` would do, and does nothing.

    Args:
        names: the collections to drop
        orphans: whether to drop all orphans; those whose dataset is not in this
            FiftyOne database are left alone, since another FiftyOne may use them
        typed: names that a person typed out: needed for a collection that this
            backend didn't make, and for an orphan whose dataset is not in this
            FiftyOne database
        include_gone_datasets: says that no other FiftyOne uses this Milvus, so that
            orphans whose dataset is not here are like any other
        **connection: connection settings that override the configured ones

    Raises:
        InvalidRequest: if nothing was asked for
        VectorSearchError: if Milvus can't be reached
    """
    names = list(dict.fromkeys(names))
    if not names and not orphans:
        raise InvalidRequest("Name collections to drop, or ask for all orphans")
    found = {info.name: info for info in catalog.list_collections(**connection)}

    def judged(name: str) -> Candidate:
        info = found.get(name)
        return _judged(info, typed, include_gone_datasets) if info else _missing(name)

    others = [info.name for info in found.values() if info.state == ORPHAN]
    extra = [judged(name) for name in others if orphans and name not in names]
    return DropPlan(
        candidates=(*map(judged, names), *(one for one in extra if one.allowed)),
        left=tuple(one for one in extra if not one.allowed),
    )


def drop_collections(
    names: Iterable[str] = (),
    *,
    orphans: bool = False,
    typed: Container[str] = (),
    include_gone_datasets: bool = False,
    **connection: Any,
) -> DropPlan:
    """Drops collections with all their rows, as :func:`drop_plan` says. Before it
    drops orphans it watches for a second whether somebody writes them.

    Returns:
        the :class:`DropPlan` that was carried out

    Raises:
        InvalidRequest: if one of those asked for may not be dropped; nothing is then
        VectorSearchError: if Milvus fails; it says what was dropped until then
    """

    def looked() -> DropPlan:
        return drop_plan(
            names,
            orphans=orphans,
            typed=typed,
            include_gone_datasets=include_gone_datasets,
            **connection,
        )

    names = list(names)
    plan = _checked(looked())
    if any(one.state == ORPHAN for one in plan.candidates):
        time.sleep(WATCH_SECONDS)
        plan = _checked(looked(), plan)
    _drop([one.name for one in plan.candidates], connection)
    return plan


def _checked(plan: DropPlan, before: DropPlan | None = None) -> DropPlan:
    """Refuses it as a whole if one may not be dropped, or has changed since before."""
    reasons = [f"'{one.name}': {one.why}." for one in plan.refused]
    if before is not None:
        rows = {one.name: one.rows for one in before.candidates}
        reasons += [
            f"'{one.name}' is being written: its index is just being built."
            for one in plan.candidates
            if rows.get(one.name, one.rows) != one.rows
        ]
    if reasons:
        raise InvalidRequest(f"Nothing was dropped. {' '.join(reasons)}")
    return plan


def _judged(
    info: CollectionInfo, typed: Container[str], include_gone_datasets: bool
) -> Candidate:
    allowed, why, name_needed = False, info.why, False
    if info.state == IN_USE:
        why += ". Clean that index up instead"
    elif info.state == FOREIGN or (info.owner_gone and not include_gone_datasets):
        allowed, name_needed = info.name in typed, True
        if not allowed:
            why += ". To drop it all the same, type its name out"
    elif info.state == ORPHAN:
        allowed = True
    else:
        why += f" ({info.problem})"
    return Candidate(
        info.name, info.state, info.rows, info.size_bytes, allowed, why, name_needed
    )


def _missing(name: str) -> Candidate:
    return Candidate(
        name, catalog.UNKNOWN, None, None, False, "Milvus has no such collection"
    )


def _drop(names: list[str], connection: dict[str, Any]) -> None:
    server = client.connect(settings.resolve(connection))
    for number, name in enumerate(names):
        try:
            Collection(server, name, "cosine", "Session").drop()
        except VectorSearchError as e:
            done = ", ".join(names[:number]) or "none"
            raise type(e)(
                f"Dropping '{name}' failed: {e} Dropped until then: {done}."
            ) from e
