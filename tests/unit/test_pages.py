import numpy as np
import pytest

from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.nearest.plans import Plan
from fiftyone_milvus.searching import pages
from fiftyone_milvus.searching.query import Resolved
from fiftyone_milvus.searching.results import Result
from fiftyone_milvus.searching.terms import Query


def result(count: int = 60) -> Result:
    ids = [f"{i:03d}" for i in range(count)]
    plan = Plan("index", True, "over the whole index")
    dists = np.arange(count) / count
    asked = Resolved(Query.of(ids=["q"]), np.zeros((1, 2)), (), frozenset())
    samples = [i[::-1] for i in ids]
    return Result("key", None, "cosine", ids, samples, dists, plan, 0.1, asked, None)


def test_the_next_hits_come_without_another_search():
    token = pages.keep(result())
    assert pages.page(token, 0, 25).ids == [f"{i:03d}" for i in range(25)]
    after = pages.page(token, 25, 25)
    assert after.ids == [f"{i:03d}" for i in range(25, 50)]
    assert after.sample_ids == [i[::-1] for i in after.ids]
    np.testing.assert_array_equal(after.scores, 1 - np.arange(25, 50) / 60)
    assert len(pages.page(token, 50, 25).ids) == 10
    assert pages.page(token, 75, 25).ids == []
    assert len(pages.get(token).ids) == 60


def test_an_unknown_result_says_what_to_do():
    with pytest.raises(InvalidRequest, match="Search again"):
        pages.page("nonsense", 0, 25)


def test_results_go_after_an_hour(monkeypatch):
    now = 0.0
    monkeypatch.setattr(pages.time, "monotonic", lambda: now)
    token = pages.keep(result())
    now = pages.KEPT_SECONDS - 1
    assert pages.get(token)
    now += 2
    with pytest.raises(InvalidRequest, match="Search again"):
        pages.get(token)


@pytest.mark.parametrize("limit", ["KEPT_RESULTS", "KEPT_HITS"])
def test_the_oldest_make_room(monkeypatch, limit):
    monkeypatch.setattr(pages, limit, {"KEPT_RESULTS": 2, "KEPT_HITS": 120}[limit])
    first, second = pages.keep(result()), pages.keep(result())
    assert pages.get(first)  # now the second is the oldest
    third = pages.keep(result())
    assert pages.get(first) and pages.get(third)
    with pytest.raises(InvalidRequest):
        pages.get(second)


def test_one_result_is_kept_however_large(monkeypatch):
    monkeypatch.setattr(pages, "KEPT_HITS", 10)
    assert len(pages.get(pages.keep(result())).ids) == 60
