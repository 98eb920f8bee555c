"""A Ray cluster of three nodes on this machine, whose servers listen on 127.0.0.1."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest import mock

from fiftyone_milvus.indexes import ray_engine

from . import environment

# A lost node is noticed in three seconds; workers get as much of the CPU as the tests
CONFIG = {
    "worker_niceness": 0,
    "health_check_initial_delay_ms": 0,
    "health_check_period_ms": 1000,
    "health_check_failure_threshold": 3,
}
NODE = {"num_cpus": 1, "object_store_memory": 80 << 20}


class RayCluster:
    """The cluster: a node that stays, and two that can be removed.

    Args:
        variables: environment variables of the nodes and their workers
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        path = [str(environment.ROOT), str(environment.ROOT / "tests")]
        # paths of sockets may have 107 bytes
        self.folder = Path(tempfile.mkdtemp(prefix="ray-"))
        # Ray notes the newest cluster there, and makes the folder for others only
        (self.folder / "ray").mkdir()
        variables = {
            **ray_engine.LOCAL,
            "PYTHONPATH": os.pathsep.join(path),
            "RAY_TMPDIR": str(self.folder),
            **variables,
        }
        head = {**NODE, "_system_config": CONFIG, "include_dashboard": False}
        with mock.patch.dict(os.environ, variables):
            from ray.cluster_utils import Cluster

            self._cluster: Any = Cluster(
                initialize_head=True,
                head_node_args={**head, "temp_dir": str(self.folder)},
            )
            self._removable = [self._cluster.add_node(**NODE) for _ in range(2)]
            self._cluster.wait_for_nodes()

    @property
    def address(self) -> str:
        return str(self._cluster.address)

    def remove_node(self) -> None:
        """Kills the processes of a node."""
        self._cluster.remove_node(self._removable.pop(), allow_graceful=False)

    def close(self) -> None:
        self._cluster.shutdown()
        shutil.rmtree(self.folder, ignore_errors=True)
