"""Index health: what was up to date, missing, stale and orphaned when an index was last
compared with its dataset. Reports are in the dataset's execution store, where every
process and every browser window sees them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timezone

import fiftyone as fo
import fiftyone.operators as foo

from fiftyone_milvus.errors import VectorSearchError
from fiftyone_milvus.indexes import health
from fiftyone_milvus.progress import Report

STORE = "milvus_vector_search_health"
KEEP_SECONDS = 90 * 24 * 3600


@dataclass(frozen=True, kw_only=True)
class HealthReport(health.IndexHealth):
    """The result of a comparison. ``checked`` is an ISO time in UTC; ``changed``
    whether samples were added, removed or changed since."""

    checked: str
    changed: bool = False


def check(
    ctx: foo.ExecutionContext,
    brain_key: str,
    report: Report,
    cancelled: Callable[[], bool],
) -> health.HealthCheck:
    """Compares an index with its dataset, and stores the result.

    Raises:
        VectorSearchError: as :func:`fiftyone_milvus.indexes.health.health` does
    """
    seen = _fingerprint(ctx.dataset)
    found = health.health(ctx.dataset, brain_key, progress=report, cancelled=cancelled)
    now = datetime.now(timezone.utc).isoformat()
    counts = {
        each.name: getattr(found, each.name) for each in fields(health.IndexHealth)
    }
    value = {**asdict(HealthReport(**counts, checked=now)), "seen": seen}
    ctx.store(STORE).set(_run_id(ctx.dataset, brain_key), value, ttl=KEEP_SECONDS)
    return found


def update(
    ctx: foo.ExecutionContext,
    brain_key: str,
    report: Report,
    cancelled: Callable[[], bool],
) -> None:
    """Compares again after the index was changed. If that fails or is cancelled, the
    old report is deleted, and the work itself is still done."""
    try:
        check(ctx, brain_key, report, cancelled)
    except VectorSearchError:
        ctx.store(STORE).delete(_run_id(ctx.dataset, brain_key))


def reports(ctx: foo.ExecutionContext) -> dict[str, HealthReport]:
    """The stored reports, by brain key; asks no server."""
    store, dataset = ctx.store(STORE), ctx.dataset
    kept = set(store.list_keys())
    runs = {_run_id(dataset, key): key for key in dataset.list_brain_runs()}
    seen = _fingerprint(dataset) if kept else []
    found = {}
    for run_id in kept & set(runs):
        value = store.get(run_id)
        if value is not None:
            changed = value.pop("seen") != seen
            found[runs[run_id]] = replace(HealthReport(**value), changed=changed)
    return found


def _run_id(dataset: fo.Dataset, brain_key: str) -> str:
    """The id of the index's record, which stays when it is renamed."""
    run = dataset._doc.brain_methods.get(brain_key)
    return str(getattr(run, "id", run))


def _fingerprint(dataset: fo.Dataset) -> list[str]:
    """Changes when samples are added, removed or changed."""
    return [str(dataset.count()), str(dataset._max("last_modified_at"))]
