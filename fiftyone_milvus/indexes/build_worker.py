"""Builds an index: reads, embeds and writes the samples in batches, the three at the
same time; or has the workers of a Ray cluster embed and write them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing, nullcontext, suppress
from functools import partial
from typing import Any

import fiftyone as fo
from pymongo.errors import PyMongoError

from ..backend import active_writes, runs, scope
from ..backend.config import MilvusSimilarityConfig
from ..backend.index import MilvusSimilarityIndex
from ..backend.similarity import MilvusSimilarity
from ..dataset import indexed_samples, models
from ..dataset.sources import Item, Reader, Source
from ..errors import Cancelled, InvalidRequest, VectorSearchError
from ..progress import Monitor
from ..store.rows import Rows
from . import bulk_import, unfinished
from .lease import Lease
from .pipeline import END, Batch, Built, ahead, batch_size, done_in_turn, patiently
from .ray_engine import Ray
from .ray_pool import RayPool
from .staging import Staging

# While a server writes one batch's rows, pymilvus packs the next ones into a message,
# which takes as long. Not where a model embeds: a kill would lose more
WRITES_AT_ONCE_OF_FIELD = 2


# Selects the rows of a chunk to embed
Selection = Callable[[MilvusSimilarityIndex, Reader, Any, list[Item]], list[Item]]


class BuildWorker:
    """Builds or syncs one index.

    Args:
        samples: the dataset or view to index
        brain_key: the key of the run
        source: where the vectors come from
        config: the run's configuration
        select: selects the rows of a chunk to embed, in an existing index
        load: loads the source's model
        monitor: watches the work
        engine: the Ray cluster to work on; ``None`` for this process
        staging: the folder for the files of a bulk import; ``None`` to upsert
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
        engine: Ray | None = None,
        staging: Staging | None = None,
    ) -> None:
        self._samples = samples
        self._dataset = samples._root_dataset
        self._key = brain_key
        self._source = source
        self._config = config
        self._select = select
        self._load = load
        self._monitor = monitor
        self._engine = engine
        self._staging = staging
        self._pool: RayPool | None = None
        self._index: MilvusSimilarityIndex | None = None
        self._embedded = self._done = self._total = 0
        self._made_run = False
        self._patiently = partial(patiently, monitor.cancelled)

    def run(self) -> Built:
        """Builds until all samples are done.

        Raises:
            InvalidRequest: if the request can't be right; nothing is left behind
            Cancelled: if the work was cancelled; what is done stays
            VectorSearchError: if Milvus fails; what is done stays
        """
        method = self._config.build()
        method.ensure_requirements()
        reader = self._reader()
        ids = reader.ids()
        self._total = len(ids)
        with (
            Lease(str(self._dataset._doc.id), self._key) as lease,
            self._ray_pool() as self._pool,
        ):
            self._report("Loading the model" if self._source.embeds else "Reading", 0)
            reader = self._with_model(reader)
            self._find_or_start(method, lease)
            try:
                reader.dim = self._dimension(reader, ids)
                if self._staging is None:
                    self._fill(reader, ids, lease)
                else:
                    self._import(reader, ids, lease, self._staging)
                rows = self._seal()
            except InvalidRequest:
                self._undo(lease)
                raise
            except BaseException:
                self._keep(lease)
                raise
        # last: a process killed before leaves an unfinished index, but no lease
        return self._finished(rows)

    def _reader(self, model: Any = None) -> Reader:
        field, metric = self._config.patches_field, self._config.metric
        return Reader(self._samples, self._source, field, model, metric=metric)

    def _ray_pool(self) -> Any:
        if self._engine is None:
            return nullcontext()
        field, found = self._config.patches_field, self._config.connection_settings
        return RayPool(self._engine, self._source, field, found, self._monitor)

    def _with_model(self, reader: Reader) -> Reader:
        """The reader with the model loaded, if it embeds here."""
        config, name = self._config, self._source.model
        if self._source.embeds and self._pool is not None:
            config.supports_prompts = self._pool.load(self._stop_if_cancelled)
        elif self._source.embeds and name:
            model = self._load()
            config.supports_prompts = bool(getattr(model, "can_embed_prompts", False))
            return self._reader(model)
        elif name:
            config.supports_prompts = models.embeds_text(name)
        return reader

    def _find_or_start(self, method: MilvusSimilarity, lease: Lease) -> None:
        """Opens the index if it exists, or prepares one."""
        self._dataset.reload()
        if self._key in self._dataset.list_brain_runs():
            if not runs.has_results(self._dataset, self._key):
                unfinished.store_results(self._samples, self._key)
            self._index = runs.load(self._dataset, self._key)
            lease.note_collection(None)
            return
        name = lease.collection
        unfinished.drop_collection(self._dataset, self._key, self._config, name)
        lease.note_collection(None)
        method.register_run(self._samples, self._key, overwrite=False)
        field = self._config.patches_field
        everything = indexed_samples.all_samples(self._samples, field)
        samples = everything if everything._is_generated else self._dataset
        self._index = method.initialize(samples, self._key)
        noted = {**self._source.cropping(), **scope.note_build(self._samples)}
        self._index.config.remember(partial=True, **noted)

    def _dimension(self, reader: Reader, ids: Any) -> int | None:
        """The dimension that all vectors must have: that of the index, else that of
        most vectors in the field; ``None`` where the model decides."""
        index = self._index
        if index is not None and index.rows.collection.exists():
            return index.rows.collection.dimension()
        return None if self._source.embeds else reader.usual_dimension(ids)

    def _fill(self, reader: Reader, ids: Any, lease: Lease) -> None:
        phase = "Embedding" if self._source.embeds else "Copying"
        with (
            closing(ahead(self._read(reader, ids))) as batches,
            closing(self._written(reader, batches, lease)) as written,
        ):
            for batch in written:
                self._embedded += batch.rows
                self._count(phase, batch)
                lease.check()

    def _import(self, reader: Reader, ids: Any, lease: Lease, staging: Staging) -> None:
        """Embeds into files, and has Milvus import them."""
        index = self._index
        assert index is not None
        collection = index.rows.collection
        if not collection.exists():  # else the import is refused
            lease.note_collection(collection.name)
        with (
            active_writes.writing(collection.name),
            closing(ahead(self._read(reader, ids))) as batches,
            closing(self._embedded_batches(reader, batches)) as embedded,
        ):
            self._embedded = bulk_import.add_rows(
                index, self._rows(embedded), staging, self._monitor
            )
        lease.check()
        if self._embedded:
            self._store_run(lease)

    def _rows(self, batches: Iterator[Batch]) -> Iterator[Rows]:
        for batch in batches:
            self._stop_if_cancelled()
            if batch.embedded is not None and batch.embedded.rows.ids:
                with self._monitor.busy("writing"):
                    yield batch.embedded.rows
            self._count("Embedding" if self._source.embeds else "Copying", batch)

    def _count(self, phase: str, batch: Batch) -> None:
        self._monitor.add_failures(batch.failures)
        self._done += batch.samples
        self._report(phase, self._done)

    def _read(self, reader: Reader, ids: Any) -> Iterator[Batch]:
        index, given = self._index, self._engine and self._engine.batch_size
        assert index is not None
        size = given or batch_size(self._source, len(ids))
        fresh = index.is_new
        for start in range(0, len(ids), size):
            some = ids[start : start + size]
            with self._monitor.busy("reading"):
                chunk = reader.chunk([row.tobytes().hex() for row in some])
                batch = Batch(chunk, len(some))
                if not fresh or (self._pool is not None and self._source.embeds):
                    batch.wanted = reader.items(chunk)
                if not fresh:
                    self._select_again(reader, batch)
                if self._pool is not None and self._staging is None:
                    self._complete(reader, batch)
            yield batch

    def _select_again(self, reader: Reader, batch: Batch) -> None:
        """Leaves what the index has already out of a batch."""
        assert self._index is not None and batch.wanted is not None
        batch.wanted = patiently(
            self._monitor.cancelled,
            self._select,
            self._index,
            reader,
            batch.chunk,
            batch.wanted,
        )

    def _complete(self, reader: Reader, batch: Batch) -> None:
        """Reads what Ray's workers can't, since they don't reach MongoDB."""
        assert self._index is not None
        if not self._source.embeds:
            batch.embedded = reader.embed(batch.chunk, batch.wanted)
            rows = batch.embedded.rows
            ids, sample_ids = rows.ids, rows.sample_ids
        else:
            wanted = batch.wanted or []
            ids = [item.id for item in wanted]
            sample_ids = [item.sample_id for item in wanted]
        values = self._index.filter_values(ids, sample_ids)
        if values is not None:
            batch.filter_values = dict(zip(ids, values, strict=True))

    def _embed(self, reader: Reader, batches: Iterator[Batch]) -> Iterator[Batch]:
        for batch in batches:
            if batch.wanted != []:
                with self._monitor.busy("embedding"):
                    batch.embedded = reader.embed(batch.chunk, batch.wanted)
                batch.failures = batch.embedded.failures
            yield batch

    def _embedded_batches(
        self, reader: Reader, batches: Iterator[Batch]
    ) -> Generator[Batch, None, None]:
        if self._pool is not None:
            return self._pool.embedded(batches, self._staging is not None)
        return ahead(self._embed(reader, batches))

    def _written(
        self, reader: Reader, batches: Iterator[Batch], lease: Lease
    ) -> Generator[Batch, None, None]:
        """Embeds and writes batches, and yields each when it is written: one by one up
        to the first rows, which create the collection and store the run."""
        with closing(self._embedded_batches(reader, batches)) as embedded:
            while self._embedded == 0:
                self._stop_if_cancelled()
                batch = next(embedded, END)
                if batch is END:
                    return
                with self._monitor.busy("writing"):
                    self._write_first(batch, lease)
                yield batch
            if self._pool is None:
                written: Any = done_in_turn(self._write, embedded, self._writes_at_once)
            else:
                written = self._written_by_pool(reader, embedded)
            with closing(written):
                self._stop_if_cancelled()
                for batch in written:
                    yield batch
                    self._stop_if_cancelled()

    def _written_by_pool(
        self, reader: Reader, embedded: Any
    ) -> Generator[Batch, None, None]:
        assert self._pool is not None and self._index is not None
        self._pool.write_to(
            self._index.rows.collection, lambda batch: self._select_again(reader, batch)
        )
        yield from embedded

    def _write_first(self, batch: Batch, lease: Lease) -> None:
        index, found = self._index, batch.embedded
        assert index is not None
        if found is None or not found.rows.ids:
            return
        if index.is_new and not index.rows.collection.exists():
            lease.note_collection(index.rows.collection.name)
        index.add_rows(found.rows)
        batch.rows = len(found.rows.ids)
        if index.is_new:
            self._store_run(lease)

    def _store_run(self, lease: Lease) -> None:
        index = self._index
        assert index is not None
        index.backend.save_run_results(self._samples, self._key, index)
        self._made_run = True
        lease.note_collection(None)

    def _write(self, batch: Batch) -> None:
        index, found = self._index, batch.embedded
        assert index is not None
        if found is not None and found.rows.ids:
            with self._monitor.busy("writing", 1 / self._writes_at_once):
                patiently(
                    self._monitor.cancelled, index.add_rows, found.rows, checked=True
                )
            batch.rows = len(found.rows.ids)

    @property
    def _writes_at_once(self) -> int:
        return 1 if self._source.embeds else WRITES_AT_ONCE_OF_FIELD

    def _seal(self) -> int:
        """Flushes what was written; returns how many rows the index has."""
        index = self._index
        if index is None or not self._has_rows():
            field, monitor = self._config.patches_field, self._monitor
            raise InvalidRequest(unfinished.why_nothing(self._source, field, monitor))
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

    def _keep(self, lease: Lease) -> None:
        """After a failure: keeps what is written, as an unfinished index."""
        index = self._index
        if index is None or not index.is_new or lease.lost:
            return
        index.discard()
        with suppress(VectorSearchError, PyMongoError):  # the note stays
            if not index.rows.collection.exists():
                lease.note_collection(None)

    def _undo(self, lease: Lease) -> None:
        """After a request that can't be right: removes what this call created."""
        if self._index is not None and self._made_run:
            self._index.delete()
        else:
            self._keep(lease)

    def _has_rows(self) -> bool:
        index = self._index
        return index is not None and (not index.is_new or self._embedded > 0)

    def _stop_if_cancelled(self) -> None:
        if not self._monitor.cancelled():
            return
        if not self._has_rows():
            raise Cancelled("Cancelled; nothing was kept")
        raise Cancelled(
            f"Stopped at {self._done:,} of {self._total:,} samples. The index can be "
            "searched as it is; build or sync it again to finish it."
        )

    def _report(self, phase: str, done: int) -> None:
        self._monitor.report(phase, done, self._total)
