"""Syncs an index with its dataset: adds missing rows, embeds stale ones again, removes
orphaned ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import fiftyone as fo

from ..backend import runs
from ..backend.index import MilvusSimilarityIndex
from ..backend.scope import Scope, index_scope
from ..dataset.indexed_samples import has_samples
from ..dataset.sources import Item, Reader, Source
from ..errors import Cancelled, CollectionError, InvalidRequest
from ..progress import Failure, Monitor, Report
from ..store import settings
from . import build, id_numbers
from .health import (
    MISSING,
    STALE,
    UNAVAILABLE,
    HealthCheck,
    check_health,
    collection_problem,
    compare,
    orphans,
    source_of,
)
from .lease import Lease


@dataclass(frozen=True, repr=False)
class Synced:
    """What a sync did, or would do as a dry run, which has its health check in
    ``before``. ``updated`` counts the rows of which only filter values were updated."""

    brain_key: str
    dry_run: bool
    embedded: int
    removed: int
    failed: int
    failures: tuple[Failure, ...]
    before: HealthCheck | None
    seconds: float
    updated: int = 0

    def __repr__(self) -> str:
        return f"<Synced '{self.brain_key}': {self.message}>"

    @property
    def message(self) -> str:
        """A summary in one sentence."""
        verb = "would embed" if self.dry_run else "embedded"
        remove = "remove" if self.dry_run else "removed"
        text = f"Sync {verb} {self.embedded:,} and {remove} {self.removed:,} rows"
        if self.updated:
            update = "update" if self.dry_run else "updated"
            text += f", and {update} the filter values of {self.updated:,}"
        if self.failures:
            first = self.failures[0]
            text += f"; {self.failed:,} gave no vector, such as {first.id}: "
            text += first.reason
        return text


@settings.takes_connection
def sync(
    dataset: fo.Dataset,
    brain_key: str,
    *,
    dry_run: bool = False,
    engine: build.Ray | None = None,
    progress: Report | bool | None = None,
    cancelled: Callable[[], bool] | None = None,
    **connection: Any,
) -> Synced:
    """Brings an index up to date with its dataset: embeds what is missing or stale, and
    removes what is orphaned. If the scope of the index isn't known, nothing is added.
    After an interruption the same call resumes. One process at a time syncs an index.
    Where the server can filter by bitmaps of ids, rows without an id number get one.

    Example::

        print(fiftyone_milvus.sync(dataset, "images", dry_run=True))
        fiftyone_milvus.sync(dataset, "images")

    Args:
        dataset: the dataset
        brain_key: the index
        dry_run: whether to count only, and change nothing
        engine: a Ray cluster that embeds and writes; ``None`` for this process
        progress: a function to call with the progress, from this thread; or whether to
            show a progress bar, by default as FiftyOne's configuration says
        cancelled: whether to stop; asked again and again
        **connection: connection settings that override the configured ones

    Returns:
        how many rows were ``embedded``, ``removed`` and ``updated``, and ``failed``

    Raises:
        InvalidRequest: if the dataset has no such index, or the run names neither a
            model nor an embeddings field, or the index's view can't be made again
        CollectionError: if the rows are another dataset's, or may be; nothing was
            changed
        Cancelled: if ``cancelled()`` returned true; what was done stays
        VectorSearchError: if Milvus fails; what was done stays
    """
    with Monitor(progress, cancelled) as monitor:
        if dry_run:
            return _planned(dataset, brain_key, monitor)
        return _synced(dataset, brain_key, monitor, engine)


def _planned(dataset: fo.Dataset, brain_key: str, monitor: Monitor) -> Synced:
    """What a sync would do."""
    found = check_health(dataset, brain_key, monitor)
    if found.problem is not None:
        raise CollectionError(found.problem)
    if found.orphaned:
        runs.load(dataset, brain_key).ownership.check_orphans()
    return Synced(
        brain_key,
        True,
        found.missing + found.stale,
        found.orphaned,
        found.unavailable,
        found.failures,
        found,
        monitor.seconds,
        found.outdated,
    )


def _synced(
    dataset: fo.Dataset, brain_key: str, monitor: Monitor, engine: build.Ray | None
) -> Synced:
    index = runs.load(dataset, brain_key)
    if engine is not None:
        engine.check()
    problem = collection_problem(index)
    if problem is not None:
        raise CollectionError(problem)
    scope = index_scope(dataset, brain_key)
    source = _source(index, scope)
    if scope.known:
        source.check(scope.samples, index.config.patches_field)
    if source.embeds:
        index.check_model()  # before anything is changed
    index.ownership.check_writing()
    removed = _remove_orphans(dataset, index, scope, monitor)
    index.rows.catch_up()
    built, selection = None, _OutOfDate(scope)
    samples = scope.samples
    if has_samples(samples):
        built = build.refresh(index, samples, source, selection, monitor, engine)
    _add_id_numbers(dataset, index, monitor)
    return Synced(
        brain_key,
        False,
        built.embedded if built else 0,
        removed,
        monitor.failed,
        tuple(monitor.failures),
        None,
        monitor.seconds,
        selection.updated,
    )


def _remove_orphans(
    dataset: fo.Dataset,
    index: MilvusSimilarityIndex,
    scope: Scope,
    monitor: Monitor,
) -> int:
    removed = 0
    for ids in orphans(dataset, index, scope):
        if monitor.cancelled():
            raise Cancelled(f"Cancelled; {removed:,} orphaned rows were removed")
        if not removed:
            index.ownership.check_orphans()
        index.rows.delete(ids)
        removed += len(ids)
    return removed


def _add_id_numbers(
    dataset: fo.Dataset, index: MilvusSimilarityIndex, monitor: Monitor
) -> None:
    """Gives rows id numbers, where the server has use for them and the rows are this
    index's own by their stamp."""
    ownership = index.ownership
    if id_numbers.can_be_added(index.rows.collection) and ownership.made_rows:
        with Lease(str(dataset._doc.id), str(index.key)):
            id_numbers.add_missing(index.rows, ownership.made_collection, monitor)


class _OutOfDate:
    """Selects the missing and stale rows of a chunk. Where only filter values changed,
    it updates them itself, since no vector needs to be computed."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self.updated = 0

    def __call__(
        self,
        index: MilvusSimilarityIndex,
        reader: Reader,
        chunk: Any,
        items: list[Item],
    ) -> list[Item]:
        found = compare(index, reader, chunk, items, self._scope, {})
        index.rows.update_filter_values(found.outdated)
        self.updated += len(found.outdated)
        # the last give no vector, and are counted as failed
        return [
            item
            for state in (MISSING, STALE, UNAVAILABLE)
            for item in found.by_state[state]
        ]


def _source(index: MilvusSimilarityIndex, scope: Scope) -> Source:
    source = source_of(index, scope.samples)
    if not source.model and not source.embeddings_field:
        raise InvalidRequest(
            f"The run '{index.key}' names neither a model nor an embeddings field, so "
            "nothing can be embedded. Add and remove rows with add_to_index() and "
            "remove_from_index(), or build a new index."
        )
    return source
