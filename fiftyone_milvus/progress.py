"""How far long work is: as data, and in a terminal as FiftyOne's progress bar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import fiftyone.core.utils as fou


@dataclass(frozen=True)
class Progress:
    """How far the work is: ``done`` of ``total`` units, by all workers; seconds since
    it began; units a second, lately; samples or patches that gave no vector; and which
    of reading, embedding and writing is the bottleneck."""

    phase: str
    done: int
    total: int
    seconds: float
    rate: float | None = None
    failed: int = 0
    bottleneck: str | None = None
    unit: str = "samples"

    @property
    def remaining(self) -> float | None:
        """Seconds left, once the rate is known."""
        return (self.total - self.done) / self.rate if self.rate else None


Report = Callable[[Progress], None]


@contextmanager
def reporting(progress: Report | bool | None) -> Iterator[Report]:
    """What to call with progress.

    Args:
        progress: a function; or whether to show FiftyOne's progress bar, by default
            as FiftyOne's ``show_progress_bars`` says
    """
    if callable(progress):
        yield progress
        return
    with ExitStack() as stack:
        bars: dict[str, fou.ProgressBar] = {}

        def show(now: Progress) -> None:
            if now.phase not in bars:
                stack.close()
                bar = fou.ProgressBar(
                    total=now.total, progress=progress, iters_str=now.unit
                )
                bars[now.phase] = stack.enter_context(bar)
            bars[now.phase].set_iteration(now.done, suffix=_suffix(now))

        yield show


def _suffix(now: Progress) -> str:
    words = [f"bottleneck: {now.bottleneck}"] if now.bottleneck else []
    words += [f"{now.failed:,} gave no vector"] if now.failed else []
    return ", ".join(words)
