"""Builds an index in chunks: embed, upsert, go on. Memory stays flat, and the progress
is true."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import fiftyone as fo
import fiftyone.brain.internal.core.utils as fbu
import fiftyone.core.media as fom
import numpy as np

from . import models
from .config import MilvusSimilarityConfig
from .errors import Cancelled, InvalidRequest
from .index import MilvusSimilarityIndex

logger = logging.getLogger(__name__)

# Samples embedded between two writes: at least twenty steps of progress
MIN_CHUNK, MAX_CHUNK, STEPS = 16, 512, 20


@dataclass(frozen=True)
class Source:
    """Where the vectors come from: a zoo model by name, or an embeddings field (of the
    samples, or of the patches by the attribute's name). Just one of them."""

    model: str | None = None
    embeddings_field: str | None = None
    batch_size: int | None = None


@dataclass(frozen=True)
class Progress:
    """How far the work is: samples done of ``total``, seconds since it began."""

    phase: str
    done: int
    total: int
    seconds: float

    @property
    def rate(self) -> float | None:
        """Samples a second, once there are any."""
        return self.done / self.seconds if self.done and self.seconds else None

    @property
    def remaining(self) -> float | None:
        """Seconds left, once the rate is known."""
        return (self.total - self.done) / self.rate if self.rate else None


@dataclass(frozen=True)
class Built:
    """What a build made: rows in the index, and samples that gave none."""

    brain_key: str
    collection_name: str
    rows: int
    samples: int
    without_vectors: int
    seconds: float


def build(
    samples: fo.SampleCollection,
    brain_key: str,
    source: Source,
    *,
    patches_field: str | None = None,
    metric: str = "cosine",
    consistency_level: str = "Session",
    progress: Callable[[Progress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
    **connection: Any,
) -> Built:
    """Builds an index over samples, or over the patches of one of their fields.

    The run is stored when the index is complete. A build that fails or is cancelled
    leaves neither a run nor a collection behind.

    Args:
        samples: the dataset or view to index
        brain_key: the key of the new run, an identifier
        source: where the vectors come from
        patches_field: the label field whose patches to index; ``None`` for samples
        metric: ``"cosine"``, ``"dotproduct"`` or ``"euclidean"``
        consistency_level: ``"Session"``, ``"Strong"``, ``"Bounded"``, ``"Eventually"``
        progress: called about twenty times or more, from this thread
        cancelled: asked between two chunks
        **connection: connection settings that override the configured ones

    Raises:
        InvalidRequest: before anything is written, if the request can't be right
        Cancelled: if ``cancelled()`` was true
        VectorSearchError: if Milvus fails
    """
    started = time.monotonic()

    def tell(phase: str, done: int, total: int) -> None:
        progress(Progress(phase, done, total, time.monotonic() - started))

    check(samples, brain_key, source, patches_field)
    dataset = samples._root_dataset
    config = MilvusSimilarityConfig(
        embeddings_field=source.embeddings_field,
        model=source.model,
        patches_field=patches_field,
        metric=metric,
        consistency_level=consistency_level,
        **connection,
    )
    method = config.build()
    method.ensure_requirements()
    method.register_run(dataset, brain_key, overwrite=False)

    ids = samples.values("id")
    tell("Loading the model" if source.model else "Reading", 0, len(ids))
    model = models.load(source.model) if source.model else None
    config.supports_prompts = bool(getattr(model, "can_embed_prompts", False))

    index = method.initialize(dataset, brain_key)
    rows = with_vectors = 0
    try:
        for done, chunk in _chunks(samples, ids):
            if cancelled():
                raise Cancelled("Cancelled; nothing was kept")
            tell("Embedding" if model else "Reading", done, len(ids))
            vectors, sample_ids, label_ids = _vectors(
                chunk, source, model, patches_field
            )
            _add(index, vectors, sample_ids, label_ids)
            rows += len(vectors)
            with_vectors += len(set(sample_ids))
        if rows == 0:
            raise InvalidRequest(_why_nothing(source, patches_field))
        tell("Finishing", len(ids), len(ids))
        index.rows.flush()
        method.save_run_results(dataset, brain_key, index)
    except BaseException:
        index.discard()
        raise
    tell("Done", len(ids), len(ids))
    return Built(
        brain_key,
        index.rows.name,
        rows,
        len(ids),
        len(ids) - with_vectors,
        time.monotonic() - started,
    )


def check(
    samples: fo.SampleCollection,
    brain_key: str,
    source: Source,
    patches_field: str | None,
) -> None:
    """Checks all that can be known without a server and without a model.

    Raises:
        InvalidRequest: naming what to change
    """
    dataset = samples._root_dataset
    problem = brain_key_problem(dataset, brain_key)
    if problem is not None:
        raise InvalidRequest(problem)
    if bool(source.model) == bool(source.embeddings_field):
        raise InvalidRequest("Name a model, or an embeddings field: one of them")
    if dataset.media_type in (fom.VIDEO, fom.GROUP) and not samples._is_frames:
        raise InvalidRequest(
            f"This dataset holds {dataset.media_type}s. Index a view of images: "
            "select_group_slices() of a grouped dataset, to_frames() of videos."
        )
    if len(samples) == 0:
        raise InvalidRequest("There are no samples to index. Choose a fuller view.")
    if patches_field is not None and not dataset.has_field(patches_field):
        raise InvalidRequest(
            f"The dataset has no field '{patches_field}' to take patches from"
        )
    if source.model is not None:
        models.check(source.model)
    if source.embeddings_field is not None:
        _check_field(samples, source.embeddings_field, patches_field)


def brain_key_problem(dataset: fo.Dataset, brain_key: str) -> str | None:
    """Why a new run can't have this key, in a sentence; ``None`` if it can."""
    if not brain_key:
        return "Give the index a brain key"
    if not (brain_key.isidentifier() and brain_key.isascii()):
        return (
            f"'{brain_key}' can't be a brain key. Use letters, digits and underscores, "
            "not a digit first."
        )
    if brain_key in dataset.list_brain_runs():
        return f"The brain key '{brain_key}' is in use. Choose another."
    return None


def _check_field(
    samples: fo.SampleCollection, field: str, patches_field: str | None
) -> None:
    path = field
    if patches_field is not None:
        _, path = samples._get_label_field_path(patches_field, field)
    if not samples.has_field(path):
        raise InvalidRequest(
            f"There is no embeddings field '{path}'. Choose one that the dataset has, "
            "or a model."
        )


def _chunks(
    samples: fo.SampleCollection, ids: list[str]
) -> Iterator[tuple[int, fo.DatasetView]]:
    size = min(MAX_CHUNK, max(MIN_CHUNK, len(ids) // STEPS))
    for start in range(0, len(ids), size):
        yield start, samples.select(ids[start : start + size])


def _vectors(
    chunk: fo.DatasetView, source: Source, model: Any, patches_field: str | None
) -> tuple[np.ndarray, list[str], list[str] | None]:
    try:
        vectors, sample_ids, label_ids = fbu.get_embeddings(
            chunk,
            model=model,
            patches_field=patches_field,
            embeddings_field=source.embeddings_field,
            batch_size=source.batch_size,
            progress=False,
        )
    except ValueError as e:
        if source.embeddings_field is None:
            raise
        raise InvalidRequest(
            f"The vectors in '{source.embeddings_field}' don't all have one length. "
            "Compute that field again with one model; nothing was kept."
        ) from e
    labels = None if label_ids is None else [str(i) for i in label_ids]
    return vectors, [str(i) for i in sample_ids], labels


def _add(
    index: MilvusSimilarityIndex,
    vectors: np.ndarray,
    sample_ids: list[str],
    label_ids: list[str] | None,
) -> None:
    if len(vectors):
        index.add_to_index(
            vectors, sample_ids, label_ids=label_ids, reload=False, flush=False
        )


def _why_nothing(source: Source, patches_field: str | None) -> str:
    if source.embeddings_field is not None:
        return (
            f"No sample has a vector in '{source.embeddings_field}'. Compute the "
            "embeddings first, or choose a model."
        )
    if patches_field is not None:
        return (
            f"The samples have no patches in '{patches_field}'; choose another field."
        )
    return "No sample's media could be read, so nothing was indexed."
