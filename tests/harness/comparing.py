"""What the tests of interrupted comparisons have forks do."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fiftyone_milvus.analysis.duplicates import DuplicateGroups

SMALL_STEPS: dict[str, Any] = {
    "TILE": 32,  # so that few vectors are many blocks
    "CHECKPOINT_BYTES": 1_000,  # so that a checkpoint is many parts
    "CHECKPOINT_SECONDS": 0.0,
    "CHECKPOINT_SHARE": float("inf"),
}


def find(name: str, key: str, params: dict[str, Any]) -> tuple[DuplicateGroups, int]:
    """Near duplicates, and how often progress was reported; stores a checkpoint after
    each block."""
    import fiftyone as fo

    from fiftyone_milvus.analysis import duplicates
    from fiftyone_milvus.backend import runs
    from fiftyone_milvus.tuning import tuned

    reports: list[object] = []
    index = runs.load(fo.load_dataset(name), key)
    with tuned(**SMALL_STEPS):
        found = duplicates.find_groups(index, progress=reports.append, **params)
    # samples can't be sent to the test's process
    none: Any = None
    indexed = replace(found.indexed, samples=none)
    return replace(found, samples=none, indexed=indexed), len(reports)


def find_until(name: str, key: str, params: dict[str, Any], reports: int) -> None:
    """Does so, and dies by SIGKILL when progress is reported once more than that."""
    from fiftyone_milvus import progress as module

    made, left = module.Progress, iter(range(reports))

    def progress(*args: Any, **kwargs: Any) -> Any:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return made(*args, **kwargs)

    module.Progress = progress  # type: ignore[assignment, misc]
    find(name, key, params)
