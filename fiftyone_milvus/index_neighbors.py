"""The searching half of an index: neighbours and near duplicates, as FiftyOne asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import fiftyone.core.patches as fop
import numpy as np
from bson import ObjectId
from fiftyone.brain.similarity import DuplicatesMixin, SimilarityIndex

from . import duplicates, neighbors
from .config import AGGREGATIONS
from .errors import InvalidRequest, VectorSearchError
from .ids import keys_in
from .rows import Hits, IndexedRows
from .vectors import as_vectors

if TYPE_CHECKING:
    pass


class Neighbors(SimilarityIndex, DuplicatesMixin):
    """What FiftyOne asks of an index that is there."""

    _held: np.ndarray | None = None
    _rows: IndexedRows

    def sort_by_similarity(
        self,
        query: Any,
        k: int | None = None,
        reverse: bool = False,
        aggregation: str | None = "mean",
        dist_field: str | None = None,
        _mongo: bool = False,
    ) -> Any:
        """Sorts the current view by similarity; see FiftyOne's interface."""
        of_labels = self.config.patches_field is not None and not isinstance(
            self.view, fop.PatchesView
        )
        if dist_field is not None and of_labels:
            # FiftyOne's own way to write these fails for every backend
            self._write_label_dists(query, k, reverse, aggregation, dist_field)
            dist_field = None
        return super().sort_by_similarity(
            query,
            k=k,
            reverse=reverse,
            aggregation=aggregation,
            dist_field=dist_field,
            _mongo=_mongo,
        )

    def _write_label_dists(
        self,
        query: Any,
        k: int | None,
        reverse: bool,
        aggregation: str | None,
        dist_field: str,
    ) -> None:
        _, label_ids, dists = self._kneighbors(
            self._parse_query(query), k, reverse, aggregation, return_dists=True
        )
        _, path = self._dataset._get_label_field_path(
            self.config.patches_field, dist_field
        )
        values = dict(zip(label_ids, dists, strict=True))
        self._dataset.set_label_values(path, values, dynamic=True)

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
        if query is None:
            return self._all_neighbors(k, reverse, aggregation, return_dists)
        queries, single = self._query_vectors(query)
        combine = None
        if aggregation == "mean":
            queries = queries.mean(axis=0, keepdims=True)
        elif aggregation is not None:
            combine = aggregation
        try:
            found = neighbors.nearest(
                self._rows,
                queries,
                k,
                among=self._restriction(),
                reverse=reverse,
                combine=combine,
            )
        except VectorSearchError:
            self._recheck()  # knows better what is wrong, if the collection is
            raise
        return self._as_fiftyone(found.hits, single or bool(aggregation), return_dists)

    def _all_neighbors(
        self, k: int | None, reverse: bool, aggregation: str | None, return_dists: bool
    ) -> Any:
        if reverse or aggregation is not None:
            raise InvalidRequest(
                "The neighbours of every vector can't be aggregated or reversed"
            )
        near, dists = duplicates.nearest(self._rows.distances, self._current(), k)
        return (near, dists) if return_dists else near

    def _radius_neighbors(
        self,
        query: Any = None,
        thresh: float | None = None,
        return_dists: bool = False,
    ) -> Any:
        if thresh is None or not np.isfinite(thresh) or thresh < 0:
            raise InvalidRequest(f"thresh must be a distance, not {thresh}")
        if query is None:
            near, dists = duplicates.within(
                self._rows.distances, self._current(), thresh
            )
            return (near, dists) if return_dists else near
        queries, single = self._query_vectors(query)
        found = neighbors.nearest(self._rows, queries, None, among=self._restriction())
        hits = [_up_to(one, thresh) for one in found.hits]
        return self._as_fiftyone(hits, single, return_dists)

    def find_duplicates(
        self, thresh: float | None = None, fraction: float | None = None
    ) -> None:
        """Finds near duplicates; see FiftyOne's interface."""
        with self._holding_vectors():
            super().find_duplicates(thresh=thresh, fraction=fraction)

    def find_unique(self, count: int) -> None:
        """Finds the most unique; see FiftyOne's interface."""
        with self._holding_vectors():
            super().find_unique(count)

    @contextmanager
    def _holding_vectors(self) -> Iterator[None]:
        """Reads the view's vectors once for a search that tries many thresholds."""
        self._held = self._current()
        try:
            yield
        finally:
            self._held = None

    def _current(self) -> np.ndarray:
        """The vectors of the current view's ids, in their order."""
        if self._held is not None:
            return self._held
        patches = self.config.patches_field is not None
        ids = self.current_label_ids if patches else self.current_sample_ids
        if not self.has_view:
            rows = self._read(None, by_sample=False)
            at = {id_: i for i, id_ in enumerate(rows.ids)}
            return rows.vectors[[at[str(id_)] for id_ in ids]]
        return self.vectors_of([str(id_) for id_ in ids])

    def _restriction(self) -> list[str] | None:
        """The primary keys of the current view; ``None`` for the whole index."""
        return (
            keys_in(self._curr_view, self.config.patches_field)
            if self.has_view
            else None
        )

    def _query_vectors(self, query: Any) -> tuple[np.ndarray, bool]:
        """Vectors ``(q, dim)`` of a query, and whether it was a single one."""
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

    def vectors_of(self, ids: list[str]) -> np.ndarray:
        """The vectors of ids in the index, ``(n, dim)``, in the order asked.

        Raises:
            InvalidRequest: if one isn't in the index
        """
        level = self._rows.consistency_level
        rows = self._read(list(dict.fromkeys(ids)), False, level)
        at = {id_: i for i, id_ in enumerate(rows.ids)}
        missing = [id_ for id_ in ids if id_ not in at]
        if missing:
            self._recheck()
            raise InvalidRequest(
                f"{len(missing)} of the query's {len(ids)} ids (such as "
                f"'{missing[0]}') are not in the index '{self.key}'. Add them to the "
                "index, or query with others."
            )
        return rows.vectors[[at[id_] for id_ in ids]]

    def _as_fiftyone(
        self, hits: list[Hits], single: bool, return_dists: bool
    ) -> tuple[Any, ...]:
        patches = self.config.patches_field is not None
        sample_ids: Any = [h.sample_ids for h in hits]
        label_ids: Any = [h.ids for h in hits] if patches else None
        dists: Any = [h.dists.tolist() for h in hits]
        if single:
            sample_ids, dists = sample_ids[0], dists[0]
            label_ids = label_ids[0] if patches else None
        if return_dists:
            return sample_ids, label_ids, dists
        return sample_ids, label_ids


def _up_to(hits: Hits, thresh: float) -> Hits:
    count = int(np.searchsorted(hits.dists, thresh, side="right"))
    return Hits(hits.ids[:count], hits.sample_ids[:count], hits.dists[:count])
