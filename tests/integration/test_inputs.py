"""What people give the public calls: taken in every form that FiftyOne's own take, or
refused in a sentence before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import fiftyone as fo
import fiftyone.brain as fob
import numpy as np
import pandas as pd
import pytest
import torch
from bson import ObjectId

from fiftyone_milvus.analysis import duplicates, label_outliers, unique
from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import CollectionError, InvalidRequest
from fiftyone_milvus.indexes import build
from fiftyone_milvus.searches.query import Query, Term
from harness import datasets
from harness.searching import search_index

VECTORS = np.array([[1, 0, 0, 2], [0, 1, 0, 2], [0, 0, 1, 2]], np.float32)


@pytest.fixture(scope="module")
def dataset() -> Iterator[fo.Dataset]:
    made = datasets.make_vectors_dataset(3, 4, 1)
    yield made
    for key in runs.keys(made):
        runs.cleanup(made, key)
    made.delete()


@pytest.fixture(scope="module")
def index(dataset) -> Any:
    common = {"backend": "milvus", "metric": "euclidean", "embeddings": VECTORS}
    return fob.compute_similarity(dataset, brain_key="idx", **common)


@pytest.fixture(scope="module")
def patches(dataset) -> Any:
    return fob.compute_similarity(
        dataset,
        brain_key="objects",
        backend="milvus",
        patches_field="ground_truth",
        embeddings="ground_truth.detections.embedding",
    )


def tensor(dtype: torch.dtype, **params: Any) -> torch.Tensor:
    return torch.tensor(VECTORS.tolist(), dtype=dtype, **params)


EMBEDDINGS = {
    "float16": VECTORS.astype(np.float16),
    "float64": VECTORS.astype(np.float64),
    "integers": VECTORS.astype(np.int8),
    "big-endian": VECTORS.astype(">f4"),
    "not contiguous": np.repeat(VECTORS, 2, axis=1)[:, ::2],
    "read-only": np.frombuffer(VECTORS.tobytes(), np.float32).reshape(3, 4),
    "objects": VECTORS.astype(object),
    "lists": VECTORS.tolist(),
    "tuples": tuple(map(tuple, VECTORS.tolist())),
    "a list of arrays": list(VECTORS),
    "a generator": lambda: (row for row in VECTORS),
    "a frame": pd.DataFrame(VECTORS),
    "a series of arrays": pd.Series(list(VECTORS)),
    "float32 tensor": tensor(torch.float32),
    "float64 tensor": tensor(torch.float64),
    "float16 tensor": tensor(torch.float16),
    "bfloat16 tensor": tensor(torch.bfloat16),
    "integer tensor": tensor(torch.int64),
    "tensor with gradient": tensor(torch.float32, requires_grad=True),
    "a list of tensors": list(tensor(torch.bfloat16, requires_grad=True)),
}


@pytest.mark.parametrize("form", EMBEDDINGS)
def test_embeddings_of_every_form_are_added_and_found(dataset, index, form):
    def given() -> Any:
        value = EMBEDDINGS[form]
        return value() if callable(value) else value

    ids = dataset.values("id")
    index.add_to_index(given(), ids)
    assert index.get_embeddings(sample_ids=ids)[0].tolist() == VECTORS.tolist()
    queries = given()
    near = index.sort_by_similarity(queries, k=3, aggregation="post-min")
    assert near.values("id") == sorted(ids)
    first = queries.iloc[0] if hasattr(queries, "iloc") else next(iter(given()))
    assert index.sort_by_similarity(first, k=1).values("id") == ids[:1]
    found = search_index(index, Query.of(vector=first), 1)
    assert (found.ids, found.scores.tolist()) == (ids[:1], [0])


NO_EMBEDDINGS = [
    ("text", "must be numbers"),
    ([["1", "2", "3", "4"]] * 3, "must be numbers"),
    (VECTORS.astype(complex), "must be numbers"),
    (VECTORS.astype("datetime64[s]"), "must be numbers"),
    ([[1, 2, None, 4]] * 3, "must be numbers"),
    ({"a": VECTORS[0]}, "must be numbers"),
    ([[1, 2], [1, 2, 3], [1]], "differ"),
    (VECTORS[:, :3], "4.*3"),
    (VECTORS[0], "shape"),
    (VECTORS[None], "shape"),
    (VECTORS[:2], "2 vectors came with 3"),
    (VECTORS * np.nan, "NaN"),
    (VECTORS.astype(float) * 1e300, "NaN or infinity"),
]


@pytest.mark.parametrize(
    ("embeddings", "words"), NO_EMBEDDINGS, ids=lambda v: repr(v)[:30]
)
def test_what_are_no_embeddings_is_refused_and_nothing_written(
    dataset, index, embeddings, words
):
    before = index.get_embeddings()[0].tolist()
    with pytest.raises(InvalidRequest, match=words):
        index.add_to_index(embeddings, dataset.values("id"))
    assert index.get_embeddings()[0].tolist() == before


IDS = {
    "texts": list,
    "a tuple": tuple,
    "a generator": iter,
    "numpy": np.array,
    "object ids": lambda ids: [ObjectId(id_) for id_ in ids],
    "an array of object ids": lambda ids: np.array([ObjectId(i) for i in ids]),
    "a series": pd.Series,
    "keys": lambda ids: dict.fromkeys(ids).keys(),
}


@pytest.mark.parametrize("form", IDS)
def test_ids_of_every_form_are_taken(dataset, index, patches, form):
    ids, make = dataset.values("id"), IDS[form]
    index.add_to_index(VECTORS, make(ids))
    assert index.get_embeddings(sample_ids=make(ids))[1].tolist() == ids
    assert len(index.sort_by_similarity(make(ids[1:]), k=2)) == 2
    assert search_index(index, Query.of(ids=make(ids[:1])), 1).ids == ids[:1]
    found = search_index(index, Query.of(ids=ids[:1]), 3, exclude=make(ids[:2]))
    assert found.ids == ids[2:]
    index.remove_from_index(sample_ids=make(ids[:2]))
    assert index.total_index_size == 1
    index.add_to_index(VECTORS, ids)
    labels = dataset.values("ground_truth.detections.id", unwind=True)
    assert patches.get_embeddings(label_ids=make(labels))[2].tolist() == labels


def test_a_single_id_is_one_id(dataset, index):
    ids = dataset.values("id")
    for one in (ids[0], ObjectId(ids[0]), np.str_(ids[0])):
        assert index.get_embeddings(sample_ids=one)[1].tolist() == ids[:1]
        assert index.sort_by_similarity(one, k=1).values("id") == ids[:1]
        assert Term(id=one).id == ids[0]
        assert search_index(index, Query.of(ids=one), 3, exclude=one).ids == ids[1:]
    index.add_to_index(VECTORS[:1], ids[0])
    assert index.total_index_size == 3


NO_IDS = [5, [5], [None], [b"a"], [["a"]], [""], {"a": 1}, b"a"]


@pytest.mark.parametrize("ids", NO_IDS, ids=repr)
def test_what_are_no_ids_is_refused(dataset, index, ids):
    for call in (
        lambda: index.add_to_index(VECTORS[:1], ids),
        lambda: index.get_embeddings(sample_ids=ids),
        lambda: index.remove_from_index(sample_ids=ids),
        lambda: search_index(index, Query.of(ids=ids), 1),
        lambda: index.add_to_index(VECTORS[:1], [dataset.first()]),
    ):
        with pytest.raises(InvalidRequest, match="strings or ObjectIds"):
            call()
    with pytest.raises(InvalidRequest, match="no order"):
        index.add_to_index(VECTORS[:1], {dataset.first().id})
    assert index.total_index_size == 3


def test_sample_and_label_ids_are_not_mixed_up(dataset, index, patches):
    ids = dataset.values("id")
    with pytest.raises(InvalidRequest, match="give their label_ids too"):
        patches.add_to_index(VECTORS, ids)
    with pytest.raises(InvalidRequest, match="it has no label ids"):
        index.add_to_index(VECTORS, ids, label_ids=ids)
    assert index.total_index_size == 3


COUNTS = [2, np.int64(2), np.float32(2), 2.0]
NO_COUNTS = [0, -1, True, "2", 2.5, float("nan"), float("inf"), [2]]


@pytest.mark.parametrize("k", [*COUNTS, 10**12], ids=repr)
def test_counts_of_every_type_are_taken(dataset, index, k):
    some = min(3, int(k))
    query = Query.of(vector=VECTORS[0])
    assert len(index.sort_by_similarity(VECTORS[0], k=k)) == some
    assert len(search_index(index, query, k).ids) == some
    assert len(unique.most_unique(index, k).ids) == some


@pytest.mark.parametrize("k", NO_COUNTS, ids=repr)
def test_what_is_no_count_is_refused(index, k):
    for call in (
        lambda: index.sort_by_similarity(VECTORS[0], k=k),
        lambda: search_index(index, Query.of(vector=VECTORS[0]), k),
        lambda: unique.most_unique(index, k),
        lambda: label_outliers.find_outliers(index, "filepath", k=k),
    ):
        with pytest.raises(InvalidRequest, match="ask for 1"):
            call()


@pytest.mark.parametrize("limit", ["1", True, float("nan"), [1]], ids=repr)
def test_what_is_no_limit_is_refused(index, limit):
    for call in (
        lambda: search_index(index, Query.of(vector=VECTORS[0]), 3, min_score=limit),
        lambda: duplicates.find_groups(index, limit),
        lambda: duplicates.find_groups(index, fraction=limit),
        lambda: label_outliers.find_outliers(index, "filepath", min_score=limit),
        lambda: index.find_duplicates(thresh=limit),
        lambda: search_index(index, Query((Term(vector=VECTORS[0], weight=limit),)), 3),
    ):
        with pytest.raises(InvalidRequest):
            call()


NAMES = ["embedding", "ground_truth.embedding", "ground_truth.detections.embedding"]


@pytest.mark.parametrize("name", NAMES)
def test_a_field_of_patches_is_named_as_in_fiftyone(dataset, name):
    source = build.Source(embeddings_field=name)
    built = build.build(dataset, "named", source, patches_field="ground_truth")
    assert built.rows == dataset.count("ground_truth.detections")
    assert runs.describe(dataset, "named").embeddings_field == "embedding"
    runs.cleanup(dataset, "named")


# -- filters

LONG = "x" * 1_500
TEXTS = [
    'a "quoted" word',
    "it's",
    "back\\slash",
    'both \\" and \\\\',
    "two\nlines",
    "a null \0 inside",
    "a bell \a",
    "a\ttab",
    "日本語 🙂 é",
    "%_[]{}()",
    "",
    " ",
    "a" + LONG,
    LONG + "a",
    LONG + "b",
    'x" or pk != "',
]


@pytest.fixture
def texts(milvus) -> Iterator[fo.Dataset]:
    made = datasets.make_vectors_dataset(len(TEXTS), 4, 1)
    made.set_values("text", TEXTS)
    made.set_values("texts", [[text, "same"] for text in TEXTS])
    made.set_values("real", [i / 2 for i in range(len(TEXTS))])
    made.set_values("yes", [i == 1 for i in range(len(TEXTS))])
    source = build.Source(embeddings_field="embeddings")
    fields = ("text", "texts", "number", "real", "yes")
    build.build(made, "idx", source, filter_fields=fields)
    yield made
    runs.cleanup(made, "idx")
    made.delete()


def test_a_filter_takes_every_text_and_type(texts):
    ids, index = texts.values("id"), runs.load(texts, "idx")

    def found(**where: Any) -> list[str]:
        query = Query.of(vector=[1.0] * 4)
        return sorted(search_index(index, query, len(ids), where=where).ids)

    for id_, text in zip(ids, TEXTS, strict=True):
        assert found(text=text) == found(text=[text]) == [id_], repr(text)
        assert found(texts=text) == [id_], repr(text)
    assert found(text=set(TEXTS)) == found(text=np.array(TEXTS)) == sorted(ids)
    assert found(text=LONG) == found(text="x" * 1_000) == []
    for two in (2, 2.0, np.int32(2), np.float16(2)):
        assert found(number=two) == found(number=[two]) == ids[2:3]
        assert found(number={"min": two, "max": two}) == ids[2:3]
    assert found(real=np.float32(0.5)) == ids[1:2]
    assert found(yes=True) == found(yes=np.True_) == ids[1:2]
    for where in (
        {"text": 5},
        {"text": None},
        {"text": b"a"},
        {"number": "2"},
        {"number": True},
        {"number": 2**70},
        {"number": float("nan")},
        {"number": {"min": "a"}},
        {"yes": 1},
        {"yes": "true"},
        {"text": ObjectId()},
        {"text": []},
        {"nothing": 1},
    ):
        with pytest.raises(InvalidRequest):
            found(**where)
    with pytest.raises(InvalidRequest, match="Give where as an object"):
        search_index(index, Query.of(vector=[1.0] * 4), 3, where="text")


# -- whose a collection is


def test_a_clean_up_says_whose_it_would_take(dataset, index):
    clone = dataset.clone()
    try:
        for mine, words in (
            (dataset, f"the index 'idx' of the dataset '{clone.name}' uses it too"),
            (clone, f"was not created by this dataset, but by '{dataset.name}'"),
        ):
            plan = runs.cleanup_plan(mine, "idx")
            assert not plan.deletes_rows
            assert words in plan.message
            with pytest.raises(CollectionError, match=words):
                runs.load(mine, "idx").cleanup()
        runs.cleanup(clone, "idx")
        assert runs.cleanup_plan(dataset, "idx").deletes_rows
        assert index.total_index_size == 3
    finally:
        clone.delete()


def test_the_partition_of_an_original_is_not_dropped_with_its_clone(dataset, index):
    other = datasets.make_vectors_dataset(3, 4, 1, seed=5)
    shared = fob.compute_similarity(
        other,
        brain_key="part",
        backend="milvus",
        metric="euclidean",
        collection_name=index.config.collection_name,
        embeddings="embeddings",
    )
    clone = other.clone()
    try:
        plan = runs.cleanup(clone, "part")
        assert not plan.deletes_rows and f"'{other.name}'" in plan.message
        assert shared.total_index_size == 3
        assert "deletes the partition" in runs.cleanup(other, "part").message
        assert index.total_index_size == 3
    finally:
        clone.delete()
        other.delete()
