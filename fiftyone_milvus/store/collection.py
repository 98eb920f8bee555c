"""One Milvus collection: its schema and index, who owns it, whether it fits.

It is created in ``creation.py``, its partitions are in ``partitions.py``, and its rows
in ``rows.py``.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import CollectionError, InvalidRequest, VectorSearchError
from .client import CALL_SECONDS as READ_SECONDS
from .client import NOT_LOADED, WRITE_SECONDS, Connection, error_code
from .collection_cache import CollectionCache
from .index_types import IndexOptions
from .owners import OWNER as OWNER
from .owners import Owner as Owner

if TYPE_CHECKING:
    from pymilvus import MilvusClient

T = TypeVar("T")

logger = logging.getLogger(__name__)

METRICS = {"cosine": "COSINE", "dotproduct": "IP", "euclidean": "L2"}
CONSISTENCY_LEVELS = ("Session", "Strong", "Bounded", "Eventually")

PK, VECTOR, SAMPLE_ID = "pk", "vector", "sample_id"
FINGERPRINT = "origin"  # dynamic: rows that plain FiftyOne added have none
MAX_ID_LENGTH = 64000
MAX_NAME_LENGTH = 255
CREATING_SECONDS, POLL_SECONDS = 10.0, 0.05  # from the collection to its index
DEFAULT_PARTITION = "_default"  # Milvus's own name for it

# Milvus Lite counts all rows to say how they are indexed
_built: CollectionCache[dict[str, Any]] = CollectionCache(30.0)


def check_name(name: Any) -> None:
    """Checks a collection's name by a server's rules: Milvus Lite accepts more.

    Raises:
        InvalidRequest: if a server would refuse the name
    """
    legal = isinstance(name, str) and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name)
    if not legal or len(name) > MAX_NAME_LENGTH:
        raise InvalidRequest(
            f"'{name}' can't name a Milvus collection. Use letters, digits and "
            f"underscores, not a digit first, at most {MAX_NAME_LENGTH} characters."
        )


class Collection:
    """One collection of one Milvus; it need not exist yet.

    Args:
        connection: the :class:`~fiftyone_milvus.store.client.Connection`
        name: the collection's name
        metric: ``"cosine"``, ``"dotproduct"`` or ``"euclidean"``
        consistency_level: one of :data:`CONSISTENCY_LEVELS`, for searches
        options: the index type and its parameters, and where the rows go
    """

    def __init__(
        self,
        connection: Connection,
        name: str,
        metric: str,
        consistency_level: str,
        options: IndexOptions | None = None,
    ) -> None:
        self.connection = connection
        self.name = name
        self.metric = metric
        self.consistency_level = consistency_level
        self.options = options or IndexOptions()
        self._chosen_partition = self.options.partition
        self._described: dict[str, Any] | None = None

    # -- the collection itself

    @property
    def exact(self) -> bool:
        """Whether a search of the whole collection is exact, not approximate."""
        return bool(self.built["index_type"] == "FLAT")

    @property
    def is_indexed(self) -> bool:
        """Whether its vectors have an index. One that is being created by another
        client gets it in a moment, which is waited for."""
        try:
            return bool(self.built)
        except CollectionError:
            return False

    @property
    def built(self) -> dict[str, Any]:
        """How Milvus says that it is indexed: ``index_type``, ``metric_type``, ..."""
        return _built.get(self, self._built_now)

    def forget(self) -> None:
        """Asks Milvus again next time: another process may have created the collection
        again."""
        self._described = None
        _built.discard(self)

    def exists(self) -> bool:
        """Whether the server has it."""
        return self._call(
            lambda c: bool(c.has_collection(self.name, timeout=READ_SECONDS))
        )

    def drop(self) -> None:
        """Drops it with all its rows; no error if it is gone already."""
        self._call(lambda c: c.drop_collection(self.name, timeout=WRITE_SECONDS))
        self.forget()

    @property
    def partition(self) -> str | None:
        """The partition of this index's rows: the one that was chosen, or, where the
        collection is one of ours, the default one, since other indexes may have theirs
        in it. ``None`` for all partitions of a collection that others made."""
        if self._chosen_partition is None and self._stamp() is not None:
            return DEFAULT_PARTITION
        return self._chosen_partition

    def other_partitions(self) -> list[str]:
        """The partitions where indexes of others have rows."""
        names = self._call(lambda c: c.list_partitions(self.name, timeout=READ_SECONDS))
        return [name for name in names if self.partition not in (None, name)]

    def owner(self) -> Owner | None:
        """The stamp of who made it; ``None`` if it has none."""
        self._described = None
        return Owner.parse(self._stamp())

    def set_owner(self, owner: Owner) -> None:
        """Replaces the stamp, for instance when a run is renamed."""
        stamp = {OWNER: owner.text}
        self._call(
            lambda c: c.alter_collection_properties(
                self.name, properties=stamp, timeout=WRITE_SECONDS
            )
        )

    def dimension(self) -> int:
        """The dimension of its vectors.

        Raises:
            CollectionError: if it isn't there, or isn't one that we can read
        """
        fields = {f["name"]: f for f in self._describe()["fields"]}
        if not {PK, VECTOR, SAMPLE_ID} <= set(fields):
            raise CollectionError(
                f"The collection '{self.name}' has the fields {sorted(fields)}; a "
                f"FiftyOne index needs '{PK}' and '{SAMPLE_ID}' (strings) and "
                f"'{VECTOR}' (float vectors). Name another collection_name, or copy "
                "its vectors in with add_to_index()."
            )
        for name, wanted in ((PK, "VARCHAR"), (VECTOR, "FLOAT_VECTOR")):
            found = getattr(fields[name]["type"], "name", str(fields[name]["type"]))
            if found != wanted:
                raise CollectionError(
                    f"The field '{name}' of the collection '{self.name}' is {found}; a "
                    f"FiftyOne index needs {wanted} there."
                )
        return int(fields[VECTOR]["params"]["dim"])

    def check_fields(self) -> None:
        """Checks that the collection, as it is now, has a FiftyOne index's fields.

        Raises:
            CollectionError: if it isn't there, or isn't one that we can read
        """
        self._described = None
        self.dimension()

    def check_fits(self) -> None:
        """Checks that an existing collection can be this index.

        Raises:
            CollectionError: saying what doesn't fit
        """
        self.dimension()
        names = {milvus: ours for ours, milvus in METRICS.items()}
        metric = names.get(self.built.get("metric_type", ""), "none")
        if metric != self.metric:
            raise CollectionError(
                f"The collection '{self.name}' is indexed by {metric}, and this index "
                f"asks for {self.metric}. Pass metric='{metric}'."
            )

    @property
    def keeps_fingerprints(self) -> bool:
        """Whether rows can store the fingerprints of their sources."""
        return bool(self._describe().get("enable_dynamic_field"))

    def count(
        self, consistency_level: str = "Strong", filter_expr: str | None = None
    ) -> int:
        """How many rows it has, or how many of them match a filter expression, deleted
        ones not counted; by default right now, which a server may take a second to be
        sure of."""
        # without a filter, Milvus Lite counts every partition; with one it is slow
        apart = self.connection.settings.embedded and self.other_partitions()
        if filter_expr is None:
            filter_expr = f'{PK} != ""' if apart else ""
        rows = self._call(
            lambda c: c.query(
                self.name,
                filter=filter_expr,
                output_fields=["count(*)"],
                consistency_level=consistency_level,
                timeout=READ_SECONDS,
                **self._partitions(),
            )
        )
        return int(rows[0]["count(*)"])

    # -- helpers

    def _partitions(self) -> dict[str, Any]:
        return {"partition_names": [self.partition]} if self.partition else {}

    def _partition_name(self) -> dict[str, Any]:
        return {"partition_name": self.partition} if self.partition else {}

    def _stamp(self) -> str | None:
        return (self._describe().get("properties") or {}).get(OWNER)

    def _built_now(self) -> dict[str, Any]:
        end = time.monotonic() + CREATING_SECONDS
        while not (found := self._index()) and time.monotonic() < end:
            if self._stamp() is None:
                break
            time.sleep(POLL_SECONDS)
        if not found:
            raise CollectionError(
                f"The field '{VECTOR}' of the collection '{self.name}' has no index, "
                "so it can't be searched. Create one with Milvus's own tools."
            )
        return found

    def _index(self) -> dict[str, Any]:
        return self._call(
            lambda c: dict(c.describe_index(self.name, VECTOR, READ_SECONDS) or {})
        )

    def _describe(self) -> dict[str, Any]:
        if self._described is None:
            self._described = self._described_now()
        return self._described

    def _described_now(self) -> dict[str, Any]:
        try:
            return self._call(
                lambda c: c.describe_collection(self.name, timeout=READ_SECONDS)
            )
        except CollectionError as e:
            raise CollectionError(
                f"Milvus at {self.connection.settings.address} has no collection "
                f"'{self.name}': it was dropped, or the index was made on another "
                "Milvus. Clean this index up and build it again, or set the address "
                "it was made at."
            ) from e

    def _call(self, function: Callable[[MilvusClient], T]) -> T:
        """One call; a collection that another client, or a restart of the server,
        released is loaded and called once more."""
        try:
            return self.connection.call(function)
        except VectorSearchError as e:
            if error_code(e.__cause__) not in NOT_LOADED:
                raise
        self.connection.call(
            lambda c: c.load_collection(self.name, timeout=WRITE_SECONDS)
        )
        return self.connection.call(function)

    def drop_quietly(self) -> None:
        try:
            self.drop()
        except VectorSearchError:
            logger.warning("The collection '%s' may be left half made", self.name)
