"""A Ray cluster of three nodes on this machine, whose servers listen on 127.0.0.1."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from fiftyone_milvus.indexes import ray_engine

from . import environment

# A lost node is noticed in three seconds
HEALTH = {
    "health_check_initial_delay_ms": 0,
    "health_check_period_ms": 1000,
    "health_check_failure_threshold": 3,
}
NODE = {"num_cpus": 1, "object_store_memory": 80 << 20}
REMOVABLE = 2


class RayCluster:
    """The cluster: a node that stays, and two that can be removed.

    Args:
        variables: environment variables of the nodes and their workers
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        path = [str(environment.ROOT), str(environment.ROOT / "tests")]
        self._variables = {
            **ray_engine.LOCAL,
            "PYTHONPATH": os.pathsep.join(path),
            **variables,
        }
        # paths of sockets may have 107 bytes
        self.folder = Path(tempfile.mkdtemp(prefix="ray-"))
        head = {**NODE, "_system_config": HEALTH, "include_dashboard": False}
        with mock.patch.dict(os.environ, self._variables):
            from ray.cluster_utils import Cluster

            self._cluster: Any = Cluster(
                initialize_head=True,
                head_node_args={**head, "temp_dir": str(self.folder)},
            )
        self._removable: list[Any] = []
        self.restore()

    @property
    def address(self) -> str:
        return str(self._cluster.address)

    def remove_node(self) -> None:
        """Kills the processes of a node."""
        self._cluster.remove_node(self._removable.pop(), allow_graceful=False)

    def restore(self) -> None:
        """Adds what was removed."""
        with mock.patch.dict(os.environ, self._variables):
            while len(self._removable) < REMOVABLE:
                self._removable.append(self._cluster.add_node(**NODE))
            self._cluster.wait_for_nodes()

    def close(self) -> None:
        self._cluster.shutdown()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def started(variables: Mapping[str, str]) -> Iterator[RayCluster]:
    cluster = RayCluster(variables)
    yield cluster
    cluster.close()
