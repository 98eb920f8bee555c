"""Gives an index another brain key."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import fiftyone as fo

from ..backend import runs
from ..dataset import names
from ..errors import CollectionError
from ..store import settings


@settings.takes_connection
def rename(
    dataset: fo.Dataset, brain_key: str, new_brain_key: str, **connection: Any
) -> runs.IndexInfo:
    """Renames an index: its run, and the stamp of its collection if it has one of this
    dataset's own. Milvus is asked first, so that both or none have the new key.

    Raises:
        InvalidRequest: if there is no such index, or the new key can't be
        VectorSearchError: if Milvus can't be reached
    """
    runs.describe(dataset, brain_key)
    names.refuse(names.brain_key_problem(dataset, new_brain_key))
    with suppress(CollectionError):  # it is lost, and there is nothing to stamp
        runs.load(dataset, brain_key)
    dataset.rename_brain_run(brain_key, new_brain_key)
    return runs.describe(dataset, new_brain_key)
