"""The program that runs a Milvus cluster in a network namespace of its own.

It is the first process there, so all of the cluster ends with it. As an orchestrator
would, it starts a part again that has ended, unless there is a file ``down/PART``. Each
part that answers has a file ``up/PART``.

Connections to the sockets that it was given, which belong to the machine's own network,
go on to ports of the namespace.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import re
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from . import long_polling

HOST = "127.0.0.1"
S3, ETCD, PROXY = 9000, 2379, 19530
KAFKA, KAFKA_SERVER = 9092, 9093  # see long_polling.py
FIRST_PORT, FIRST_METRICS_PORT = 20_000, 21_000
KEY = "minioadmin"  # Milvus's default, of user and password
SIOCSIFFLAGS, IFF_UP_RUNNING = 0x8914, 0x41
POLL_SECONDS = 0.1
# {{ name(type): default }}
PLACEHOLDER = re.compile(r"\{\{[^:}]*(?:: *([^}]*?))? *\}\}")
PART = "MILVUS_CLUSTER_PART"  # names a process's part in its environment
S3_USERS = f"""{{"identities": [{{
    "name": "milvus",
    "credentials": [{{"accessKey": "{KEY}", "secretKey": "{KEY}"}}],
    "actions": ["Admin", "Read", "Write", "List", "Tagging"]
}}]}}"""
ROLES = {
    "rootcoord": "rootcoord",
    "datacoord": "datacoord",
    "querycoord": "querycoord",
    "indexnode": "indexnode",
    "datanode": "datanode",
    "querynode1": "querynode",
    "querynode2": "querynode",
    "proxy": "proxy",
}


@dataclass
class Part:
    """One process of the cluster; ``health`` is a URL, if it has one."""

    name: str
    command: list[str]
    port: int
    health: str | None = None
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self, folder: Path) -> None:
        with (folder / "logs" / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env={**os.environ, **self.environment, PART: self.name},
            )

    def answers(self) -> bool:
        try:
            socket.create_connection((HOST, self.port), 1).close()
            if self.health is None:
                return True
            with urllib.request.urlopen(self.health, timeout=2) as answer:
                return b"OK" in answer.read()
        except OSError:
            return False


def main() -> None:
    """``FOLDER TOOLS MILVUS [DESCRIPTOR:PORT...]``: the cluster's data; where etcd,
    ``weed`` and ``kafka`` are installed; and Milvus."""
    folder, tools, milvus = map(Path, sys.argv[1:4])
    bring_loopback_up()
    for given in sys.argv[4:]:
        descriptor, port = map(int, given.split(":"))
        listener = socket.socket(fileno=descriptor)
        threading.Thread(target=forward, args=(listener, port), daemon=True).start()
    polling = long_polling.serve(KAFKA, KAFKA_SERVER)
    threading.Thread(target=asyncio.run, args=(polling,), daemon=True).start()
    for name in ("up", "down", "logs"):
        (folder / name).mkdir(exist_ok=True)
    services = make_services(folder, tools)
    keep(services, folder, until_up=True)
    keep(services + make_roles(folder, milvus), folder, until_up=False)


def keep(parts: list[Part], folder: Path, until_up: bool) -> None:
    """Starts parts, and again those that end."""
    while True:
        for part in parts:
            up = folder / "up" / part.name
            if not part.is_running():
                up.unlink(missing_ok=True)
                if not (folder / "down" / part.name).exists():
                    part.start(folder)
            elif not up.exists() and part.answers():
                up.touch()
        if until_up and all((folder / "up" / part.name).exists() for part in parts):
            return
        time.sleep(POLL_SECONDS)


def make_services(folder: Path, tools: Path) -> list[Part]:
    """What a cluster stores its data in."""
    (folder / "s3.json").write_text(S3_USERS)
    etcd, peer = f"http://{HOST}:{ETCD}", f"http://{HOST}:2380"
    commands = {
        ("etcd", ETCD, tools / "etcd" / "usr" / "bin" / "etcd"): f"""
            --data-dir etcd --log-level warn --listen-peer-urls {peer}
            --listen-client-urls {etcd} --advertise-client-urls {etcd}
            --heartbeat-interval 1000 --election-timeout 10000
        """,
        ("s3", S3, tools / "bin" / "weed"): f"""
            server -ip={HOST} -ip.bind={HOST} -dir=s3 -master.volumeSizeLimitMB=256
            -volume.port=18080 -volume.max=50 -s3 -s3.port={S3} -s3.config=s3.json
        """,
        ("kafka", KAFKA_SERVER, tools / "bin" / "kafka"): f"""
            start --only kafka --data-dir kafka --host {HOST}
            --kafka-port {KAFKA_SERVER}
        """,
    }
    for name, _, _ in commands:
        (folder / name).mkdir(exist_ok=True)
    return [
        Part(name, [str(program), *options.split()], port)
        for (name, port, program), options in commands.items()
    ]


def make_roles(folder: Path, milvus: Path) -> list[Part]:
    """Milvus's own processes."""
    found = []
    conf = folder / "conf"
    conf.mkdir(exist_ok=True)
    (conf / "glog.conf").write_text("--logtostderr=true\n--minloglevel=2\n")
    [template] = milvus.parent.glob("lib/*/site-packages/milvus/data/*.template")
    defaults = re.sub(PLACEHOLDER, lambda found: found[1] or '""', template.read_text())
    (conf / "milvus.yaml").write_text(defaults)
    for number, (name, role) in enumerate(ROLES.items()):
        port = PROXY if name == "proxy" else FIRST_PORT + number
        metrics = FIRST_METRICS_PORT + number
        environment = {
            "LD_LIBRARY_PATH": str(milvus / "bin"),
            "MILVUSCONF": str(conf),
            # these go before what is in milvus.yaml
            f"{role.upper()}_PORT": str(port),
            "ETCD_ENDPOINTS": f"{HOST}:{ETCD}",
            "ETCD_USE_EMBED": "false",
            "MINIO_ADDRESS": HOST,
            "MINIO_PORT": str(S3),
            "MINIO_ACCESS_KEY_ID": KEY,
            "MINIO_SECRET_ACCESS_KEY": KEY,
            "MINIO_BUCKET_NAME": "milvus",
            "COMMON_STORAGETYPE": "minio",
            "MQ_TYPE": "kafka",
            "KAFKA_BROKERLIST": f"{HOST}:{KAFKA}",
            "LOCALSTORAGE_PATH": str(folder / "local" / name),
            # after so many seconds without a sign of life it is lost; 30 by default
            "COMMON_SESSION_TTL": "15",
            "ROOTCOORD_DMLCHANNELNUM": "4",  # each costs, and two are used
            "LOG_LEVEL": "warn",
            "METRICS_PORT": str(metrics),
        }
        found.append(
            Part(
                name,
                [str(milvus / "bin" / "milvus"), "run", role, "-alias", name],
                port,
                f"http://{HOST}:{metrics}/healthz",
                environment,
            )
        )
    return found


def bring_loopback_up() -> None:
    """A new namespace has only it, and it is down."""
    with socket.socket() as any_socket:
        request = struct.pack("16sh14x", b"lo", IFF_UP_RUNNING)
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, request)


def forward(listener: socket.socket, port: int) -> None:
    """Passes on what connects, for ever."""
    while True:
        near, _ = listener.accept()
        try:
            far = socket.create_connection((HOST, port))
        except OSError:
            near.close()
            continue
        for one, other in ((near, far), (far, near)):
            threading.Thread(target=_copy, args=(one, other), daemon=True).start()


def _copy(source: socket.socket, target: socket.socket) -> None:
    """Until either end closes, and then closes both."""
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


if __name__ == "__main__":
    main()
