"""Processes that are there in an instant, to be killed: forks of one that has imported
FiftyOne, torch and the library, and holds no connection."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing import forkserver, get_context
from multiprocessing.connection import Connection
from typing import Any

from . import environment, images

START_SECONDS = 120
ANSWER_SECONDS = 600  # a Ray that starts on a busy machine takes minutes


@dataclass(frozen=True)
class Failed:
    """What a fork's function raised."""

    kind: str
    message: str


class Fork:
    """A process that runs a function of an importable module.

    Args:
        variables: what its environment has beside this process's, before FiftyOne
            connects
        function: what to run, in this module's terms: pickled by its name
        *args: what to run it with
    """

    def __init__(
        self, variables: Mapping[str, str], function: Callable[..., Any], *args: Any
    ) -> None:
        _ensure_server()
        context = get_context("forkserver")
        self._answers, there = context.Pipe(duplex=False)
        self._process = context.Process(
            target=_main,
            args=(there, {**os.environ, **variables}, function, args),
            daemon=True,
        )
        self._process.start()
        there.close()
        self._recv(START_SECONDS)  # it has begun

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def ends_within(self, seconds: float) -> bool:
        """Whether it ends, or answers, in a time."""
        return self._answers.poll(seconds)

    def kill(self) -> None:
        """Ends it with SIGKILL."""
        self._process.kill()
        self._process.join()

    def join(self) -> None:
        """Waits for it to end, however it ends."""
        self._process.join(ANSWER_SECONDS)

    def answer(self) -> Any:
        """What the function returned, or a :class:`Failed`."""
        try:
            return self._recv(ANSWER_SECONDS)
        finally:
            self.kill()

    def result(self) -> Any:
        """What the function returned; what it raised is an error here."""
        answer = self.answer()
        assert not isinstance(answer, Failed), f"{answer.kind}: {answer.message}"
        return answer

    def _recv(self, seconds: float) -> Any:
        if not self._answers.poll(seconds):
            self.kill()
            raise TimeoutError(f"A fork said nothing for {seconds} s")
        return self._answers.recv()


def _ensure_server() -> None:
    """Starts the process to fork, once."""
    images.install_counting_model()  # which it loads
    # it takes the path of modules from the environment alone
    before = os.environ.get("PYTHONPATH")
    own = [str(environment.ROOT / "tests"), str(environment.ROOT)]
    os.environ["PYTHONPATH"] = os.pathsep.join(own + [before] * bool(before))
    try:
        forkserver.set_forkserver_preload(["pytest", "harness.preloaded"])
        forkserver.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def _main(
    answers: Connection,
    variables: dict[str, str],
    function: Callable[..., Any],
    args: tuple[Any, ...],
) -> None:
    import fiftyone as fo

    os.environ.clear()
    os.environ.update(variables)
    fo.config.database_uri = os.environ["FIFTYONE_DATABASE_URI"]
    answers.send("begun")
    try:
        answer = function(*args)
    except Exception as e:
        answer = Failed(type(e).__name__, str(e))
    answers.send(answer)
