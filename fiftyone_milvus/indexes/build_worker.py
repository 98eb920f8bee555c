"""One worker's share of a build: it claims parts of the samples, and reads, embeds and
writes them, the three at the same time."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any

import fiftyone as fo
from pymongo.errors import PyMongoError

from ..backend import active_writes, runs, scope
from ..backend.config import MilvusSimilarityConfig
from ..backend.index import MilvusSimilarityIndex
from ..backend.similarity import MilvusSimilarity
from ..dataset import indexed_samples, models
from ..dataset.sources import Embedded, Failure, Item, Reader, Source
from ..errors import Cancelled, InvalidRequest, VectorSearchError
from ..progress import Report
from ..store import client
from ..store.row_search import IndexedRows
from ..store.settings import KEYS as CONNECTION
from .build_rate import BuildRate
from .claims import FIRST, WAIT_SECONDS, Ranges
from .pipeline import END, ahead, done_in_turn

# Samples that a worker claims at a time: at least twenty steps of progress; ten where
# the vectors are there already, which is quick
MIN_RANGE, MAX_RANGE, STEPS = 16, 512, 20
MAX_RANGE_OF_FIELD, STEPS_OF_FIELD = 1_024, 10
# While a server works on one part's rows, pymilvus puts the next ones into a message,
# which takes as long. Not where a model embeds: more would be lost by a kill
WRITES_AT_ONCE_OF_FIELD = 2
# A part that a model embeds goes through in two pieces, so that one is embedded while
# one is written, and at most one part is lost when the process is killed
BATCHES_PER_RANGE = 2
ASK_SECONDS = 0.5  # between two questions of how far all workers are
LISTED_FAILURES = 1_000


@dataclass(frozen=True)
class Built:
    """What a build made: rows in the index, rows that this call embedded, and what gave
    none (``failures`` lists the first thousand of ``failed``)."""

    brain_key: str
    collection_name: str
    rows: int
    embedded: int
    samples: int
    failed: int
    failures: tuple[Failure, ...]
    seconds: float


# Which of a chunk's rows to embed
Choice = Callable[[MilvusSimilarityIndex, Reader, Any, list[Item]], list[Item]]


@dataclass
class _Batch:
    """A part, or the half of one, on its way through."""

    start: int
    samples: int
    ends_range: bool
    chunk: fo.DatasetView | None = None
    wanted: list[Item] | None = None  # all
    embedded: Embedded | None = None


class BuildWorker:
    """One worker's share of a build.

    Args:
        samples: the dataset or view to index
        brain_key: the key of the run
        source: where the vectors come from
        config: the run's configuration
        wanted: which of a chunk's rows to embed, in an index that is there
        load: loads the source's model
        progress: called about ten times or more
        cancelled: asked between two pieces of work
    """

    def __init__(
        self,
        samples: fo.SampleCollection,
        brain_key: str,
        source: Source,
        config: MilvusSimilarityConfig,
        wanted: Choice,
        load: Callable[[], Any],
        progress: Report,
        cancelled: Callable[[], bool],
    ) -> None:
        self._samples = samples
        self._dataset = samples._root_dataset
        self._key = brain_key
        self._source = source
        self._config = config
        self._wanted = wanted
        self._load = load
        self._progress = progress
        self._cancelled = cancelled
        self._index: MilvusSimilarityIndex | None = None
        self._pace = BuildRate()
        self._embedded = 0
        self._failed = 0
        self._failures: list[Failure] = []
        self._made_run = False

    def run(self, settings: dict[str, Any]) -> Built:
        """Does it, with the connection settings and index options that were given.

        Raises:
            InvalidRequest: if the request can't be right; nothing stays
            Cancelled: if it was; what is done stays
            VectorSearchError: if Milvus fails; what is done stays
        """
        patches_field = self._config.patches_field
        method = self._config.build()
        method.ensure_requirements()
        metric = self._config.metric
        reader = Reader(self._samples, self._source, patches_field, metric=metric)
        ids = reader.ids()
        self._total = len(ids)
        self._tell("Loading the model" if self._source.embeds else "Reading", 0)
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
            self._find_or_start(method, ranges, settings)
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
        # last, so that who is killed before it leaves an unfinished index, not claims
        return self._finished(rows)

    def _find_or_start(
        self, method: MilvusSimilarity, ranges: Ranges, settings: dict[str, Any]
    ) -> None:
        """Takes up an index that is there, or becomes the worker that makes it."""
        while True:
            self._dataset.reload()
            if self._key in self._dataset.list_brain_runs():
                connection = {k: v for k, v in settings.items() if k in CONNECTION}
                if runs.has_results(self._dataset, self._key):
                    self._index = runs.load(self._dataset, self._key, **connection)
                    ranges.finish(FIRST)
                    return
                if ranges.may_start():
                    self._store_results(connection)
                    ranges.started()
                    continue
            elif ranges.may_start():
                self._drop_half_made(ranges.half_made())
                ranges.will_make(None)
                method.register_run(self._samples, self._key, overwrite=False)
                field = self._config.patches_field
                everything = indexed_samples.all_samples(self._samples, field)
                of = everything if everything._is_generated else self._dataset
                self._index = method.initialize(of, self._key)
                noted = {**self._source.cutting(), **scope.note_build(self._samples)}
                self._index.config.remember(partial=True, **noted)
                return
            if self._cancelled():
                raise Cancelled("Cancelled; nothing was kept")
            time.sleep(WAIT_SECONDS)

    def _dimension(self, reader: Reader, ids: Any) -> int | None:
        """What all vectors must have: the index's, else what most in the field have;
        ``None`` if that is not known, or the model says it."""
        index = self._index
        if index is not None and index.rows.exists():
            return index.rows.dimension()
        return None if self._source.embeds else reader.usual_dimension(ids)

    def _store_results(self, connection: dict[str, Any]) -> None:
        """Ends the storing of a run, whose maker was killed before it was through."""
        index = runs.load(self._dataset, self._key, **connection)
        index.backend.save_run_results(self._samples, self._key, index)

    def _drop_half_made(self, name: str | None) -> None:
        """Drops the collection of a worker that was killed before it stored the run."""
        used = [runs.describe(self._dataset, key) for key in runs.keys(self._dataset)]
        if name is None or name in {info.collection_name for info in used}:
            return
        config = self._config
        connection = client.connect(config.connection_settings)
        rows = IndexedRows(connection, name, config.metric, config.consistency_level)
        owner = rows.owner() if rows.exists() else None
        mine = (str(self._dataset._doc.id), self._key)
        if owner is not None and (owner.dataset_id, owner.brain_key) == mine:
            rows.drop()

    def _fill(self, reader: Reader, ids: Any, ranges: Ranges) -> None:
        done, asked = ranges.done(), time.monotonic()
        with (
            closing(ahead(self._read(reader, ids, ranges))) as pieces,
            closing(ahead(self._embed(reader, pieces))) as embedded,
            closing(self._written(embedded, ranges)) as written,
        ):
            for piece in written:
                self._note(piece, ranges)
                done += piece.samples
                if piece.ends_range and time.monotonic() - asked > ASK_SECONDS:
                    done, asked = ranges.done(), time.monotonic()
                self._tell(self._phase(), done)

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
            part = ids[first : min(end, first + size)]
            piece = _Batch(start, len(part), first == firsts[-1])
            with self._pace.busy("reading"):
                piece.chunk = reader.chunk([row.tobytes().hex() for row in part])
                if self._index is not None and not fresh:
                    items = reader.items(piece.chunk)
                    piece.wanted = self._wanted(self._index, reader, piece.chunk, items)
            yield piece

    def _embed(self, reader: Reader, pieces: Iterator[_Batch]) -> Iterator[_Batch]:
        for piece in pieces:
            if piece.chunk is not None and piece.wanted != []:
                with self._pace.busy("embedding"):
                    piece.embedded = reader.embed(piece.chunk, piece.wanted)
            yield piece

    def _written(
        self, pieces: Iterator[_Batch], ranges: Ranges
    ) -> Generator[_Batch, None, None]:
        """Writes pieces, and gives each when it is written: up to the first rows one
        by one, since these make the collection and store the run."""
        while self._embedded == 0:
            self._stop_if_cancelled(ranges)
            piece = next(pieces, END)
            if piece is END:
                return
            with self._pace.busy("writing"):
                self._write_first(piece, ranges)
            yield piece
        writes = done_in_turn(self._write, pieces, self._writes_at_once)
        with closing(writes) as written:
            self._stop_if_cancelled(ranges)
            for piece in written:
                yield piece
                self._stop_if_cancelled(ranges)

    def _write_first(self, piece: _Batch, ranges: Ranges) -> None:
        index, found = self._index, piece.embedded
        assert index is not None
        if found is None or not found.rows.ids:
            return
        if index.is_new and not index.rows.exists():
            ranges.will_make(index.rows.name)
        index.add_rows(found.rows)
        if index.is_new:
            index.backend.save_run_results(self._samples, self._key, index)
            self._made_run = True
            ranges.started()

    def _write(self, piece: _Batch) -> None:
        index, found = self._index, piece.embedded
        assert index is not None
        if found is not None and found.rows.ids:
            with self._pace.busy("writing", 1 / self._writes_at_once):
                index.add_rows(found.rows, checked=True)

    @property
    def _writes_at_once(self) -> int:
        return 1 if self._source.embeds else WRITES_AT_ONCE_OF_FIELD

    def _note(self, piece: _Batch, ranges: Ranges) -> None:
        """After a piece was written."""
        found = piece.embedded
        if found is not None:
            self._embedded += len(found.rows.ids)
            self._failed += len(found.failures)
            room = LISTED_FAILURES - len(self._failures)
            self._failures += found.failures[:room]
        if piece.ends_range:
            ranges.finish(piece.start)

    def _seal(self) -> int:
        """After all is written; how many rows the index has."""
        index = self._index
        if index is None or not self._there():
            raise InvalidRequest(self._why_nothing())
        self._tell("Finishing", self._total)
        rows = index.total_index_size
        if self._embedded:
            index.rows.flush_if_many(rows)
        return rows

    def _finished(self, rows: int) -> Built:
        index = self._index
        assert index is not None
        index.remember(partial=None)
        active_writes.done(index.rows.name)
        self._tell("Done", self._total)
        return Built(
            self._key,
            index.rows.name,
            rows,
            self._embedded,
            self._total,
            self._failed,
            tuple(self._failures),
            self._pace.seconds,
        )

    def _keep(self, ranges: Ranges) -> None:
        """After a failure: what is written stays, as an unfinished index."""
        index = self._index
        if index is None or not index.is_new:
            return
        index.discard()
        with suppress(VectorSearchError, PyMongoError):  # the note of it stays
            if not index.rows.exists():
                ranges.will_make(None)

    def _undo(self, ranges: Ranges) -> None:
        """After a request that can't be right: nothing that this call made stays."""
        if self._index is not None and self._made_run:
            self._index.delete()
        else:
            self._keep(ranges)

    def _there(self) -> bool:
        index = self._index
        return index is not None and (not index.is_new or self._embedded > 0)

    def _stop_if_cancelled(self, ranges: Ranges) -> None:
        if not self._cancelled():
            return
        if not self._there():
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

    def _phase(self) -> str:
        return "Embedding" if self._source.embeds else "Copying"

    def _tell(self, phase: str, done: int) -> None:
        self._progress(self._pace.progress(phase, done, self._total, self._failed))

    def _why_nothing(self) -> str:
        field, patches = self._source.embeddings_field, self._config.patches_field
        first = self._failures[0] if self._failures else None
        if field is not None:
            why = f" (of {first.id}: {first.reason})" if first else ""
            return (
                f"No sample has a vector in '{field}' that can be indexed{why}. "
                "Compute the embeddings first, or choose a model."
            )
        if patches is not None and not self._failed:
            return f"The samples have no patches in '{patches}'; choose another field."
        why = f": {first.reason}" if first else ""
        return f"No sample's media could be read, so nothing was indexed{why}"
