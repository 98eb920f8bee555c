"""The rows of a collection, searched.

Distances are smaller for nearer, and equal to those of FiftyOne's sklearn backend:
cosine ``1 - cos``, dotproduct ``1 - dot``, euclidean the plain (not squared) distance.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from .. import metrics
from ..errors import VectorSearchError
from ..threads import ContextThreadPool
from . import segments
from .batches import IDS_PER_CALL, MAX_K, of_ids
from .client import CALL_SECONDS as READ_SECONDS
from .collection import METRICS, PK, SAMPLE_ID, VECTOR
from .error_messages import is_too_large
from .filter_expressions import in_parts
from .index_types import check_search_params, search_choice
from .rows import StoredRows

if TYPE_CHECKING:
    from typing_extensions import Self

T = TypeVar("T")
R = TypeVar("R")

ANSWER_BYTES = 32 * 1024 * 1024  # of the 64 MB that a message may hold
MATCH_BYTES = 80
IDS_PER_EMBEDDED_SEARCH = 200_000  # each call goes through all rows there
CALLS_AT_ONCE = 4


@dataclass(frozen=True)
class Matches:
    """Neighbours of one query, the nearest first; ``dists`` has shape ``(n,)``."""

    ids: list[str]
    sample_ids: list[str]
    dists: np.ndarray

    def take(self, inds: Iterable[int]) -> Matches:
        """The matches at some positions, in that order."""
        inds = list(inds)
        return Matches(
            [self.ids[i] for i in inds],
            [self.sample_ids[i] for i in inds],
            self.dists[inds] if inds else np.empty(0),
        )

    def only(self, ids: Container[str]) -> Matches:
        """The matches with one of some ids, in order."""
        return self.take(i for i, id_ in enumerate(self.ids) if id_ in ids)


class IndexedRows(StoredRows):
    """The rows of one collection, or of its partition that holds them."""

    def search(
        self,
        queries: np.ndarray,
        k: int,
        among: Sequence[str] | None = None,
        reverse: bool = False,
        filter_expr: str | None = None,
    ) -> list[Matches]:
        """The ``k`` nearest rows for each query, in as few calls as messages allow.

        Args:
            queries: ``(q, dim)`` float32
            k: at most :data:`MAX_K`
            among: the primary keys to search among; graph indexes lose matches by it
            reverse: the farthest instead, where :attr:`can_reverse`
            filter_expr: which rows to search, instead of ``among``

        Returns:
            ``q`` :class:`Matches`
        """
        each = max(k * MATCH_BYTES, queries.shape[1] * 4)
        step = max(1, min(MAX_K, ANSWER_BYTES // each))
        asked = -queries if reverse else queries
        found = [
            matches
            for start in range(0, len(queries), step)
            for matches in self._search_all(
                asked[start : start + step], k, among, filter_expr
            )
        ]
        return (
            [replace(one, dists=2 - one.dists) for one in found] if reverse else found
        )

    def searched_with(self, params: Mapping[str, Any]) -> Self:
        """The same rows, searched with other parameters of their index.

        Args:
            params: by Milvus's names, such as ``{"ef": 512}``

        Raises:
            InvalidRequest: naming those that this index has
        """
        check_search_params(self.built["index_type"], params)
        other = copy.copy(self)
        chosen = {**self.options.search_params, **params}
        other.options = replace(self.options, search_params=chosen)
        return other

    @property
    def can_reverse(self) -> bool:
        """Whether the farthest from a vector are the nearest to its opposite."""
        return self.metric != "euclidean"

    @property
    def filters(self) -> bool:
        """Whether a search among few ids can be exact."""
        hnsw = self.built["index_type"] == "HNSW"
        return self.exact or (hnsw and not self.connection.settings.embedded)

    def ids_at_once(self) -> int:
        """How many ids a search may be restricted to and be exact: Milvus leaves a
        graph alone, and looks at each row, where a filter leaves few. 0 if it doesn't,
        or not now."""
        if self.exact:
            return self.ids_per_search
        if not self.filters:
            return 0
        found = segments.read_segments(self)
        return 0 if found is None else min(self.ids_per_search, found.ids_at_once)

    @property
    def ids_per_search(self) -> int:
        """How many ids go with one search at most."""
        embedded = self.connection.settings.embedded
        return IDS_PER_EMBEDDED_SEARCH if embedded else IDS_PER_CALL

    def segments(self, in_memory: bool) -> list[Any] | None:
        """What the server says of its segments; ``None`` if it doesn't say.

        Args:
            in_memory: those that are searched, instead of those that are stored
        """

        def ask(client: Any) -> list[Any]:
            name = "list_loaded_segments" if in_memory else "list_persistent_segments"
            return list(getattr(client, name)(self.name, timeout=READ_SECONDS))

        try:
            return self._call(ask)
        except VectorSearchError:
            return None

    def search_ids(
        self,
        queries: np.ndarray,
        k: int,
        among: Sequence[str],
        parts: int,
        reverse: bool = False,
    ) -> Iterator[list[Matches]]:
        """As :meth:`search` among ids, in parts of which each has its own ids."""
        order = np.arange(len(among))
        if parts > 1:
            order = np.random.default_rng(0).permutation(order)
        chunks = [
            some
            for part in np.array_split(order, parts)
            for some in of_ids([among[i] for i in part], self.ids_per_search)
        ]
        if len(chunks) == 1:
            yield self.search(queries, min(k, len(among)), among, reverse)
            return
        yield from _at_once(
            lambda some: self.search(queries, min(k, len(some)), some, reverse), chunks
        )

    def search_filtered(
        self,
        queries: np.ndarray,
        k: int,
        filter_expr: str,
        parts: int,
        reverse: bool = False,
    ) -> Iterator[list[Matches]]:
        """As :meth:`search` among the rows that match a filter expression, in parts."""
        if parts == 1:
            yield self.search(queries, k, None, reverse, filter_expr)
            return
        yield from _at_once(
            lambda one: self.search(queries, k, None, reverse, one),
            in_parts(filter_expr, parts),
        )

    def distances(self, queries: np.ndarray, vectors: np.ndarray) -> np.ndarray:
        """Exact distances, shape ``(q, n)``, as :meth:`search` would give them."""
        return metrics.distances(self.metric, queries, vectors)

    def _search_all(
        self,
        queries: np.ndarray,
        k: int,
        among: Sequence[str] | None,
        filter_expr: str | None,
    ) -> list[Matches]:
        """In one call, or in more if the answer is too large: ids may be long."""
        try:
            return self._search(queries, k, among, filter_expr)
        except VectorSearchError as e:
            if len(queries) == 1 or not is_too_large(e.__cause__):
                raise
        return [
            matches
            for part in np.array_split(queries, 2)
            for matches in self._search_all(part, k, among, filter_expr)
        ]

    def _search(
        self,
        queries: np.ndarray,
        k: int,
        among: Sequence[str] | None,
        filter_expr: str | None,
    ) -> list[Matches]:
        params = {
            "metric_type": METRICS[self.metric],
            "params": search_choice(self.options, self.built["index_type"], k),
        }
        where = {} if among is None else self._is_in(PK, among)
        if filter_expr is not None:
            where = {"filter": filter_expr}
        found = self._call(
            lambda c: c.search(
                self.name,
                data=list(queries.astype(np.float32)),
                anns_field=VECTOR,
                limit=k,
                search_params=params,
                output_fields=[SAMPLE_ID],
                consistency_level=self.consistency_level,
                timeout=READ_SECONDS,
                **where,
                **self._partitions(),
            )
        )
        matches = [self._matches(one) for one in found]
        if not any(one.ids and None not in one.sample_ids for one in matches):
            # another process may have created the collection again, without our fields
            self.check_fields()
        return matches

    def _matches(self, matches: Any) -> Matches:
        # The columns, and not each match's "pk" or "id", as the server names it: they
        # take a fifth of the time
        ids = [str(id_) for id_ in matches.ids]
        sample_ids = [match["entity"].get(SAMPLE_ID) for match in matches]
        raw = np.array(matches.distances, dtype=np.float64)
        dists = np.sqrt(np.maximum(raw, 0)) if self.metric == "euclidean" else 1 - raw
        found = Matches(ids, sample_ids, dists)
        if np.all(np.diff(dists) > 0):
            return found
        return found.take(sorted(range(len(ids)), key=lambda i: (dists[i], ids[i])))


def _at_once(function: Callable[[T], R], values: Sequence[T]) -> Iterator[R]:
    with ContextThreadPool(CALLS_AT_ONCE) as pool:
        yield from pool.map(function, values)
