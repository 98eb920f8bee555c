"""What one request may bring, and what people bring is far from that."""

from __future__ import annotations

import base64

import pytest

from fiftyone_milvus import checks
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.searches.query import Query, Term

ID = "a" * 24


def image(size):
    return base64.b64encode(bytes(size)).decode()


def terms(*of):
    return {"terms": list(of)}


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (terms({"text": ["a"] * 3_000}), "3,000 phrasings"),
        (terms(*[{"text": ["a"] * 100, "weight": 1 + i} for i in range(11)]), "texts"),
        (terms({"result_ids": [ID] * 1_000_000}), "1,000,000 ids"),
        (terms(*[{"result_ids": [ID] * 150_000}] * 2), "300,000 ids"),
        (terms(*[{"image": image(7_900_000)}] * 9), "71 MB"),
        (terms(*[{"id": ID}] * 201), "201 terms"),
        (terms({"vector": [1] * 40_000}), "40,000 numbers"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_query_of_too_much_is_refused(query, words):
    with pytest.raises(InvalidRequest, match=words):
        Query.from_dict(query)


def test_a_query_of_what_people_select_is_not():
    selected = Term(result_ids=[f"{i:024x}" for i in range(100_000)])
    templates = [Term(text=[f"a photo of {i}" for i in range(80)]) for _ in range(12)]
    photos = [Term(image=bytes(600_000)) for _ in range(100)]
    assert len(Query((selected, *templates, *photos)).terms) == 113


def test_what_people_send_is_not_too_much():
    checks.check_size(
        {
            "ids": [f"{i:024x}" for i in range(100_000)],
            "query": terms(*[{"image": image(600_000)}] * 100),
            "view": [{"_cls": "Select", "kwargs": [["sample_ids", [ID] * 100_000]]}],
        }
    )


def test_half_a_character_is_no_text():
    with pytest.raises(InvalidRequest, match="half of a character"):
        checks.check_size({"a": [{"b": "\ud800"}]})
