"""A collection is created, with its index, by whichever client comes first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ..errors import CollectionError, InvalidRequest, VectorSearchError
from .client import WRITE_SECONDS
from .collection import (
    MAX_ID_LENGTH,
    METRICS,
    OWNER,
    PK,
    SAMPLE_ID,
    VECTOR,
    Owner,
    check_name,
)
from .index_types import build_choice
from .partitions import PartitionedCollection

if TYPE_CHECKING:
    from pymilvus import MilvusClient


class CreatableCollection(PartitionedCollection):
    """A collection that may have to be created."""

    created = False  # by this object

    def create(self, dim: int, owner: Owner) -> None:
        """Creates it with its index, stamped with its owner, ready for use.

        Raises:
            CollectionError: if a collection of this name exists
            InvalidRequest: if the server lacks the index type, or refuses the name
        """
        try:
            created = self.create_if_missing(dim, owner)
        except Exception:
            if self.created:
                self.drop_quietly()
            raise
        if not created:
            raise CollectionError(
                f"Milvus at {self.connection.settings.address} already has a "
                f"collection '{self.name}'. Choose another collection_name."
            )

    def create_if_missing(self, dim: int, owner: Owner) -> bool:
        """Creates it where other handles of the same index may do so at the same time,
        in this process or in another one. What a failure leaves, they may be using.

        Returns:
            whether this call created it. One that was there may be of somebody else,
            and need not fit. Some servers tell two calls with one owner that both did

        Raises:
            InvalidRequest: if the server lacks the index type, or refuses the name
        """
        check_name(self.name)
        self._check_index_type()
        self.forget()
        self.created = not self.exists() and self._create(dim, owner)
        if self.created or (self.owner() == owner and not self.is_indexed):
            try:
                self._create_index()
            except Exception:
                if self.created:  # nobody writes before there is an index
                    self.drop_quietly()
                    self.created = False
                raise
            partition = self._chosen_partition
            if partition is not None and not self._has_partition(partition):
                self._create_partition(partition, owner)
            self._load()
        return self.created

    def _create(self, dim: int, owner: Owner) -> bool:
        """Whether it was created: not if another client was quicker."""
        try:
            self._call(lambda c: self._create_collection(c, dim, owner))
        except VectorSearchError:
            if not self.exists():
                raise
            return False
        return True

    def _create_collection(self, client: MilvusClient, dim: int, owner: Owner) -> None:
        from pymilvus import DataType

        schema = client.create_schema(auto_id=False, enable_dynamic_field=True)
        schema.add_field(
            PK, DataType.VARCHAR, is_primary=True, max_length=MAX_ID_LENGTH
        )
        schema.add_field(VECTOR, DataType.FLOAT_VECTOR, dim=dim)
        schema.add_field(SAMPLE_ID, DataType.VARCHAR, max_length=MAX_ID_LENGTH)
        shards = self.options.num_shards
        client.create_collection(
            self.name,
            schema=schema,
            consistency_level=self.consistency_level,
            properties={OWNER: owner.text},
            timeout=WRITE_SECONDS,
            **({"num_shards": shards} if shards else {}),
        )

    def _check_index_type(self) -> None:
        chosen = self.options.index_type
        if chosen is None:
            return
        can = self.connection.capabilities
        if chosen not in can.index_types:
            raise InvalidRequest(
                f"Milvus {can.version} at {self.connection.settings.address} has no "
                f"index type {chosen}. Choose one that it has: "
                f"{', '.join(can.index_types)}."
            )

    def _create_index(self) -> None:
        settings, client = self.connection.settings, self.connection.client
        index_type, params = build_choice(
            self.options, embedded=settings.embedded, self_hosted=client.is_self_hosted
        )
        if settings.embedded:
            # as they are, they get lost on the way to Milvus Lite
            params = {"params": json.dumps(params)}
        index = client.prepare_index_params()
        index.add_index(
            VECTOR,
            index_type=index_type,
            metric_type=METRICS[self.metric],
            params=params,
        )
        try:
            # there is nothing yet to wait for
            self._call(
                lambda c: c.create_index(
                    self.name, index, timeout=WRITE_SECONDS, sync=False
                )
            )
        except VectorSearchError as e:
            if "invalid index type" not in str(e):
                raise
            raise InvalidRequest(
                f"Milvus {self.connection.version} at {settings.address} has no index "
                f"type {index_type}. Choose another, such as HNSW."
            ) from e

    def _load(self) -> None:
        replicas = self.options.replicas
        self._call(
            lambda c: c.load_collection(
                self.name,
                timeout=WRITE_SECONDS,
                # a server takes seconds, and rows meanwhile; it keeps readers waiting
                _async=not self.connection.settings.embedded,
                **({"replica_number": replicas} if replicas else {}),
            )
        )
