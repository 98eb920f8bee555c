"""Ends a test run's processes once the run is over, even after ``kill -9``.

Servers that the plugin starts by itself (the embedded Milvus) outlive whoever started
them, so they are found by a variable in their environment, not by being children.
This module is also the program that waits for the run's end.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil

MARK = "FIFTYONE_MILVUS_TEST_RUN"


def start(run: str, home: Path) -> None:
    """Starts the program that waits for this process and then removes ``home`` too."""
    program = [sys.executable, __file__, run, str(home), str(os.getpid())]
    environment = {k: v for k, v in os.environ.items() if k != MARK}
    subprocess.Popen(
        program, env=environment, start_new_session=True, stdin=subprocess.DEVNULL
    )


def marked(run: str) -> list[psutil.Process]:
    """The processes, other than this one, that carry the run's mark."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == run and process.pid != os.getpid():
                found.append(process)
        except psutil.Error:
            continue
    return found


def end(processes: list[psutil.Process], patience: float = 5) -> None:
    """Terminates the processes; kills those still there after ``patience`` seconds."""
    for signal in ("resume", "terminate"):
        for process in processes:
            _try(process, signal)
    until = time.monotonic() + patience
    while any(map(_lives, processes)) and time.monotonic() < until:
        time.sleep(0.1)
    for process in filter(_lives, processes):
        _try(process, "kill")


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _try(process: psutil.Process, action: str) -> None:
    with contextlib.suppress(psutil.Error):
        getattr(process, action)()


def _wait_for(pid: int) -> None:
    while os.getppid() == pid:
        time.sleep(0.2)


def main() -> None:
    run, home, pid = sys.argv[1], sys.argv[2], int(sys.argv[3])
    _wait_for(pid)
    # FiftyOne's processes need the database to end in peace, so it goes last
    processes = marked(run)
    databases = [p for p in processes if p.name() == "mongod"]
    end([p for p in processes if p not in databases])
    end(databases)
    end(marked(run))
    shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
