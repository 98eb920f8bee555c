"""One Milvus collection: its schema and its index, and whether they fit.

``creation.py`` creates it, ``partitions.py`` has its partitions and their owners,
``rows.py`` its rows, and ``row_search.py`` searches them.
"""

from __future__ import annotations

import copy
import logging
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..errors import CollectionError, InvalidRequest, VectorSearchError
from ..metrics import METRICS
from .client import CALL_SECONDS as READ_SECONDS
from .client import NOT_LOADED, WRITE_SECONDS, Connection, error_code
from .collection_cache import CollectionCache
from .error_messages import is_still_flushing
from .index_types import INDEX_TYPES, OTHER, VECTOR_TYPES, IndexOptions, IndexType
from .owners import OWNER as OWNER
from .owners import Owner as Owner

if TYPE_CHECKING:
    from pymilvus import MilvusClient

logger = logging.getLogger(__name__)

CONSISTENCY_LEVELS = ("Session", "Strong", "Bounded", "Eventually")

PK, VECTOR, SAMPLE_ID = "pk", "vector", "sample_id"
FINGERPRINT = "origin"  # dynamic: rows that plain FiftyOne added have none
ID_NUMBER = "fiftyone_id_number"  # nullable, and not in all: see ``id_bitmaps.py``
MAX_ID_LENGTH = 64000
MAX_NAME_LENGTH = 255
CREATING_SECONDS, POLL_SECONDS = 10.0, 0.05  # from the collection to its index
DEFAULT_PARTITION = "_default"  # Milvus's own name for it


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


# Milvus Lite counts all rows to say how they are indexed
_built: CollectionCache[dict[str, Any]] = CollectionCache(30.0)


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
        self.created = False  # by this object
        self.claim: str | None = None  # the property of the stamp that it wrote
        self._described: dict[str, Any] | None = None

    @property
    def key(self) -> tuple[int, str]:
        """What tells it from all others of this process: connections are never
        freed."""
        return id(self.connection), self.name

    @property
    def embedded(self) -> bool:
        """Whether its Milvus is embedded."""
        return self.connection.settings.embedded

    # -- what Milvus says of it

    @property
    def exact(self) -> bool:
        """Whether a search of the whole collection is exact, not approximate."""
        return self.index_type.exact

    @property
    def index_type(self) -> IndexType:
        """What is known of the type of its index."""
        return INDEX_TYPES.get(self.built["index_type"], OTHER)

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
        return _built.get(self.key, self._built_now)

    def forget(self) -> None:
        """Asks Milvus again next time: another process may have created the collection
        again."""
        self._described = None
        _built.discard(self.key)

    def exists(self) -> bool:
        """Whether the server has it."""
        return bool(self.call("has_collection"))

    def load(self, **kwargs: Any) -> None:
        """Loads it into memory, with the replicas that were chosen."""
        replicas = self.options.replicas
        more = {"replica_number": replicas} if replicas else {}
        self.call("load_collection", timeout=WRITE_SECONDS, **more, **kwargs)

    def drop(self) -> None:
        """Drops it with all its rows; no error if it is gone already."""
        self.call("drop_collection", timeout=WRITE_SECONDS)
        self.forget()

    def drop_quietly(self) -> None:
        """Drops it after something failed; only warns if that fails too."""
        try:
            self.drop()
        except VectorSearchError:
            logger.warning("The collection '%s' may be left half made", self.name)

    @property
    def partition(self) -> str | None:
        """The partition of this index's rows: the one that was chosen, or, where the
        collection is one of ours, the default one, since other indexes may have theirs
        in it. ``None`` for all partitions of a collection that others made."""
        if self.options.partition is None and self.stamp is not None:
            return DEFAULT_PARTITION
        return self.options.partition

    @property
    def has_own_partition(self) -> bool:
        """Whether a partition was chosen for the rows."""
        return self.options.partition not in (None, DEFAULT_PARTITION)

    def in_partition(self, name: str) -> Collection:
        """The same collection, another partition."""
        other = copy.copy(self)
        other.options, other.claim = replace(self.options, partition=name), None
        return other

    def other_partitions(self) -> list[str]:
        """The partitions where indexes of others have rows."""
        names = self.call("list_partitions")
        return [name for name in names if self.partition not in (None, name)]

    @property
    def stamp(self) -> str | None:
        """What it says of its owner; ``None`` if it has no stamp."""
        return (self.description().get("properties") or {}).get(OWNER)

    def owner(self) -> Owner | None:
        """Its owner by its stamp, asked now; ``None`` if it has none."""
        self._described = None
        return Owner.parse(self.stamp)

    def set_owner(self, owner: Owner) -> None:
        """Replaces its stamp."""
        self.set_property(OWNER, owner.text)

    def set_property(self, key: str, value: str) -> None:
        """Sets one of its properties."""
        self.call(
            "alter_collection_properties",
            properties={key: value},
            timeout=WRITE_SECONDS,
        )
        self._described = None

    def dimension(self) -> int:
        """The dimension of its vectors.

        Raises:
            CollectionError: if it isn't there, or isn't one that we can read
        """
        fields = {f["name"]: f for f in self.description()["fields"]}
        if not {PK, VECTOR, SAMPLE_ID} <= set(fields):
            raise CollectionError(
                f"The collection '{self.name}' has the fields {sorted(fields)}; a "
                f"FiftyOne index needs '{PK}' and '{SAMPLE_ID}' (strings) and "
                f"'{VECTOR}' (float vectors). Name another collection_name, or copy "
                "its vectors in with add_to_index()."
            )
        for name, wanted in ((PK, ("VARCHAR",)), (VECTOR, VECTOR_TYPES.values())):
            found = _type_of(fields[name])
            if found not in wanted:
                raise CollectionError(
                    f"The field '{name}' of the collection '{self.name}' is {found}; a "
                    f"FiftyOne index needs {' or '.join(wanted)} there."
                )
        return int(fields[VECTOR]["params"]["dim"])

    @property
    def vector_type(self) -> str:
        """How it stores numbers: one of
        :data:`~fiftyone_milvus.store.index_types.VECTOR_TYPES`.

        Raises:
            CollectionError: if it isn't there, or isn't one that we can read
        """
        self.dimension()
        fields = {f["name"]: f for f in self.description()["fields"]}
        names = {milvus: ours for ours, milvus in VECTOR_TYPES.items()}
        return names[_type_of(fields[VECTOR])]

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
        if self.options.vector_type not in (None, self.vector_type):
            raise CollectionError(
                f"The collection '{self.name}' stores {self.vector_type} vectors, and "
                f"this index asks for {self.options.vector_type}. Pass "
                f"vector_type='{self.vector_type}'."
            )

    @property
    def keeps_id_numbers(self) -> bool:
        """Whether rows have the numbers of their primary keys."""
        return any(f["name"] == ID_NUMBER for f in self.description()["fields"])

    @property
    def keeps_fingerprints(self) -> bool:
        """Whether rows can store the fingerprints of their sources."""
        return bool(self.description().get("enable_dynamic_field"))

    def count(
        self, consistency_level: str = "Strong", filter_expr: str | None = None
    ) -> int:
        """How many rows it has, or how many of them match a filter expression, deleted
        ones not counted; by default right now, which a server may take a second to be
        sure of."""
        # without a filter, Milvus Lite counts every partition; with one it is slow
        apart = self.embedded and self.other_partitions()
        if filter_expr is None:
            filter_expr = f'{PK} != ""' if apart else ""
        rows = self.call(
            "query",
            filter=filter_expr,
            output_fields=["count(*)"],
            consistency_level=consistency_level,
            **self.partition_names,
        )
        return int(rows[0]["count(*)"])

    # -- calls

    @property
    def partition_names(self) -> dict[str, Any]:
        """The keyword arguments of calls that read from its partition."""
        return {"partition_names": [self.partition]} if self.partition else {}

    @property
    def partition_name(self) -> dict[str, Any]:
        """The keyword arguments of calls that write to its partition."""
        return {"partition_name": self.partition} if self.partition else {}

    def _built_now(self) -> dict[str, Any]:
        end = time.monotonic() + CREATING_SECONDS
        while not (found := self._index()) and time.monotonic() < end:
            if self.stamp is None:
                break
            time.sleep(POLL_SECONDS)
        if not found:
            raise CollectionError(
                f"The field '{VECTOR}' of the collection '{self.name}' has no index, "
                "so it can't be searched. Create one with Milvus's own tools."
            )
        return found

    def _index(self) -> dict[str, Any]:
        return dict(self.call("describe_index", VECTOR) or {})

    def description(self, fresh: bool = False) -> dict[str, Any]:
        """How Milvus describes it; asked again after :meth:`forget`, or if it is to be
        fresh.

        Raises:
            CollectionError: if it isn't there
        """
        if fresh or self._described is None:
            self._described = self._described_now()
        return self._described

    def _described_now(self) -> dict[str, Any]:
        try:
            return self.call("describe_collection")
        except CollectionError as e:
            raise CollectionError(
                f"Milvus at {self.connection.settings.address} has no collection "
                f"'{self.name}': it was dropped, or the index was built on another "
                "Milvus. Set the address that it was built at, or clean the index up "
                "and build it again."
            ) from e

    def call(
        self, method: str, *args: Any, timeout: float | None = None, **kwargs: Any
    ) -> Any:
        """Calls a method of ``MilvusClient`` for this collection, whose name is its
        first argument. Where another client, or a restart of the server, released the
        collection, it is loaded, and the method called once more.

        Raises:
            VectorSearchError: one of its kinds, in words for people
        """

        def function(client: MilvusClient) -> Any:
            seconds = timeout or READ_SECONDS
            return getattr(client, method)(self.name, *args, timeout=seconds, **kwargs)

        try:
            return self.connection.call(function)
        except VectorSearchError as e:
            if error_code(e.__cause__) not in NOT_LOADED:
                raise
        self.load()
        return self.connection.call(function)

    def flush(self) -> None:
        """Seals what was written, and waits until the server has, two minutes at most:
        the rows are safe before, and it goes on by itself."""
        try:
            self.call("flush", timeout=WRITE_SECONDS)
        except VectorSearchError as e:
            if not is_still_flushing(e.__cause__):
                raise
            logger.warning("Milvus is still flushing '%s', by itself", self.name)


def _type_of(field: Mapping[str, Any]) -> str:
    return getattr(field["type"], "name", str(field["type"]))
