"""What is read from an index, as FiftyOne asks: vectors, neighbors and near
duplicates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from bson import ObjectId
from fiftyone.brain.similarity import DuplicatesMixin, SimilarityIndex

from ..checks import count, is_number
from ..dataset.ids import DatasetIds, Ordered, ViewIds, as_list, report_missing, within
from ..dataset.indexed_samples import IndexedSamples
from ..errors import InvalidRequest, VectorSearchError
from ..exact import near_pairs
from ..exact.tiles import Tick, no_tick
from ..metrics import Space, release_pages, scratch_array
from ..retrieval import planner
from ..store.row_search import Matches
from ..store.rows import Rows, StoredRows, concatenate
from ..vectors import as_vectors
from .config import AGGREGATIONS

if TYPE_CHECKING:
    pass


class Reading(SimilarityIndex, DuplicatesMixin):
    """What FiftyOne asks of an index that is there."""

    _space: Space | None = None
    _rows: StoredRows
    _curr_view: Any
    _curr_sample_ids: Any
    _curr_keep_inds: Any
    _ordered: Ordered | None = None
    _ordered_ids: Callable[[], Ordered]
    _members: ViewIds | None = None
    indexed: Callable[[], IndexedSamples]
    vectors_of: Callable[[list[str]], np.ndarray]

    @property
    def _within(self) -> ViewIds:
        """What searches are restricted to."""
        if self._members is None:
            view = self._curr_view if self.has_view else None
            self._members = within(view, self.indexed())
        return self._members

    def get_embeddings(
        self,
        sample_ids: Sequence[str] | str | None = None,
        label_ids: Sequence[str] | str | None = None,
        allow_missing: bool = True,
        warn_missing: bool = False,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """The vectors of ids in the order asked, or all; see FiftyOne's interface.

        Returns:
            ``(n, dim)`` float32 vectors, ``n`` sample ids, and ``n`` label ids or
            ``None``
        """
        patches = self.config.patches_field is not None
        if label_ids is not None and not patches:
            raise InvalidRequest("This index is of samples; it has no label ids")
        wanted = None
        if label_ids is not None:
            wanted = as_list(label_ids)
        elif sample_ids is not None:
            wanted = as_list(sample_ids)
        rows = Rows([], [], np.empty((0, 0), np.float32))
        if self._recheck():
            rows = self._read(wanted, by_sample=patches and label_ids is None)
        if wanted is not None:
            by_label = patches and label_ids is not None
            have = set(rows.ids if by_label else rows.sample_ids)
            missing = [i for i in wanted if i not in have]
            report_missing(missing, allow_missing, warn_missing)
        labels = np.array(rows.ids) if patches else None
        return rows.vectors, np.array(rows.sample_ids), labels

    def _read(self, wanted: list[str] | None, by_sample: bool) -> Rows:
        if wanted is None:
            return concatenate(
                list(self._rows.iterate()), self._rows.collection.dimension()
            )
        if by_sample:
            found = self._rows.ids_of_samples(wanted)
            wanted = [id_ for ids in found.values() for id_ in ids]
        return self._rows.fetch(wanted)

    def _kneighbors(
        self,
        query: Any = None,
        k: int | None = None,
        reverse: bool = False,
        aggregation: str | None = None,
        return_dists: bool = False,
    ) -> Any:
        if aggregation not in (None, *AGGREGATIONS):
            raise InvalidRequest(
                f"Unsupported aggregation '{aggregation}'. Supported values are "
                f"{AGGREGATIONS}"
            )
        k = None if k is None else count(k, "k", "neighbors")
        if query is None:
            return self._all_neighbors(k, reverse, aggregation, return_dists)
        queries, single = self._query_vectors(query)
        combine = None
        if aggregation == "mean":
            queries = queries.mean(axis=0, keepdims=True)
        elif aggregation is not None:
            combine = aggregation
        try:
            found = planner.nearest(
                self._rows,
                queries,
                k,
                among=self._within,
                reverse=reverse,
                combine=combine,
            )
        except VectorSearchError:
            # what it is now may tell better what is wrong
            if self._recheck():
                planner.check_query(self._rows, queries, k)
            raise
        return self._as_fiftyone(
            found.matches, single or bool(aggregation), return_dists
        )

    def _all_neighbors(
        self, k: int | None, reverse: bool, aggregation: str | None, return_dists: bool
    ) -> Any:
        if reverse or aggregation is not None:
            raise InvalidRequest(
                "The neighbors of every vector can't be aggregated or reversed. Leave "
                "aggregation and reverse out, or give a query."
            )
        with self._loaded_vectors() as space:
            near, dists = near_pairs.nearest(space, k)
        return (near, dists) if return_dists else near

    def _radius_neighbors(
        self,
        query: Any = None,
        thresh: float | None = None,
        return_dists: bool = False,
    ) -> Any:
        thresh = _checked(thresh)
        if query is None:
            with self._loaded_vectors() as space:
                near, dists = near_pairs.within(space, thresh, return_dists)
            return (near, dists) if return_dists else near
        queries, single = self._query_vectors(query)
        found = planner.nearest(self._rows, queries, None, among=self._within)
        matches = [_up_to(one, thresh) for one in found.matches]
        return self._as_fiftyone(matches, single, return_dists)

    def find_duplicates(
        self, thresh: float | None = None, fraction: float | None = None
    ) -> None:
        """Finds near duplicates; see FiftyOne's interface."""
        with self._loaded_vectors() as space:
            ids = self._current_ids()
            if fraction is None:
                unique_ids = self._remove_duplicates_thresh(thresh, ids)
            else:
                keep = round(min(max(0.0, 1.0 - fraction), 1.0) * len(ids))
                # what all others are duplicates of is no duplicate itself
                keep = max(keep, min(1, len(ids)))
                unique_ids, thresh = self._remove_duplicates_count(
                    keep, ids, init_thresh=thresh
                )
            unique = np.isin(ids, list(unique_ids))
            self._neighbors_map = _neighbors_map(space, ids, unique)
        self._thresh = thresh
        self._unique_ids = unique_ids
        self._duplicate_ids = list(ids[~unique])

    def find_unique(self, count: int) -> None:
        """Finds the most unique; see FiftyOne's interface."""
        with self._loaded_vectors():
            super().find_unique(count)

    def _remove_duplicates_thresh(self, thresh: float | None, ids: Any) -> list[str]:
        # FiftyOne's own asks for all pairs first, which at a large threshold are more
        # than memory holds
        thresh = _checked(thresh)
        with self._loaded_vectors() as space:
            return list(ids[near_pairs.remove_near(space, thresh)])

    @contextmanager
    def _loaded_vectors(self, tick: Tick = no_tick) -> Iterator[Space]:
        """The current view's vectors, in the order of its ids, read once for all that
        is done within; ``tick`` is called with how many were read."""
        if self._space is not None:
            yield self._space
            return
        self.indexed()
        self._ordered = self._curr_sample_ids = None  # samples may be gone since
        ids = [str(id_) for id_ in self._current_ids()]
        dim = self._rows.collection.dimension() if ids else 0
        with scratch_array(len(ids), dim) as vectors:
            self._read_into(vectors, ids, tick)
            self._space = Space(self._rows.collection.metric, vectors)
            try:
                yield self._space
            finally:
                self._space = None

    def _current_ids(self) -> np.ndarray:
        """The primary keys of the current view's rows, ``(n,)``."""
        patches = self.config.patches_field is not None
        return np.asarray(
            self.current_label_ids if patches else self.current_sample_ids, dtype=str
        )

    def _read_into(self, vectors: np.ndarray, ids: list[str], tick: Tick) -> None:
        """Fills ``(n, dim)`` with the vectors of ``n`` ids, a batch at a time.

        Raises:
            InvalidRequest: if one isn't in the index any more
        """
        at = {id_: i for i, id_ in enumerate(ids)}
        for rows in self._batches(ids):
            found = [(at.pop(id_), i) for i, id_ in enumerate(rows.ids) if id_ in at]
            if found:
                to, of = np.array(found).T
                vectors[to] = rows.vectors[of]
                release_pages(vectors)
            tick(len(ids) - len(at))
        if at:
            self._recheck()
            raise InvalidRequest(
                f"{len(at)} of the {len(ids)} vectors of the index '{self.key}' (such "
                f"as that of '{next(iter(at))}') were deleted since it was loaded. "
                "Call reload(), and try again."
            )

    def _batches(self, ids: list[str]) -> Iterator[Rows]:
        if not ids:
            return iter(())
        return self._rows.fetch_each(ids) if self.has_view else self._rows.iterate()

    @property
    def orphaned(self) -> int:
        """How many rows have no sample or patch in the dataset any more; reads the ids
        of all."""
        found = self._ordered_ids()
        return len(found.sample_ids) - found.existing

    def _apply_view(self) -> None:
        # all that is done to every row of the view is done to these
        if not self.has_view:
            found = self._ordered_ids()
            self._curr_sample_ids = found.sample_ids[: found.existing]
            if found.label_ids is not None:
                self._curr_label_ids = found.label_ids[: found.existing]
            if self.orphaned:
                self._curr_keep_inds = np.arange(found.existing)
            return
        view = self._curr_view
        self._curr_view = self.indexed().part_in(view)
        try:
            super()._apply_view()
        finally:
            self._curr_view = view

    def rows_of_samples(self, sample_ids: Iterable[str]) -> dict[str, list[str]]:
        """The ids of the rows of samples, their patches that are there, by sample;
        samples without any are left out."""
        found = self._rows.ids_of_samples(sample_ids)
        of = {id_: sample_id for sample_id, ids in found.items() for id_ in ids}
        there = DatasetIds(self.indexed()).containing(list(of), list(of.values()))
        kept: dict[str, list[str]] = {}
        for id_, sample_id in of.items():
            if id_ in there:
                kept.setdefault(sample_id, []).append(id_)
        return kept

    def _query_vectors(self, query: Any) -> tuple[np.ndarray, bool]:
        """Vectors ``(q, dim)`` of a query, and whether it was a single one."""
        self.check_filled()
        if isinstance(query, str | ObjectId):
            return self.vectors_of([str(query)]), True
        if not isinstance(query, np.ndarray):
            query = list(query)
            if query and isinstance(query[0], str | ObjectId):
                return self.vectors_of([str(i) for i in query]), False
        array = np.asarray(query)
        if array.dtype.kind in "USO":
            return self.vectors_of([str(i) for i in array]), False
        return as_vectors(np.atleast_2d(array)), array.ndim == 1

    def _as_fiftyone(
        self, matches: list[Matches], single: bool, return_dists: bool
    ) -> tuple[Any, ...]:
        patches = self.config.patches_field is not None
        sample_ids: Any = [h.sample_ids for h in matches]
        label_ids: Any = [h.ids for h in matches] if patches else None
        dists: Any = [h.dists.tolist() for h in matches]
        if single:
            sample_ids, dists = sample_ids[0], dists[0]
            label_ids = label_ids[0] if patches else None
        if return_dists:
            return sample_ids, label_ids, dists
        return sample_ids, label_ids


def _up_to(matches: Matches, thresh: float) -> Matches:
    near = int(np.searchsorted(matches.dists, thresh, side="right"))
    return matches.take(range(near))


def _checked(thresh: float | None) -> float:
    if not is_number(thresh) or thresh < 0:
        raise InvalidRequest(f"Give thresh as a distance of 0 or more, not {thresh!r}")
    return float(thresh)


def _neighbors_map(
    space: Space, ids: np.ndarray, unique: np.ndarray
) -> dict[str, list[tuple[str, float]]]:
    """The duplicates next to each unique one, the nearest first, and their distances.

    Args:
        space: ``n`` vectors
        ids: their ``n`` ids
        unique: which of them aren't duplicates, ``(n,)`` bool
    """
    if unique.all() or not unique.any():
        return {}
    rows = np.flatnonzero(~unique)
    near, dists = near_pairs.nearest(space, 1, rows, np.flatnonzero(unique))
    found: dict[str, list[tuple[str, float]]] = {}
    for row, [to], [dist] in zip(rows, near, dists, strict=True):
        found.setdefault(str(ids[to]), []).append((str(ids[row]), float(dist)))
    return {id_: sorted(others, key=lambda o: o[1]) for id_, others in found.items()}
