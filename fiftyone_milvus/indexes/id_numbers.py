"""Numbers for the rows of a collection that was created without them, so that views are
sent to it as bitmaps (``store/id_bitmaps.py``)."""

from __future__ import annotations

from ..errors import AccessDenied, Cancelled, VectorSearchError
from ..progress import Monitor
from ..store import id_bitmaps
from ..store.collection import Collection
from ..store.rows import StoredRows

FEATURE = "id numbers in existing collections"


def can_be_added(collection: Collection) -> bool:
    """Whether the server has use for them, and hasn't refused them."""
    return (
        id_bitmaps.can_number(collection)
        and FEATURE not in collection.connection.refused
    )


def add_missing(rows: StoredRows, owns_collection: bool, monitor: Monitor) -> None:
    """Writes the numbers of the rows that have none, unless the server refuses it.

    Args:
        rows: the rows
        owns_collection: whether the collection may get a field for them
        monitor: gets how many are done, and says whether to stop

    Raises:
        Cancelled: if the work was cancelled; the numbers that were written stay
        VectorSearchError: if Milvus fails
    """
    collection = rows.collection

    def add() -> None:
        if collection.keeps_id_numbers or owns_collection:
            _add_field(collection)
            _number(rows, monitor)

    collection.connection.try_feature(FEATURE, add, lambda: None)


def _add_field(collection: Collection) -> None:
    """A user who may write rows may lack the right to it, which is a refusal, too."""
    try:
        if not collection.keeps_id_numbers:
            id_bitmaps.add_field(collection)
    except AccessDenied as e:
        raise VectorSearchError(str(e)) from e


def _number(rows: StoredRows, monitor: Monitor) -> None:
    total, done = rows.collection.count(filter_expr=id_bitmaps.HAS_NONE), 0
    if not total:
        return
    for written in rows.add_id_numbers():
        done += written
        monitor.report("Numbering", done, total)
        if monitor.cancelled():
            raise Cancelled(f"Cancelled; {done:,} of {total:,} rows were numbered")
    rows.flush_if_many(done)
    id_bitmaps.forget(rows.collection)
