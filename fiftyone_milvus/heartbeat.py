"""Signs of life of long work."""

from __future__ import annotations

import threading
from collections.abc import Callable

from pymongo.errors import PyMongoError


class Beat:
    """Does something every so many seconds in a thread of its own, from :meth:`start`
    to :meth:`stop`. If MongoDB is away, the next beat tries again.

    Args:
        seconds: from one beat to the next
        beat: what it does
    """

    def __init__(self, seconds: float, beat: Callable[[], None]) -> None:
        self._seconds = seconds
        self._beat = beat
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._keep_beating, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends it, when the beat that is under way is done."""
        self._stopped.set()
        self._thread.join()

    def _keep_beating(self) -> None:
        while not self._stopped.wait(self._seconds):
            try:
                self._beat()
            except PyMongoError:
                continue  # the work itself says so if it stays away
