"""MongoDB servers for tests."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from .ports import free_port, is_listening
from .processes import Service


class Mongod:
    """A mongod with its data in ``folder``; starts with the instance."""

    def __init__(self, folder: Path, log: Path) -> None:
        self.folder, self.log = folder, log
        self.port = free_port()
        folder.mkdir(parents=True)
        self._service: Service
        self.start()

    @property
    def uri(self) -> str:
        return f"mongodb://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts it (again) over the same data; returns when it listens."""
        options = {
            "--dbpath": str(self.folder),
            "--port": str(self.port),
            "--bind_ip": "127.0.0.1",
            "--wiredTigerCacheSizeGB": "0.25",
        }
        command = [str(_program()), "--quiet", "--nounixsocket"]
        command += [part for option in options.items() for part in option]
        self._service = Service("mongod", command, self.log)
        self._service.wait_until(lambda: is_listening(self.port))

    def kill(self) -> None:
        """Ends it as a power cut would; its data stays."""
        self._service.kill()

    def remove(self) -> None:
        """Ends it and removes its data."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def _program() -> Path:
    """FiftyOne's mongod, or else the machine's."""
    package = importlib.util.find_spec("fiftyone")  # finds, does not import
    if package is not None and package.submodule_search_locations:
        own = Path(package.submodule_search_locations[0]) / "db" / "bin" / "mongod"
        if own.is_file():
            return own
    machines = shutil.which("mongod")
    if machines is None:
        pytest.exit("There is no mongod: run `make setup` first.", returncode=4)
    return Path(machines)
