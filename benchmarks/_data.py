"""The vectors, their dataset, and the exact answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import fiftyone as fo
import fiftyone.core.fields as fof
import fiftyone.core.utils as fou
import numpy as np
from bson import Binary, ObjectId

from harness.datasets import clustered_vectors

NOT_INDEXED = 20  # vectors of each cluster, for queries
ROWS_AT_ONCE = 20_000


@dataclass(frozen=True)
class Data:
    """``ids`` and ``vectors`` ``(n, dim)`` of a dataset; ``queries`` ``(q, dim)`` that
    are not among them, and ``far`` ``(q, dim)``, from clusters that the view
    ``clusters`` lacks. The view ``half`` is a random half; the other one is half of
    the ``cluster_count`` clusters. All that are not among them are in ``others``, with
    their clusters' numbers."""

    dataset: fo.Dataset
    ids: list[str]
    vectors: np.ndarray
    cluster_count: int
    queries: np.ndarray
    far: np.ndarray
    half: fo.DatasetView
    clusters: fo.DatasetView
    others: np.ndarray
    other_labels: np.ndarray

    def random(self, share: float) -> fo.DatasetView:
        """A random part of the samples."""
        return self.dataset.match(fo.ViewField("share") < share)

    def of_cluster(self, number: int) -> np.ndarray:
        """Vectors of a cluster that are not in the dataset."""
        return self.others[self.other_labels == number]


def make(count: int, dim: int, clusters: int, queries: int, seed: int) -> Data:
    """Clustered vectors, and a dataset with one sample for each of them."""
    more = NOT_INDEXED * clusters
    every, labels = clustered_vectors(count + more, dim, clusters, seed)
    rng = np.random.default_rng(seed + 1)
    shares = rng.permutation(count) / count
    dataset = fo.Dataset()
    dataset.add_samples(
        (
            fo.Sample(f"/images/{i}.png", share=shares[i], cluster=int(labels[i]))
            for i in range(count)
        ),
        progress=False,
        num_samples=count,
    )
    not_indexed = count + rng.permutation(more)
    far = not_indexed[labels[not_indexed] >= clusters // 2]
    return Data(
        dataset=dataset,
        ids=dataset.values("id"),
        vectors=every[:count].copy(),
        cluster_count=clusters,
        queries=every[not_indexed[:queries]],
        far=every[far[:queries]],
        half=dataset.match(fo.ViewField("share") < 0.5),
        clusters=dataset.match(fo.ViewField("cluster") < clusters // 2),
        others=every[count:],
        other_labels=labels[count:],
    )


def with_field(name: str, vectors: Iterable[np.ndarray], path: str) -> fo.Dataset:
    """A dataset that holds vectors in its field ``embeddings``, written by pymongo,
    which is quick.

    Args:
        name: the dataset's name
        vectors: some of them at a time, ``(n, dim)`` each
        path: of the images, with ``{}`` for their number
    """
    dataset = fo.Dataset(name, persistent=True)
    dataset.add_sample_field("embeddings", fof.VectorField)
    dataset.add_sample(fo.Sample("/images/first.png"))
    first = dataset._sample_collection.find_one()
    dataset.clear()
    count = 0
    for some in vectors:
        dataset._sample_collection.insert_many(
            {
                **first,
                "_id": ObjectId(),
                "filepath": path.format(count + i),
                "embeddings": Binary(fou.serialize_numpy_array(vector)),
            }
            for i, vector in enumerate(some)
        )
        count += len(some)
    dataset.reload()
    return dataset


def exact(
    queries: np.ndarray, ids: list[str], vectors: np.ndarray, metric: str, k: int
) -> list[list[str]]:
    """The ``k`` nearest ids of each query, by float64 arithmetic."""
    parts = [
        _distances(queries, vectors[start : start + ROWS_AT_ONCE], metric)
        for start in range(0, len(vectors), ROWS_AT_ONCE)
    ]
    order = np.argsort(np.concatenate(parts, axis=1), axis=1, kind="stable")
    return [[ids[i] for i in row[:k]] for row in order]


def _distances(queries: np.ndarray, vectors: np.ndarray, metric: str) -> np.ndarray:
    a, b = queries.astype(np.float64), vectors.astype(np.float64)
    if metric == "euclidean":
        return (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
    if metric == "cosine":
        a /= np.linalg.norm(a, axis=1, keepdims=True)
        b /= np.linalg.norm(b, axis=1, keepdims=True)
    return -a @ b.T
