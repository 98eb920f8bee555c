"""How fast a build goes, and which of its stages is the bottleneck."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from ..progress import Progress

Stage = Literal["reading", "embedding", "writing"]

RATE_STEPS = 12  # the rate is that of the last so many pieces


class BuildRate:
    """The rate of one worker since this was made."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        # of all stages from the beginning: they count in threads of their own
        self._busy: dict[Stage, float] = {"reading": 0, "embedding": 0, "writing": 0}
        self._lately: deque[tuple[float, int]] = deque(maxlen=RATE_STEPS)

    @property
    def seconds(self) -> float:
        """Since it was made."""
        return time.monotonic() - self._started

    @contextmanager
    def busy(self, stage: Stage, share: float = 1) -> Iterator[None]:
        """Counts what the block takes for a stage; a share of it where several of its
        blocks run at once."""
        began = time.monotonic()
        yield
        self._busy[stage] += share * (time.monotonic() - began)

    def progress(self, phase: str, done: int, total: int, failed: int) -> Progress:
        """What to tell of ``done`` samples of ``total``, some of which ``failed``."""
        now = time.monotonic()
        self._lately.append((now, done))
        then, before = self._lately[0]
        rate = (done - before) / (now - then) if done > before and now > then else None
        busiest = max(self._busy, key=lambda stage: self._busy[stage])
        bottleneck = busiest if self._busy[busiest] else None
        return Progress(phase, done, total, self.seconds, rate, failed, bottleneck)
