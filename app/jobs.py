"""The state of long work, kept where every process and every browser window sees it:
in the dataset's execution store."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timezone
from types import TracebackType
from typing import Any
from uuid import uuid4

import fiftyone.operators as foo
from fiftyone.core.odm import get_db_conn
from fiftyone.operators.delegated import DelegatedOperationService
from fiftyone.operators.executor import ExecutionRunState
from fiftyone.operators.store import ExecutionStore

from fiftyone_milvus.errors import Cancelled, InvalidRequest
from fiftyone_milvus.heartbeat import Heartbeat
from fiftyone_milvus.progress import Progress

from .context import in_words

STORE = "milvus_vector_search_jobs"
PLUGIN = "@milvus/vector-search"
KEEP_SECONDS = 24 * 3600
HEARTBEAT_SECONDS = 1.0
SHOWN_SECONDS = 600  # a job that went well is listed for so long
LOST_SECONDS = 30.0  # no heartbeat for so long: the process is gone
# before the first one: on a busy machine a worker takes long to load its libraries
START_SECONDS = 300.0

ACTIVE = ("queued", "running")
STARTING = "Starting"  # the phase before any progress


@dataclass(frozen=True)
class JobKind:
    """What an operator's jobs are called, and whether one that was stopped goes on
    where it was when it is started again."""

    label: str
    can_pause: bool


# By the names of the operators, which add themselves
KINDS: dict[str, JobKind] = {}


@dataclass(frozen=True)
class Job:
    """Long work on an index, as the panel shows it. ``operator`` is the name of the one
    that does it, ``rate`` in units a second, ``remaining`` in seconds, ``failed`` how
    many gave no vector, ``bottleneck`` which of reading, embedding and writing
    takes the longest, ``updated`` an ISO time in UTC. What was paused goes on when it
    is started again."""

    id: str
    brain_key: str
    state: str  # queued, running, done, failed, cancelled, paused
    delegated: bool
    operator: str = ""
    phase: str = ""
    done: int = 0
    total: int = 0
    unit: str = "samples"
    rate: float | None = None
    remaining: float | None = None
    failed: int = 0
    bottleneck: str | None = None
    message: str | None = None
    updated: str = ""

    def to_dict(self) -> dict[str, Any]:
        """It as the plain data that React gets."""
        kind = _kind(self.operator)
        return {**asdict(self), **asdict(kind)}


class JobRecord:
    """Writes a job's state once a second while its work runs, and how it ended.

    Use as a context manager around the work; an error passes through and is recorded.
    A request that is refused before any progress was no job, and leaves no record: the
    person who made it sees the reason. On a worker nobody waits, so there it does.
    """

    def __init__(self, ctx: foo.ExecutionContext, brain_key: str) -> None:
        self._store: ExecutionStore = ctx.store(STORE)
        run = ctx.request_params.get("run_doc")
        self._job = Job(
            id=str(run or uuid4().hex),
            operator=name_of(ctx.operator_uri),
            brain_key=brain_key,
            state="running",
            delegated=bool(ctx.delegated),
            phase=STARTING,
        )
        self._stop_state: str | None = None  # "cancelled" or "paused"
        self._heartbeat = Heartbeat(HEARTBEAT_SECONDS, self._check_and_write)

    def progress(self, progress: Progress) -> None:
        """Takes the latest progress; it is written at the next heartbeat."""
        self._job = replace(
            self._job,
            phase=progress.activity,
            done=progress.done,
            total=progress.total,
            unit=progress.unit,
            rate=progress.rate,
            remaining=progress.remaining,
            failed=progress.failed,
            bottleneck=progress.bottleneck,
        )

    def cancelled(self) -> bool:
        """Whether the job is to stop."""
        return self._stop_state is not None

    def finished(self, message: str) -> None:
        """Takes the sentence that says what was done."""
        self._job = replace(self._job, message=message)

    def __enter__(self) -> JobRecord:
        self._write()
        self._heartbeat.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._heartbeat.stop()
        if self._is_refused(error):
            self._store.delete(_job_key(self._job.id))
            return
        state, message = "done", self._job.message
        if isinstance(error, Cancelled):
            state, message = self._stop_state or "cancelled", str(error)
        elif error is not None:
            state, message = "failed", in_words(error)
        self._job = replace(self._job, state=state, message=message, remaining=None)
        self._write()

    def _is_refused(self, error: BaseException | None) -> bool:
        began = self._job.phase != STARTING or self._job.delegated
        return isinstance(error, InvalidRequest) and not began

    def _check_and_write(self) -> None:
        self._stop_state = self._stop_state or self._store.get(_stop_key(self._job.id))
        self._write()

    def _write(self) -> None:
        now = datetime.now(timezone.utc).isoformat()
        self._job = replace(self._job, updated=now)
        self._store.set(_job_key(self._job.id), asdict(self._job), ttl=KEEP_SECONDS)


def list_jobs(ctx: foo.ExecutionContext) -> list[Job]:
    """The dataset's jobs of the last day, the newest first."""
    store = _store(ctx)
    keys = set(store.list_keys())
    values = [store.get(key) for key in keys if key.startswith("job-")]
    jobs = {}
    for value in filter(None, values):
        job = _failed_if_lost(Job(**value), LOST_SECONDS)
        jobs[job.id] = job
    for job in _delegated(ctx):
        known = jobs.get(job.id)
        if known is None:
            jobs[job.id] = _failed_if_lost(job, START_SECONDS)
        elif known.state in ACTIVE and job.state == "failed":
            jobs[job.id] = job
    newest = sorted(jobs.values(), key=lambda job: job.updated, reverse=True)
    return [
        job
        for number, job in enumerate(newest)
        if _dismissed_key(job.id) not in keys
        and not _ended_long_ago(job)
        and not _was_resumed(job, newest[:number])
    ]


def pause(ctx: foo.ExecutionContext, job_id: str) -> None:
    """Asks a build or a sync to stop until it is started again; what it did stays."""
    _store(ctx).set(_stop_key(job_id), "paused", ttl=KEEP_SECONDS)


def cancel(ctx: foo.ExecutionContext, job_id: str) -> None:
    """Asks a job to stop; one that waits for a worker is taken off the queue."""
    store = _store(ctx)
    if store.has(_job_key(job_id)):
        store.set(_stop_key(job_id), "cancelled", ttl=KEEP_SECONDS)
        return
    service = DelegatedOperationService()
    if any(str(op.id) == job_id for op in _operations(ctx, service)):
        service.set_failed(
            doc_id=_object_id(job_id),
            result=foo.executor.ExecutionResult(error="Cancelled"),
        )


def dismiss(ctx: foo.ExecutionContext, job_id: str) -> None:
    """Removes an ended job from the list."""
    _store(ctx).set(_dismissed_key(job_id), True, ttl=KEEP_SECONDS)


def _delegated(ctx: foo.ExecutionContext) -> list[Job]:
    """The jobs of workers that have no record of their own yet: queued, just started,
    or failed before they wrote one."""
    states = {
        ExecutionRunState.QUEUED: "queued",
        ExecutionRunState.SCHEDULED: "queued",
        ExecutionRunState.RUNNING: "running",
        ExecutionRunState.FAILED: "failed",
    }
    jobs = []
    for op in _operations(ctx, DelegatedOperationService()):
        when = op.failed_at or op.updated_at or op.queued_at
        recent = when and (datetime.utcnow() - when).total_seconds() < KEEP_SECONDS
        if op.run_state not in states or not recent:
            continue
        params = op.context.request_params.get("params", {})
        state = states[op.run_state]
        error = getattr(op.result, "error", None) or ""
        if error == "Cancelled":
            state = "cancelled"
        job = Job(
            id=str(op.id),
            operator=name_of(op.operator),
            brain_key=params.get("brain_key", ""),
            state=state,
            delegated=True,
            phase=STARTING if state == "running" else "",
            message=_last_line(error) if state == "failed" else None,
            updated=when.replace(tzinfo=timezone.utc).isoformat(),
        )
        jobs.append(job)
    return jobs


def _operations(ctx: foo.ExecutionContext, service: Any) -> list[Any]:
    dataset = _dataset_id(ctx)
    return [
        operation
        for name in KINDS
        for operation in service.list_operations(
            operator=f"{PLUGIN}/{name}", dataset_id=dataset
        )
    ]


def _kind(operator: str) -> JobKind:
    """That of a job; of an operator that was renamed or deleted, its name is kept."""
    return KINDS.get(operator) or JobKind(operator, can_pause=False)


def _age(job: Job) -> float:
    """Seconds since the job's last update."""
    return time.time() - datetime.fromisoformat(job.updated).timestamp()


def _ended_long_ago(job: Job) -> bool:
    return job.state in ("done", "cancelled") and _age(job) > SHOWN_SECONDS


def _was_resumed(job: Job, later: list[Job]) -> bool:
    """Whether a paused job was started again since."""
    return job.state == "paused" and any(
        other.brain_key == job.brain_key and _kind(other.operator).can_pause
        for other in later
    )


def _failed_if_lost(job: Job, patience: float) -> Job:
    if job.state != "running" or _age(job) < patience:
        return job
    message = "Its process has ended. Start it again."
    return replace(job, state="failed", message=message, remaining=None)


def _last_line(traceback: str) -> str:
    lines = traceback.strip().splitlines()
    return lines[-1] if lines else "It failed without a message"


def _store(ctx: foo.ExecutionContext) -> ExecutionStore:
    return ExecutionStore.create(STORE, _dataset_id(ctx))


def _dataset_id(ctx: foo.ExecutionContext) -> Any:
    """The dataset's id. ``ctx.dataset`` would reload the dataset every second while a
    job is watched, also while another thread stores a run."""
    known = get_db_conn().datasets.find_one({"name": ctx.dataset_name}, {"_id": True})
    return known["_id"] if known else ctx.dataset._doc.id


def _object_id(text: str) -> Any:
    from bson import ObjectId

    return ObjectId(text)


def _job_key(job_id: str) -> str:
    return f"job-{job_id}"


def _dismissed_key(job_id: str) -> str:
    return f"dismissed-{job_id}"


def _stop_key(job_id: str) -> str:
    return f"stop-{job_id}"


def name_of(operator_uri: str) -> str:
    return operator_uri.rsplit("/", 1)[-1]
