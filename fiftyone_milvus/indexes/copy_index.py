"""Copies an index of another backend, such as sklearn's, into Milvus. No embedding is
computed, and the vectors are asked for a few at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import fiftyone as fo
import numpy as np

from ..backend import active_writes, other_runs
from ..backend.config import MilvusSimilarityConfig
from ..backend.index import MilvusSimilarityIndex
from ..backend.other_runs import OtherRun
from ..dataset import embeddings_fields, expected_rows, fingerprints, names
from ..dataset.expected_rows import Item
from ..dataset.ids import packed_ids
from ..dataset.indexed_samples import all_samples
from ..errors import InvalidRequest
from ..progress import Monitor, Report
from ..store import settings
from ..store.collection import METRICS
from ..store.rows import Rows

DEFAULT_METRIC = "cosine"  # of the backends whose runs may name none
AT_ONCE = 1_000  # samples that are read, and vectors that are asked for


@dataclass(frozen=True)
class Copied:
    """An index that was copied. ``skipped`` vectors were of samples or labels that the
    dataset lacks, or can't be in an index."""

    brain_key: str
    from_key: str
    backend: str
    collection_name: str
    rows: int
    skipped: int
    seconds: float


@settings.takes_connection
def copy_index(
    dataset: fo.Dataset,
    from_key: str,
    brain_key: str,
    *,
    progress: Report | bool | None = None,
    cancelled: Callable[[], bool] | None = None,
    **connection: Any,
) -> Copied:
    """Copies a similarity index of another backend (sklearn, Qdrant, LanceDB, ...) into
    a new Milvus index, which ranks by the same metric. The run that is copied stays as
    it is. If copying fails, or is cancelled, neither a run nor a collection is left
    behind.

    Example::

        copied = fiftyone_milvus.copy_index(dataset, "sklearn_sim", "copied")
        print(copied.rows, copied.skipped)

    Args:
        dataset: the dataset
        from_key: the brain key of the other backend's run
        brain_key: the key of the new run
        progress: a function to call with the progress, from this thread; or whether to
            show a progress bar, by default as FiftyOne's configuration says
        cancelled: whether to stop; asked between two batches
        **connection: connection settings of Milvus that override the configured ones;
            FiftyOne's brain config says how to reach the other backend

    Raises:
        InvalidRequest: if there is no such run, it has no vectors of this dataset or a
            metric that Milvus lacks, or the brain key is taken
        Cancelled: if ``cancelled()`` returned true
        VectorSearchError: if Milvus or the other backend fails
    """
    with Monitor(progress, cancelled, "vectors") as monitor:
        names.refuse(names.brain_key_problem(dataset, brain_key))
        monitor.report("Reading", 0, 0)
        run = other_runs.open_run(dataset, from_key)
        samples = all_samples(run.samples, run.config.patches_field)
        total = _size(run)
        config = _config(samples, run)
        method = config.build()
        method.ensure_requirements()
        own = samples if samples._is_generated else dataset
        method.register_run(own, brain_key, overwrite=False)
        index = method.initialize(own, brain_key)
        # its arguments come from a record, and were not written here
        index.config.remember(model_stamp=None)
        try:
            with active_writes.writing(index.rows.collection.name):
                added = _fill(index, run, samples, total, monitor)
                method.save_run_results(own, brain_key, index)
        except BaseException:
            index.discard()
            raise
        monitor.report("Done", added, added)
        return Copied(
            brain_key,
            from_key,
            run.backend,
            index.rows.collection.name,
            added,
            max(0, total - added),
            monitor.seconds,
        )


def _size(run: OtherRun) -> int:
    with run.reading():
        total = int(run.index.total_index_size)
    if not total:
        raise InvalidRequest(
            f"The run '{run.brain_key}' has no vectors, so there is nothing to copy."
        )
    return total


def _config(samples: fo.SampleCollection, run: OtherRun) -> MilvusSimilarityConfig:
    metric = getattr(run.config, "metric", None) or DEFAULT_METRIC
    if not isinstance(metric, str) or metric not in METRICS:
        raise InvalidRequest(
            f"The run '{run.brain_key}' ranks by '{metric}', which Milvus doesn't "
            f"have. Build an index from its vectors with one of {tuple(METRICS)}."
        )
    return MilvusSimilarityConfig(
        metric=metric,
        embeddings_field=_embeddings_field(samples, run.config),
        patches_field=run.config.patches_field,
        roi_field=run.config.roi_field,
        model=run.config.model,
        model_kwargs=run.config.model_kwargs,
        supports_prompts=run.config.supports_prompts,
    )


def _embeddings_field(samples: fo.SampleCollection, config: Any) -> str | None:
    """The field that the vectors were taken from, if it is still there."""
    field, patches_field = config.embeddings_field, config.patches_field
    if field and patches_field:
        field = names.attribute(samples, patches_field, field) or field
    there = field and embeddings_fields.exists(samples, field, patches_field)
    return field if there else None


def _fill(
    index: MilvusSimilarityIndex,
    run: OtherRun,
    samples: fo.SampleCollection,
    total: int,
    monitor: Monitor,
) -> int:
    """Adds the vectors of the samples, or patches, that exist; returns how many."""
    added = 0
    for items in _items(run, samples):
        monitor.stop_if_cancelled()
        rows = _rows(run, items, index.config)
        if rows.ids:
            _check_dimension(run, index, rows)
            index.add_rows(rows)
            added += len(rows.ids)
        monitor.report("Copying", added, total)
    if not added:
        what = "patches" if index.config.patches_field else "samples"
        raise InvalidRequest(
            f"None of the {total:,} vectors of the run '{run.brain_key}' are of {what} "
            "that this dataset has now."
        )
    monitor.report("Finishing", added, total)
    index.rows.flush_if_many(added)
    return added


def _items(run: OtherRun, samples: fo.SampleCollection) -> Iterator[Sequence[Item]]:
    """The samples or patches that may have a vector in the run, a few at a time."""
    known, field = _known_ids(run), run.config.patches_field
    for ids in _batches(packed_ids(samples)):
        chunk = samples.select([id_.tobytes().hex() for id_ in ids])
        items = expected_rows.read(chunk, field)
        if known is not None:
            items = [item for item in items if item.id in known]
        yield from _batches(items)


def _batches(values: Any) -> Iterator[Any]:
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]


def _known_ids(run: OtherRun) -> set[str] | None:
    """The ids that the run has, where its backend can tell. FiftyOne's sklearn backend
    returns the vectors of others if it is asked for ids that it lacks."""
    by_label = run.config.patches_field is not None
    with run.reading():
        found = run.index.label_ids if by_label else run.index.sample_ids
    return None if found is None else {str(id_) for id_ in found}


def _rows(run: OtherRun, items: Sequence[Item], config: MilvusSimilarityConfig) -> Rows:
    """The rows of some items, without those that have no usable vector."""
    sample_ids = {item.id: item.sample_id for item in items}
    ids, vectors = _vectors(run, list(sample_ids))
    wrong = embeddings_fields.problems(vectors, config.metric)
    kept = [at for at, id_ in enumerate(ids) if id_ in sample_ids and at not in wrong]
    vectors = vectors[kept]
    # as in the index of a build: a hash for what a field holds, else unknown
    prints = [
        fingerprints.vector_fingerprint(each) if config.embeddings_field else None
        for each in vectors
    ]
    ids = [ids[at] for at in kept]
    return Rows(ids, [sample_ids[id_] for id_ in ids], vectors, prints)


def _vectors(run: OtherRun, ids: list[str]) -> tuple[list[str], np.ndarray]:
    """The vectors ``(n, dim)`` that a run has of some ids, and their ids."""
    by_label = run.config.patches_field is not None
    asked = {"label_ids" if by_label else "sample_ids": ids}
    with run.reading():
        vectors, sample_ids, label_ids = run.index.get_embeddings(**asked)
        found = [str(id_) for id_ in (label_ids if by_label else sample_ids)]
    try:
        with np.errstate(over="ignore"):
            vectors = np.asarray(vectors, np.float32)
    except (TypeError, ValueError) as e:
        raise _differ(run) from e
    if not found and not len(vectors):
        return [], np.empty((0, 0), np.float32)
    if vectors.ndim != 2 or len(vectors) != len(found):
        raise InvalidRequest(
            f"FiftyOne's backend '{run.backend}' returned {len(vectors):,} vectors of "
            f"the run '{run.brain_key}' for {len(found):,} ids. Build an index from "
            "its embeddings field, or by its model."
        )
    return found, vectors


def _check_dimension(run: OtherRun, index: MilvusSimilarityIndex, rows: Rows) -> None:
    collection = index.rows.collection
    if collection.exists() and collection.dimension() != rows.vectors.shape[1]:
        raise _differ(run)


def _differ(run: OtherRun) -> InvalidRequest:
    return InvalidRequest(
        f"The vectors of the run '{run.brain_key}' are not numbers of one dimension, "
        "so they can't be in one index. Compute the run again."
    )
