"""A worker for delegated operations, as a person starts it in a terminal."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import environment
from .context import PLUGIN
from .processes import Service

if TYPE_CHECKING:
    import fiftyone as fo

RUN_SECONDS = 240


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

    def run(self, operator: str, dataset: fo.Dataset, **params: Any) -> Any:
        """Queues one of the plugin's operators, and waits until it has run; what
        FiftyOne then knows of it.

        Raises:
            TimeoutError: with the end of the log, if it doesn't end
        """
        import fiftyone.operators as foo
        from fiftyone.operators.delegated import DelegatedOperationService

        context = {"dataset": dataset, "request_delegation": True}
        queued = foo.execute_operator(f"{PLUGIN}/{operator}", context, params=params)
        end = time.monotonic() + RUN_SECONDS
        while time.monotonic() < end:
            job = DelegatedOperationService().get(queued.result["id"])
            if job.run_state in ("completed", "failed"):
                return job
            time.sleep(0.3)
        raise TimeoutError(self.service.log_tail())

    def stop(self) -> None:
        self.service.stop()

    def kill(self) -> None:
        """Ends it in the middle of whatever it does."""
        self.service.kill()
