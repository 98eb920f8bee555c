"""What the embedded server refuses, from any client: calls that it has no use for, and
names that Milvus itself would refuse. It has the writers of a collection take turns.

Milvus Lite takes names as they come. Milvus's own rule is in its documentation, *Limits
on identifiers*: letters, digits and underscores, at most 255, not a digit first.
"""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

import grpc
from google.protobuf.message import DecodeError, Message
from pymilvus.grpc_gen import schema_pb2

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")

# Fields of the protocol's messages that hold the name of something, or several
NAME_FIELDS = frozenset(
    {
        *("db_name", "collection_name", "collection_names", "alias"),
        *("partition_name", "partition_names", "field_name", "index_name"),
        *("oldName", "newName", "newDBName"),
    }
)

# Messages that hold values and no names
ROWS = ("IDs", "KeyValuePair", "TemplateValue")

# Every call that changes a collection
WRITES = frozenset(
    {
        *("CreateCollection", "DropCollection", "RenameCollection"),
        *("AlterCollection", "TruncateCollection"),
        *("LoadCollection", "ReleaseCollection"),
        *("CreatePartition", "DropPartition", "CreateIndex", "DropIndex"),
        *("Insert", "Upsert", "Delete", "Flush", "ManualCompaction"),
    }
)

# What FiftyOne, this plugin and pymilvus's own client ask of a Milvus Lite
CALLS = WRITES | {
    *("Connect", "GetVersion", "CheckHealth"),
    *("HasCollection", "DescribeCollection", "ShowCollections"),
    *("GetCollectionStatistics", "GetLoadingProgress", "GetLoadState"),
    *("HasPartition", "ShowPartitions", "LoadPartitions", "ReleasePartitions"),
    *("GetPartitionStatistics", "DescribeIndex"),
    *("Query", "Search", "HybridSearch"),
    *("GetFlushState", "GetCompactionState"),
    *("CreateAlias", "AlterAlias", "DropAlias", "DescribeAlias", "ListAliases"),
    *("CreateDatabase", "DropDatabase", "ListDatabases", "DescribeDatabase"),
    "AlterDatabase",
}


class Guard(grpc.ServerInterceptor):
    """Answers ``UNIMPLEMENTED`` to calls that aren't in :data:`CALLS`, and
    ``INVALID_ARGUMENT`` to requests with a name that Milvus doesn't allow; and lets the
    writers of one collection take turns."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[str, threading.RLock] = defaultdict(threading.RLock)

    def intercept_service(self, continuation: Callable[[Any], Any], call: Any) -> Any:
        name = call.method.rsplit("/", 1)[-1]
        if name not in CALLS:
            return _refusing(
                grpc.StatusCode.UNIMPLEMENTED,
                f"The embedded Milvus has no call {name}. Use a Milvus server for it.",
            )
        handler = continuation(call)
        if handler is None or handler.unary_unary is None:
            return handler

        def checked(request: Any, context: Any) -> Any:
            wrong = next((one for one in names(request) if not is_name(one)), None)
            if wrong is not None:
                context.abort(
                    grpc.StatusCode.INVALID_ARGUMENT,
                    f"Milvus can't have the name {wrong[:100]!r}. Use letters, digits "
                    "and underscores, not a digit first, at most 255 characters.",
                )
            with self._lock(request) if name in WRITES else nullcontext():
                return handler.unary_unary(request, context)

        return grpc.unary_unary_rpc_method_handler(
            checked, handler.request_deserializer, handler.response_serializer
        )

    def _lock(self, request: Any) -> threading.RLock:
        listed = getattr(request, "collection_names", None)
        name = getattr(request, "collection_name", "") or (listed[0] if listed else "")
        with self._guard:
            return self._locks[name]


def is_name(text: str) -> bool:
    """Whether Milvus allows the name; an empty one stands for the default."""
    return not text or NAME.fullmatch(text) is not None


def names(request: Message) -> Iterator[str]:
    """Every name in a request, those in the messages within it included."""
    for field, value in request.ListFields():
        if field.name in NAME_FIELDS:
            yield from [value] if isinstance(value, str) else value
        elif field.name == "schema" and isinstance(value, bytes):
            yield from _schema_names(value)
        elif field.message_type is not None:
            for one in [value] if isinstance(value, Message) else value:
                if isinstance(one, Message):  # a map's keys are none
                    yield from _names_within(one)


def _names_within(message: Any) -> Iterator[str]:
    kind = message.DESCRIPTOR.name
    if kind == "FieldData":  # the rest of it is rows, most of a request
        yield "" if message.is_dynamic else message.field_name
    elif kind not in ROWS:
        yield from names(message)


def _schema_names(data: bytes) -> Iterator[str]:
    try:
        schema = schema_pb2.CollectionSchema.FromString(data)
    except DecodeError:
        yield "a schema that can't be read"
        return
    yield schema.name
    for field in schema.fields:
        yield field.name


def _refusing(code: grpc.StatusCode, reason: str) -> grpc.RpcMethodHandler:
    def refuse(request: bytes, context: Any) -> None:
        context.abort(code, reason)

    return grpc.unary_unary_rpc_method_handler(refuse)
