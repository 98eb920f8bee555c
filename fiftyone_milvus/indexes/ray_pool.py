"""The workers of a build on a Ray cluster: sends them batches, sends those of a lost
worker to another one, and replaces it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

from ..dataset.sources import Source
from ..errors import InvalidRequest, ServerUnavailable, VectorSearchError
from ..progress import Monitor
from ..store import embedded
from ..store.collection import Collection
from ..store.settings import Settings
from . import ray_engine
from .pipeline import END, Batch
from .ray_engine import PIP, Ray
from .ray_worker import Done, Target, Task, Worker, connection_of, version

# One batch is read or written while another one is embedded
BATCHES_PER_WORKER = 2
WAIT_SECONDS = 0.5  # at most, until it is asked again whether to stop
START_SECONDS = 300.0  # a busy machine takes long to import torch and FiftyOne
MAX_TRIES = 3  # of a batch, whose workers were lost each time


@dataclass(eq=False)
class _Member:
    """A worker: Ray's handle of it, where it runs once that is known, whether the
    model is loaded, and how many batches it has."""

    actor: Any
    host: str | None = None
    ready: bool = False
    batches: int = 0


@dataclass
class _Call:
    """A call that is under way: of a worker's ``hello``, ``load``, or ``work`` on a
    batch."""

    member: _Member
    batch: Batch | None = None
    tries: int = 0


class RayPool:
    """The workers of one build. Use as a context manager: at its end they are gone.

    Args:
        engine: the cluster
        source: where the vectors come from
        patches_field: the field whose patches are indexed; ``None`` for samples
        found: how this process reaches Milvus
        monitor: receives what the workers do

    Raises:
        MissingRequirement, ServerUnavailable, InvalidRequest: on entering, if it can't
            work; nothing is changed
    """

    def __init__(
        self,
        engine: Ray,
        source: Source,
        patches_field: str | None,
        found: Settings,
        monitor: Monitor,
    ) -> None:
        self._engine = engine
        self._settings = found
        self._monitor = monitor
        folder = str(embedded.home(Settings()).state) if found.embedded else None
        self._arguments = (source, patches_field, folder)
        self._source = source
        self._open = ExitStack()
        self._members: list[_Member] = []
        self._calls: dict[Any, _Call] = {}
        self._again: deque[tuple[Batch, int]] = deque()
        self._lost = 0  # workers, since the last batch that was done
        self._target: Target | None = None
        self._all_at_once = False
        self._select: Callable[[Batch], None] = lambda batch: None
        self._check: Callable[[], None] = lambda: None
        self._embeds_text = False

    def __enter__(self) -> RayPool:
        with ExitStack() as opened:
            self._ray = opened.enter_context(ray_engine.connected(self._engine))
            ray_engine.check_milvus(self._ray, self._settings)
            self._shares = ray_engine.shares(
                self._ray, self._engine, self._source.embeds
            )
            opened.callback(self._kill_all)
            for _ in range(self._shares.workers):
                self._start_worker()
            self._open = opened.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._monitor.workers = None
        self._open.close()

    def load(self, check: Callable[[], None]) -> bool:
        """Waits until the first worker has loaded the model; whether that embeds text.

        Args:
            check: is called again and again; raises an error to stop

        Raises:
            InvalidRequest: if the model can't be loaded
            ServerUnavailable: if no worker starts
        """
        self._check = check
        began = time.monotonic()
        while not any(member.ready for member in self._members):
            self._wait()
            started = any(member.host for member in self._members)
            if not started and time.monotonic() - began > START_SECONDS:
                raise ServerUnavailable(
                    f"Ray has started no worker in {START_SECONDS:.0f} s: its machines "
                    "are busy, or too small. Wait, or ask for fewer CPUs and GPUs."
                )
        return self._embeds_text

    def write_to(self, to: Collection, select: Callable[[Batch], None]) -> None:
        """From now on the workers write the rows that they embed.

        Args:
            to: the index's collection; it exists
            select: leaves out of a batch what the index has already
        """
        self._select, self._all_at_once = select, True
        self._target = Target(
            connection_of(self._settings),
            to.name,
            to.metric,
            to.consistency_level,
            replace(to.options, partition=to.partition),
            to.dimension(),
        )

    def embedded(
        self, batches: Iterator[Batch], all_at_once: bool = False
    ) -> Generator[Batch, None, None]:
        """The batches, in no order, each once it is done: embedded, one at a time, or
        by all workers at once; and after :meth:`write_to` written, by all."""
        self._all_at_once = all_at_once
        exhausted = False
        while not exhausted or self._again or self._busy:
            while not exhausted and not self._again and self._free() is not None:
                batch = next(batches, END)
                exhausted = batch is END
                if exhausted:
                    break
                if batch.wanted == []:
                    yield batch
                else:
                    self._send(batch, 0)
            while self._again and self._free() is not None:
                batch, tries = self._again.popleft()
                if self._target is not None and batch.wanted is not None:
                    self._select(batch)
                self._send(batch, tries)
            yield from self._wait()

    @property
    def _busy(self) -> bool:
        return any(call.batch is not None for call in self._calls.values())

    def _free(self) -> _Member | None:
        """The ready worker with the fewest batches, if it may have one more."""
        if self._busy and not self._all_at_once:
            return None
        ready = [one for one in self._members if one.ready]
        least = min(ready, key=lambda one: one.batches, default=None)
        return least if least and least.batches < BATCHES_PER_WORKER else None

    def _send(self, batch: Batch, tries: int) -> None:
        member = self._free()
        assert member is not None
        found = batch.embedded
        items = batch.wanted if found is None else None
        rows = None if found is None else found.rows
        task = Task(items, rows, batch.filter_values, self._target)
        member.batches += 1
        self._calls[member.actor.work.remote(task)] = _Call(member, batch, tries)

    def _wait(self) -> list[Batch]:
        """Waits for calls to end, for a moment; returns the batches that are done."""
        self._check()
        if not self._calls:
            return []
        refs = list(self._calls)
        ended, _ = self._ray.wait(refs, num_returns=1, timeout=WAIT_SECONDS)
        more, _ = self._ray.wait(refs, num_returns=len(refs), timeout=0)
        done = [self._ended(ref) for ref in dict.fromkeys([*ended, *more])]
        return [batch for batch in done if batch is not None]

    def _ended(self, ref: Any) -> Batch | None:
        call = self._calls.pop(ref, None)
        if call is None:  # of a worker that was lost
            return None
        try:
            answer = self._ray.get(ref)
        except Exception as e:
            self._failed(call, e)
            return None
        member = call.member
        if call.batch is not None:
            member.batches -= 1
            self._lost = 0
            return self._done(call.batch, answer)
        if member.host is None:
            self._check_version(*answer)
            member.host = answer[0]
            self._calls[member.actor.load.remote()] = _Call(member)
        else:
            member.ready, self._embeds_text = True, answer
            self._count()
        return None

    def _done(self, batch: Batch, answer: Done) -> Batch:
        for stage, seconds in answer.seconds.items():
            self._monitor.add_busy(stage, seconds)
        if batch.embedded is None:
            batch.embedded = answer.embedded
            batch.failures = answer.failures
        else:
            batch.failures = batch.embedded.failures
        batch.rows = answer.written
        return batch

    def _failed(self, call: _Call, error: Exception) -> None:
        """Raises what a worker raised; one that was lost is replaced, and others get
        its batches."""
        exceptions = self._ray.exceptions
        lost = (exceptions.RayActorError, exceptions.WorkerCrashedError)
        own = getattr(error, "cause", error)
        if isinstance(own, VectorSearchError):
            raise own from None
        if not isinstance(error, lost) or _has_no_library(error):
            raise VectorSearchError(_in_words(error)) from None
        if call.member not in self._members:
            return
        self._lost += 1
        if self._lost > MAX_TRIES * (self._shares.workers + 1):
            raise ServerUnavailable(
                "Ray's workers are lost again and again. Look at their logs; they may "
                f"have too little memory. Ray says: {_text(error)}"
            ) from None
        self._members.remove(call.member)
        self._ray.kill(call.member.actor)
        theirs = {r: c for r, c in self._calls.items() if c.member is call.member}
        for ref, other in [(None, call), *theirs.items()]:
            self._calls.pop(ref, None)
            if other.batch is None:
                continue
            if other.tries + 1 >= MAX_TRIES:
                raise VectorSearchError(
                    f"{MAX_TRIES} workers were lost while they worked on the same "
                    f"{other.batch.samples} samples. They may have too little memory: "
                    f"set batch_size to less. Ray says: {_text(error)}"
                ) from None
            self._again.append((other.batch, other.tries + 1))
        self._start_worker()
        self._count()

    def _start_worker(self) -> None:
        actor_class = self._ray.remote(Worker)
        actor = actor_class.options(
            num_cpus=self._shares.cpus,
            num_gpus=self._shares.gpus,
            max_concurrency=BATCHES_PER_WORKER,
            max_restarts=0,
        ).remote(*self._arguments)
        member = _Member(actor)
        self._members.append(member)
        self._calls[actor.hello.remote()] = _Call(member)

    def _kill_all(self) -> None:
        for member in self._members:
            self._ray.kill(member.actor)
        self._members, self._calls = [], {}

    def _count(self) -> None:
        ready = sum(member.ready for member in self._members)
        gpus = ready * self._shares.gpus
        text = f"{ready} Ray worker{'s' * (ready != 1)}"
        self._monitor.workers = text + (f" with {gpus:g} GPUs" if gpus else "")

    def _check_version(self, host: str, theirs: str) -> None:
        own = version()
        if own != theirs and "unknown" not in (own, theirs):
            raise InvalidRequest(
                f"Ray's machine {host} has fiftyone-milvus {theirs}, and this one has "
                f"{own}. Install the same version: {PIP[:-1]}=={own}'"
            )


def _has_no_library(error: Exception) -> bool:
    return "ModuleNotFoundError" in str(error) or "failed to import" in str(error)


def _in_words(error: Exception) -> str:
    if _has_no_library(error):
        return (
            f"Ray's machines lack what this needs: {_text(error)}. Install it there: "
            f"{PIP}"
        )
    return f"A Ray worker failed: {_text(error)}"


def _text(error: Exception) -> str:
    """The last line of an error of Ray's, which has a whole traceback."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[-1] if lines else type(error).__name__)[:300]
