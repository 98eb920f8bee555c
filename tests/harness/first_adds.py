"""Several handles of an empty index that add their first rows at the same time."""

from __future__ import annotations

from threading import BrokenBarrierError
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

LOOKS = 2  # that an add takes before it creates the collection
WAIT_SECONDS = 60


def add_at_once(
    index: Any, barrier: Any, ids: list[str], vectors: np.ndarray, **kwargs: Any
) -> None:
    """Adds rows when all who wait at a barrier have seen that there is no collection.

    Args:
        index: a handle, which nobody else uses
        barrier: of threads, or of processes
        ids: ``n`` sample ids
        vectors: ``(n, dim)``
        **kwargs: of ``add_to_index()``
    """
    exists, looks = index.rows.collection.exists, iter(range(LOOKS))

    def exists_for_all() -> bool:
        found = bool(exists())
        if next(looks, None) is not None:
            barrier.wait(WAIT_SECONDS)
        return found

    index.rows.collection.exists = exists_for_all
    try:
        index.add_to_index(vectors, ids, **kwargs)
    except BrokenBarrierError:
        raise AssertionError("The others didn't look for the collection") from None
    finally:
        del index.rows.collection.exists


def add_in_process(
    name: str, key: str, barrier: Any, ids: list[str], vectors: np.ndarray
) -> None:
    """As :func:`add_at_once`, in a process of its own."""
    import fiftyone as fo

    from fiftyone_milvus.backend import runs

    index = runs.load(fo.load_dataset(name), key)
    add_at_once(index, barrier, ids, vectors)
