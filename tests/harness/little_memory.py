"""Processes that read hostile files in little memory: each is a module of the harness,
run with ``read FOLDER`` or ``damage PATH``."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def read(module: str, folder: Path) -> dict[str, Any]:
    """What the module's process says of each file of a folder, by its name."""
    found: dict[str, Any] = json.loads(_run(module, "read", folder))
    return found


def damage(module: str, path: Path) -> None:
    """Has the module's process read what it damages.

    Raises:
        AssertionError: if it fails
    """
    _run(module, "damage", path)


def _run(module: str, what: str, path: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, what, str(path)],
        env={"PYTHONPATH": ":".join(sys.path), "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def main(
    memory_bytes: int, read: Callable[[Path], Any], damage: Callable[[Path], None]
) -> None:
    """The main program of such a process: it may take so much memory beside what it
    has."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    what, path = sys.argv[1], Path(sys.argv[2])
    if what == "damage":
        damage(path)
    else:
        print(json.dumps({each.name: read(each) for each in path.iterdir()}))
