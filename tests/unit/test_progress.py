"""What a monitor reports of long work."""

import pytest

from fiftyone_milvus import progress
from fiftyone_milvus.errors import Cancelled
from fiftyone_milvus.progress import Failure, Monitor


@pytest.fixture
def now(monkeypatch):
    """The time, which the test sets."""
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_the_rate_is_that_of_the_last_half_minute_of_a_phase(now):
    seen = []
    with Monitor(seen.append) as monitor:
        monitor.report("Loading", 0, 100)
        for at, done in ((150, 10), (160, 20), (200, 40), (210, 100)):
            now[0] = at
            monitor.report("Embedding", done, 100)
    assert [one.rate for one in seen] == [None, None, 1.0, 0.5, 1.6]
    assert [one.remaining for one in seen] == [None, None, 80.0, 120.0, 0.0]
    assert [one.seconds for one in seen] == [0, 50, 60, 100, 110]


def test_the_bottleneck_is_the_stage_that_took_most(now):
    seen = []
    with Monitor(seen.append) as monitor:
        monitor.report("Embedding", 0, 10)
        for stage, seconds, share in (
            ("reading", 3, 1),
            ("embedding", 4, 1),
            ("writing", 6, 0.5),  # two at once
        ):
            with monitor.busy(stage, share):
                now[0] += seconds
        monitor.report("Embedding", 5, 10)
    assert [one.bottleneck for one in seen] == [None, "embedding"]


def test_all_failures_are_counted_and_the_first_thousand_listed():
    seen = []
    with Monitor(seen.append) as monitor:
        for start in (0, 800):
            some = [Failure(str(start + i), "no file") for i in range(800)]
            monitor.add_failures(some)
        monitor.report("Embedding", 1, 2)
    assert monitor.failed == seen[0].failed == 1_600
    assert [one.id for one in monitor.failures] == [str(i) for i in range(1_000)]


def test_a_tick_reports_and_stops_work_that_was_cancelled():
    seen, answers = [], iter([False, True])
    with Monitor(seen.append, lambda: next(answers), "vectors") as monitor:
        tick = monitor.ticks("Comparing", 9)
        tick(3)
        with pytest.raises(Cancelled, match="nothing was changed"):
            tick(6)
    assert [(one.done, one.total, one.unit) for one in seen] == [(3, 9, "vectors")]


def test_without_a_function_a_progress_bar_is_shown_for_each_phase(capsys):
    with Monitor(True) as monitor:
        monitor.report("Reading", 5, 5)
        monitor.report("Comparing", 5, 5)
    assert capsys.readouterr().out.count("100%") == 2
    with Monitor(False) as monitor:
        monitor.report("Reading", 5, 5)
    assert capsys.readouterr().out == ""
