"""What the process of the embedded Milvus adds to Milvus Lite's database."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from milvus_lite.schema.types import CollectionSchema, DataType, FieldSchema

from fiftyone_milvus.store.embedded_server import Database

THREADS = 8


def test_a_collection_that_many_ask_for_first_is_opened_once(tmp_path):
    fields = [
        FieldSchema("pk", DataType.VARCHAR, is_primary=True, max_length=100),
        FieldSchema("vector", DataType.FLOAT_VECTOR, dim=4),
    ]
    made = Database(str(tmp_path))
    made.create_collection("c", CollectionSchema(fields))
    made.close()
    again = Database(str(tmp_path))
    together = threading.Barrier(THREADS)

    def opened(_: int) -> Any:
        together.wait()
        return again.get_collection("c")

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(opened, range(THREADS)))
    again.close()
    assert len({id(each) for each in found}) == 1
