"""Stands in for Milvus servers that can't be run here.

It speaks Milvus's own protocol, by pymilvus's definition of it, says a version of the
test's choice, notes each request, and refuses those that the test names. It keeps rows
in memory, reads the few filters that this library sends, and compares a query with each
row. So it shows what is sent and what becomes of the answer, not what a server does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import grpc
import numpy as np
from google.protobuf.message_factory import GetMessageClass
from pymilvus.client.types import PlaceholderType
from pymilvus.grpc_gen import common_pb2, milvus_pb2, schema_pb2

from .roaring import members

SERVICE = milvus_pb2.DESCRIPTOR.services_by_name["MilvusService"]
NOT_FOUND, NO_INDEX, INVALID = 100, 700, 1100  # Milvus's own codes
STATUSES = ("status", "alter_status")  # the names of what an answer says of itself
TYPES = schema_pb2.DataType
# a field is null, is in a list that is in the text or beside it, is in a bitmap, or
# comes after a text
CONDITIONS = (
    r"(?P<field>\w+) is null",
    r"(?P<field>\w+) in (?P<listed>\[.*\])",
    r"(?P<field>\w+) in \{(?P<strings>\w+)\}",
    r"membership_match\((?P<field>\w+), \{(?P<bitmap>\w+)\}, type=roaring\)",
    r"(?P<field>\w+) > (?P<beyond>\".*\")",
)
DYNAMIC = "$meta"  # the column of what the schema doesn't have
VECTORS = {  # by the type of a field: its column, and what it is searched for with
    TYPES.FloatVector: ("float_vector", PlaceholderType.FloatVector),
    TYPES.Float16Vector: ("float16_vector", PlaceholderType.FLOAT16_VECTOR),
    TYPES.BFloat16Vector: ("bfloat16_vector", PlaceholderType.BFLOAT16_VECTOR),
}


class Refused(Exception):
    """What it can't do."""


@dataclass
class Stored:
    """A collection: its schema, its properties, the parameters of its index, and its
    rows by primary key."""

    schema: Any
    properties: Any
    index: dict[str, str] = field(default_factory=dict)
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def vector_type(self) -> int:
        [found] = [f.data_type for f in self.schema.fields if f.data_type in VECTORS]
        return int(found)


class NewerMilvus(grpc.GenericRpcHandler):
    """The server; ``received`` are the requests, in order, and ``refuses`` the words of
    requests to refuse."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.uri = ""
        self.received: list[Any] = []
        self.refuses: tuple[str, ...] = ()
        self.collections: dict[str, Stored] = {}

    def sent(self, kind: str) -> list[Any]:
        """The requests of a kind, such as ``"SearchRequest"``."""
        return [one for one in self.received if one.DESCRIPTOR.name == kind]

    def service(self, call: Any) -> grpc.RpcMethodHandler:
        method = SERVICE.methods_by_name[call.method.rsplit("/", 1)[-1]]
        answer = GetMessageClass(method.output_type)

        def handle(request: Any, context: Any) -> Any:
            self.received.append(request)
            try:
                for word in self.refuses:
                    if word in str(request):
                        raise Refused(INVALID, f"cannot parse: {word}")
                # what it doesn't know is done with an empty answer, which is success
                does = getattr(self, f"_{method.name}", lambda _: {})
                return answer(**does(request))
            except Refused as e:
                code, reason = e.args
                status = common_pb2.Status(code=code, error_code=1, reason=reason)
                if answer.DESCRIPTOR.name == "Status":
                    return status
                [name] = [n for n in STATUSES if n in answer.DESCRIPTOR.fields_by_name]
                return answer(**{name: status})

        return grpc.unary_unary_rpc_method_handler(
            handle,
            GetMessageClass(method.input_type).FromString,
            answer.SerializeToString,
        )

    # -- calls

    def _Connect(self, _: Any) -> dict[str, Any]:
        return {"identifier": 1, "server_info": {"build_tags": self.version}}

    def _GetVersion(self, _: Any) -> dict[str, Any]:
        return {"version": self.version}

    def _ShowCollections(self, _: Any) -> dict[str, Any]:
        return {"collection_names": list(self.collections)}

    def _ShowPartitions(self, _: Any) -> dict[str, Any]:
        return {"partition_names": ["_default"], "partitionIDs": [1]}

    def _GetLoadingProgress(self, _: Any) -> dict[str, Any]:
        return {"progress": 100}

    def _CreateCollection(self, request: Any) -> dict[str, Any]:
        schema = schema_pb2.CollectionSchema.FromString(request.schema)
        self.collections[request.collection_name] = Stored(schema, request.properties)
        return {}

    def _DropCollection(self, request: Any) -> dict[str, Any]:
        self.collections.pop(request.collection_name, None)
        return {}

    def _AlterCollection(self, request: Any) -> dict[str, Any]:
        stored = self._stored(request)
        found = {p.key: p for p in [*stored.properties, *request.properties]}
        stored.properties = list(found.values())
        return {}

    def _AlterCollectionSchema(self, request: Any) -> dict[str, Any]:
        stored = self._stored(request)
        for added in request.action.add_request.field_infos:
            known = {f.name for f in stored.schema.fields}
            if added.field_schema.name in known or not added.field_schema.nullable:
                raise Refused(INVALID, "an added field must be new and nullable")
            stored.schema.fields.append(added.field_schema)
        return {}

    def _DescribeCollection(self, request: Any) -> dict[str, Any]:
        found = self._stored(request)
        return {
            "schema": found.schema,
            "properties": found.properties,
            "collection_name": request.collection_name,
        }

    def _CreateIndex(self, request: Any) -> dict[str, Any]:
        found = {pair.key: pair.value for pair in request.extra_params}
        self._stored(request).index = found
        return {}

    def _DescribeIndex(self, request: Any) -> dict[str, Any]:
        index = self._stored(request).index
        if not index:
            raise Refused(NO_INDEX, "index not found")
        params = [{"key": key, "value": value} for key, value in index.items()]
        return {"index_descriptions": [{"field_name": "vector", "params": params}]}

    def _Upsert(self, request: Any) -> dict[str, Any]:
        stored = self._stored(request)
        for row in _rows(request.fields_data, request.num_rows):
            if getattr(request, "partial_update", False):  # an insert has none
                row = _merged(stored.rows.get(row["pk"]), row)
            stored.rows[row["pk"]] = row
        return {"upsert_cnt": request.num_rows, "timestamp": 1}

    _Insert = _Upsert

    def _Delete(self, request: Any) -> dict[str, Any]:
        stored = self._stored(request)
        for row in self._matching(stored, request.expr, request.expr_template_values):
            del stored.rows[row["pk"]]
        return {"timestamp": 1}

    def _Query(self, request: Any) -> dict[str, Any]:
        stored, names = self._stored(request), list(request.output_fields)
        rows = self._matching(stored, request.expr, request.expr_template_values)
        if names == ["count(*)"]:
            count = {"long_data": {"data": [len(rows)]}}
            column = {
                "type": TYPES.Int64,
                "field_name": "count(*)",
                "scalars": count,
            }
            return {"fields_data": [column]}
        params = {pair.key: pair.value for pair in request.query_params}
        rows = sorted(rows, key=itemgetter("pk"))[: int(params.get("limit", len(rows)))]
        return {"fields_data": list(_columns(stored, rows, names))}

    def _Search(self, request: Any) -> dict[str, Any]:
        stored = self._stored(request)
        rows = self._matching(stored, request.dsl, request.expr_template_values)
        params = {pair.key: pair.value for pair in request.search_params}
        limit = int(params["topk"])
        ids, scores, samples, sizes = [], [], [], []
        for query in _queries(request, stored):
            found = sorted(
                ((_score(stored, query, row), row) for row in rows),
                key=lambda pair: (-pair[0], pair[1]["pk"]),
            )[:limit]
            ids += [row["pk"] for _, row in found]
            scores += [score for score, _ in found]
            samples += [row["sample_id"] for _, row in found]
            sizes.append(len(found))
        column = {
            "type": TYPES.VarChar,
            "field_name": "sample_id",
            "scalars": {"string_data": {"data": samples}},
        }
        return {
            "results": {
                "num_queries": request.nq,
                "top_k": limit,
                "topks": sizes,
                "scores": scores,
                "ids": {"str_id": {"data": ids}},
                "fields_data": [column],
                "output_fields": ["sample_id"],
                "primary_field_name": "pk",
            }
        }

    # -- their parts

    def _stored(self, request: Any) -> Stored:
        found = self.collections.get(request.collection_name)
        if found is None:
            raise Refused(NOT_FOUND, "collection not found")
        return found

    def _matching(self, stored: Stored, text: str, values: Any) -> list[dict[str, Any]]:
        """The rows that match a filter: all of its parts with ``and`` between, and of
        such a part any of the conditions with ``or`` between."""
        known = {f.name for f in stored.schema.fields}
        parts = [
            [_condition(one, values, known) for one in part.split(" or ")]
            for part in map(_bare, text.split(" and "))
        ]
        rows = stored.rows.values()
        return [
            row
            for row in rows
            if all(any(true(row) for true in part) for part in parts)
        ]


@contextmanager
def running(version: str) -> Iterator[NewerMilvus]:
    """A server on a free port of 127.0.0.1, which ends with the block."""
    milvus = NewerMilvus(version)
    with ThreadPoolExecutor(4) as threads:
        server = grpc.server(threads, handlers=[milvus])
        port = server.add_insecure_port("127.0.0.1:0")
        milvus.uri = f"http://127.0.0.1:{port}"
        server.start()
        try:
            yield milvus
        finally:
            server.stop(grace=None).wait()


def _bare(text: str) -> str:
    """A part of a filter without the brackets around all of it."""
    return text[1:-1] if text.startswith("(") else text


def _condition(text: str, values: Any, known: set[str]) -> Any:
    """Whether a row fulfils a condition on one of the known fields, as a function."""
    if not text:
        return lambda row: True
    matched = (re.fullmatch(pattern, text) for pattern in CONDITIONS)
    found = next((one.groupdict() for one in matched if one), {})
    if found.get("field") not in known:
        raise Refused(INVALID, f"cannot parse expression: {text}")
    if "beyond" in found:
        least = json.loads(found["beyond"])
        return lambda row: row[found["field"]] > least
    among: set[Any] = {None}
    if "listed" in found:
        among = set(json.loads(found["listed"]))
    elif "strings" in found:
        among = set(values[found["strings"]].array_val.string_data.data)
    elif "bitmap" in found:
        among = set(members(values[found["bitmap"]].bytes_val).tolist())
    return lambda row: row.get(found["field"]) in among


def _rows(columns: Any, count: int) -> Iterator[dict[str, Any]]:
    """The rows of an upsert's columns; vectors as they were sent."""
    values = {column.field_name: list(_values(column, count)) for column in columns}
    for at in range(count):
        yield {name: column[at] for name, column in values.items()}


def _merged(old: dict[str, Any] | None, new: dict[str, Any]) -> dict[str, Any]:
    """What a partial upsert makes of a row; of the dynamic field, key by key."""
    if old is None:
        raise Refused(INVALID, "a new row needs all fields")
    cells = [json.loads(row.get(DYNAMIC) or b"{}") for row in (old, new)]
    dynamic = json.dumps({**cells[0], **cells[1]}).encode()
    return {**old, **new, DYNAMIC: dynamic}


def _values(column: Any, count: int) -> Iterator[Any]:
    """A column's value of each row; of a nullable one only those that are there were
    sent."""
    if column.type in VECTORS:
        yield from (_vector(column, at) for at in range(count))
        return
    sent = iter(getattr(column.scalars, column.scalars.WhichOneof("data")).data)
    for there in column.valid_data or [True] * count:
        yield next(sent) if there else None


def _vector(column: Any, at: int) -> bytes:
    dim, data = column.vectors.dim, getattr(column.vectors, VECTORS[column.type][0])
    if column.type == TYPES.FloatVector:
        data = np.array(data.data, "<f4").tobytes()
        return data[at * dim * 4 : (at + 1) * dim * 4]
    assert isinstance(data, bytes)
    return data[at * dim * 2 : (at + 1) * dim * 2]


def _columns(
    stored: Stored, rows: list[dict[str, Any]], names: list[str]
) -> Iterator[dict[str, Any]]:
    known = {f.name: f.data_type for f in stored.schema.fields}
    for name in names:
        if known.get(name) in VECTORS:
            yield _vectors_column(known[name], name, [row[name] for row in rows])
        elif name in known:
            text = {"string_data": {"data": [row[name] for row in rows]}}
            yield {"type": TYPES.VarChar, "field_name": name, "scalars": text}
    if set(names) - set(known):
        cells = {"json_data": {"data": [row.get(DYNAMIC, b"{}") for row in rows]}}
        yield {
            "type": TYPES.JSON,
            "field_name": "$meta",
            "scalars": cells,
            "is_dynamic": True,
        }


def _vectors_column(kind: int, name: str, vectors: list[bytes]) -> dict[str, Any]:
    data: Any = b"".join(vectors)
    each = 4 if kind == TYPES.FloatVector else 2
    dim = len(vectors[0]) // each if vectors else 1
    if kind == TYPES.FloatVector:
        data = {"data": np.frombuffer(data, "<f4")}
    column = {"dim": dim, VECTORS[kind][0]: data}
    return {"type": kind, "field_name": name, "vectors": column}


def _queries(request: Any, stored: Stored) -> list[np.ndarray]:
    group = common_pb2.PlaceholderGroup.FromString(request.placeholder_group)
    [values] = group.placeholders
    if values.type != VECTORS[stored.vector_type][1]:
        raise Refused(INVALID, "vector type must be the same")
    return [_numbers(stored, value) for value in values.values]


def _numbers(stored: Stored, data: bytes) -> np.ndarray:
    if stored.vector_type == TYPES.FloatVector:
        return np.frombuffer(data, "<f4").astype(np.float64)
    if stored.vector_type == TYPES.Float16Vector:
        return np.frombuffer(data, "<f2").astype(np.float64)
    upper = np.frombuffer(data, "<u2").astype("<u4") << 16
    return upper.view("<f4").astype(np.float64)


def _score(stored: Stored, query: np.ndarray, row: dict[str, Any]) -> float:
    """Cosine similarity."""
    vector = _numbers(stored, row["vector"])
    norms = np.linalg.norm(query) * np.linalg.norm(vector)
    return float(query @ vector / norms)
