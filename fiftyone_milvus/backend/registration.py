"""Registers brain runs while other threads load their dataset."""

from __future__ import annotations

from contextlib import suppress

import fiftyone as fo
from fiftyone.core.brain import BrainMethod

from ..errors import InvalidRequest

TRIES = 3


def register(method: BrainMethod, samples: fo.SampleCollection, key: str) -> None:
    """Stores a run, without results. FiftyOne loses it, or raises ReferenceError, when
    another thread of this process, such as one that answers the App, loads the dataset
    at that moment; so it looks again.

    Raises:
        InvalidRequest: if it could not be stored
    """
    dataset = samples._root_dataset
    for _ in range(TRIES):
        with suppress(ReferenceError):
            BrainMethod.register_run(method, samples, key, overwrite=False)
        dataset.reload()
        if key in dataset.list_brain_runs():
            return
    raise InvalidRequest(
        f"The run '{key}' could not be stored, because the dataset "
        f"'{dataset.name}' was changed at the same moments. Try again."
    )
