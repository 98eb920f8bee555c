"""The process that serves an embedded Milvus: ``embedded.py`` starts it.

Milvus Lite's own server binds every network interface, and lets several writers
interleave one collection's write-ahead log, which loses acknowledged rows at a
crash. This one listens on a Unix socket in a folder that only its owner can enter, and
lets the writers of a collection take turns, whichever process they are in. It ends when
no process holds a lease any more.

It takes from pymilvus the protocol that it serves, and asks Milvus for nothing.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
from filelock import FileLock, Timeout
from milvus_lite.adapter.grpc.servicer import MilvusServicer
from milvus_lite.db import MilvusLite
from milvus_lite.exceptions import DataDirLockedError
from pymilvus.grpc_gen import milvus_pb2_grpc

from . import embedded_indexes, embedded_search
from .embedded import Home, Running, write_state
from .embedded_guard import Guard
from .private_folders import PRIVATE_FILE, open_file

MESSAGE_BYTES = 256 * 1024 * 1024
WORKERS = 32
OPEN_SECONDS = 20
SOCKET_PATH_BYTES = 100  # Linux allows 107, macOS 103


class Database(MilvusLite):
    """Opens each collection once. Milvus Lite opens it several times where several
    calls ask for it first, and what is written to one of those objects, or loaded in
    it, the others don't have."""

    def __init__(self, folder: str) -> None:
        self._opening = threading.RLock()
        super().__init__(folder)

    def get_collection(self, *args: Any, **kwargs: Any) -> Any:
        """The collection, the same object each time."""
        with self._opening:
            return super().get_collection(*args, **kwargs)


def serve(home: Home, idle_seconds: float) -> None:
    """Serves a home until a signal comes or nobody has used it for a while."""
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())

    embedded_indexes.keep_whole()
    embedded_search.speed_up()
    db = _open(home)
    _forget_half_written_indexes(home)
    server = grpc.server(
        ThreadPoolExecutor(max_workers=WORKERS),
        interceptors=[Guard()],
        options=[
            ("grpc.max_receive_message_length", MESSAGE_BYTES),
            ("grpc.max_send_message_length", MESSAGE_BYTES),
            ("grpc.so_reuseport", 0),
            # pymilvus pings often while a model embeds; that is no misbehavior
            ("grpc.http2.max_ping_strikes", 0),
        ],
    )
    milvus_pb2_grpc.add_MilvusServiceServicer_to_server(MilvusServicer(db), server)
    socket = _socket(home)
    server.add_insecure_port(f"unix:{socket}")
    server.start()
    write_state(home, Running(os.getpid(), str(socket), time.time()))
    try:
        _wait_until_idle(home, idle_seconds, stopping)
    finally:
        server.stop(grace=5).wait()
        _remove(socket, home)
        db.close()
        home.open_file.unlink(missing_ok=True)


def _socket(home: Home) -> Path:
    """Where to listen: of another name each time, so that clients of the server before
    don't take this one for it. A socket's path may only be short."""
    for left in home.state.glob("*.sock"):
        left.unlink(missing_ok=True)
    socket = home.state / f"{uuid4().hex[:12]}.sock"
    if len(os.fsencode(socket)) <= SOCKET_PATH_BYTES:
        return socket
    return Path(tempfile.mkdtemp(prefix="milvus-")) / socket.name


def _remove(socket: Path, home: Home) -> None:
    socket.unlink(missing_ok=True)
    if socket.parent != home.state:
        socket.parent.rmdir()


def _open(home: Home) -> Database:
    """Opens the data; a server that is just stopping may still hold it."""
    end = time.monotonic() + OPEN_SECONDS
    while True:
        try:
            return Database(str(home.data))
        except DataDirLockedError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def _forget_half_written_indexes(home: Home) -> None:
    """After a crash of the machine a file may be empty, or hold something else."""
    if home.open_file.exists():
        embedded_indexes.forget(home.data)
    home.open_file.touch()


def _wait_until_idle(home: Home, seconds: float, stopping: threading.Event) -> None:
    idle_since = None
    while not stopping.wait(min(1.0, seconds / 4)):
        if not _unused(home):
            idle_since = None
        elif idle_since is None:
            idle_since = time.monotonic()
        elif time.monotonic() - idle_since >= seconds and _retire(home):
            return


def _retire(home: Home) -> bool:
    """Takes the state file away, unless a client is just arriving."""
    try:
        with FileLock(home.start_lock, 0, PRIVATE_FILE):
            if not _unused(home):
                return False
            home.state_file.unlink(missing_ok=True)
            return True
    except Timeout:
        return False


def _unused(home: Home) -> bool:
    """Whether no process holds a lease."""
    with open_file(home.clients_lock, "ab") as leases:
        try:
            fcntl.flock(leases, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


if __name__ == "__main__":
    os.umask(0o077)
    data, state, idle = sys.argv[1:]
    serve(Home(Path(data), Path(state)), float(idle))
