"""An index against its dataset: what is missing, stale or orphaned; ``sync.py`` repairs
it.

Everything streams, so that memory stays flat, and counts are exact.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import fiftyone as fo

from ..backend import runs, scope
from ..backend.index import MilvusSimilarityIndex
from ..dataset import deleted_samples, embeddings_fields, fingerprints
from ..dataset.expected_rows import why_nothing
from ..dataset.sources import Failure, Item, Own, Reader, Source
from ..errors import Cancelled, CollectionError, InvalidRequest
from ..progress import Progress, Report, reporting

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
    """How true an index is to its dataset, in rows.

    ``missing``: the dataset has it, the index doesn't. ``stale``: the image, the
    patch's outline or the own vector changed since. ``orphaned``: the index has it, the
    dataset doesn't. ``unknown``: indexed without a word about what it was made of, as
    by plain FiftyOne. ``unavailable``: not indexed, and it can't be: no file, or no
    vector in the field that is of use. ``outdated``: the vector is right, and what the
    row keeps to be filtered by isn't what the dataset says. ``problem`` says what is
    wrong with the collection, if anything.
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


@dataclass(frozen=True, kw_only=True)
class HealthCheck(IndexHealth):
    """What a comparison found. ``partial``: the build was not finished. ``examples``
    has up to a hundred ids of each of what isn't current, and ``failures`` why those
    that are unavailable are."""

    brain_key: str
    partial: bool
    examples: dict[str, list[str]] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    seconds: float = 0.0

    @property
    def healthy(self) -> bool:
        """Whether there is nothing to repair."""
        return self.problem is None and not (
            self.partial or self.missing or self.stale or self.orphaned or self.outdated
        )

    @property
    def message(self) -> str:
        """All of it in a sentence or two."""
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
        text += f"{', '.join(parts)}: sync it" if parts else "true to the dataset"
        if self.partial:
            text += "; its build was not finished: build or sync it"
        if self.unavailable:
            text += f"; {self.unavailable:,} can't be indexed"
            if self.failures:
                first = self.failures[0]
                text += f", such as {first.id}: {first.reason}"
        if self.unknown:
            text += f"; of {self.unknown:,} it isn't known what they were made of"
        if not self.scope_known:
            text += "; what it was made over isn't known, so nothing counts as missing"
        return text + "."


def health(
    dataset: fo.Dataset,
    brain_key: str,
    *,
    progress: Report | bool | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    **connection: Any,
) -> HealthCheck:
    """Compares an index with the samples that it was made over; changes nothing.

    Args:
        dataset: the dataset
        brain_key: the index
        progress: called now and then, from this thread; or whether to show a progress
            bar, by default as FiftyOne's configuration says
        cancelled: asked now and then
        **connection: connection settings that override the configured ones

    Raises:
        InvalidRequest: if the dataset has no such index
        Cancelled: if ``cancelled()`` was true
        VectorSearchError: if Milvus doesn't answer
    """
    with reporting(progress) as report:
        return _health(dataset, brain_key, report, cancelled, connection)


def _health(
    dataset: fo.Dataset,
    brain_key: str,
    report: Report,
    cancelled: Callable[[], bool],
    connection: dict[str, Any],
) -> HealthCheck:
    started = time.monotonic()
    info = runs.describe(dataset, brain_key)
    try:
        index = runs.load(dataset, brain_key, **connection)
        wrong = problem(index)
    except CollectionError as e:
        wrong = str(e)
    if wrong is None:
        try:
            made_over = scope.of(dataset, brain_key)
            reader = _reader(made_over, index)
        except InvalidRequest as e:
            wrong = str(e)
    if wrong is not None:
        return HealthCheck(brain_key=brain_key, partial=info.partial, problem=wrong)
    counts: Counter[str] = Counter()
    examples: dict[str, list[str]] = {}
    reasons: dict[str, str] = {}

    def count(state: str, ids: list[str]) -> None:
        counts[state] += len(ids)
        if state != CURRENT and ids:
            kept = examples.setdefault(state, [])
            kept += ids[: EXAMPLES - len(kept)]

    ids = reader.ids()
    for start in range(0, len(ids), AT_ONCE):
        if cancelled():
            raise Cancelled("Cancelled; nothing was changed")
        chunk = reader.chunk([r.tobytes().hex() for r in ids[start : start + AT_ONCE]])
        found = states(index, reader, chunk, reader.items(chunk), made_over, reasons)
        for state, items in found.items():
            count(state, [item.id for item in items])
        count(OUTDATED, list(outdated(index, found[CURRENT] + found[UNKNOWN])))
        done = min(len(ids), start + AT_ONCE)
        report(Progress("Comparing", done, len(ids), time.monotonic() - started))
    rows = index.total_index_size
    matched = counts[CURRENT] + counts[STALE] + counts[UNKNOWN]
    if rows != matched:
        for some in orphans(dataset, index, made_over):
            count(ORPHANED, some)
    if not made_over.known:  # such as frames
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
        scope_known=made_over.known,
        partial=info.partial,
        examples=examples,
        failures=tuple(Failure(*one) for one in islice(reasons.items(), EXAMPLES)),
        seconds=time.monotonic() - started,
    )


def outdated(
    index: MilvusSimilarityIndex, items: list[Item]
) -> dict[str, dict[str, Any]]:
    """What rows should keep to be filtered by, of those that keep something else."""
    ids = [item.id for item in items]
    now = index.filter_values(ids, [item.sample_id for item in items])
    if now is None:
        return {}
    kept = index.rows.filtered_by(ids)
    wanted = zip(ids, now, strict=True)
    return {id_: values for id_, values in wanted if kept.get(id_) != values}


def states(
    index: MilvusSimilarityIndex,
    reader: Reader,
    chunk: Any,
    items: list[Item],
    made_over: scope.Scope,
    reasons: dict[str, str],
) -> dict[str, list[Item]]:
    """A chunk's rows by what is to be said of them; those that the index lacks only if
    it is known that it should have them.

    Args:
        index: the index
        reader: reads what the rows should be made of
        chunk: the samples
        items: what the reader gave for them
        made_over: what the index was made over
        reasons: takes why those that are unavailable are, by primary key
    """
    found: dict[str, list[Item]] = {
        state: [] for state in (MISSING, STALE, CURRENT, UNKNOWN, UNAVAILABLE)
    }
    recorded = index.rows.fingerprints(item.id for item in items)
    if not made_over.known:
        items = [item for item in items if item.id in recorded]
    now = reader.own(chunk) if reader.copies else None
    for item in items:
        found[_state(item, recorded, now)].append(item)
    known = now.reasons if now is not None else {}
    for item in found[UNAVAILABLE]:
        reasons[item.id] = known.get(item.id) or why_nothing(item) or ""
    return found


def _state(item: Item, recorded: dict[str, str | None], now: Own | None) -> str:
    if item.id not in recorded:
        own = now is not None and now.fingerprints.get(item.id) is not None
        nothing = not own if now is not None else why_nothing(item) is not None
        return UNAVAILABLE if nothing else MISSING
    origin = recorded[item.id]
    if origin is None:
        return UNKNOWN
    if now is not None:
        return CURRENT if now.fingerprints.get(item.id, origin) == origin else STALE
    if not origin.startswith(fingerprints.FILE):
        return UNKNOWN
    current = fingerprints.is_current(origin, item.path, item.outline)
    return CURRENT if current else STALE


def orphans(
    dataset: fo.Dataset, index: MilvusSimilarityIndex, made_over: scope.Scope
) -> Iterator[list[str]]:
    """The primary keys of rows whose sample or patch the dataset doesn't have, in
    batches."""
    # of a view of frames FiftyOne notes that it was one of frames
    noted = made_over.known or made_over.samples._is_generated
    samples = made_over.samples if noted else None
    for ids, sample_ids in index.rows.iterate_ids():
        for start in range(0, len(ids), AT_ONCE):
            batch = slice(start, start + AT_ONCE)
            field = index.config.patches_field
            gone = deleted_samples.absent(
                dataset, field, ids[batch], sample_ids[batch], samples
            )
            if gone:
                yield gone


def problem(index: MilvusSimilarityIndex) -> str | None:
    """What is wrong with the collection as a whole, in a sentence."""
    try:
        if not index.rows.exists():
            return (
                f"The index '{index.key}' has no collection: it was cleaned up, or "
                "never filled. Clean its record up and build it again."
            )
        index.rows.forget()
        index.rows.check_fits()
    except CollectionError as e:
        return str(e)
    return None


def _reader(made_over: scope.Scope, index: MilvusSimilarityIndex) -> Reader:
    return Reader(
        made_over.samples,
        chosen(index, made_over.samples),
        index.config.patches_field,
        metric=index.config.metric,
        dim=index.rows.dimension(),
    )


def chosen(index: MilvusSimilarityIndex, samples: fo.SampleCollection) -> Source:
    """What its run says of where its vectors come from.

    Args:
        index: the index
        samples: what it was made over

    Raises:
        InvalidRequest: if a field of it is there no more
    """
    config, noted = index.config, index.config.own
    field, own = config.patches_field, config.embeddings_field
    if field is not None and not samples.has_field(field):
        raise InvalidRequest(_lost(index, field))
    if own is not None and not embeddings_fields.is_there(samples, own, field):
        if scope.is_build(config):
            raise InvalidRequest(_lost(index, own))
        own = None  # compute_similarity() takes a name for a field to be made
    return Source(
        model=config.model,
        embeddings_field=own,
        model_kwargs=config.model_kwargs,
        alpha=noted.alpha,
        force_square=noted.force_square,
    )


def _lost(index: MilvusSimilarityIndex, field: str) -> str:
    return (
        f"The field '{field}' that the index '{index.key}' is made from is not there: "
        "it was renamed or deleted. Give it back its name, or build a new index."
    )
