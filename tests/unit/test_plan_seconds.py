import pytest

from fiftyone_milvus.retrieval import plans
from fiftyone_milvus.retrieval.plans import Seconds, Stopwatch


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 0.0

    monkeypatch.setattr(plans.time, "perf_counter", lambda: Clock.now)
    return Clock


def test_a_stage_within_another_counts_once(clock):
    watch = Stopwatch()

    def values():
        for value in range(3):
            clock.now += 2
            yield value

    with watch.timing("ranking"):
        for _ in watch.each("milvus", values()):
            clock.now += 1
    assert watch.seconds == Seconds(milvus=6, ranking=3)


def test_a_stage_that_fails_counts(clock):
    watch = Stopwatch()
    with pytest.raises(KeyError), watch.timing("ids"):
        clock.now += 4
        raise KeyError
    assert watch.seconds == Seconds(ids=4)


def test_seconds_add_up():
    assert Seconds(1, 2, 3) + Seconds(0.5, 0, 1) == Seconds(1.5, 2, 4)
