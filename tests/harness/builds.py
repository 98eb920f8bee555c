"""What tests have forks do, and see of an index."""

from __future__ import annotations

import importlib
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from . import images

if TYPE_CHECKING:
    import fiftyone as fo


@dataclass(frozen=True)
class Seen:
    """An index as it is: its rows in no order, ``vectors`` of shape ``(n, dim)``;
    whether it is unfinished; the leases of its build that are left in MongoDB;
    and the collections that bear its key's name and are not its own."""

    ids: list[str]
    vectors: np.ndarray
    rows: int
    partial: bool
    leases: list[dict[str, Any]]
    strays: list[str]


def make_dataset(folder: Path, count: int) -> tuple[str, dict[str, str]]:
    """Makes a dataset of images that stays: its name, and its paths by id."""
    dataset = images.make_images_dataset(folder, count)
    dataset.persistent = True
    ids, paths = dataset.values(["id", "filepath"])
    return dataset.name, dict(zip(ids, paths, strict=True))


def build(name: str, key: str) -> None:
    """Builds an index with the model that counts, unless it is finished."""
    import fiftyone as fo

    from fiftyone_milvus.backend import runs
    from fiftyone_milvus.indexes import build

    dataset = fo.load_dataset(name)
    if key not in runs.keys(dataset) or build.is_unfinished(dataset, key):
        built = build.build(dataset, key, build.Source(model=images.MODEL))
        assert not built.failures, built.failures


def build_on_ray(name: str, key: str, address: str | None, batch_size: int) -> None:
    """As :func:`build`, on a Ray cluster."""
    import fiftyone as fo

    from fiftyone_milvus.indexes import build

    engine = build.Ray(address, workers=1, batch_size=batch_size)
    source = build.Source(model=images.MODEL)
    build.build(fo.load_dataset(name), key, source, engine=engine)


def build_on_own_ray_and(address: str, name: str, keys: list[str]) -> None:
    """Builds an index on a Ray of its own, and then another one on a Ray cluster."""
    for key, where in zip(keys, (None, address), strict=True):
        build_on_ray(name, key, where, batch_size=4)


def nearest(name: str, key: str) -> list[Any] | str:
    """The size of an index, its address, and what is nearest to the first sample; or
    why it can't be asked."""
    import fiftyone as fo

    from fiftyone_milvus.errors import VectorSearchError

    dataset = fo.load_dataset(name)
    try:
        index = dataset.load_brain_results(key)
        ids = index._kneighbors(dataset.first().id, k=5)[0]
    except VectorSearchError as e:
        return str(e)
    return [
        index.total_index_size,
        index.rows.collection.connection.settings.address,
        ids,
    ]


def add_without_run(name: str) -> str:
    """Adds the dataset's vectors to an index as FiftyOne's own call does, and stops
    before it stores the run; the name of its collection."""
    import fiftyone as fo

    from fiftyone_milvus.backend.similarity import (
        MilvusSimilarity,
        MilvusSimilarityConfig,
    )

    dataset = fo.load_dataset(name)
    method = MilvusSimilarity(MilvusSimilarityConfig(metric="cosine"))
    method.register_run(dataset, "idx", overwrite=False)
    index = method.initialize(dataset, "idx")
    index.add_to_index(np.array(dataset.values("embeddings")), dataset.values("id"))
    return str(index.rows.collection.name)


def sync(name: str, key: str) -> None:
    """Makes an index true to its dataset."""
    import fiftyone as fo

    import fiftyone_milvus

    fiftyone_milvus.sync(fo.load_dataset(name), key)


def build_until(name: str, key: str, step: str) -> None:
    """Builds, and dies by SIGKILL where it would take a step: ``module:name``."""
    _die_at(step)
    build(name, key)


def import_until(name: str, key: str, staging: str, step: str) -> None:
    """Builds from the field ``embeddings`` by a bulk import, and dies by SIGKILL where
    it would take a step."""
    import fiftyone as fo

    from fiftyone_milvus.indexes import build

    _die_at(step)
    source = build.Source(embeddings_field="embeddings")
    build.build(fo.load_dataset(name), key, source, via="import", staging=staging)


def build_and_see(name: str, key: str) -> Seen:
    """Builds on, and cleans up what came of it."""
    build(name, key)
    seen = see(name, key)
    clean_up(name, key)
    return seen


def sync_and_see(name: str, key: str) -> Seen:
    """Syncs on, and says what came of it."""
    sync(name, key)
    return see(name, key)


def ask(name: str) -> None:
    """Asks Milvus for the rows of a dataset's indexes, or else for a sign of life."""
    import fiftyone as fo

    from fiftyone_milvus.backend import runs
    from fiftyone_milvus.store import client, settings

    client.connect(settings.resolve()).ping()
    for info in runs.list_indexes(fo.load_dataset(name)):
        assert info.problem is None, info.problem


def delete_samples(name: str, ids: list[str]) -> None:
    """Removes samples from a dataset."""
    import fiftyone as fo

    fo.load_dataset(name).delete_samples(ids)


def see(name: str, key: str) -> Seen:
    """Looks at all of an index."""
    import fiftyone as fo
    import fiftyone.core.odm as foo

    from fiftyone_milvus.backend import runs
    from fiftyone_milvus.indexes import lease

    dataset = fo.load_dataset(name)
    index = runs.load(dataset, key)
    found = list(index.rows.iterate())
    return Seen(
        [id_ for rows in found for id_ in rows.ids],
        np.concatenate([rows.vectors for rows in found]),
        index.total_index_size,
        runs.describe(dataset, key).partial,
        list(foo.get_db_conn()[lease.COLLECTION].find(_of(dataset, key))),
        [found for found in collections(key) if found != index.rows.collection.name],
    )


def collections(key: str) -> list[str]:
    """The collections made for the key of an index."""
    from fiftyone_milvus.store import client, settings

    there = client.connect(settings.resolve()).client.list_collections()
    return [found for found in there if f"_{key}_" in found]


def clear(name: str, key: str) -> None:
    """Removes an index, as far as it is there, and all that bears its key's name."""
    import fiftyone as fo
    import fiftyone.core.odm as foo

    from fiftyone_milvus.backend import runs
    from fiftyone_milvus.indexes import lease
    from fiftyone_milvus.store import client, settings

    dataset = fo.load_dataset(name)
    if key in runs.keys(dataset):
        clean_up(name, key)
    for found in collections(key):
        client.connect(settings.resolve()).client.drop_collection(found)
    foo.get_db_conn()[lease.COLLECTION].delete_many(_of(dataset, key))


def clean_up(name: str, key: str) -> None:
    """Removes an index."""
    import fiftyone as fo

    from fiftyone_milvus.backend import runs

    runs.cleanup(fo.load_dataset(name), key)


def _die_at(step: str) -> None:
    module, path = step.split(":")
    owner: Any = importlib.import_module(module)
    *parents, last = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    setattr(owner, last, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))


def _of(dataset: fo.Dataset, key: str) -> dict[str, str]:
    """What finds the lease of an index's build."""
    return {"_id": f"{dataset._doc.id}/{key}"}
