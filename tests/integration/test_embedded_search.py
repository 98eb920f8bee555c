"""The embedded Milvus answers as Milvus Lite by itself does, whatever was written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from milvus_lite.db import MilvusLite
from milvus_lite.engine import collection as engine
from milvus_lite.schema.types import CollectionSchema, DataType, FieldSchema

from fiftyone_milvus.store import (
    embedded_filters,
    embedded_search,
    filter_expressions,
)

DIM = 8
KEYS, STEPS = 120, 24
READS: list[dict[str, Any]] = [
    {},
    {"partition_names": ["p"]},
    {"expr": "kind == 1"},
    {"expr": "kind != 1", "partition_names": ["_default"]},
    {"expr": 'pk in ["1", "2", "30", "nope"]'},
    {"expr": 'pk in ["1"]', "partition_names": ["p"]},
    {"expr": 'pk in ["", "a \\" b", "2"]'},
    {"expr": 'pk in ["1","2", "3"]'},
    {"expr": 'pk in ["1", "2"] and kind in [1, 2]'},
    {"expr": 'sample_id in ["sample 1", "sample 2"]'},
    {"output_fields": ["sample_id", "kind"]},
    {"output_fields": ["*"]},
    {"output_fields": ["vector"]},
]
PAGES: list[dict[str, Any]] = [
    {"limit": 5, "offset": 2},
    {"order_by_pk": True, "expr": 'pk > "1"', "limit": 9},
    {"order_by_pk": True, "output_fields": ["sample_id"]},
]


@pytest.fixture
def collection(tmp_path, metric, index_type) -> Iterator[Any]:
    db = MilvusLite(str(tmp_path))
    fields = [
        FieldSchema("pk", DataType.VARCHAR, is_primary=True, max_length=100),
        FieldSchema("vector", DataType.FLOAT_VECTOR, dim=DIM),
        FieldSchema("sample_id", DataType.VARCHAR, max_length=100),
    ]
    made = db.create_collection(
        "c", CollectionSchema(fields, enable_dynamic_field=True)
    )
    made.create_partition("p")
    index = {"index_type": index_type, "metric_type": metric, "params": {}}
    made.create_index("vector", index)
    made.load()
    yield made
    db.close()


def change(collection: Any, rng: np.random.Generator) -> None:
    """Adds, replaces or deletes rows, or writes them to files."""
    keys = [str(key) for key in rng.choice(KEYS, 20, replace=False)]
    partition = rng.choice(["p", "_default"])
    rows = [
        {
            "pk": key,
            "vector": rng.normal(size=DIM).tolist(),
            "sample_id": f"sample {key}",
            "kind": int(key) % 3,
        }
        for key in keys
    ]
    what = rng.choice(["insert", "insert", "delete", "flush"])
    if what == "insert":
        collection.insert(rows, partition_name=partition)
    elif what == "delete":
        collection.delete(keys[:8])
    else:
        collection.flush()


def answers(collection: Any, queries: list[list[float]]) -> Iterator[Any]:
    for read in READS:
        yield collection.search(queries, 7, **read)
        yield list(collection.query(**read))
    for page in PAGES:
        yield list(collection.query(**page))
    yield len(collection.query("kind == 2"))
    for partition in ("p", "_default"):
        yield collection.partition_num_entities(partition)
    yield collection.num_entities


@pytest.mark.parametrize("index_type", ["FLAT", "HNSW"])
@pytest.mark.parametrize("metric", ["COSINE", "IP", "L2"])
def test_answers_are_those_of_milvus_lite(collection, metric, index_type, monkeypatch):
    rng = np.random.default_rng(len(metric))
    for step in range(STEPS):
        change(collection, rng)
        if step % 3:
            continue
        queries = rng.normal(size=(3, DIM)).tolist()
        theirs = list(answers(collection, queries))
        with monkeypatch.context() as patch:
            replace_lites(patch)
            ours = list(answers(collection, queries))
        for one, other in zip(ours, theirs, strict=True):
            assert one == about(other)


def replace_lites(patch: pytest.MonkeyPatch) -> None:
    """Has Milvus Lite replaced as in the embedded server, to be undone."""
    before = (
        engine.execute_search_with_index,
        engine.Collection.query,
        engine.Collection._num_entities,
    )
    for place, name in (
        (engine, "execute_search_with_index"),
        (engine.Collection, "query"),
        (engine.Collection, "_num_entities"),
        (engine.Collection, "_compile_filter"),
    ):
        patch.setattr(place, name, getattr(place, name))
    embedded_search.speed_up()
    after = (
        engine.execute_search_with_index,
        engine.Collection.query,
        engine.Collection._num_entities,
    )
    assert not set(before) & set(after)


def about(answer: Any) -> Any:
    """What equals an answer, with distances as exact as 32 bits make them."""
    if isinstance(answer, list) and answer and isinstance(answer[0], list):
        return [
            [{**match, "distance": close(match)} for match in matches]
            for matches in answer
        ]
    return answer


def close(match: dict[str, Any]) -> Any:
    return pytest.approx(match["distance"], abs=1e-4)


@pytest.mark.parametrize(
    ("filter_expr", "found"),
    [
        ('pk in ["a"]', ["a"]),
        ('pk in ["a", "b", "ü"]', ["a", "b", "ü"]),
        ('pk in ["", "b"]', ["", "b"]),
        (filter_expressions.is_in("pk", ["a, b", "]"])["filter"], ["a, b", "]"]),
        ('pk in ["a","b"]', None),
        ('pk in ["a\\"b", "c"]', None),
        ('pk in ["a"] or pk in ["b"]', None),
        ('other in ["a"]', None),
        ("pk in []", None),
        ('pk not in ["a"]', None),
    ],
)
def test_lists_of_ids_are_read_without_parsing(filter_expr, found):
    assert embedded_filters.ids_in(filter_expr, "pk") == found


def test_another_version_of_milvus_lite_is_left_as_it_is(monkeypatch, caplog):
    def search(queries: Any, other: Any) -> None: ...

    monkeypatch.setattr(engine, "execute_search_with_index", search)
    for name in ("query", "_num_entities", "_compile_filter"):
        monkeypatch.setattr(engine.Collection, name, search)
    embedded_search.speed_up()
    assert engine.execute_search_with_index is search
    assert engine.Collection.query is search
    assert "execute_search_with_index isn't as it was" in caplog.text
