"""A mongod that a test may kill."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from . import environment, mongod
from .ports import free_port, is_listening
from .processes import Service


class Database:
    """A mongod with its data in ``folder``; starts with the instance."""

    def __init__(self, folder: Path) -> None:
        self._program = mongod.find()
        if self._program is None:
            pytest.skip("There is no mongod that a test may kill")
        self.folder = folder
        self.port = free_port()
        folder.mkdir(parents=True)
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
        command = [str(self._program), "--quiet", "--nounixsocket"]
        command += [part for option in options.items() for part in option]
        log = environment.LOGS / f"mongod-{self.port}.log"
        self._service = Service("mongod", command, log)
        self._service.wait_until(lambda: is_listening(self.port))

    def kill(self) -> None:
        """Ends it as a power cut would; its data stays."""
        self._service.kill()

    def remove(self) -> None:
        """Ends it and removes its data."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
