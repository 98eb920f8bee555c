"""A collection is created, with its index, by whichever client comes first."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from ..errors import CollectionError, InvalidRequest, VectorSearchError
from ..metrics import METRICS
from . import id_bitmaps, partitions
from .client import WRITE_SECONDS
from .collection import (
    ID_NUMBER,
    MAX_ID_LENGTH,
    OWNER,
    PK,
    SAMPLE_ID,
    VECTOR,
    Collection,
    Owner,
    check_name,
)
from .index_types import VECTOR_TYPES, build_choice

if TYPE_CHECKING:
    from pymilvus import CollectionSchema


def create(collection: Collection, dim: int, owner: Owner) -> None:
    """Creates a collection with its index, stamped with its owner, ready for use.

    Raises:
        CollectionError: if a collection of this name exists
        InvalidRequest: if the server lacks the index type, or refuses the name
    """
    try:
        created = create_if_missing(collection, dim, owner)
    except Exception:
        if collection.created:
            collection.drop_quietly()
        raise
    if not created:
        raise CollectionError(
            f"Milvus at {collection.connection.settings.address} already has a "
            f"collection '{collection.name}'. Choose another collection_name."
        )


def create_if_missing(collection: Collection, dim: int, owner: Owner) -> bool:
    """Creates a collection where other handles of the same index may do so at the same
    time, in this process or in another one. What a failure leaves, they may be using.

    Returns:
        whether this call created it. One that was there may be of somebody else,
        and need not fit. Some servers tell two calls with one owner that both did

    Raises:
        InvalidRequest: if the server lacks the index type, or refuses the name
    """
    check_name(collection.name)
    _check_index_type(collection)
    _check_vector_type(collection)
    collection.forget()
    collection.created = not collection.exists() and _create(collection, dim, owner)
    # a collection that others create has its index in a moment, which is waited for
    if collection.created or (
        collection.owner() == owner and not collection.is_indexed
    ):
        try:
            _create_index(collection)
        except Exception:
            if collection.created:  # nobody writes before there is an index
                collection.drop_quietly()
                collection.created = False
            raise
        partitions.add(collection, owner, load=False)
        # a server takes seconds, and rows meanwhile; it keeps readers waiting
        collection.load(_async=not collection.embedded)
    return collection.created


def _create(collection: Collection, dim: int, owner: Owner) -> bool:
    """Whether it was created: not if another client was quicker."""
    shards = collection.options.num_shards

    def create_with(numbers: bool) -> None:
        collection.call(
            "create_collection",
            schema=_schema(collection, dim, numbers),
            consistency_level=collection.consistency_level,
            properties={OWNER: owner.text},
            timeout=WRITE_SECONDS,
            **({"num_shards": shards} if shards else {}),
        )

    plain = partial(create_with, numbers=False)
    try:
        if id_bitmaps.can_number(collection):
            newer = partial(create_with, numbers=True)
            collection.connection.try_feature(id_bitmaps.FEATURE, newer, plain)
        else:
            plain()
    except VectorSearchError:
        if not collection.exists():
            raise
        return False
    return True


def _schema(collection: Collection, dim: int, numbers: bool) -> CollectionSchema:
    """The fields of a new collection, with one for the numbers of the primary keys if
    it is to have them. Plain FiftyOne adds rows without."""
    from pymilvus import DataType, MilvusClient

    vector = VECTOR_TYPES[collection.options.vector_type or "float32"]
    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=True)
    schema.add_field(PK, DataType.VARCHAR, is_primary=True, max_length=MAX_ID_LENGTH)
    schema.add_field(VECTOR, DataType[vector], dim=dim)
    schema.add_field(SAMPLE_ID, DataType.VARCHAR, max_length=MAX_ID_LENGTH)
    if numbers:
        schema.add_field(ID_NUMBER, DataType.INT64, nullable=True)
    return schema


def _check_index_type(collection: Collection) -> None:
    chosen = collection.options.index_type
    if chosen is None:
        return
    can = collection.connection.capabilities
    if chosen not in can.index_types:
        raise InvalidRequest(
            f"Milvus {can.version} at {collection.connection.settings.address} has no "
            f"index type {chosen}. Choose one that it has: "
            f"{', '.join(can.index_types)}."
        )


def _check_vector_type(collection: Collection) -> None:
    chosen = collection.options.vector_type or "float32"
    can = collection.connection.capabilities
    if chosen != "float32" and not can.half_vectors:
        raise InvalidRequest(
            f"Milvus {can.version} at {collection.connection.settings.address} stores "
            f"no {chosen} vectors. Choose vector_type='float32', or a Milvus server "
            "2.4 or newer."
        )


def _create_index(collection: Collection) -> None:
    connection = collection.connection
    settings, client = connection.settings, connection.client
    index_type, params = build_choice(
        collection.options,
        embedded=settings.embedded,
        self_hosted=client.is_self_hosted,
    )
    if settings.embedded:
        # as they are, they get lost on the way to Milvus Lite
        params = {"params": json.dumps(params)}
    index = client.prepare_index_params()
    index.add_index(
        VECTOR,
        index_type=index_type,
        metric_type=METRICS[collection.metric],
        params=params,
    )
    try:
        # there is nothing yet to wait for
        collection.call("create_index", index, timeout=WRITE_SECONDS, sync=False)
    except VectorSearchError as e:
        if "invalid index type" not in str(e):
            raise
        raise InvalidRequest(
            f"Milvus {connection.capabilities.version} at {settings.address} has no "
            f"index type {index_type}. Choose another, such as HNSW."
        ) from e
