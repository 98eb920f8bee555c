"""A query's terms as values and as plain data, and their formula."""

import base64
import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.searches import query_vector
from fiftyone_milvus.searches.query import KINDS, MAX_TERMS, Crop, Query, Term
from fiftyone_milvus.searches.request import SearchRequest

ID, OTHER = "a" * 24, "b" * 24


def png(size=(4, 4), mode="RGB", color=(200, 0, 0), **kwargs):
    file = io.BytesIO()
    Image.new(mode, size, color).save(file, "PNG", **kwargs)
    return file.getvalue()


# -- terms

ONE_OF_EACH = {
    "id": ID,
    "sample_id": ID,
    "text": ("a bird", "a photo of a bird"),
    "image": png(),
    "crop": Crop(ID, (0.25, 0, 0.5, 1)),
    "vector": (0.5, -1.25),
    "result_ids": (ID, OTHER),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_term_comes_back_from_plain_data(kind):
    term = Term(**{kind: ONE_OF_EACH[kind]}, weight=0.5, negative=True)
    data = json.loads(json.dumps(term.to_dict()))
    assert Term.from_dict(data) == term
    assert term.kind == kind and term.label.startswith("not like ")


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1))
def test_a_vector_comes_back_to_the_bit(values):
    term = Term(vector=np.array(values, np.float32))
    again = Term.from_dict(json.loads(json.dumps(term.to_dict())))
    np.testing.assert_array_equal(np.float32(again.vector), np.float32(values))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "one of"),
        ({"id": ID, "text": "a"}, "one of"),
        ({"path": "/etc/passwd"}, "one of"),
        ("text", "one of"),
        ({"id": " "}, "a text that isn't empty"),
        ({"id": 7}, "a text that isn't empty"),
        ({"text": []}, "a text, or several"),
        ({"text": ["a", ""]}, "a text that isn't empty"),
        ({"text": "a" * 2001}, "longer than"),
        ({"result_ids": []}, "a text, or several"),
        ({"result_ids": [ID, None]}, "a text that isn't empty"),
        ({"text": "a", "weight": 0}, "above 0"),
        ({"text": "a", "weight": -1}, "negative"),
        ({"text": "a", "weight": float("nan")}, "above 0"),
        ({"text": "a", "weight": float("inf")}, "above 0"),
        ({"text": "a", "weight": True}, "above 0"),
        ({"text": "a", "weight": "1"}, "above 0"),
        ({"vector": []}, "list of numbers"),
        ({"vector": [1, float("nan")]}, "NaN"),
        ({"vector": [1, "2"]}, "list of numbers"),
        ({"vector": [1, 1e300]}, "infinite"),
        ({"image": "no base64!"}, "base64"),
        ({"image": ""}, "empty"),
        ({"image": 7}, "base64"),
        ({"crop": {"sample_id": ID}}, "Give a crop as"),
        ({"crop": {"sample_id": ID, "box": [0, 0, 1]}}, "box of a crop"),
        ({"crop": {"sample_id": ID, "box": [0, 0, 0, 1]}}, "isn't in the image"),
        ({"crop": {"sample_id": ID, "box": [0.5, 0, 0.6, 1]}}, "isn't in the image"),
        ({"crop": {"sample_id": ID, "box": [-0.1, 0, 0.6, 1]}}, "isn't in the image"),
        ({"crop": {"sample_id": ID, "box": [0, 0, 1, None]}}, "box of a crop"),
    ],
    ids=str,
)
def test_a_term_that_cannot_be_is_reported(data, words):
    with pytest.raises(InvalidRequest, match=words):
        Term.from_dict(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "Give the query as"),
        ([], "Give the query as"),
        ({"terms": "a"}, "Give the query as"),
        ({"terms": [], "k": 1}, "Give the query as"),
        ({"terms": []}, "there is none"),
        ({"terms": [{"text": "a"}] * (MAX_TERMS + 1)}, "too many"),
        ({"terms": [{"image": "A" * 100}] * 5_000}, "too many"),
        (
            {"terms": [{"text": "a", "weight": 2}, {"text": "a", "negative": True}]},
            "has text .a., and has it as a negative",
        ),
        ({"terms": [{"id": ID, "negative": True}]}, "only negative examples"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_query_that_cannot_be_is_reported(data, words):
    with pytest.raises(InvalidRequest, match=words):
        Query.from_dict(data)


def test_a_query_comes_back_from_plain_data():
    terms = tuple(Term(**{kind: value}) for kind, value in ONE_OF_EACH.items())
    asked = Query(terms)
    assert Query.from_dict(json.loads(json.dumps(asked.to_dict()))) == asked


def test_feedback_adds_marks_and_the_latest_counts():
    first = Query.of(text="a bird")
    second = first.with_feedback(more=["x", "y"], less=["z"])
    third = second.with_feedback(more=["z"], less=["x"])
    assert [t.label for t in third.terms] == [
        'text "a bird"',
        "image y",
        "image z",
        "not like image x",
    ]
    assert len(first.terms) == 1 and len(second.terms) == 4  # to be stepped back to


# -- the formula


class Index:
    """What resolving asks of an index, with vectors that are known."""

    key = "k"

    def __init__(self, vectors, metric="cosine"):
        self.vectors = vectors
        self.config = self
        self.rows = self.collection = self
        self.metric = metric
        self.patches_field = None

    def vectors_of(self, ids):
        return np.stack([self.vectors[id_] for id_ in ids])

    def dimension(self):
        return len(next(iter(self.vectors.values())))


def an_index(metric="cosine", count=6, dim=5):
    vectors = np.random.default_rng(0).normal(size=(count, dim)).astype(np.float32)
    return Index({f"r{i}": vector for i, vector in enumerate(vectors)}, metric)


def test_one_wanted_row_is_the_query():
    index = an_index()
    found = query_vector.resolve(index, Query.of(ids=["r2"]))
    np.testing.assert_array_equal(found.vector[0], index.vectors["r2"])
    assert found.ids == {"r2"}


@pytest.mark.parametrize("metric", ["cosine", "dotproduct", "euclidean"])
def test_wanted_rows_are_averaged_as_fiftyone_does(metric):
    index = an_index(metric)
    found = query_vector.resolve(index, Query.of(ids=["r0", "r1", "r4"]))
    rows = index.vectors_of(["r0", "r1", "r4"])
    np.testing.assert_allclose(found.vector[0], rows.mean(axis=0), rtol=1e-5)


signs = st.lists(
    st.tuples(st.integers(0, 5), st.booleans(), st.floats(0.1, 10)),
    min_size=1,
    max_size=6,
    unique_by=lambda one: one[0],
).filter(lambda terms: not all(negative for _, negative, _ in terms))


@given(signs, st.sampled_from(["cosine", "dotproduct", "euclidean"]))
def test_terms_are_combined_by_rocchios_formula(given_terms, metric):
    index = an_index(metric)
    terms = [Term(id=f"r{i}", negative=u, weight=w) for i, u, w in given_terms]
    found = query_vector.resolve(index, Query(tuple(terms))).vector[0]

    def mean(negative):
        some = [(i, w) for i, u, w in given_terms if u == negative]
        total = np.zeros(5)
        for i, weight in some:
            vector = index.vectors[f"r{i}"].astype(float)
            if metric == "cosine" and not plain:
                vector = vector / np.linalg.norm(vector)
            total += weight * vector
        return total / sum(w for _, w in some) if some else total

    plain = len({(w, u) for _, u, w in given_terms}) == 1
    wanted = mean(False) - query_vector.STEER * mean(True)
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


def test_terms_that_cancel_each_other_are_reported():
    index = Index({"a": np.float32([1, 0]), "b": np.float32([-1, 0])})
    with pytest.raises(InvalidRequest, match="cancel each other"):
        query_vector.resolve(index, Query.of(ids=["a", "b"]))


def test_a_vector_of_another_length_is_reported():
    with pytest.raises(
        InvalidRequest, match="dimension 5; the dimension of a vector is 2"
    ):
        query_vector.resolve(an_index(), Query.of(vector=[1, 2]))


@pytest.mark.parametrize("metric", ["cosine", "dotproduct", "euclidean"])
def test_each_term_says_how_near_a_match_is(metric):
    index = an_index(metric)
    terms = (Term(id="r0"), Term(id="r1", negative=True, weight=3))
    scores = query_vector.term_scores(
        index, query_vector.resolve(index, Query(terms)), ["r2", "r0", "r5"]
    )
    assert scores.shape == (3, 2)
    a, b = index.vectors["r2"].astype(float), index.vectors["r1"].astype(float)
    wanted = {
        "cosine": a @ b / np.linalg.norm(a) / np.linalg.norm(b),
        "dotproduct": a @ b,
        "euclidean": np.linalg.norm(a - b),
    }[metric]
    assert scores[0, 1] == pytest.approx(wanted, rel=1e-6)
    if metric == "cosine":
        assert scores[1, 0] == pytest.approx(1)


def test_a_image_in_a_query_may_not_be_larger_than_an_upload():
    data = base64.b64encode(bytes(9 * 2**20)).decode()
    with pytest.raises(InvalidRequest, match="at most 8 MB"):
        Term.from_dict({"image": data})


def test_images_by_their_objects_are_not_combined_with_another_index():
    with pytest.raises(InvalidRequest, match="either min_matches or fuse_with"):
        SearchRequest("a", Query.of(text="x"), min_matches=2, fuse_with="b")
