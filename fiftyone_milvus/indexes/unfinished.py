"""What a build that was killed left behind, and why a build has no rows."""

from __future__ import annotations

import fiftyone as fo

from ..backend import runs
from ..backend.config import MilvusSimilarityConfig
from ..dataset.sources import Source
from ..progress import Monitor
from ..store import client
from ..store.collection import Collection
from . import staging


def store_results(samples: fo.SampleCollection, brain_key: str) -> None:
    """Stores the results of a run whose process was killed before it could."""
    index = runs.load(samples._root_dataset, brain_key)
    index.backend.save_run_results(samples, brain_key, index)


def drop_collection(
    dataset: fo.Dataset,
    brain_key: str,
    config: MilvusSimilarityConfig,
    name: str | None,
) -> None:
    """Drops the collection of a process that was killed before it stored the run, and
    the files of its bulk import.

    Args:
        dataset: the dataset
        brain_key: the key of the run
        config: what the run is to be
        name: the collection that the process noted, if any
    """
    used = [runs.describe(dataset, key) for key in runs.keys(dataset)]
    if name is None or name in {info.collection_name for info in used}:
        return
    connection = client.connect(config.connection_settings)
    found = Collection(connection, name, config.metric, config.consistency_level)
    owner = found.owner() if found.exists() else None
    mine = (str(dataset._doc.id), brain_key)
    if owner is not None and (owner.dataset_id, owner.brain_key) == mine:
        staging.clean_up(found)
        found.drop()


def why_nothing(source: Source, patches_field: str | None, monitor: Monitor) -> str:
    """Why a build has nothing to index, and what to do."""
    field = source.embeddings_field
    first = next(iter(monitor.failures), None)
    if field is not None:
        why = f" (of {first.id}: {first.reason})" if first else ""
        return (
            f"No sample has a vector in '{field}' that can be indexed{why}. "
            "Compute the embeddings first, or choose a model."
        )
    if patches_field is not None and not monitor.failed:
        return (
            f"The samples have no patches in '{patches_field}'; choose another field."
        )
    why = f": {first.reason}" if first else ""
    return f"No sample's media could be read, so nothing was indexed{why}"
