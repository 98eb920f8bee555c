"""The writing half of an index: rows added and removed, as FiftyOne asks."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fiftyone.brain.similarity import SimilarityIndex

from ..dataset.ids import as_list, in_order, report_missing
from ..errors import InvalidRequest
from ..retrieval import filter_fields
from ..store import creation
from ..store.rows import Rows, StoredRows
from ..vectors import as_vectors
from . import active_writes, scope

logger = logging.getLogger(__name__)


class Writing(SimilarityIndex):
    """What FiftyOne asks of an index that can be changed."""

    _rows: StoredRows
    _all_ids: tuple[list[str], list[str]] | None

    def add_to_index(
        self,
        embeddings: Any,
        sample_ids: Sequence[str],
        label_ids: Sequence[str] | None = None,
        overwrite: bool = True,
        allow_existing: bool = True,
        warn_existing: bool = False,
        reload: bool = True,
        flush: bool | None = None,
    ) -> None:
        """Adds vectors, or replaces those of ids that exist.

        Args:
            embeddings: ``(n, dim)`` vectors: an array or tensor, or lists
            sample_ids: ``n`` sample ids, texts or ``ObjectId``
            label_ids: ``n`` label ids, for an index of patches
            overwrite: whether an id that exists gets the new vector
            allow_existing: whether ids may exist; else an error changes nothing
            warn_existing: whether to log how many exist
            reload: whether to refresh the current view
            flush: whether to seal the rows at the end; by default, if they are many

        Raises:
            InvalidRequest: before anything is written, if the vectors or the ids can't
                be right
        """
        sample_ids = in_order(sample_ids)
        ids = sample_ids if label_ids is None else in_order(label_ids)
        if ids and (label_ids is None) != (self.config.patches_field is None):
            raise InvalidRequest(
                f"The index '{self.key}' is of samples; it has no label ids"
                if self.config.patches_field is None
                else f"The index '{self.key}' is of patches: give their label_ids too"
            )
        vectors = as_vectors(embeddings, ids)
        if not len(vectors) == len(ids) == len(sample_ids):
            raise InvalidRequest(
                f"{len(vectors)} vectors came with {len(sample_ids)} sample ids and "
                f"{len(ids)} ids; there must be one of each for each"
            )
        if not ids:
            return
        if not self._create_if_missing(vectors.shape[1]):
            self._check_dimension(vectors.shape[1])
            self.ownership.claim()
            keep = self._new_or_overwritten(
                ids, overwrite, allow_existing, warn_existing
            )
            if keep is not None:
                ids, sample_ids = [ids[i] for i in keep], [sample_ids[i] for i in keep]
                vectors = vectors[keep]
            self._check_free(ids)
        if ids:
            self._write(Rows(ids, sample_ids, vectors), flush)
        if reload:
            self.reload()

    def add_rows(self, rows: Rows, *, checked: bool = False) -> None:
        """Adds rows, with their fingerprints; replaces those of ids that exist. Doesn't
        flush.

        Args:
            rows: the rows
            checked: whether the collection is known to be there, and to be this
                index's to write to, since rows were added just now

        Raises:
            InvalidRequest: before anything is written, if the vectors can't be right
        """
        rows = replace(rows, vectors=as_vectors(rows.vectors, rows.ids))
        dim, self._all_ids = rows.vectors.shape[1], None
        if not checked:
            if self._create_if_missing(dim):
                self._write(rows, False)
                return
            self.ownership.claim()
        self._check_dimension(dim)
        self._check_free(rows.ids)
        rows = self.with_filter_values(rows)
        active_writes.mark(self._rows.collection.name)
        self._rows.upsert(rows)

    def create_empty(self, dim: int) -> None:
        """Creates the collection of a new index, which a bulk import then fills.

        Raises:
            CollectionError: if there is one of this name
        """
        active_writes.mark(self._rows.collection.name)
        creation.create(self._rows.collection, dim, self._owner)

    def note_filled(self, sample_ids: Sequence[str]) -> None:
        """Notes that the index has its first rows, some of which are of these
        samples."""
        self._all_ids = None
        if not self.config.own.filled:
            note = scope.first_rows_note(self.config, self.samples, sample_ids)
            self.remember(filled=True, **note)

    def filter_values(
        self, ids: Sequence[str], sample_ids: Sequence[str]
    ) -> list[dict[str, Any]] | None:
        """What rows are to keep to be filtered by, from the dataset as it is now;
        ``None`` if this index keeps nothing.

        Args:
            ids: ``n`` primary keys
            sample_ids: their ``n`` sample ids
        """
        names = self.config.options.filter_fields
        if not names:
            return None
        field = self.config.patches_field
        return filter_fields.filter_values(self._dataset, field, names, ids, sample_ids)

    def with_filter_values(self, rows: Rows) -> Rows:
        """Rows with their :meth:`filter_values`."""
        values = self.filter_values(rows.ids, rows.sample_ids)
        return replace(rows, filter_values=values)

    def remove_from_index(
        self,
        sample_ids: Sequence[str] | None = None,
        label_ids: Sequence[str] | None = None,
        allow_missing: bool = True,
        warn_missing: bool = False,
        reload: bool = True,
    ) -> None:
        """Removes rows by label id, or by sample id; see FiftyOne's interface."""
        wanted = as_list(sample_ids if label_ids is None else label_ids)
        present = self._recheck()
        if present:
            self.ownership.claim()
        if not present:
            found: list[str] = []
            missing = wanted
        elif label_ids is None and self.config.patches_field is not None:
            by_sample = self._rows.ids_of_samples(wanted)
            found = [id_ for ids in by_sample.values() for id_ in ids]
            missing = [i for i in wanted if i not in by_sample]
        else:
            existing = self._rows.ids(wanted)
            found = [i for i in wanted if i in existing]
            missing = [i for i in wanted if i not in existing]
        report_missing(missing, allow_missing, warn_missing)
        self._rows.delete(found)
        self._all_ids = None
        if reload:
            self.reload()

    def _create_if_missing(self, dim: int) -> bool:
        """Whether this call created the collection. Handles of this index that add
        their first rows at the same time, here or in other processes, share it.

        Raises:
            CollectionError: if it is gone, or there is one that doesn't fit
        """
        collection = self._rows.collection
        collection.forget()
        if not self._present() or not collection.is_indexed:
            active_writes.mark(self._rows.collection.name)
            try:
                if creation.create_if_missing(collection, dim, self._owner):
                    return True
            except Exception:
                self.discard()
                raise
        self._rows.collection.check_fits()
        return False

    def _check_dimension(self, dim: int) -> None:
        if self._rows.collection.dimension() != dim:
            raise InvalidRequest(
                f"The index '{self.key}' has dimension "
                f"{self._rows.collection.dimension()}; these vectors have dimension "
                f"{dim}. Use the model that the index was built with, or build a new "
                "index."
            )

    def _check_free(self, ids: list[str]) -> None:
        try:
            self._rows.check_free(ids)
        except InvalidRequest:
            self.ownership.release()
            raise

    def _new_or_overwritten(
        self, ids: list[str], overwrite: bool, allow_existing: bool, warn_existing: bool
    ) -> list[int] | None:
        """Which of the rows to write; ``None`` for all."""
        if overwrite and allow_existing and not warn_existing:
            return None
        existing = self._rows.ids(ids)
        if existing and not allow_existing:
            raise InvalidRequest(
                f"{len(existing)} ids (such as '{next(iter(existing))}') are in the "
                "index already, and allow_existing is False. Nothing was added."
            )
        if existing and warn_existing:
            verb = "Overwriting" if overwrite else "Skipping"
            logger.warning(
                "%s %d IDs that already exist in the index", verb, len(existing)
            )
        if overwrite:
            return None
        return [i for i, id_ in enumerate(ids) if id_ not in existing]

    def _write(self, rows: Rows, flush: bool | None) -> None:
        filled = self.config.own.filled
        active_writes.mark(self._rows.collection.name)
        try:
            self._rows.upsert(self.with_filter_values(rows))
            if flush:
                self._rows.flush()
            elif flush is None:
                self._rows.flush_if_many(len(rows.ids))
        except Exception:
            if not filled:
                self.discard()
            raise
        self.note_filled(rows.sample_ids)
