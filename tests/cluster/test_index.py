"""An index on a cluster from its build to a sync of what changed; and one that a Ray
worker builds."""

from __future__ import annotations

from pathlib import Path

import fiftyone as fo
import numpy as np
import pytest
from fiftyone import ViewField as F

import fiftyone_milvus
from fiftyone_milvus.backend import runs
from fiftyone_milvus.indexes import build
from fiftyone_milvus.indexes.collections import inspect
from fiftyone_milvus.searches.query import Query
from harness import builds, environment, images, imports
from harness.forks import Fork
from harness.oracle import distances, ranked
from harness.searching import search_index

pytestmark = pytest.mark.usefixtures("cluster")
IMAGES = 40
MODEL = build.Source(model=images.MODEL)


def nearest(samples: fo.core.collections.SampleCollection, query: np.ndarray):
    """The ids of all samples, the nearest first."""
    vectors = np.stack([images.expected(path) for path in samples.values("filepath")])
    return ranked(distances("cosine", query, vectors), samples.values("id"))


def test_an_index_is_built_searched_and_kept_up_to_date(tmp_path: Path) -> None:
    images.install_counting_model()
    dataset = images.make_images_dataset(tmp_path, IMAGES)
    how = {"num_shards": 2, "replicas": 2, "filter_fields": ["number"]}
    built = build.build(dataset, "k", MODEL, **how)
    assert (built.rows, built.embedded) == (IMAGES, IMAGES)
    index = runs.load(dataset, "k")
    stored = inspect(index.rows.collection.name)
    assert (stored.shards, stored.replicas, stored.rows) == (2, 2, IMAGES)

    query = images.expected(dataset.first().filepath)
    view = dataset.match(F("number") % 3 == 1)
    found = search_index(index, Query.of(vector=query), 5, samples=view)
    assert found.ids == nearest(view, query)[:5]

    ids = dataset.values("id")
    dataset.delete_samples(ids[:3])
    for seed, id_ in enumerate(ids[3:5], start=1_000):
        images.paint(Path(dataset[id_].filepath), seed)
    other = dataset[ids[5]]
    other["number"] = 30
    other.save()
    added = [fo.Sample(str(tmp_path / f"new{i}.png"), number=30) for i in range(2)]
    for seed, sample in enumerate(added, start=2_000):
        images.paint(Path(sample.filepath), seed)
    dataset.add_samples(added, progress=False)
    health = fiftyone_milvus.health(dataset, "k")
    changes = (health.missing, health.stale, health.orphaned, health.outdated)
    assert changes == (2, 2, 3, 1)
    synced = fiftyone_milvus.sync(dataset, "k")
    assert (synced.embedded, synced.removed) == (4, 3)
    assert fiftyone_milvus.health(dataset, "k").healthy

    where = {"number": {"min": 30, "max": 31}}
    found = search_index(index, Query.of(vector=query), IMAGES, where=where)
    wanted = dataset.match((F("number") >= 30) & (F("number") <= 31))
    assert len(wanted) == 5
    assert found.ids == nearest(wanted, query)
    found = search_index(index, Query.of(vector=query), IMAGES)
    assert found.ids == nearest(dataset, query)
    runs.cleanup(dataset, "k")
    dataset.delete()


def test_what_a_ray_worker_writes_is_what_this_process_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images.install_counting_model()
    dataset = images.make_images_dataset(tmp_path, IMAGES)
    dataset.persistent = True  # another process would delete it
    monkeypatch.setenv("PYTHONPATH", f"{environment.ROOT}:{environment.ROOT}/tests")
    Fork({}, builds.build_on_ray, dataset.name, "there", None, 8).result()
    build.build(dataset, "here", MODEL)
    dataset.reload()
    assert runs.load(dataset, "there").total_index_size == IMAGES
    assert imports.contents(dataset, "there") == imports.contents(dataset, "here")
    for key in ("there", "here"):
        runs.cleanup(dataset, key)
    dataset.delete()
