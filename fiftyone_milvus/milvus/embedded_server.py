"""The process that serves an embedded Milvus: ``embedded.py`` starts it.

Milvus Lite's own server binds every network interface, and lets several writers
interleave one collection's write-ahead log, which loses acknowledged rows at a
crash. This one listens on 127.0.0.1 and lets the writers of a collection take turns,
whichever process they are in. It ends when no process holds a lease any more.

It takes from pymilvus the protocol that it serves, and asks Milvus for nothing.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
from filelock import FileLock, Timeout
from milvus_lite.adapter.grpc.servicer import MilvusServicer
from milvus_lite.db import MilvusLite
from milvus_lite.exceptions import DataDirLockedError
from pymilvus.grpc_gen import milvus_pb2_grpc

from .embedded import Home, Running, write_state

MESSAGE_BYTES = 256 * 1024 * 1024
WORKERS = 32
OPEN_SECONDS = 20

# Every call that changes a collection; the rest only reads
WRITES = frozenset(
    {
        "AlterCollection",
        "CreateCollection",
        "CreateIndex",
        "CreatePartition",
        "Delete",
        "DropCollection",
        "DropIndex",
        "DropPartition",
        "Flush",
        "Insert",
        "LoadCollection",
        "ManualCompaction",
        "ReleaseCollection",
        "RenameCollection",
        "TruncateCollection",
        "Upsert",
    }
)


class OneWriter(grpc.ServerInterceptor):
    """Lets the writers of one collection take turns."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[str, threading.RLock] = defaultdict(threading.RLock)

    def intercept_service(self, continuation: Callable[[Any], Any], call: Any) -> Any:
        handler = continuation(call)
        if call.method.rsplit("/", 1)[-1] not in WRITES or handler is None:
            return handler

        def in_turn(request: Any, context: Any) -> Any:
            with self._lock(request):
                return handler.unary_unary(request, context)

        return grpc.unary_unary_rpc_method_handler(
            in_turn, handler.request_deserializer, handler.response_serializer
        )

    def _lock(self, request: Any) -> threading.RLock:
        names = getattr(request, "collection_names", None)
        name = getattr(request, "collection_name", "") or (names[0] if names else "")
        with self._guard:
            return self._locks[name]


def serve(home: Home, idle_seconds: float) -> None:
    """Serves a home until a signal comes or nobody has used it for a while."""
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())

    db = _open(home)
    _forget_half_written_indexes(home)
    server = grpc.server(
        ThreadPoolExecutor(max_workers=WORKERS),
        interceptors=[OneWriter()],
        options=[
            ("grpc.max_receive_message_length", MESSAGE_BYTES),
            ("grpc.max_send_message_length", MESSAGE_BYTES),
            ("grpc.so_reuseport", 0),
            # pymilvus pings often while a model embeds; that is no misbehaviour
            ("grpc.http2.max_ping_strikes", 0),
        ],
    )
    milvus_pb2_grpc.add_MilvusServiceServicer_to_server(MilvusServicer(db), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    write_state(home, Running(os.getpid(), port, time.time()))
    try:
        _wait_until_idle(home, idle_seconds, stopping)
    finally:
        server.stop(grace=5).wait()
        db.close()
        home.open_file.unlink(missing_ok=True)


def _open(home: Home) -> MilvusLite:
    """Opens the data; a server that is just stopping may still hold it."""
    end = time.monotonic() + OPEN_SECONDS
    while True:
        try:
            return MilvusLite(str(home.data))
        except DataDirLockedError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def _forget_half_written_indexes(home: Home) -> None:
    """After a crash, removes the index files: Milvus Lite builds them anew from the
    rows, but takes one that was cut short for whole, and can't load the collection."""
    if home.open_file.exists():
        for index in home.data.rglob("*.idx"):
            index.unlink(missing_ok=True)
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
        with FileLock(home.start_lock, timeout=0):
            if not _unused(home):
                return False
            home.state_file.unlink(missing_ok=True)
            return True
    except Timeout:
        return False


def _unused(home: Home) -> bool:
    """Whether no process holds a lease."""
    with open(home.clients_lock, "ab") as leases:
        try:
            fcntl.flock(leases, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


if __name__ == "__main__":
    data, state, idle = sys.argv[1:]
    serve(Home(Path(data), Path(state)), float(idle))
