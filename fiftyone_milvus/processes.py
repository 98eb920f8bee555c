"""Identifies a process wherever that is read: no later one with the same number, and
none of another machine or container, passes for it."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from functools import cache
from pathlib import Path

import psutil


def identity(pid: int) -> str | None:
    """The machine, a process and when it began; ``None`` if no such process runs."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return f"{_machine()}/{pid}/{_started(process)}"
    except (psutil.NoSuchProcess, FileNotFoundError):
        return None


def same_machine(process: str) -> bool:
    """Whether an identity is that of a process which :func:`identity` can look up."""
    return process.startswith(_machine() + "/")


@cache
def _machine() -> str:
    """This machine since it was started. Containers can share its name, but not the
    numbers of its processes."""
    with suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}/{os.stat('/proc/self/ns/pid').st_ino}"
    return socket.gethostname()


def _started(process: psutil.Process) -> str:
    """When it began; on Linux in ticks since the start of the machine, since psutil's
    time of day moves when the clock is set."""
    if psutil.LINUX:
        stat = Path(f"/proc/{process.pid}/stat").read_text()
        return stat.rpartition(")")[2].split()[19]
    return str(process.create_time())
