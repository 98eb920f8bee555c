"""Programs that tests start, wait for, freeze and stop."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil


class Service:
    """A program in a process group of its own, which writes to a log file."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        environment: Mapping[str, str] | None = None,
        pass_fds: Sequence[int] = (),
    ) -> None:
        self.name = name
        self.log = log
        self._ended = False
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
                pass_fds=pass_fds,
            )

    @property
    def pid(self) -> int:
        """The first process's id, which is also the group's."""
        return self._process.pid

    def members(self) -> list[psutil.Process]:
        """The group's live processes."""
        if self._ended:
            return []
        self._process.poll()
        return [p for p in psutil.process_iter() if _is_in_group(p, self.pid)]

    def wait_until(self, check: Callable[[], bool], timeout: float = 60) -> None:
        """Waits for ``check``; raises with the log's end when it never comes true."""
        end = time.monotonic() + timeout
        while not check():
            if self._process.poll() is not None:
                raise RuntimeError(f"{self.name} ended early:\n{self.log_tail()}")
            if time.monotonic() > end:
                raise TimeoutError(
                    f"{self.name} was not ready in {timeout} s:\n{self.log_tail()}"
                )
            time.sleep(0.1)

    def freeze(self) -> None:
        """The program stays, and answers nothing, until ``thaw``."""
        os.killpg(self.pid, signal.SIGSTOP)
        # a busy machine takes a while until a process learns of the signal
        self.wait_until(
            lambda: all(p.status() == psutil.STATUS_STOPPED for p in self.members())
        )

    def thaw(self) -> None:
        os.killpg(self.pid, signal.SIGCONT)

    def stop(self, patience: float = 10) -> None:
        """Ends the whole group: politely, and after ``patience`` seconds by force."""
        for sign in (signal.SIGCONT, signal.SIGTERM):
            self._signal(sign)
        end = time.monotonic() + patience
        while self.members() and time.monotonic() < end:
            time.sleep(0.1)
        self.kill()

    def kill(self) -> None:
        """Ends the whole group at once, as a power cut would."""
        self._signal(signal.SIGKILL)
        self._process.wait()
        while self.members():
            time.sleep(0.05)
        self._ended = True  # others may get its number now

    def log_tail(self, characters: int = 3000) -> str:
        """The end of what the program wrote."""
        return self.log.read_text(errors="replace")[-characters:]

    def _signal(self, sign: signal.Signals) -> None:
        if self._ended:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, sign)


def _is_in_group(process: psutil.Process, group: int) -> bool:
    try:
        return (
            os.getpgid(process.pid) == group
            and process.status() != psutil.STATUS_ZOMBIE
        )
    except (ProcessLookupError, psutil.Error):
        return False


def numbers_printed(script: str) -> list[int]:
    """Runs a Python script in a process of its own, where nothing else takes memory."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    return [int(word) for word in done.stdout.split()]
