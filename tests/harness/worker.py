"""A worker for delegated operations, as a person starts it in a terminal."""

from __future__ import annotations

import sys
from pathlib import Path

from . import environment
from .processes import Service


class DelegatedWorker:
    """``fiftyone delegated launch``, which runs what the App queues."""

    def __init__(self) -> None:
        program = Path(sys.executable).with_name("fiftyone")
        self.service = Service(
            "delegated worker",
            [str(program), "delegated", "launch", "-t", "local"],
            environment.LOGS / "worker.log",
            {"PYTHONUNBUFFERED": "1"},
        )
        self.service.wait_until(lambda: "service running" in self.service.log_tail())

    def stop(self) -> None:
        self.service.stop()

    def kill(self) -> None:
        """Ends it in the middle of whatever it does."""
        self.service.kill()
