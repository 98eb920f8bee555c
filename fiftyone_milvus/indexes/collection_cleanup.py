"""Deletes collections that no index needs, after a plan that says what would go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..backend import active_writes
from ..errors import InvalidRequest, VectorSearchError
from ..store import client, settings
from ..store.collection import Collection, Owner
from . import collections, staging
from .collections import IN_USE, ORPHANED, UNMANAGED, CollectionInfo


@dataclass(frozen=True)
class Candidate:
    """A collection to delete. ``allowed`` says whether that is possible, and ``reason``
    why, or why not, in a sentence; ``confirmation_needed``: only if its name is typed
    out; ``owner``: the dataset and index that created it, if known."""

    name: str
    state: str
    rows: int | None
    size_bytes: int | None
    allowed: bool
    reason: str
    confirmation_needed: bool = False
    owner: Owner | None = None


@dataclass(frozen=True)
class DeletionPlan:
    """What a deletion would do: the collections to delete and, if all orphans were
    asked for, those that are ``kept``."""

    candidates: tuple[Candidate, ...]
    kept: tuple[Candidate, ...] = ()

    @property
    def refused(self) -> tuple[Candidate, ...]:
        """Those that can't be deleted; if there is one, nothing is."""
        return tuple(one for one in self.candidates if not one.allowed)

    @property
    def names(self) -> list[str]:
        """The collections that would be deleted."""
        return [one.name for one in self.candidates]

    @property
    def rows(self) -> int:
        """How many rows would be deleted."""
        return sum(one.rows or 0 for one in self.candidates)

    @property
    def size_bytes(self) -> int:
        """About how many bytes would be freed."""
        return sum(one.size_bytes or 0 for one in self.candidates)


@settings.takes_connection
def deletion_plan(
    names: Iterable[str] = (),
    *,
    orphaned: bool = False,
    confirmed_names: Iterable[str] = (),
    include_deleted_datasets: bool = False,
    **connection: Any,
) -> DeletionPlan:
    """What :func:`delete_collections` would do; changes nothing.

    Args:
        names: the collections to delete
        orphaned: whether to list all orphans too; those whose dataset is not in this
            FiftyOne database are kept, since another FiftyOne may use them
        confirmed_names: names that a person typed out: needed for a collection that
            this backend didn't create, and for an orphan whose dataset is not in this
            FiftyOne database
        include_deleted_datasets: set it if no other FiftyOne uses this Milvus: then
            orphans whose dataset is not here are like any other
        **connection: connection settings that override the configured ones

    Raises:
        InvalidRequest: if nothing was asked for, or names are not a list of strings
        VectorSearchError: if Milvus can't be reached
    """
    names, confirmed_names = (
        _names("names", names),
        _names("confirmed_names", confirmed_names),
    )
    if not names and not orphaned:
        raise InvalidRequest("Name collections to delete, or ask for all orphans")
    found = {info.name: info for info in collections.list_collections()}
    written = active_writes.recent(found)

    def judged(name: str) -> Candidate:
        info = found.get(name)
        if info is None:
            return _missing(name)
        return _judged(info, confirmed_names, include_deleted_datasets, name in written)

    others = [info.name for info in found.values() if info.state == ORPHANED]
    extra = [judged(name) for name in others if orphaned and name not in names]
    return DeletionPlan(
        candidates=(*map(judged, names), *(one for one in extra if one.allowed)),
        kept=tuple(one for one in extra if not one.allowed),
    )


@settings.takes_connection
def delete_collections(
    names: Iterable[str],
    *,
    confirmed_names: Iterable[str] = (),
    include_deleted_datasets: bool = False,
    **connection: Any,
) -> DeletionPlan:
    """Deletes these collections and no other, with all their rows, and the files of a
    bulk import that was not finished. Each is checked again just before it is deleted.
    To delete all orphans, name those of a :func:`deletion_plan`.

    Args:
        names: the collections to delete
        confirmed_names: as :func:`deletion_plan` takes it
        include_deleted_datasets: as :func:`deletion_plan` takes it
        **connection: connection settings that override the configured ones

    Returns:
        the :class:`DeletionPlan` that was carried out

    Raises:
        InvalidRequest: if one of them can't be deleted; nothing was deleted
        VectorSearchError: if Milvus fails, or one can't be deleted any more; the error
            says what was deleted before
    """
    choices: dict[str, Any] = {
        "confirmed_names": confirmed_names,
        "include_deleted_datasets": include_deleted_datasets,
    }
    plan = deletion_plan(names, **choices)
    if plan.refused:
        reasons = [f"'{one.name}': {one.reason}." for one in plan.refused]
        raise InvalidRequest(f"Nothing was deleted. {' '.join(reasons)}")
    server = client.connect(settings.resolve())
    for number, name in enumerate(plan.names):
        try:
            _check_still(plan.candidates[number], choices)
            collection = Collection(server, name, "cosine", "Session")
            staging.clean_up(collection)
            collection.drop()
        except VectorSearchError as e:
            done = ", ".join(plan.names[:number]) or "none"
            raise type(e)(
                f"Deleting '{name}' failed: {e} Deleted before: {done}."
            ) from e
    return plan


def _check_still(before: Candidate, choices: dict[str, Any]) -> None:
    """Checks that a collection is as it was in the plan."""
    [now] = deletion_plan([before.name], **choices).candidates
    if not now.allowed:
        raise InvalidRequest(f"{now.reason}.")
    if (now.state, now.owner) != (before.state, before.owner):
        raise InvalidRequest("Its owner or its use changed meanwhile.")


def _names(what: str, given: Iterable[str]) -> list[str]:
    """Names, each once. A string is refused, since its letters would count as names."""
    listed = [given] if isinstance(given, str | bytes) else list(given)
    if isinstance(given, str | bytes) or not all(isinstance(x, str) for x in listed):
        raise InvalidRequest(
            f"{what} is a list of names of collections, such as ['images'], not "
            f"{given!r}"
        )
    return list(dict.fromkeys(listed))


def _judged(
    info: CollectionInfo,
    confirmed_names: list[str],
    include_deleted_datasets: bool,
    written: bool,
) -> Candidate:
    allowed, reason, confirmation_needed = False, info.reason, False
    gone = info.owner_deleted or info.others
    if info.state == IN_USE:
        reason += ". Clean that index up instead"
    elif written:
        reason = (
            "It is being written to: its index is just being built, or was changed in "
            "the last minute. Try again when that is done"
        )
    elif info.state == UNMANAGED or (gone and not include_deleted_datasets):
        allowed, confirmation_needed = info.name in confirmed_names, True
        if not allowed:
            reason += ". To delete it nevertheless, type its name out"
    elif info.state == ORPHANED:
        allowed = True
    else:
        reason += f" ({info.problem})"
    return Candidate(
        info.name,
        info.state,
        info.rows,
        info.size_bytes,
        allowed,
        reason,
        confirmation_needed,
        info.owner,
    )


def _missing(name: str) -> Candidate:
    return Candidate(
        name, collections.UNKNOWN, None, None, False, "Milvus has no such collection"
    )
