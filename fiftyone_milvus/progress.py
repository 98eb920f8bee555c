"""Watches long work: how far it is, how fast, what slows it down, what failed, and
whether to stop. A terminal shows it as FiftyOne's progress bar."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Literal

import fiftyone.core.utils as fou

from .errors import Cancelled

RATE_SECONDS = 30.0  # the rate is that of the last so many seconds of a phase
LISTED_FAILURES = 1_000

Stage = Literal["reading", "embedding", "writing"]


@dataclass(frozen=True)
class Progress:
    """How far the work is: ``done`` of ``total`` units, by all workers; ``seconds``
    since it began; the recent ``rate`` in units a second; how many samples or patches
    ``failed`` to give a vector; which of reading, embedding and writing is the
    ``bottleneck``; and the ``workers`` of a Ray cluster, in words, such as ``"2 Ray
    workers with 2 GPUs"``."""

    phase: str
    done: int
    total: int
    seconds: float
    rate: float | None = None
    failed: int = 0
    bottleneck: str | None = None
    unit: str = "samples"
    workers: str | None = None

    @property
    def activity(self) -> str:
        """The phase, and who works on it."""
        return f"{self.phase} by {self.workers}" if self.workers else self.phase

    @property
    def remaining(self) -> float | None:
        """Seconds left, once the rate is known."""
        if self.done >= self.total:
            return 0.0
        return (self.total - self.done) / self.rate if self.rate else None


Report = Callable[[Progress], None]


@dataclass(frozen=True)
class Failure:
    """A sample or patch that gave no vector, and why."""

    id: str
    reason: str


class Monitor:
    """Watches one piece of long work. Use as a context manager around it.

    Args:
        progress: a function to call with the progress; or whether to show a progress
            bar, by default as FiftyOne's ``show_progress_bars`` says
        cancelled: whether to stop; never if ``None``
        unit: what is counted
    """

    def __init__(
        self,
        progress: Report | bool | None = None,
        cancelled: Callable[[], bool] | None = None,
        unit: str = "samples",
    ) -> None:
        self.failed = 0
        self.failures: list[Failure] = []  # the first thousand
        self.cancelled = cancelled or (lambda: False)
        self.workers: str | None = None
        self._unit = unit
        self._bars = _Bars(None if callable(progress) else progress)
        self._report = progress if callable(progress) else self._bars.show
        self._started = time.monotonic()
        self._phase = ""
        self._recent: deque[tuple[float, int]] = deque()  # of the phase
        # whole sums, since stages add to them in threads of their own
        self._busy: dict[Stage, float] = {"reading": 0, "embedding": 0, "writing": 0}

    def __enter__(self) -> Monitor:
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.close()

    @property
    def seconds(self) -> float:
        """Since the work began."""
        return time.monotonic() - self._started

    def stop_if_cancelled(self) -> None:
        """For work that changes nothing, or undoes what it did.

        Raises:
            Cancelled: if the work was cancelled
        """
        if self.cancelled():
            raise Cancelled("Cancelled; nothing was changed")

    def add_failures(self, failures: Sequence[Failure]) -> None:
        """Counts failures, and lists the first thousand."""
        self.failed += len(failures)
        self.failures += failures[: LISTED_FAILURES - len(self.failures)]

    @contextmanager
    def busy(self, stage: Stage, share: float = 1) -> Iterator[None]:
        """Counts the block's time for a stage; a share of it where several blocks of
        the stage run at once."""
        began = time.monotonic()
        yield
        self.add_busy(stage, share * (time.monotonic() - began))

    @property
    def seconds_by_stage(self) -> dict[Stage, float]:
        """How long each stage took."""
        return dict(self._busy)

    def add_busy(self, stage: Stage, seconds: float) -> None:
        """Counts time for a stage."""
        self._busy[stage] += seconds

    def report(self, phase: str, done: int, total: int) -> None:
        """Reports that ``done`` of ``total`` units are done in a phase."""
        busiest = max(self._busy, key=lambda stage: self._busy[stage])
        self._report(
            Progress(
                phase,
                done,
                max(done, total),
                self.seconds,
                self._rate(phase, done),
                self.failed,
                busiest if self._busy[busiest] else None,
                self._unit,
                self.workers,
            )
        )

    def ticks(self, phase: str, total: int) -> Callable[[int], None]:
        """A function to call with how many units of a phase are done: reports that,
        and raises :class:`Cancelled` if the work was cancelled."""

        def tick(done: int) -> None:
            self.stop_if_cancelled()
            self.report(phase, done, total)

        return tick

    def _rate(self, phase: str, done: int) -> float | None:
        now, recent = time.monotonic(), self._recent
        if phase != self._phase:
            self._phase = phase
            recent.clear()
        recent.append((now, done))
        while len(recent) > 2 and recent[1][0] < now - RATE_SECONDS:
            recent.popleft()
        then, before = recent[0]
        return (done - before) / (now - then) if done > before and now > then else None


class _Bars:
    """FiftyOne's progress bar, one for each phase."""

    def __init__(self, progress: bool | None) -> None:
        self._progress = progress
        self._phase: str | None = None
        self._open = ExitStack()

    def show(self, now: Progress) -> None:
        if now.phase != self._phase:
            self.close()
            self._phase = now.phase
            self._bar = self._open.enter_context(
                fou.ProgressBar(
                    total=now.total, progress=self._progress, iters_str=now.unit
                )
            )
        self._bar.set_iteration(now.done, suffix=_suffix(now))

    def close(self) -> None:
        self._open.close()


def _suffix(now: Progress) -> str:
    words = [now.workers] if now.workers else []
    words += [f"bottleneck: {now.bottleneck}"] if now.bottleneck else []
    words += [f"{now.failed:,} gave no vector"] if now.failed else []
    return ", ".join(words)
