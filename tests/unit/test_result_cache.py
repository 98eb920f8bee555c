import numpy as np
import pytest

from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.retrieval.plans import Plan
from fiftyone_milvus.search import result_cache
from fiftyone_milvus.search.query import Query
from fiftyone_milvus.search.query_vector import Resolved
from fiftyone_milvus.search.result import Result


def result(count: int = 60) -> Result:
    ids = [f"{i:03d}" for i in range(count)]
    plan = Plan("index", True, "over the whole index")
    dists = np.arange(count) / count
    asked = Resolved(Query.of(ids=["q"]), np.zeros((1, 2)), (), frozenset())
    samples = [i[::-1] for i in ids]
    return Result("key", None, "cosine", ids, samples, dists, plan, 0.1, asked, None)


def test_the_next_matches_come_without_another_search():
    token = result_cache.keep(result())
    assert result_cache.page(token, 0, 25).ids == [f"{i:03d}" for i in range(25)]
    after = result_cache.page(token, 25, 25)
    assert after.ids == [f"{i:03d}" for i in range(25, 50)]
    assert after.sample_ids == [i[::-1] for i in after.ids]
    np.testing.assert_array_equal(after.scores, 1 - np.arange(25, 50) / 60)
    assert len(result_cache.page(token, 50, 25).ids) == 10
    assert result_cache.page(token, 75, 25).ids == []
    assert len(result_cache.get(token).ids) == 60


def test_an_unknown_result_says_what_to_do():
    with pytest.raises(InvalidRequest, match="Search again"):
        result_cache.page("nonsense", 0, 25)


def test_results_go_after_an_hour(monkeypatch):
    now = 0.0
    monkeypatch.setattr(result_cache.time, "monotonic", lambda: now)
    token = result_cache.keep(result())
    now = result_cache.KEPT_SECONDS - 1
    assert result_cache.get(token)
    now += 2
    with pytest.raises(InvalidRequest, match="Search again"):
        result_cache.get(token)


@pytest.mark.parametrize("limit", ["KEPT_RESULTS", "MAX_CACHED_MATCHES"])
def test_the_oldest_make_room(monkeypatch, limit):
    monkeypatch.setattr(
        result_cache, limit, {"KEPT_RESULTS": 2, "MAX_CACHED_MATCHES": 120}[limit]
    )
    first, second = result_cache.keep(result()), result_cache.keep(result())
    assert result_cache.get(first)  # now the second is the oldest
    third = result_cache.keep(result())
    assert result_cache.get(first) and result_cache.get(third)
    with pytest.raises(InvalidRequest):
        result_cache.get(second)


def test_one_result_is_kept_however_large(monkeypatch):
    monkeypatch.setattr(result_cache, "MAX_CACHED_MATCHES", 10)
    assert len(result_cache.get(result_cache.keep(result())).ids) == 60
