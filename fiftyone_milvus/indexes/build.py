"""Builds an index in chunks: read, embed, upsert, go on. Memory stays flat, the
progress is true, and a build that was stopped goes on where it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import fiftyone as fo

from ..backend import runs
from ..backend.config import MilvusSimilarityConfig
from ..backend.index import MilvusSimilarityIndex
from ..dataset import models, names, stored_views
from ..dataset.sources import Item, Reader
from ..dataset.sources import Source as Source
from ..errors import InvalidRequest
from ..progress import Report, reporting
from ..retrieval import filter_fields
from .build_worker import BuildWorker, Choice
from .build_worker import Built as Built


def build(
    samples: fo.SampleCollection,
    brain_key: str,
    source: Source,
    *,
    patches_field: str | None = None,
    metric: str = "cosine",
    consistency_level: str = "Session",
    progress: Report | bool | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    **settings: Any,
) -> Built:
    """Builds an index over samples, or over the patches of one of their fields.

    The run is stored with the first vectors, marked as unfinished. Calling this again
    with the same arguments finishes an index that was cancelled, or whose process, or
    Milvus, or MongoDB was killed; and calling it meanwhile, from other processes too,
    shares the work. What can't be right from the start leaves nothing behind.

    Args:
        samples: the dataset or view to index; of groups with vectors of their own,
            all slices
        brain_key: the key of the run, an identifier
        source: where the vectors come from
        patches_field: the label field whose patches to index; ``None`` for samples
        metric: ``"cosine"``, ``"dotproduct"`` or ``"euclidean"``
        consistency_level: ``"Session"``, ``"Strong"``, ``"Bounded"``, ``"Eventually"``
        progress: called about ten times or more, from this thread; or whether to
            show a progress bar, by default as FiftyOne's configuration says
        cancelled: asked between two pieces of work
        **settings: index options, and connection settings that override the
            configured ones; see :class:`MilvusSimilarityConfig`

    Raises:
        InvalidRequest: if the request can't be right
        Cancelled: if ``cancelled()`` was true; the index holds what was done
        VectorSearchError: if Milvus fails; the index holds what was done
    """
    field = source.embeddings_field
    if field and patches_field:
        field = names.attribute(samples, patches_field, field) or field
        source = replace(source, embeddings_field=field)
    dataset = samples._root_dataset
    samples = stored_views.every_slice(samples) if source.embeddings_field else samples
    dataset.reload()  # another process may have begun, or finished, this index
    again = brain_key in dataset.list_brain_runs()
    if again:
        _check_same(dataset, brain_key, source, patches_field, metric)
    _check_request(samples, brain_key, source, patches_field, again=again)
    arguments = dict(source.model_kwargs) if source.model_kwargs else None
    config = MilvusSimilarityConfig(
        embeddings_field=source.embeddings_field,
        model=source.model,
        model_kwargs=arguments,
        patches_field=patches_field,
        metric=metric,
        consistency_level=consistency_level,
        **settings,
    )
    filter_fields.paths(samples, patches_field, config.options.filter_fields)

    def load() -> Any:
        return models.load_given(source.model or "", arguments)

    with reporting(progress) as report:
        work = BuildWorker(
            samples, brain_key, source, config, missing, load, report, cancelled
        )
        return work.run(settings)


def refresh(
    index: MilvusSimilarityIndex,
    samples: fo.SampleCollection,
    source: Source,
    wanted: Choice,
    *,
    progress: Report,
    cancelled: Callable[[], bool],
    **connection: Any,
) -> Built:
    """Embeds again what is wanted of the samples of an index that is there; otherwise
    as :func:`build`."""
    key, load = str(index.key), index.get_model
    config = runs.config_of(samples._root_dataset, key)
    work = BuildWorker(samples, key, source, config, wanted, load, progress, cancelled)
    return work.run(connection)


def missing(
    index: MilvusSimilarityIndex, reader: Reader, chunk: Any, items: list[Item]
) -> list[Item]:
    """Those of a chunk's rows that an index lacks."""
    there = index.rows.ids(item.id for item in items)
    return [item for item in items if item.id not in there]


def _check_request(
    samples: fo.SampleCollection,
    brain_key: str,
    source: Source,
    patches_field: str | None,
    *,
    again: bool = False,
) -> None:
    """Checks all that can be known without a server and without a model.

    Raises:
        InvalidRequest: naming what to change
    """
    if not again:
        names.refuse(names.brain_key_problem(samples._root_dataset, brain_key))
    source.check(samples, patches_field)
    # not len(), which MongoDB estimates, wrongly after it was killed
    if not samples.limit(1).count():
        raise InvalidRequest("There are no samples to index. Choose a fuller view.")


def is_unfinished(dataset: fo.Dataset, brain_key: str) -> bool:
    """Whether a run is an index that :func:`build` began and didn't finish."""
    return brain_key in runs.keys(dataset) and runs.describe(dataset, brain_key).partial


def _check_same(
    dataset: fo.Dataset,
    brain_key: str,
    source: Source,
    patches_field: str | None,
    metric: str,
) -> None:
    if not is_unfinished(dataset, brain_key):
        raise InvalidRequest(f"The brain key '{brain_key}' is in use. Choose another.")
    found = runs.describe(dataset, brain_key)
    has = (found.model, found.embeddings_field, found.patches_field, found.metric)
    if has != (source.model, source.embeddings_field, patches_field, metric):
        raise InvalidRequest(
            f"The brain key '{brain_key}' is that of an unfinished index of "
            f"{found.patches_field or 'samples'} by "
            f"{found.embeddings_field or found.model} and {found.metric}. Build it "
            "with these again to finish it, clean it up, or choose another key."
        )
