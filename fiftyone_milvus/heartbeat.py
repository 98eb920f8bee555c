"""The heartbeat of long work: a call every few seconds, in a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable

from pymongo.errors import PyMongoError


class Heartbeat:
    """Calls a function every few seconds, in a thread of its own, from :meth:`start`
    to :meth:`stop`. While MongoDB is away it keeps trying.

    Args:
        seconds: between two calls
        function: what to call
    """

    def __init__(self, seconds: float, function: Callable[[], None]) -> None:
        self._seconds = seconds
        self._function = function
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stops, once the call that is running has ended."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(self._seconds):
            try:
                self._function()
            except PyMongoError:
                continue  # the work itself says so if it stays away
