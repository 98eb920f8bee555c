import pytest

from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.search import result_cache
from harness.results import search_result


class View:
    def _serialize(self):
        return []


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Clock:
    """The time of a cache of its own, of three results or 120 ids."""
    clock = Clock()
    monkeypatch.setattr(result_cache, "MAX_CACHED_IDS", 120)
    monkeypatch.setattr(result_cache, "MAX_CACHED_RESULTS", 3)
    monkeypatch.setattr(result_cache, "_cache", result_cache.new_cache(clock))
    return clock


def keep(count: int) -> str:
    result = search_result([f"{i:03d}" for i in range(count)])
    return result_cache.keep(result, View())


def test_an_unknown_result_says_what_to_do():
    with pytest.raises(InvalidRequest, match="Search again"):
        result_cache.get("nonsense")


def test_results_expire_after_an_hour(clock):
    token = keep(60)
    clock.now = result_cache.SECONDS - 1
    assert len(result_cache.get(token).result.ids) == 60
    clock.now += 2
    with pytest.raises(InvalidRequest, match="Search again"):
        result_cache.get(token)


@pytest.mark.parametrize(("count", "fit"), [(1, 3), (60, 2)])
def test_the_least_recently_used_makes_room(clock, count, fit):
    tokens = [keep(count) for _ in range(fit)]
    assert result_cache.get(tokens[0])  # now the second was used least recently
    newest = keep(count)
    assert result_cache.get(tokens[0]) and result_cache.get(newest)
    with pytest.raises(InvalidRequest):
        result_cache.get(tokens[1])


def test_one_result_is_kept_however_large(clock):
    assert len(result_cache.get(keep(600)).result.ids) == 600
