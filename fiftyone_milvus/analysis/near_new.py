"""New rows of an index, and the rows near them that a search of the index finds: all
that is needed to compare a few new ones with many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import fiftyone as fo
import numpy as np

from .. import tuning
from ..metrics import Space, release_pages, scratch_array
from ..progress import Monitor
from ..store import messages, row_search
from ..store.messages import MAX_K
from ..store.rows import Rows
from .loaded_vectors import LoadedVectors

if TYPE_CHECKING:
    from ..backend.index import MilvusSimilarityIndex

# Scores of Milvus are in float32, or of compressed vectors
SLACK, LEAST_SLACK = 0.1, 1e-3


@contextmanager
def load_near(
    index: MilvusSimilarityIndex,
    view: fo.SampleCollection | None,
    new: Iterable[str],
    thresh: float,
    monitor: Monitor,
) -> Iterator[LoadedVectors]:
    """Loads the vectors of new rows, and of those that a search finds near them; for as
    long as the block runs.

    Args:
        index: the index
        view: the view to stay within; ``None`` for what the index is restricted to
        new: the primary keys of the new rows; those that aren't in the index, or not
            in the view, are left out
        thresh: the distance
        monitor: watches the work

    Raises:
        Cancelled: if the work was cancelled
        VectorSearchError: if Milvus doesn't answer
    """
    with index.use_view(index.view if view is None else view), monitor:
        asked = index.rows.fetch(new)
        found = dict(zip(asked.ids, asked.sample_ids, strict=True))
        if found:
            found.update(_near(index, asked, thresh, monitor))
        there = index._within.containing([*found], [*found.values()])
        ids = sorted(there)
        with scratch_array(len(ids), asked.vectors.shape[1]) as vectors:
            ids = _read_into(vectors, index, ids, monitor)
            yield LoadedVectors(
                np.array(ids, dtype=str),
                np.array([found[id_] for id_ in ids], dtype=str),
                Space(index.config.metric, vectors[: len(ids)]),
                monitor,
                0 if index.has_view else len(found) - len(there),
            )


def reach(thresh: float) -> float:
    """The distance that Milvus may say of two vectors that are as near as this."""
    return thresh + max(SLACK * abs(thresh), LEAST_SLACK)


def _near(
    index: MilvusSimilarityIndex, asked: Rows, thresh: float, monitor: Monitor
) -> dict[str, str]:
    """The sample ids of the rows that are near to some, by id. Those of which all
    matches are near are searched again, for more."""
    bound = reach(thresh)
    found: dict[str, str] = {}
    waiting, k = np.arange(len(asked.ids)), tuning.FIRST_NEIGHBORS
    while len(waiting):
        tick = monitor.ticks("Searching", len(waiting))
        again: list[int] = []
        side = max(1, tuning.MATCHES_AT_ONCE // k)
        for start in range(0, len(waiting), side):
            tick(start)
            some = waiting[start : start + side]
            matches = row_search.search(index.rows, asked.vectors[some], k)
            for at, one in zip(some, matches, strict=True):
                near = int(np.searchsorted(one.dists, bound, side="right"))
                found.update(zip(one.ids[:near], one.sample_ids[:near], strict=True))
                if near == k < MAX_K:
                    again.append(int(at))
        waiting, k = np.array(again, np.intp), min(MAX_K, 8 * k)
    return found


def _read_into(
    vectors: np.ndarray, index: MilvusSimilarityIndex, ids: list[str], monitor: Monitor
) -> list[str]:
    """Fills ``(n, dim)`` with the vectors of ids, as far as they are still there;
    returns those."""
    tick = monitor.ticks("Reading", len(ids))
    kept: list[str] = []
    for some in messages.of_ids(ids, messages.rows_per_call(vectors.shape[1])):
        rows = index.rows.fetch(some)
        vectors[len(kept) : len(kept) + len(rows.ids)] = rows.vectors
        release_pages(vectors)
        kept += rows.ids
        tick(len(kept))
    return kept
