"""Small datasets whose vectors are known, for tests without a model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import fiftyone as fo


SIDES = ("left", "right")


@dataclass(frozen=True)
class PairedIndex:
    """A grouped dataset, all its samples in ``flat``, and their index of ``vectors``,
    ``(2 n, 4)`` in that order."""

    dataset: fo.Dataset
    flat: fo.DatasetView
    index: Any
    vectors: np.ndarray


def clustered_vectors(
    count: int, dim: int, clusters: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Vectors around ``clusters`` centres.

    Returns ``(count, dim)`` float32 vectors, and their ``(count,)`` cluster numbers,
    which take turns: row ``i`` belongs to cluster ``i % clusters``.
    """
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(clusters, dim))
    labels = np.arange(count) % clusters
    vectors = centres[labels] + 0.1 * rng.normal(size=(count, dim))
    return vectors.astype(np.float32), labels


def make_vectors_dataset(
    count: int = 100, dim: int = 16, clusters: int = 5, seed: int = 0
) -> fo.Dataset:
    """A dataset, uniquely named, of ``count`` samples whose images don't exist.

    Samples have ``number``, ``cluster`` and ``embeddings`` (``(dim,)`` float32), and
    one to three detections in ``ground_truth``, each with a label and an ``embedding``
    like its sample's. The vectors depend on the arguments alone.
    """
    import fiftyone as fo

    vectors, labels = clustered_vectors(count, dim, clusters, seed)
    rng = np.random.default_rng(seed + 1)
    samples = [
        fo.Sample(
            filepath=f"/images/{i:04d}.png",
            number=i,
            cluster=int(labels[i]),
            embeddings=vectors[i],
            ground_truth=_detections(1 + i % 3, int(labels[i]), vectors[i], rng),
        )
        for i in range(count)
    ]
    dataset = fo.Dataset()
    dataset.add_samples(samples, progress=False)
    # Undeclared, its values would be read as bytes
    dataset.add_sample_field("ground_truth.detections.embedding", fo.VectorField)
    return dataset


@contextmanager
def paired_index(count: int, field: str) -> Iterator[PairedIndex]:
    """``count`` groups of a left and a right image, and an index of all of them."""
    import fiftyone as fo
    import fiftyone.brain as fob

    dataset = fo.Dataset()
    dataset.add_group_field(field, default=SIDES[0])
    samples = []
    for number in range(count):
        group = fo.Group()
        for side in SIDES:
            path = f"/g/{number}-{side}.jpg"
            samples.append(fo.Sample(filepath=path, **{field: group.element(side)}))
    dataset.add_samples(samples, progress=False)
    flat = dataset.select_group_slices(list(SIDES))
    vectors = np.random.default_rng(0).normal(size=(2 * count, 4)).astype(np.float32)
    index = fob.compute_similarity(
        flat, brain_key="groups", backend="milvus", embeddings=vectors, metric="cosine"
    )
    try:
        yield PairedIndex(dataset, flat, index, vectors)
    finally:
        index.delete()
        dataset.delete()


def _detections(
    count: int, cluster: int, vector: np.ndarray, rng: np.random.Generator
) -> fo.Detections:
    import fiftyone as fo

    noise = 0.1 * rng.normal(size=(count, len(vector)))
    return fo.Detections(
        detections=[
            fo.Detection(
                label=f"cluster {cluster}",
                bounding_box=[0.1 + 0.3 * i, 0.2, 0.2, 0.4],
                embedding=(vector + noise[i]).astype(np.float32),
            )
            for i in range(count)
        ]
    )
