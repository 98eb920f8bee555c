"""The test run's own mongod."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from .ports import free_port, is_listening
from .processes import Service


def start(data: Path, log: Path, otherwise: str | None = None) -> str:
    """Starts a mongod and returns its address.

    Without a program to start, ``otherwise`` is returned: the address of a database
    that the person runs, in which the run then has a database of its own name.
    """
    program = find()
    if program is None:
        if otherwise is None:
            pytest.exit("There is no mongod: run `make setup` first.", returncode=4)
        return otherwise
    data.mkdir()
    port = free_port()
    options = {
        "--dbpath": str(data),
        "--port": str(port),
        "--bind_ip": "127.0.0.1",
        "--wiredTigerCacheSizeGB": "0.25",
    }
    command = [str(program), "--quiet", "--nounixsocket"]
    command += [part for option in options.items() for part in option]
    service = Service("mongod", command, log)
    service.wait_until(lambda: is_listening(port))
    return f"mongodb://127.0.0.1:{port}"


def find() -> Path | None:
    """FiftyOne's mongod, or else the machine's."""
    package = importlib.util.find_spec("fiftyone")  # finds, does not import
    if package is not None and package.submodule_search_locations:
        own = Path(package.submodule_search_locations[0]) / "db" / "bin" / "mongod"
        if own.is_file():
            return own
    machines = shutil.which("mongod")
    return Path(machines) if machines else None
