"""Real Milvus servers: Standalone 2.3.5 from PyPI, several at once if need be.

A server's gRPC ports accept connections on every interface: Milvus 2.3 has no setting
for that. The setting ``ip`` is only what its parts use among themselves.
"""

from __future__ import annotations

import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import pytest

from . import environment
from .certificates import Certificates
from .ports import free_ports, is_listening
from .processes import Service

TOOL = environment.ROOT / ".tools" / "milvus-2.3.5"
START_SECONDS = 120
# The roles that listen; each has a flag for its port
PORT_FLAGS = (
    "--proxy-port",
    "--proxy-internal-port",
    "--root-coord-port",
    "--query-coord-port",
    "--query-node-port",
    "--index-coord-port",
    "--index-node-port",
    "--data-coord-port",
    "--data-node-port",
    "--etcd-port",
)
ADDRESSES = (
    "rootCoord",
    "proxy",
    "queryCoord",
    "queryNode",
    "indexNode",
    "dataCoord",
    "dataNode",
)
# How often its parts look for what is to be done, in milliseconds: a fourth of the time
# that it takes for a read to see all that was written before, or less
INTERVALS = {
    "proxy.timeTickInterval": 50,
    "queryCoord.checkChannelInterval": 100,
    "queryCoord.checkSegmentInterval": 100,
    "queryCoord.distPullInterval": 100,
    "indexCoord.scheduler.interval": 100,
}
# The port for health and metrics has no flag. And milvus-server quietly takes the next
# port when one was in use a moment ago, as after a restart: it must take those given
LAUNCHER = """
import socket, sys, milvus
milvus.MilvusServerConfig.try_bind_port = lambda self, port: socket.socket()
milvus.default_server.webservice_port = int(sys.argv.pop(1))
milvus.main()
"""
# The etcd inside reads a file of its own
ETCD = """\
name: default
listen-client-urls: http://127.0.0.1:{client}
advertise-client-urls: http://127.0.0.1:{client}
listen-peer-urls: http://127.0.0.1:{peer}
initial-advertise-peer-urls: http://127.0.0.1:{peer}
initial-cluster: default=http://127.0.0.1:{peer}
"""


@dataclass(frozen=True)
class StandaloneOptions:
    """How a server differs from the plain one.

    ``authorization``: the user ``root`` with the password ``Milvus`` must log in.
    ``certificates``: TLS, with the server's certificate for ``localhost``.
    ``client_certificates``: clients must show one as well (mutual TLS).
    ``config``: entries of ``milvus.yaml``, such as ``{"log.level": "info"}``.
    """

    authorization: bool = False
    certificates: Certificates | None = None
    client_certificates: bool = False
    config: Mapping[str, str | int | bool] = field(default_factory=dict)


class Standalone:
    """A server with its data in ``folder``; starts with the instance.

    The same folder may be used again: collections last.
    """

    running: ClassVar[set[Standalone]] = set()

    def __init__(self, folder: Path, options: StandaloneOptions | None = None) -> None:
        if not (TOOL / "server" / "bin").is_dir():
            pytest.fail("There is no Milvus Standalone: run `make setup` first.")
        self.folder = folder
        self.options = options or StandaloneOptions()
        *ports, self.metrics_port, self._etcd_peer_port = free_ports(
            len(PORT_FLAGS) + 2
        )
        self._ports = dict(zip(PORT_FLAGS, ports, strict=True))
        self.service: Service
        self.start()

    @property
    def port(self) -> int:
        return self._ports["--proxy-port"]

    @property
    def uri(self) -> str:
        """The address for clients, without credentials."""
        if self.options.certificates:
            return f"https://localhost:{self.port}"
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts it (again); returns when it answers."""
        self._prepare_folder()
        self.service = Service(
            "Milvus Standalone",
            self._command(),
            environment.LOGS / f"standalone-{self.port}.log",
            {"ETCD_CONFIG_PATH": str(self.folder / "etcd.yaml")},
        )
        try:
            self.service.wait_until(self.is_ready, START_SECONDS)
        except BaseException:
            self.service.kill()
            raise
        self.running.add(self)

    def is_ready(self) -> bool:
        """Whether the server says that all of it works."""
        url = f"http://127.0.0.1:{self.metrics_port}/healthz"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return b"OK" in answer.read() and is_listening(self.port)
        except OSError:
            return False

    def freeze(self) -> None:
        """The server keeps its connections, and answers nothing, until ``thaw``."""
        self.service.freeze()

    def thaw(self) -> None:
        self.service.thaw()

    def stop(self) -> None:
        """Ends it; its data stays in the folder."""
        self.service.stop(patience=5)
        self.running.discard(self)

    def kill(self) -> None:
        """Ends it as a power cut would; its data stays in the folder."""
        self.service.kill()
        self.running.discard(self)

    def _prepare_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        programs = self.folder / "bin"
        if not programs.is_symlink():
            programs.symlink_to(TOOL / "server" / "bin")
        (self.folder / "etcd.yaml").write_text(
            ETCD.format(client=self._ports["--etcd-port"], peer=self._etcd_peer_port)
        )

    def _command(self) -> list[str]:
        flags: dict[str, str | int] = {"--data": str(self.folder), **self._ports}
        certificates = self.options.certificates
        if certificates:
            flags["--server-pem-path"] = str(certificates.server_pem)
            flags["--server-key-path"] = str(certificates.server_key)
            flags["--ca-pem-path"] = str(certificates.ca_pem)
            flags["--tls-mode"] = 2 if self.options.client_certificates else 1
        if self.options.authorization:
            flags["--authorization-enabled"] = "true"
        command = [str(TOOL / "bin" / "python"), "-c", LAUNCHER, str(self.metrics_port)]
        for flag, value in flags.items():
            command += [flag, str(value)]
        config = {f"{role}.ip": "127.0.0.1" for role in ADDRESSES}
        config |= _as_text({"log.level": "warn", **INTERVALS, **self.options.config})
        for key, value in config.items():
            command += ["--extra-config", f"{key}={value}"]
        return command


def _as_text(config: Mapping[str, str | int | bool]) -> dict[str, str]:
    return {
        key: str(value).lower() if isinstance(value, bool) else str(value)
        for key, value in config.items()
    }
