"""A database, folders and servers for one run; all of it ends with the program.

Import this before ``fiftyone``: FiftyOne reads its settings once.
"""

from __future__ import annotations

import os
import platform
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))

from harness import connections, environment
from harness.processes import Service
from harness.standalone import Standalone

WATCHED_SECONDS, IDLE = 10, 0.15  # of one core
MOST_SECONDS = 600


@dataclass(frozen=True)
class Server:
    """A Milvus that runs. ``given`` is the address that FiftyOne is given, ``None``
    for the embedded one; ``uri`` is where it really listens; ``service`` are the
    processes of one that goes on working when it has answered."""

    kind: str
    given: str | None
    uri: str
    service: Service | None = None

    @property
    def title(self) -> str:
        if self.kind == "lite":
            return "Embedded (Milvus Lite)"
        return "Milvus Standalone 2.3.5"

    def wait_until_idle(self) -> None:
        """Waits until it hardly uses the processor; says so if it never does."""
        if self.service is None:
            return
        end = time.monotonic() + MOST_SECONDS
        while time.monotonic() < end:
            before = _seconds_used(self.service)
            time.sleep(WATCHED_SECONDS)
            if _seconds_used(self.service) - before < IDLE * WATCHED_SECONDS:
                return
        print("The server is still busy: what follows is slower than it could be.")


def _seconds_used(service: Service) -> float:
    """How long its processes have used a core."""
    return sum(sum(member.cpu_times()[:2]) for member in service.members())


def prepare() -> None:
    """Starts the private MongoDB, and keeps the person's settings out."""
    environment.prepare()
    # FiftyOne's own backend is written against pymilvus's ORM, FiftyOne's MongoDB old
    warnings.filterwarnings("ignore", message=".*ORM-style")
    os.environ["FIFTYONE_DATABASE_VALIDATION"] = "false"


@contextmanager
def serving(kind: str) -> Iterator[Server]:
    """A Milvus of a kind, for as long as the block runs."""
    from fiftyone_milvus.store import client, settings

    if kind == "lite":
        yield Server(kind, None, client.connect(settings.resolve()).uri)
        return
    standalone = Standalone(environment.HOME / "standalone")
    try:
        yield Server(kind, standalone.uri, standalone.uri, standalone.service)
    finally:
        connections.close_all()
        standalone.kill()


def describe() -> str:
    """Versions and cores, in a line."""
    packages = ("fiftyone", "fiftyone-brain", "pymilvus", "milvus-lite", "numpy")
    words = [f"{name} {version(name)}" for name in packages]
    words.append(f"Python {platform.python_version()}")
    return ", ".join(words) + f"; {os.cpu_count()} cores"
