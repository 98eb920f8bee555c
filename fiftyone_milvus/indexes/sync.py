"""Makes an index true to its dataset: what ``health.py`` finds, repaired."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import fiftyone as fo

from ..backend import ownership, runs, scope
from ..backend.index import MilvusSimilarityIndex
from ..dataset.sources import Failure, Item, Reader, Source
from ..errors import Cancelled, CollectionError, InvalidRequest
from ..progress import Report, reporting
from . import build
from .health import (
    CURRENT,
    MISSING,
    STALE,
    UNAVAILABLE,
    UNKNOWN,
    HealthCheck,
    chosen,
    health,
    orphans,
    outdated,
    problem,
    states,
)


@dataclass(frozen=True)
class Synced:
    """What a sync did, or, as a dry run, would do; ``before`` is what that found, and
    ``updated`` the rows whose filter values alone were written anew."""

    brain_key: str
    dry_run: bool
    embedded: int
    removed: int
    failed: int
    failures: tuple[Failure, ...]
    before: HealthCheck | None
    seconds: float
    updated: int = 0

    @property
    def message(self) -> str:
        """It in a sentence."""
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


def sync(
    dataset: fo.Dataset,
    brain_key: str,
    *,
    dry_run: bool = False,
    progress: Report | bool | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    **connection: Any,
) -> Synced:
    """Makes an index true to its dataset: embeds what is missing or stale, and removes
    what is orphaned. Where it isn't known what the index was made over, nothing is
    added. Interrupted, it goes on where it was when called again; and
    several processes share the work, as with
    :func:`~fiftyone_milvus.indexes.build.build`.

    Args:
        dataset: the dataset
        brain_key: the index
        dry_run: whether to say the numbers only
        progress: called now and then, from this thread; or whether to show a progress
            bar, by default as FiftyOne's configuration says
        cancelled: asked now and then
        **connection: connection settings that override the configured ones

    Raises:
        InvalidRequest: if the dataset has no such index, or the run says neither a
            model nor an embeddings field to make vectors with, or what the index was
            made over can't be made again
        CollectionError: if the rows are another dataset's, or may be; nothing was
            changed
        Cancelled: if ``cancelled()`` was true; what was done stays
        VectorSearchError: if Milvus fails; what was done stays
    """
    started = time.monotonic()
    if dry_run:
        found = health(
            dataset, brain_key, progress=progress, cancelled=cancelled, **connection
        )
        if found.problem is not None:
            raise CollectionError(found.problem)
        if found.orphaned:
            ownership.check_orphans(runs.load(dataset, brain_key, **connection))
        todo = found.missing + found.stale
        seconds = time.monotonic() - started
        return Synced(
            brain_key,
            True,
            todo,
            found.orphaned,
            found.unavailable,
            found.failures,
            found,
            seconds,
            found.outdated,
        )
    index = runs.load(dataset, brain_key, **connection)
    wrong = problem(index)
    if wrong is not None:
        raise CollectionError(wrong)
    made_over = scope.of(dataset, brain_key)
    source = _source(index, made_over)
    if made_over.known:
        source.check(made_over.samples, index.config.patches_field)
    if source.embeds:
        index.check_model()  # before anything is changed
    ownership.check_writing(index, index.rows.owners())
    removed = 0
    for some in orphans(dataset, index, made_over):
        if cancelled():
            raise Cancelled(f"Cancelled; {removed:,} orphans were removed")
        if not removed:
            ownership.check_orphans(index)
        index.rows.delete(some)
        removed += len(some)
    samples = made_over.samples
    built, repair = None, _Repair(made_over)
    if len(samples):
        with reporting(progress) as report:
            built = build.refresh(
                index,
                samples,
                source,
                repair,
                progress=report,
                cancelled=cancelled,
                **connection,
            )
    return Synced(
        brain_key,
        False,
        built.embedded if built else 0,
        removed,
        built.failed if built else 0,
        built.failures if built else (),
        None,
        time.monotonic() - started,
        repair.updated,
    )


class _Repair:
    """Chooses the missing and stale rows of a chunk; those whose filter values alone
    changed, it writes anew by itself, since no vector is to be made."""

    def __init__(self, made_over: scope.Scope) -> None:
        self._made_over = made_over
        self.updated = 0

    def __call__(
        self,
        index: MilvusSimilarityIndex,
        reader: Reader,
        chunk: Any,
        items: list[Item],
    ) -> list[Item]:
        found = states(index, reader, chunk, items, self._made_over, {})
        kept = outdated(index, found[CURRENT] + found[UNKNOWN])
        index.rows.filter_anew(kept)
        self.updated += len(kept)
        # of the last there is no vector to be had, which is told
        return found[MISSING] + found[STALE] + found[UNAVAILABLE]


def _source(index: MilvusSimilarityIndex, made_over: scope.Scope) -> Source:
    source = chosen(index, made_over.samples)
    if not source.model and not source.embeddings_field:
        raise InvalidRequest(
            f"The run '{index.key}' names neither a model nor an embeddings field, so "
            "nothing can be embedded. Add and remove rows with add_to_index() and "
            "remove_from_index(), or build a new index."
        )
    return source
