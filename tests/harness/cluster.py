"""A real Milvus cluster: 2.3.5 with every role a process of its own, two query nodes,
etcd, S3 and Kafka, in a network namespace of its own.

Nothing of it listens on the machine's network: two ports on 127.0.0.1 lead to its proxy
and its S3 server, see ``cluster_namespace.py``.
"""

from __future__ import annotations

import functools
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from . import cluster_namespace, environment
from .cluster_namespace import PROXY, ROLES, S3
from .processes import Service
from .standalone import INTERVALS
from .standalone import TOOL as MILVUS
from .waiting import wait_until

TOOLS = environment.ROOT / ".tools" / "milvus-cluster-2.3.5"
NAMESPACE = ("unshare", "--net", "--pid", "--fork", "--mount-proc", "--kill-child")
PARTS = ("etcd", "s3", "kafka", *ROLES)
START_SECONDS = 120
# which Milvus's processes take from their environment
SETTINGS = {key.upper().replace(".", "_"): str(n) for key, n in INTERVALS.items()}


@functools.cache
def is_possible() -> bool:
    """Whether this process has the right to make a network namespace."""
    try:
        return subprocess.run([*NAMESPACE, "true"], capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


class Cluster:
    """A cluster with its data in ``folder``; starts with the instance.

    A part that ends by itself is started again at once; one that is killed here, when
    it is asked for.
    """

    def __init__(self, folder: Path) -> None:
        if not (TOOLS / "bin" / "kafka").exists():
            pytest.fail("There is no Milvus cluster: run `make setup` first.")
        self.folder = folder
        folder.mkdir(parents=True)
        listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
        self.port, self.s3_port = (each.getsockname()[1] for each in listeners)
        descriptors = [each.fileno() for each in listeners]
        pairs = zip(descriptors, (PROXY, S3), strict=True)
        self.service = Service(
            "Milvus cluster",
            [*NAMESPACE, sys.executable, "-m", cluster_namespace.__name__]
            + [str(folder), str(TOOLS), str(MILVUS / "server")]
            + [f"{descriptor}:{port}" for descriptor, port in pairs],
            environment.LOGS / "cluster.log",
            {"PYTHONPATH": str(environment.ROOT / "tests"), **SETTINGS},
            pass_fds=descriptors,
        )
        for listener in listeners:
            listener.close()
        try:
            self.wait_until_up(*PARTS)
        except BaseException:
            self.stop()
            raise

    @property
    def uri(self) -> str:
        """The address for clients."""
        return f"http://127.0.0.1:{self.port}"

    def kill(self, part: str) -> None:
        """Ends a part by SIGKILL; it stays down until ``start``."""
        (self.folder / "down" / part).touch()
        process = self._process(part)
        process.kill()
        wait_until(lambda: not self.is_up(part) and not process.is_running())

    def start(self, part: str) -> None:
        """Has a part that was killed started again."""
        (self.folder / "down" / part).unlink()

    def is_up(self, part: str) -> bool:
        """Whether it has answered since it was started."""
        return (self.folder / "up" / part).exists()

    def wait_until_up(self, *parts: str) -> None:
        self.service.wait_until(lambda: all(map(self.is_up, parts)), START_SECONDS)

    def memory(self, *parts: str) -> int:
        """How many bytes the processes of parts take together."""
        return sum(self._process(part).memory_info().rss for part in parts)

    def stop(self) -> None:
        """Ends all of it."""
        self.service.kill()

    def _process(self, part: str) -> psutil.Process:
        own = psutil.Process(self.service.pid).children(recursive=True)
        name = cluster_namespace.PART
        return next(p for p in own if p.environ().get(name) == part)
