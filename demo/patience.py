"""FiftyOne gives each of its services a minute to start. On a busy machine that is not
enough: they are waited for longer, and a sentence says so."""

import fiftyone as fo
import psutil
from fiftyone.core.odm import database
from fiftyone.core.service import Service, ServiceListenTimeout

ATTEMPTS = 5

BUSY = "this machine is busy. Trying again."
NAMES = {"db": "FiftyOne's database", "server": "The App's server"}

_wait = Service._wait_for_child_port


def wait_longer() -> None:
    """Has every service of FiftyOne be waited for several times as long, while its
    process runs."""
    Service._wait_for_child_port = _wait_for_child_port


def connect() -> None:
    """Connects to FiftyOne's database, which otherwise happens at some first use."""
    wait_longer()
    for _ in range(ATTEMPTS - 1):
        try:
            fo.list_datasets()
            return
        except ConnectionError:
            if fo.config.database_uri is not None:
                raise
            print(f"{NAMES['db']} does not answer: {BUSY}", flush=True)
            database._disconnect()
    fo.list_datasets()


def _wait_for_child_port(self: Service, port: int | None = None, timeout=60) -> int:
    name = NAMES.get(self.service_name, "A service of FiftyOne")
    for _ in range(ATTEMPTS - 1):
        try:
            return _wait(self, port, timeout)
        except ServiceListenTimeout:
            if not _runs(self.child):
                raise
            print(f"{name} is not ready after {timeout} seconds: {BUSY}", flush=True)
    return _wait(self, port, timeout)


def _runs(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
