"""The health of an index: whether it is up to date with its dataset, or rows are
missing, stale or orphaned. ``sync.py`` corrects that.

Everything streams, so that memory stays flat, and counts are exact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import fiftyone as fo

from ..backend import runs
from ..backend.index import MilvusSimilarityIndex
from ..backend.scope import Scope, index_scope, is_build
from ..dataset import deleted_samples, embeddings_fields, fingerprints
from ..dataset.expected_rows import unreadable_reason
from ..dataset.sources import FieldFingerprints, Item, Reader, Source
from ..errors import CollectionError, InvalidRequest
from ..progress import Failure, Monitor, Report
from ..store import settings
from ..store.rows import RowSource
from ..threads import ContextThreadPool

AT_ONCE = 5_000  # samples
EXAMPLES = 100

MISSING, STALE, CURRENT, UNKNOWN, UNAVAILABLE = (
    "missing",
    "stale",
    "current",
    "unknown",
    "unavailable",
)
ORPHANED, OUTDATED = "orphaned", "outdated"


@dataclass(frozen=True, kw_only=True)
class IndexHealth:
    """How an index compares with its dataset, in rows.

    ``current``: up to date. ``missing``: in the dataset, not in the index. ``stale``:
    the image, the patch's outline or the embeddings field changed since it was
    computed. ``orphaned``: in the index, not in the dataset. ``unknown``: without a
    fingerprint, as plain FiftyOne indexes. ``unavailable``: not indexed, and it can't
    be: no file, or no usable vector in the field. ``outdated``: the vector is up to
    date, its filter values are not. ``scope_known``: whether the samples that should be
    indexed are known. ``problem`` says what is wrong with the collection, if anything.
    """

    rows: int = 0
    current: int = 0
    missing: int = 0
    stale: int = 0
    orphaned: int = 0
    unknown: int = 0
    unavailable: int = 0
    outdated: int = 0
    scope_known: bool = True
    problem: str | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class HealthCheck(IndexHealth):
    """The result of a health check. ``partial``: the build was not finished.
    ``examples`` has up to a hundred ids of each state but current, and ``failures``
    says why rows are unavailable."""

    brain_key: str
    partial: bool
    examples: dict[str, list[str]] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    seconds: float = 0.0

    def __repr__(self) -> str:
        return f"<HealthCheck of '{self.brain_key}': {self.message}>"

    @property
    def healthy(self) -> bool:
        """Whether there is nothing to sync."""
        return self.problem is None and not (
            self.partial or self.missing or self.stale or self.orphaned or self.outdated
        )

    @property
    def message(self) -> str:
        """A summary in a sentence or two."""
        if self.problem is not None:
            return self.problem
        parts = [
            f"{count:,} {word}"
            for count, word in (
                (self.missing, "missing"),
                (self.stale, "stale"),
                (self.orphaned, "orphaned"),
                (self.outdated, "with outdated filter values"),
            )
            if count
        ]
        text = f"{self.rows:,} rows, "
        text += f"{', '.join(parts)}: sync it" if parts else "up to date"
        if self.partial:
            text += "; its build was not finished: build or sync it"
        if self.unavailable:
            text += f"; {self.unavailable:,} can't be indexed"
            if self.failures:
                first = self.failures[0]
                text += f", such as {first.id}: {first.reason}"
        if self.unknown:
            text += f"; of {self.unknown:,} it isn't known whether they are stale"
        if not self.scope_known:
            text += "; its scope isn't known, so nothing counts as missing"
        return text + "."


@settings.takes_connection
def health(
    dataset: fo.Dataset,
    brain_key: str,
    *,
    progress: Report | bool | None = None,
    cancelled: Callable[[], bool] | None = None,
    **connection: Any,
) -> HealthCheck:
    """Compares an index with the samples that it should have; changes nothing.

    Example::

        checked = fiftyone_milvus.health(dataset, "images")
        if not checked.healthy:
            fiftyone_milvus.sync(dataset, "images")

    Args:
        dataset: the dataset
        brain_key: the index
        progress: a function to call with the progress, from this thread; or whether to
            show a progress bar, by default as FiftyOne's configuration says
        cancelled: whether to stop; asked again and again
        **connection: connection settings that override the configured ones

    Returns:
        how many rows are in each state, see :class:`IndexHealth`

    Raises:
        InvalidRequest: if the dataset has no such index
        Cancelled: if ``cancelled()`` returned true
        VectorSearchError: if Milvus doesn't answer
    """
    with Monitor(progress, cancelled) as monitor:
        return check_health(dataset, brain_key, monitor)


def check_health(dataset: fo.Dataset, brain_key: str, monitor: Monitor) -> HealthCheck:
    """As :func:`health`, watched by a monitor."""
    info = runs.describe(dataset, brain_key)
    try:
        index = runs.load(dataset, brain_key)
        problem = collection_problem(index)
    except CollectionError as e:
        problem = str(e)
    if problem is None:
        try:
            scope = index_scope(dataset, brain_key)
            reader = _reader(scope, index)
        except InvalidRequest as e:
            problem = str(e)
    if problem is not None:
        return HealthCheck(brain_key=brain_key, partial=info.partial, problem=problem)
    counts: Counter[str] = Counter()
    examples: dict[str, list[str]] = {}
    reasons: dict[str, str] = {}

    def count(state: str, ids: list[str]) -> None:
        counts[state] += len(ids)
        if state != CURRENT and ids:
            listed = examples.setdefault(state, [])
            listed += ids[: EXAMPLES - len(listed)]

    index.rows.catch_up()
    ids = reader.ids()
    for start in range(0, len(ids), AT_ONCE):
        monitor.stop_if_cancelled()
        chunk = reader.chunk([r.tobytes().hex() for r in ids[start : start + AT_ONCE]])
        found = compare(index, reader, chunk, reader.items(chunk), scope, reasons)
        for state, items in found.by_state.items():
            count(state, [item.id for item in items])
        count(OUTDATED, list(found.outdated))
        done = min(len(ids), start + AT_ONCE)
        monitor.report("Comparing", done, len(ids))
    rows = index.total_index_size
    matched = counts[CURRENT] + counts[STALE] + counts[UNKNOWN]
    if rows != matched:
        for orphaned in orphans(dataset, index, scope):
            count(ORPHANED, orphaned)
    if not scope.known:  # such as frames
        counts[UNKNOWN] += max(0, rows - matched - counts[ORPHANED])
    return HealthCheck(
        brain_key=brain_key,
        rows=rows,
        current=counts[CURRENT],
        missing=counts[MISSING],
        stale=counts[STALE],
        orphaned=counts[ORPHANED],
        unknown=counts[UNKNOWN],
        unavailable=counts[UNAVAILABLE],
        outdated=counts[OUTDATED],
        scope_known=scope.known,
        partial=info.partial,
        examples=examples,
        failures=tuple(Failure(*one) for one in reasons.items()),
        seconds=monitor.seconds,
    )


@dataclass(frozen=True)
class Comparison:
    """Items by the state of their rows; and the filter values of those whose rows have
    other ones stored, by primary key."""

    by_state: dict[str, list[Item]]
    outdated: dict[str, dict[str, Any]]


def compare(
    index: MilvusSimilarityIndex,
    reader: Reader,
    chunk: Any,
    items: list[Item],
    scope: Scope,
    reasons: dict[str, str],
) -> Comparison:
    """A chunk's items compared with their rows; if the scope isn't known, only with the
    rows that the index has.

    Args:
        index: the index
        reader: reads what the rows are computed from
        chunk: the samples
        items: the reader's items of them
        scope: the index's scope
        reasons: is given why rows are unavailable, by primary key, up to
            ``EXAMPLES``
    """
    found: dict[str, list[Item]] = {
        state: [] for state in (MISSING, STALE, CURRENT, UNKNOWN, UNAVAILABLE)
    }
    ids = [item.id for item in items]
    with ContextThreadPool(1) as pool:  # Milvus and MongoDB at the same time
        asked = pool.submit(index.rows.sources, ids)
        now = reader.field_fingerprints(chunk) if reader.copies else None
        values = index.filter_values(ids, [item.sample_id for item in items])
        stored = asked.result()
    for item in items:
        if scope.known or item.id in stored:
            found[_state(item, stored.get(item.id), now)].append(item)
    known = now.reasons if now is not None else {}
    for item in found[UNAVAILABLE][: EXAMPLES - len(reasons)]:
        reasons[item.id] = known.get(item.id) or unreadable_reason(item) or ""
    kept = {item.id for item in (*found[CURRENT], *found[UNKNOWN])}
    outdated = {
        id_: value
        for id_, value in zip(ids, values or (), strict=values is not None)
        if id_ in kept and stored[id_].filter_values != value
    }
    return Comparison(found, outdated)


def _state(item: Item, stored: RowSource | None, now: FieldFingerprints | None) -> str:
    if stored is None:
        if now is not None:
            available = now.fingerprints.get(item.id) is not None
        else:
            available = unreadable_reason(item) is None
        return MISSING if available else UNAVAILABLE
    before = stored.fingerprint
    if before is None:
        return UNKNOWN
    if now is not None:
        return CURRENT if now.fingerprints.get(item.id, before) == before else STALE
    if not before.startswith(fingerprints.FILE):
        return UNKNOWN
    current = fingerprints.is_current(before, item.path, item.outline)
    return CURRENT if current else STALE


def orphans(
    dataset: fo.Dataset, index: MilvusSimilarityIndex, scope: Scope
) -> Iterator[list[str]]:
    """The primary keys of orphaned rows, in batches: the dataset doesn't have their
    sample or patch."""
    # of a view of frames FiftyOne notes that it was one of frames
    noted = scope.known or scope.samples._is_generated
    samples = scope.samples if noted else None
    for ids, sample_ids in index.rows.iterate_ids():
        for start in range(0, len(ids), AT_ONCE):
            batch = slice(start, start + AT_ONCE)
            field = index.config.patches_field
            gone = deleted_samples.orphaned_ids(
                dataset, field, ids[batch], sample_ids[batch], samples
            )
            if gone:
                yield gone


def collection_problem(index: MilvusSimilarityIndex) -> str | None:
    """What is wrong with the collection, in a sentence; ``None`` if nothing is."""
    try:
        if not index.rows.collection.exists():
            return (
                f"The index '{index.key}' has no collection: it was deleted, or never "
                "filled. Clean up the index and build it again."
            )
        index.rows.collection.forget()
        index.rows.collection.check_fits()
    except CollectionError as e:
        return str(e)
    return None


def _reader(scope: Scope, index: MilvusSimilarityIndex) -> Reader:
    return Reader(
        scope.samples,
        source_of(index, scope.samples),
        index.config.patches_field,
        metric=index.config.metric,
        dim=index.rows.collection.dimension(),
    )


def source_of(index: MilvusSimilarityIndex, samples: fo.SampleCollection) -> Source:
    """Where an index's vectors come from, as its run says.

    Args:
        index: the index
        samples: the samples that it indexes

    Raises:
        InvalidRequest: if one of its fields is missing
    """
    config, noted = index.config, index.config.own
    field, own = config.patches_field, config.embeddings_field
    if field is not None and not samples.has_field(field):
        raise InvalidRequest(_missing_field(index, field))
    if own is not None and not embeddings_fields.exists(samples, own, field):
        if is_build(config):
            raise InvalidRequest(_missing_field(index, own))
        own = None  # compute_similarity() also takes the name of a new field
    return Source(
        model=config.model,
        embeddings_field=own,
        model_kwargs=config.model_kwargs,
        alpha=noted.alpha,
        force_square=noted.force_square,
    )


def _missing_field(index: MilvusSimilarityIndex, field: str) -> str:
    return (
        f"The field '{field}' of the index '{index.key}' is missing: it was renamed or "
        "deleted. Restore its name, or build a new index."
    )
