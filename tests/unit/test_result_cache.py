from collections.abc import Iterator

import pytest

from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.searches import result as results
from fiftyone_milvus.tuning import tuned
from harness.results import search_result


class View:
    def _serialize(self):
        return []


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Iterator[Clock]:
    """The time of a cache of its own, of three results or 120 ids."""
    clock = Clock()
    with tuned(MAX_CACHED_IDS=120, MAX_CACHED_RESULTS=3):
        monkeypatch.setattr(results, "_cache", results.new_cache(clock))
        yield clock


def keep(count: int) -> str:
    result = search_result([f"{i:03d}" for i in range(count)])
    return results.cache(result, View()).token


def test_an_unknown_result_says_what_to_do():
    with pytest.raises(InvalidRequest, match="Search again"):
        results.cached("nonsense")


def test_results_expire_after_an_hour(clock):
    token = keep(60)
    clock.now = results.CACHED_SECONDS - 1
    assert len(results.cached(token).result.ids) == 60
    clock.now += 2
    with pytest.raises(InvalidRequest, match="Search again"):
        results.cached(token)


@pytest.mark.parametrize(("count", "fit"), [(1, 3), (60, 2)])
def test_the_least_recently_used_makes_room(clock, count, fit):
    tokens = [keep(count) for _ in range(fit)]
    assert results.cached(tokens[0])  # now the second was used least recently
    newest = keep(count)
    assert results.cached(tokens[0]) and results.cached(newest)
    with pytest.raises(InvalidRequest):
        results.cached(tokens[1])


def test_one_result_is_kept_however_large(clock):
    assert len(results.cached(keep(600)).result.ids) == 600
