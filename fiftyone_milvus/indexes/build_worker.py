"""One worker of a build: it claims ranges of the samples, and reads, embeds and writes
them in batches, the three at the same time."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import fiftyone as fo
from pymongo.errors import PyMongoError

from ..backend import active_writes, runs, scope
from ..backend.config import MilvusSimilarityConfig
from ..backend.index import MilvusSimilarityIndex
from ..backend.similarity import MilvusSimilarity
from ..dataset import indexed_samples, models
from ..dataset.sources import Embedded, Item, Reader, Source
from ..errors import Cancelled, InvalidRequest, VectorSearchError
from ..progress import Failure, Monitor
from ..store import client
from ..store.collection import Collection
from .claims import FIRST, WAIT_SECONDS, Ranges
from .pipeline import END, ahead, done_in_turn, patiently

# Samples that a worker claims at a time: at least twenty steps of progress; ten where
# the vectors are there already, which is quick
MIN_RANGE, MAX_RANGE, STEPS = 16, 512, 20
MAX_RANGE_OF_FIELD, STEPS_OF_FIELD = 1_024, 10
# While a server writes one range's rows, pymilvus packs the next ones into a message,
# which takes as long. Not where a model embeds: a kill would lose more
WRITES_AT_ONCE_OF_FIELD = 2
# A range that a model embeds is split into two batches, so that one is embedded while
# the other is written, and a kill loses at most one range
BATCHES_PER_RANGE = 2
COUNT_SECONDS = 0.5  # between two counts of what all workers have done


@dataclass(frozen=True)
class Built:
    """The result of a build: ``rows`` in the index, rows that this call ``embedded``,
    and how many ``failed`` to give a vector (``failures`` lists the first thousand)."""

    brain_key: str
    collection_name: str
    rows: int
    embedded: int
    samples: int
    failed: int
    failures: tuple[Failure, ...]
    seconds: float


# Selects the rows of a chunk to embed
Selection = Callable[[MilvusSimilarityIndex, Reader, Any, list[Item]], list[Item]]


@dataclass
class _Batch:
    """Samples that are read, embedded and written together: a claimed range, or the
    half of one."""

    start: int
    samples: int
    ends_range: bool
    chunk: fo.DatasetView | None = None
    wanted: list[Item] | None = None  # all
    embedded: Embedded | None = None


class BuildWorker:
    """One worker of a build.

    Args:
        samples: the dataset or view to index
        brain_key: the key of the run
        source: where the vectors come from
        config: the run's configuration
        select: selects the rows of a chunk to embed, in an existing index
        load: loads the source's model
        monitor: watches the work
    """

    def __init__(
        self,
        samples: fo.SampleCollection,
        brain_key: str,
        source: Source,
        config: MilvusSimilarityConfig,
        select: Selection,
        load: Callable[[], Any],
        monitor: Monitor,
    ) -> None:
        self._samples = samples
        self._dataset = samples._root_dataset
        self._key = brain_key
        self._source = source
        self._config = config
        self._select = select
        self._load = load
        self._monitor = monitor
        self._index: MilvusSimilarityIndex | None = None
        self._embedded = 0
        self._made_run = False
        self._patiently = partial(patiently, monitor.cancelled)

    def run(self) -> Built:
        """Builds until all samples are done.

        Raises:
            InvalidRequest: if the request can't be right; nothing is left behind
            Cancelled: if the work was cancelled; what is done stays
            VectorSearchError: if Milvus fails; what is done stays
        """
        patches_field = self._config.patches_field
        method = self._config.build()
        method.ensure_requirements()
        metric = self._config.metric
        reader = Reader(self._samples, self._source, patches_field, metric=metric)
        ids = reader.ids()
        self._total = len(ids)
        self._report("Loading the model" if self._source.embeds else "Reading", 0)
        if self._source.embeds and self._source.model:
            model = self._load()
            reader = Reader(self._samples, self._source, patches_field, model)
            self._config.supports_prompts = bool(
                getattr(model, "can_embed_prompts", False)
            )
        elif self._source.model:
            self._config.supports_prompts = models.embeds_text(self._source.model)
        name = f"{self._dataset._doc.id}/{self._key}"
        with Ranges(name, len(ids), self._range_size()) as ranges:
            self._find_or_start(method, ranges)
            try:
                reader.dim = self._dimension(reader, ids)
                self._fill(reader, ids, ranges)
                rows = self._seal()
            except InvalidRequest:
                self._undo(ranges)
                raise
            except BaseException:
                self._keep(ranges)
                raise
        # last: a worker killed before leaves an unfinished index, but no claims
        return self._finished(rows)

    def _find_or_start(self, method: MilvusSimilarity, ranges: Ranges) -> None:
        """Opens the index if it exists, or becomes the worker that creates it."""
        while True:
            self._dataset.reload()
            if self._key in self._dataset.list_brain_runs():
                if runs.has_results(self._dataset, self._key):
                    self._index = runs.load(self._dataset, self._key)
                    ranges.finish(FIRST)
                    return
                if ranges.may_start():
                    self._store_results()
                    ranges.started()
                    continue
            elif ranges.may_start():
                self._drop_unfinished_collection(ranges.unfinished_collection())
                ranges.note_collection(None)
                method.register_run(self._samples, self._key, overwrite=False)
                field = self._config.patches_field
                everything = indexed_samples.all_samples(self._samples, field)
                samples = everything if everything._is_generated else self._dataset
                self._index = method.initialize(samples, self._key)
                noted = {**self._source.cropping(), **scope.note_build(self._samples)}
                self._index.config.remember(partial=True, **noted)
                return
            if self._monitor.cancelled():
                raise Cancelled("Cancelled; nothing was kept")
            time.sleep(WAIT_SECONDS)

    def _dimension(self, reader: Reader, ids: Any) -> int | None:
        """The dimension that all vectors must have: that of the index, else that of
        most vectors in the field; ``None`` where the model decides."""
        index = self._index
        if index is not None and index.rows.collection.exists():
            return index.rows.collection.dimension()
        return None if self._source.embeds else reader.usual_dimension(ids)

    def _store_results(self) -> None:
        """Stores the results of a run after its worker was killed before it could."""
        index = runs.load(self._dataset, self._key)
        index.backend.save_run_results(self._samples, self._key, index)

    def _drop_unfinished_collection(self, name: str | None) -> None:
        """Drops the collection of a worker that was killed before it stored the run."""
        used = [runs.describe(self._dataset, key) for key in runs.keys(self._dataset)]
        if name is None or name in {info.collection_name for info in used}:
            return
        config = self._config
        connection = client.connect(config.connection_settings)
        found = Collection(connection, name, config.metric, config.consistency_level)
        owner = found.owner() if found.exists() else None
        mine = (str(self._dataset._doc.id), self._key)
        if owner is not None and (owner.dataset_id, owner.brain_key) == mine:
            found.drop()

    def _fill(self, reader: Reader, ids: Any, ranges: Ranges) -> None:
        phase = "Embedding" if self._source.embeds else "Copying"
        done, counted = ranges.done(), time.monotonic()
        with (
            closing(ahead(self._read(reader, ids, ranges))) as batches,
            closing(ahead(self._embed(reader, batches))) as embedded,
            closing(self._written(embedded, ranges)) as written,
        ):
            for batch in written:
                self._count(batch, ranges)
                done += batch.samples
                if batch.ends_range and time.monotonic() - counted > COUNT_SECONDS:
                    done, counted = ranges.done(), time.monotonic()
                self._report(phase, done)

    def _read(self, reader: Reader, ids: Any, ranges: Ranges) -> Iterator[_Batch]:
        assert self._index is not None
        fresh = self._index.is_new
        for start, end in ranges.claims():
            yield from self._batches(reader, ids, start, end, fresh)
        for start, end in ranges.left_by_others():
            yield from self._batches(reader, ids, start, end, False)

    def _batches(
        self, reader: Reader, ids: Any, start: int, end: int, fresh: bool
    ) -> Iterator[_Batch]:
        size = max(
            1, -(-(end - start) // (BATCHES_PER_RANGE if self._source.embeds else 1))
        )
        firsts = range(start, end, size)
        if not firsts:
            yield _Batch(start, 0, False)
        for first in firsts:
            some = ids[first : min(end, first + size)]
            batch = _Batch(start, len(some), first == firsts[-1])
            with self._monitor.busy("reading"):
                batch.chunk = reader.chunk([row.tobytes().hex() for row in some])
                if self._index is not None and not fresh:
                    items = reader.items(batch.chunk)
                    batch.wanted = patiently(
                        self._monitor.cancelled,
                        self._select,
                        self._index,
                        reader,
                        batch.chunk,
                        items,
                    )
            yield batch

    def _embed(self, reader: Reader, batches: Iterator[_Batch]) -> Iterator[_Batch]:
        for batch in batches:
            if batch.chunk is not None and batch.wanted != []:
                with self._monitor.busy("embedding"):
                    batch.embedded = reader.embed(batch.chunk, batch.wanted)
            yield batch

    def _written(
        self, batches: Iterator[_Batch], ranges: Ranges
    ) -> Generator[_Batch, None, None]:
        """Writes batches, and yields each when it is written: one by one up to the
        first rows, which create the collection and store the run."""
        while self._embedded == 0:
            self._stop_if_cancelled(ranges)
            batch = next(batches, END)
            if batch is END:
                return
            with self._monitor.busy("writing"):
                self._write_first(batch, ranges)
            yield batch
        writes = done_in_turn(self._write, batches, self._writes_at_once)
        with closing(writes) as written:
            self._stop_if_cancelled(ranges)
            for batch in written:
                yield batch
                self._stop_if_cancelled(ranges)

    def _write_first(self, batch: _Batch, ranges: Ranges) -> None:
        index, found = self._index, batch.embedded
        assert index is not None
        if found is None or not found.rows.ids:
            return
        if index.is_new and not index.rows.collection.exists():
            ranges.note_collection(index.rows.collection.name)
        index.add_rows(found.rows)
        if index.is_new:
            index.backend.save_run_results(self._samples, self._key, index)
            self._made_run = True
            ranges.started()

    def _write(self, batch: _Batch) -> None:
        index, found = self._index, batch.embedded
        assert index is not None
        if found is not None and found.rows.ids:
            with self._monitor.busy("writing", 1 / self._writes_at_once):
                patiently(
                    self._monitor.cancelled, index.add_rows, found.rows, checked=True
                )

    @property
    def _writes_at_once(self) -> int:
        return 1 if self._source.embeds else WRITES_AT_ONCE_OF_FIELD

    def _count(self, batch: _Batch, ranges: Ranges) -> None:
        """Counts a batch that was written."""
        found = batch.embedded
        if found is not None:
            self._embedded += len(found.rows.ids)
            self._monitor.add_failures(found.failures)
        if batch.ends_range:
            ranges.finish(batch.start)

    def _seal(self) -> int:
        """Flushes what was written; returns how many rows the index has."""
        index = self._index
        if index is None or not self._has_rows():
            raise InvalidRequest(self._why_nothing())
        self._report("Finishing", self._total)
        rows = self._patiently(lambda: index.total_index_size)
        if self._embedded:
            self._patiently(index.rows.flush_if_many, rows)
        return rows

    def _finished(self, rows: int) -> Built:
        index = self._index
        assert index is not None
        index.remember(partial=None)
        active_writes.done(index.rows.collection.name)
        self._report("Done", self._total)
        return Built(
            self._key,
            index.rows.collection.name,
            rows,
            self._embedded,
            self._total,
            self._monitor.failed,
            tuple(self._monitor.failures),
            self._monitor.seconds,
        )

    def _keep(self, ranges: Ranges) -> None:
        """After a failure: keeps what is written, as an unfinished index."""
        index = self._index
        if index is None or not index.is_new:
            return
        index.discard()
        with suppress(VectorSearchError, PyMongoError):  # its claim stays
            if not index.rows.collection.exists():
                ranges.note_collection(None)

    def _undo(self, ranges: Ranges) -> None:
        """After a request that can't be right: removes what this call created."""
        if self._index is not None and self._made_run:
            self._index.delete()
        else:
            self._keep(ranges)

    def _has_rows(self) -> bool:
        index = self._index
        return index is not None and (not index.is_new or self._embedded > 0)

    def _stop_if_cancelled(self, ranges: Ranges) -> None:
        if not self._monitor.cancelled():
            return
        if not self._has_rows():
            raise Cancelled("Cancelled; nothing was kept")
        raise Cancelled(
            f"Stopped at {ranges.done():,} of {self._total:,} samples. The index can "
            "be searched as it is; build or sync it again to finish it."
        )

    def _range_size(self) -> int:
        if not self._source.embeds:
            return min(
                MAX_RANGE_OF_FIELD, max(MIN_RANGE, self._total // STEPS_OF_FIELD)
            )
        size = min(MAX_RANGE, max(MIN_RANGE, self._total // STEPS))
        whole_batches = BATCHES_PER_RANGE * (self._source.batch_size or 1)
        return -(-size // whole_batches) * whole_batches

    def _report(self, phase: str, done: int) -> None:
        self._monitor.report(phase, done, self._total)

    def _why_nothing(self) -> str:
        field, patches = self._source.embeddings_field, self._config.patches_field
        first = next(iter(self._monitor.failures), None)
        if field is not None:
            why = f" (of {first.id}: {first.reason})" if first else ""
            return (
                f"No sample has a vector in '{field}' that can be indexed{why}. "
                "Compute the embeddings first, or choose a model."
            )
        if patches is not None and not self._monitor.failed:
            return f"The samples have no patches in '{patches}'; choose another field."
        why = f": {first.reason}" if first else ""
        return f"No sample's media could be read, so nothing was indexed{why}"
