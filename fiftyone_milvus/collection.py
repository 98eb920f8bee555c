"""Every call that concerns one Milvus collection: schema, owner, rows, search.

FiftyOne's names and distances on the outside; Milvus's only in here. Distances are
smaller for nearer, and equal to those of FiftyOne's sklearn backend: cosine
``1 - cos``, dotproduct ``1 - dot``, euclidean the plain (not squared) distance.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from .client import CALL_SECONDS as READ_SECONDS
from .client import NOT_LOADED, WRITE_SECONDS, Connection, error_code
from .errors import CollectionError, InvalidRequest, VectorSearchError

if TYPE_CHECKING:
    from pymilvus import MilvusClient

T = TypeVar("T")

logger = logging.getLogger(__name__)

METRICS = {"cosine": "COSINE", "dotproduct": "IP", "euclidean": "L2"}
CONSISTENCY_LEVELS = ("Session", "Strong", "Bounded", "Eventually")
MAX_K = 16384  # a limit of Milvus, for one search call

PK, VECTOR, SAMPLE_ID = "pk", "vector", "sample_id"
MAX_ID_LENGTH = 64000
MAX_NAME_LENGTH = 255
OWNER = "fiftyone.owner"

BATCH_BYTES = 4 * 1024 * 1024
IDS_PER_CALL = 10_000


@dataclass(frozen=True)
class Owner:
    """Who made a collection: written into its properties when it is created."""

    dataset_id: str
    dataset: str
    brain_key: str | None
    version: int = 1


@dataclass(frozen=True)
class Rows:
    """Rows of a collection: ``ids`` (primary keys), ``sample_ids``, and ``vectors``
    of shape ``(n, dim)``, float32."""

    ids: list[str]
    sample_ids: list[str]
    vectors: np.ndarray


@dataclass(frozen=True)
class Hits:
    """Neighbours of one query, the nearest first; ``dists`` has shape ``(n,)``."""

    ids: list[str]
    sample_ids: list[str]
    dists: np.ndarray


def check_name(name: str) -> None:
    """Checks a collection's name by a server's rules: Milvus Lite accepts more.

    Raises:
        InvalidRequest: if a server would refuse the name
    """
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) or len(name) > MAX_NAME_LENGTH:
        raise InvalidRequest(
            f"'{name}' can't name a Milvus collection. Use letters, digits and "
            f"underscores, not a digit first, at most {MAX_NAME_LENGTH} characters."
        )


class Collection:
    """One collection of one Milvus; it need not exist yet.

    Args:
        connection: the :class:`~fiftyone_milvus.client.Connection`
        name: the collection's name
        metric: ``"cosine"``, ``"dotproduct"`` or ``"euclidean"``
        consistency_level: one of :data:`CONSISTENCY_LEVELS`, for searches
    """

    def __init__(
        self, connection: Connection, name: str, metric: str, consistency_level: str
    ) -> None:
        self.connection = connection
        self.name = name
        self.metric = metric
        self.consistency_level = consistency_level

    # -- the collection itself

    @property
    def exact(self) -> bool:
        """Whether a search of the whole collection is exact, not approximate."""
        return bool(self._index_type()["index_type"] == "FLAT")

    def exists(self) -> bool:
        """Whether the server has it."""
        return self._call(
            lambda c: bool(c.has_collection(self.name, timeout=READ_SECONDS))
        )

    def create(self, dim: int, owner: Owner) -> None:
        """Creates it with its index, stamped with its owner, ready for use.

        Raises:
            CollectionError: if a collection of this name exists
        """
        check_name(self.name)
        if self.exists():
            raise CollectionError(
                f"Milvus at {self.connection.settings.address} already has a "
                f"collection '{self.name}'. Choose another collection_name."
            )
        try:
            self._call(lambda c: self._create(c, dim, owner))
        except Exception:
            self._drop_quietly()
            raise

    def drop(self) -> None:
        """Drops it with all its rows; no error if it is gone already."""
        self._call(lambda c: c.drop_collection(self.name, timeout=WRITE_SECONDS))

    def owner(self) -> Owner | None:
        """The stamp of who made it; ``None`` if it has none."""
        stamp = (self._describe().get("properties") or {}).get(OWNER)
        try:
            return Owner(**json.loads(stamp)) if stamp else None
        except (ValueError, TypeError):
            return None

    def set_owner(self, owner: Owner) -> None:
        """Writes the stamp anew, for instance when a run is renamed."""
        stamp = {OWNER: json.dumps(asdict(owner))}
        self._call(
            lambda c: c.alter_collection_properties(
                self.name, properties=stamp, timeout=WRITE_SECONDS
            )
        )

    def dimension(self) -> int:
        """The length of its vectors.

        Raises:
            CollectionError: if it isn't there, or isn't one that we can read
        """
        fields = {f["name"]: f for f in self._describe()["fields"]}
        if not {PK, VECTOR, SAMPLE_ID} <= set(fields):
            raise CollectionError(
                f"The collection '{self.name}' has the fields {sorted(fields)}; a "
                f"FiftyOne index needs '{PK}', '{VECTOR}' and '{SAMPLE_ID}'."
            )
        return int(fields[VECTOR]["params"]["dim"])

    def count(self) -> int:
        """How many rows it has now, deleted ones not counted."""
        rows = self._call(
            lambda c: c.query(
                self.name,
                filter="",
                output_fields=["count(*)"],
                consistency_level="Strong",
                timeout=READ_SECONDS,
            )
        )
        return int(rows[0]["count(*)"])

    # -- writing

    def upsert(
        self, ids: Sequence[str], sample_ids: Sequence[str], vectors: np.ndarray
    ) -> None:
        """Writes rows; a row whose id exists is replaced.

        Args:
            ids: ``n`` primary keys; of equal ones the last counts
            sample_ids: ``n`` sample ids
            vectors: ``(n, dim)`` float32
        """
        # two rows of one key in one upsert stay two on Milvus 2.3
        last = {id_: i for i, id_ in enumerate(ids)}
        kept = sorted(last.values())
        step = max(1, BATCH_BYTES // (vectors.shape[1] * 4 + 100))
        for start in range(0, len(kept), step):
            rows = [
                {PK: ids[i], SAMPLE_ID: sample_ids[i], VECTOR: vectors[i]}
                for i in kept[start : start + step]
            ]
            self._upsert(rows)

    def flush(self) -> None:
        """Seals what was written, so that the server indexes it. Servers limit how
        often, and it takes seconds: once, after much was written."""
        self._call(lambda c: c.flush(self.name, timeout=WRITE_SECONDS))

    def delete(self, ids: Iterable[str]) -> None:
        """Deletes rows by primary key; missing ones are no error."""
        for chunk in _chunks(list(ids), IDS_PER_CALL):
            self._delete(chunk)

    # -- reading

    def ids(self, wanted: Iterable[str]) -> set[str]:
        """Those of the given primary keys that it has."""
        return {row[PK] for row in self._query(PK, wanted, [PK])}

    def ids_of_samples(self, sample_ids: Iterable[str]) -> list[str]:
        """The primary keys of all rows of the given samples, by sample."""
        order = {id_: i for i, id_ in enumerate(sample_ids)}
        rows = list(self._query(SAMPLE_ID, order, [PK, SAMPLE_ID]))
        rows.sort(key=lambda r: (order[r[SAMPLE_ID]], r[PK]))
        return [row[PK] for row in rows]

    def fetch(self, wanted: Iterable[str]) -> Rows:
        """The rows of the given primary keys that exist, in the order asked."""
        wanted = list(wanted)
        found = {row[PK]: row for row in self._query(PK, wanted, _ALL_FIELDS)}
        return self._rows([found[id_] for id_ in wanted if id_ in found])

    def iterate(self) -> Iterator[Rows]:
        """All rows, in batches of a few megabytes, in no particular order."""
        size = max(1, min(MAX_K, BATCH_BYTES // (self.dimension() * 4 + 100)))
        iterator = self._call(
            lambda c: c.query_iterator(
                self.name,
                batch_size=size,
                filter="",
                output_fields=_ALL_FIELDS,
                consistency_level="Strong",
                timeout=READ_SECONDS,
            )
        )
        try:
            while rows := self._call(lambda _: iterator.next()):
                yield self._rows(rows)
        finally:
            iterator.close()

    def search(self, queries: np.ndarray, k: int) -> list[Hits]:
        """The ``k`` nearest rows for each query, in one call for all of them.

        Args:
            queries: ``(q, dim)`` float32
            k: at most :data:`MAX_K`

        Returns:
            ``q`` :class:`Hits`
        """
        params: dict[str, Any] = {"metric_type": METRICS[self.metric], "params": {}}
        if self._uses_graph():
            params["params"]["ef"] = min(32768, max(128, 2 * k))
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
            )
        )
        return [self._hits(hits) for hits in found]

    def distances(self, queries: np.ndarray, vectors: np.ndarray) -> np.ndarray:
        """Exact distances, shape ``(q, n)``, as :meth:`search` would give them."""
        # float64 for the norms: equal vectors must come out at distance 0
        a, b = queries.astype(np.float64), vectors.astype(np.float64)
        if self.metric == "euclidean":
            squares = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
            return np.sqrt(np.maximum(squares, 0))
        if self.metric == "cosine":
            a, b = _unit(a), _unit(b)
        return 1 - a @ b.T

    # -- helpers

    def _create(self, client: MilvusClient, dim: int, owner: Owner) -> None:
        from pymilvus import DataType

        schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field(
            PK, DataType.VARCHAR, is_primary=True, max_length=MAX_ID_LENGTH
        )
        schema.add_field(VECTOR, DataType.FLOAT_VECTOR, dim=dim)
        schema.add_field(SAMPLE_ID, DataType.VARCHAR, max_length=MAX_ID_LENGTH)
        client.create_collection(
            self.name,
            schema=schema,
            consistency_level=self.consistency_level,
            properties={OWNER: json.dumps(asdict(owner))},
            timeout=WRITE_SECONDS,
        )
        index = client.prepare_index_params()
        index.add_index(VECTOR, metric_type=METRICS[self.metric], **self._index_type())
        client.create_index(self.name, index, timeout=WRITE_SECONDS)
        client.load_collection(self.name, timeout=WRITE_SECONDS)

    def _index_type(self) -> dict[str, Any]:
        if self.connection.settings.embedded:
            # Milvus Lite walks all rows at each search anyway: exact is fastest
            return {"index_type": "FLAT"}
        if not self.connection.client.is_self_hosted:
            return {"index_type": "AUTOINDEX"}  # the one that Zilliz Cloud tunes
        return {"index_type": "HNSW", "params": {"M": 32, "efConstruction": 256}}

    def _uses_graph(self) -> bool:
        return self._index_type()["index_type"] == "HNSW"

    def _describe(self) -> dict[str, Any]:
        if not self.exists():
            raise CollectionError(
                f"Milvus at {self.connection.settings.address} has no collection "
                f"'{self.name}': it was dropped, or the index was made on another "
                "Milvus. Clean this index up and build it again, or set the address "
                "it was made at."
            )
        return self._call(
            lambda c: c.describe_collection(self.name, timeout=READ_SECONDS)
        )

    def _upsert(self, rows: list[dict[str, Any]]) -> None:
        self._call(lambda c: c.upsert(self.name, rows, timeout=WRITE_SECONDS))

    def _delete(self, ids: list[str]) -> None:
        self._call(lambda c: c.delete(self.name, ids=ids, timeout=WRITE_SECONDS))

    def _query(
        self, field: str, wanted: Iterable[str], output: list[str]
    ) -> Iterator[dict[str, Any]]:
        # rows with vectors are big; a message may hold 64 MB
        step = 2_000 if VECTOR in output else IDS_PER_CALL
        for chunk in _chunks(list(dict.fromkeys(wanted)), step):
            yield from self._query_chunk(field, chunk, output)

    def _query_chunk(
        self, field: str, values: list[str], output: list[str]
    ) -> list[dict[str, Any]]:
        expression = f"{field} in {json.dumps(values)}"
        rows = self._call(
            lambda c: c.query(
                self.name,
                filter=expression,
                output_fields=output,
                consistency_level="Strong",
                timeout=READ_SECONDS,
            )
        )
        if field == SAMPLE_ID and len(rows) >= MAX_K and len(values) > 1:
            # a query without a limit stops there: ask for fewer samples at a time
            half = len(values) // 2
            return self._query_chunk(field, values[:half], output) + self._query_chunk(
                field, values[half:], output
            )
        return list(rows)

    def _rows(self, rows: Sequence[dict[str, Any]]) -> Rows:
        vectors = np.array([row[VECTOR] for row in rows], dtype=np.float32)
        return Rows(
            ids=[row[PK] for row in rows],
            sample_ids=[row[SAMPLE_ID] for row in rows],
            vectors=vectors if len(rows) else vectors.reshape(0, 0),
        )

    def _hits(self, hits: Any) -> Hits:
        # Lite names the key "pk", Milvus 2.3 "id"; ``hit.id`` is right on both
        found = [(float(h.distance), str(h.id), h.entity.get(SAMPLE_ID)) for h in hits]
        raw = np.array([f[0] for f in found], dtype=np.float64)
        dists = np.sqrt(np.maximum(raw, 0)) if self.metric == "euclidean" else 1 - raw
        order = sorted(range(len(found)), key=lambda i: (dists[i], found[i][1]))
        return Hits(
            ids=[found[i][1] for i in order],
            sample_ids=[found[i][2] for i in order],
            dists=dists[order],
        )

    def _call(self, function: Callable[[MilvusClient], T]) -> T:
        """One call; a collection that another client, or a restart of the server,
        released is loaded and called once more."""
        try:
            return self.connection.call(function)
        except VectorSearchError as e:
            if error_code(e.__cause__) != NOT_LOADED:
                raise
        self.connection.call(
            lambda c: c.load_collection(self.name, timeout=WRITE_SECONDS)
        )
        return self.connection.call(function)

    def _drop_quietly(self) -> None:
        try:
            self.drop()
        except VectorSearchError:
            logger.warning("The collection '%s' may be left half made", self.name)


_ALL_FIELDS = [PK, SAMPLE_ID, VECTOR]


def _unit(vectors: np.ndarray) -> np.ndarray:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(norms == 0, 1, norms)


def _chunks(values: list[T], size: int) -> Iterator[list[T]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
