"""Vectors of a large dimension, and long ids: more than a message holds, in all."""

import uuid

import fiftyone as fo
import fiftyone.brain as fob
import numpy as np
import pytest

import fiftyone_milvus  # noqa: F401 (makes the backend ours)
from fiftyone_milvus.dataset.ids import within
from fiftyone_milvus.dataset.indexed_samples import IndexedSamples
from fiftyone_milvus.indexes import archive, health
from fiftyone_milvus.retrieval import planner
from fiftyone_milvus.store import client, creation, messages, row_search, settings
from fiftyone_milvus.store.collection import Collection, Owner
from fiftyone_milvus.store.index_types import IndexOptions
from fiftyone_milvus.store.rows import Rows, StoredRows
from harness.oracle import distances, ranked

MESSAGE_BYTES = 64 * 1024 * 1024
COUNT, DIM = 1_100, 16_384
LONG, LONG_IDS = 60_000, 1_200


@pytest.fixture(scope="module")
def large(milvus_of_module):
    """An index of 1,100 samples by vectors of dimension 16,384, 72 MB in all."""
    dataset = fo.Dataset()
    dataset.add_samples(
        [fo.Sample(filepath=f"/s/{i}.jpg", number=i) for i in range(COUNT)],
        progress=False,
    )
    vectors = np.random.default_rng(0).normal(size=(COUNT, DIM)).astype(np.float32)
    assert vectors.nbytes > MESSAGE_BYTES
    index = fob.compute_similarity(
        dataset,
        brain_key="large",
        backend="milvus",
        embeddings=vectors,
        metric="cosine",
        index_type="FLAT",
        filter_fields=["number"],
    )
    yield dataset, index, vectors
    index.delete()
    dataset.delete()


def test_all_vectors_come_back(milvus, large):
    dataset, index, vectors = large
    ids = dataset.values("id")
    found, sample_ids, _ = index.get_embeddings()
    assert sample_ids.tolist() == ids
    assert np.array_equal(found, vectors)
    found, _, _ = index.get_embeddings(sample_ids=ids[::-1])
    assert np.array_equal(found, vectors[::-1])


@pytest.mark.parametrize("plan", ["fetch_and_rank", "full_scan"])
def test_plans_that_read_vectors_rank_them(milvus, large, plan):
    dataset, index, vectors = large
    view = dataset.match(fo.ViewField("number") > 20)
    exact = distances("cosine", vectors[0], vectors[21:])
    found = planner.nearest(
        index.rows,
        vectors[:1],
        5,
        among=within(view, IndexedSamples(dataset)),
        plan=plan,
    )
    assert found.matches[0].ids == ranked(exact, view.values("id"))[:5]


def test_its_health_is_known(milvus, large):
    dataset, _, _ = large
    found = health.health(dataset, "large")
    assert (found.rows, found.missing, found.orphaned) == (COUNT, 0, 0)


def test_filter_values_are_replaced(milvus, large):
    dataset, index, vectors = large
    ids = dataset.values("id")
    before = index.rows.sources(ids)
    index.rows.update_filter_values(
        {id_: {**before[id_].filter_values, "filter_0": -1} for id_ in ids}
    )
    after = index.rows.sources(ids).values()
    assert {row.filter_values["filter_0"] for row in after} == {-1}
    assert np.array_equal(index.rows.fetch(ids[-2:]).vectors, vectors[-2:])


def test_a_file_has_all_of_it(milvus, large, tmp_path):
    dataset, _, vectors = large
    archive.export_index(dataset, "large", tmp_path / "large.parquet")
    with archive.parquet.Reader(tmp_path / "large.parquet") as file:
        found = {
            id_: vector
            for rows in file.batches()
            for id_, vector in zip(rows.ids, rows.vectors, strict=True)
        }
    assert np.array_equal([found[id_] for id_ in dataset.values("id")], vectors)


@pytest.fixture
def long_ids(milvus):
    """Rows whose ids have 60,000 characters, 72 MB in all, and the ids."""
    connection = client.connect(settings.resolve())
    options = IndexOptions(index_type="FLAT", filter_fields=("name",))
    name = f"long_{uuid.uuid4().hex}"
    rows = StoredRows(Collection(connection, name, "cosine", "Strong", options))
    ids = [f"{i:06d}".ljust(LONG, "x") for i in range(LONG_IDS)]
    assert len("".join(ids)) > MESSAGE_BYTES
    creation.create(rows.collection, 2, Owner("d", "d", "k"))
    vectors = np.array([[1, i / 1000] for i in range(LONG_IDS)], np.float32)
    rows.upsert(Rows(ids, [id_[:6] for id_ in ids], vectors))
    yield rows, ids, vectors
    rows.collection.drop()


def test_long_ids_are_written_read_searched_and_deleted(long_ids):
    rows, ids, vectors = long_ids
    assert sorted(rows.all_ids()[0]) == ids
    assert rows.fetch(ids[::-1]).ids == ids[::-1]
    found = row_search.search(rows, vectors[:3], LONG_IDS // 2)  # 108 MB
    assert [len(matches.ids) for matches in found] == [LONG_IDS // 2] * 3
    [matches] = row_search.search(rows, vectors[:1], 3, ids[:30])
    assert matches.ids == ids[:3]
    rows.delete(ids[1:])
    assert rows.ids(ids) == {ids[0]}


def test_rows_are_read_where_pymilvus_keeps_no_columns(milvus, large):
    _, index, _ = large
    fields = ["pk", "sample_id", "vector", "origin", "filter_0"]
    found = index.rows.collection.connection.client.query(
        index.rows.collection.name, output_fields=fields, limit=3
    )
    by_column = messages.read(found, "vector")
    by_row = messages.read([dict(row) for row in found], "vector")
    assert np.array_equal(by_column.vectors, by_row.vectors)
    for one, other in zip(by_column.rows, by_row.rows, strict=True):
        assert {name: one.get(name) for name in fields[:2] + fields[3:]} == {
            name: other.get(name) for name in fields[:2] + fields[3:]
        }
