"""This machine's one shared Milvus Lite server.

Milvus Lite locks its folder to one process, but an App server, a notebook and a
delegated worker are three. So the first of them starts a server on a Unix socket, a
small state file says where it is, and it stops when no process uses it: the way
FiftyOne treats its ``mongod``. Each process that uses the server holds a shared lock on
``clients.lock`` until it ends; the operating system releases it even after a
``kill -9``. Socket and state are in a folder that only its owner can enter.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from .. import tuning
from ..errors import InvalidRequest, MissingRequirement, NoSuchMilvus, ServerUnavailable
from . import private_folders
from .private_folders import PRIVATE_FILE, open_file
from .settings import Settings

logger = logging.getLogger(__name__)

START_SECONDS, STOP_SECONDS = 60, 15
LITE_FOLDERS = ("collections", "databases")  # that Milvus Lite 3 makes
# A search of Milvus Lite copies all vectors, twice. glibc would give that memory back
# each time and ask for it again, page by page: in a virtual machine, a search of
# 100,000 x 512 took 1.0 s after two seconds of rest, 0.4 s where a GB may be kept.
# Elsewhere than on Linux these say nothing
MALLOC = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": str(1 << 30),
}
# What the server is given of the environment
NEEDED = ("HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "TMPDIR", "TZ", "VIRTUAL_ENV")
NEEDED_PREFIXES = ("FIFTYONE_MILVUS_", "LC_", "MALLOC_", "MKL_", "OMP_", "OPENBLAS_")


@dataclass(frozen=True)
class Home:
    """Where an embedded Milvus keeps its data, and its state beside it."""

    data: Path
    state: Path

    @property
    def state_file(self) -> Path:
        return self.state / "server.json"

    @property
    def start_lock(self) -> Path:
        return self.state / "start.lock"

    @property
    def clients_lock(self) -> Path:
        return self.state / "clients.lock"

    @property
    def open_file(self) -> Path:
        """There while a server has the data open; left behind by one that crashed."""
        return self.state / "data.open"

    @property
    def log_file(self) -> Path:
        return self.state / "server.log"


@dataclass(frozen=True)
class Running:
    """A server that runs: its process and the Unix socket that it listens on."""

    pid: int
    socket: str
    started: float

    @property
    def uri(self) -> str:
        """Its address, as ``pymilvus.MilvusClient(uri=...)`` takes it."""
        return f"unix:{self.socket}"


# one lease a process and home: forked children must not think it is theirs
_leases: dict[tuple[int, Path], IO[bytes]] = {}


def home(settings: Settings) -> Home:
    """The folders of the embedded Milvus that the settings name.

    ``FIFTYONE_MILVUS_DIR`` (default ``~/.fiftyone/milvus``) holds the default one.
    """
    root = Path(os.environ.get("FIFTYONE_MILVUS_DIR") or "~/.fiftyone/milvus")
    root = root.expanduser().resolve()
    if settings.uri is None:
        return Home(data=root / "data", state=root)
    name = hashlib.sha256(settings.uri.encode()).hexdigest()[:16]
    return Home(data=Path(settings.uri), state=root / "servers" / name)


def ensure_running(where: Home) -> Running:
    """Finds the server of a home, or starts it.

    Returns:
        a :class:`Running`; this process holds a lease on it until it ends

    Raises:
        MissingRequirement: if Milvus Lite isn't installed
        InvalidRequest: if the folder can't be used
        ServerUnavailable: if the server doesn't start
    """
    from filelock import FileLock

    _make_folders(where)
    with FileLock(where.start_lock, START_SECONDS * 2, PRIVATE_FILE):
        _take_lease(where)
        found = running(where)
        return found if found is not None else _start(where)


def check_is_there(where: Home) -> None:
    """Checks an embedded Milvus that only the record of an index names: nothing is
    made, or started, that a person of this machine didn't make.

    Raises:
        NoSuchMilvus: if its folder isn't there, isn't one of Milvus Lite, is
            somebody else's, or others can write to it
    """
    says = f"The record says that the index is in an embedded Milvus at {where.data}"
    try:
        found = all((where.data / name).is_dir() for name in LITE_FOLDERS)
        if found:
            private_folders.check(where.data)
    except InvalidRequest as e:
        raise NoSuchMilvus(f"{says}. {e}") from e
    except OSError:
        found = False
    if not found:
        raise NoSuchMilvus(
            f"{says}, and there is none at that path. If its data is elsewhere, set "
            "the address (uri) to that path; else clean the index up."
        )


def running(where: Home) -> Running | None:
    """The server of a home, if it runs and listens; never starts one."""
    try:
        found = Running(**json.loads(where.state_file.read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return found if _runs_in(found, where) and _listens(found.socket) else None


def stop(where: Home) -> bool:
    """Stops the server of a home, even if others use it; data stays.

    Returns:
        whether one ran
    """
    found = running(where)
    if found is None:
        return False
    os.kill(found.pid, signal.SIGTERM)
    end = time.monotonic() + STOP_SECONDS
    while time.monotonic() < end and _runs_in(found, where):
        time.sleep(0.05)
    if _runs_in(found, where):
        os.kill(found.pid, signal.SIGKILL)
    return True


def write_state(where: Home, state: Running) -> None:
    """Publishes where the server listens, in one step."""
    partial = where.state_file.with_suffix(f".{os.getpid()}")
    with open_file(partial, "wb") as file:
        file.write(json.dumps(asdict(state)).encode())
    partial.replace(where.state_file)


def _make_folders(where: Home) -> None:
    if where.data.is_file():
        raise InvalidRequest(
            f"{where.data} is a file that Milvus Lite 2.x made; Milvus Lite 3 keeps a "
            "folder there. Name another path, or move the file away and build the "
            "indexes again."
        )
    try:
        private_folders.make(where.state)
        private_folders.make(where.data)
    except OSError as e:
        raise InvalidRequest(
            f"The embedded Milvus can't keep its data in {where.data} ({e.strerror}). "
            "Set FIFTYONE_MILVUS_DIR to a folder you can write to."
        ) from e


def _take_lease(where: Home) -> None:
    import fcntl

    key = (os.getpid(), where.state)
    if key not in _leases:
        lease = open_file(where.clients_lock, "ab")
        fcntl.flock(lease, fcntl.LOCK_SH)
        _leases[key] = lease


def _start(where: Home) -> Running:
    if find_spec("milvus_lite") is None:
        raise MissingRequirement(
            "The embedded Milvus needs Milvus Lite: pip install 'pymilvus[milvus-lite]'"
            " (or set FIFTYONE_BRAIN_SIMILARITY_MILVUS_URI to use a server)"
        )
    where.state_file.unlink(missing_ok=True)
    logger.info("Starting the embedded Milvus in %s", where.data)
    package_root = str(Path(__file__).resolve().parents[2])
    with open_file(where.log_file, "wb") as log:
        process = subprocess.Popen(  # nosec B603 # of paths of our own, by no shell
            [
                *(sys.executable, "-m", "fiftyone_milvus.store.embedded_server"),
                *(str(where.data), str(where.state), str(tuning.IDLE_SECONDS)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",  # Python would import from here
            env=_server_environment(package_root),
            start_new_session=True,
        )
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        found = running(where)
        if found is not None:
            return found
        if process.poll() is not None:
            break
        time.sleep(0.05)
    process.kill()
    raise ServerUnavailable(
        f"The embedded Milvus did not start: {_last_line(where.log_file)} "
        f"(its log: {where.log_file})"
    )


def _server_environment(package_root: str) -> dict[str, str]:
    """The server needs no settings, and so it gets no secrets; and imports nothing from
    folders that aren't named in full."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in NEEDED or name.startswith(NEEDED_PREFIXES)
    }
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    path = [package_root, *(part for part in given if os.path.isabs(part))]
    return {
        **MALLOC,
        **kept,
        "PYTHONPATH": os.pathsep.join(path),
        "PYTHONSAFEPATH": "1",
    }


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text(errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1] if lines else "its log is empty"


def _runs_in(found: Running, where: Home) -> bool:
    """Whether the process is alive and the server of this home, not a later
    process of the same number."""
    try:
        import psutil

        process = psutil.Process(found.pid)
        return (
            process.status() != psutil.STATUS_ZOMBIE
            and process.uids().real == os.getuid()
            and str(where.state) in process.cmdline()
        )
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def _listens(path: str) -> bool:
    import socket

    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(2)
        return s.connect_ex(path) == 0
