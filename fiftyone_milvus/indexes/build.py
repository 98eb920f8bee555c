"""Builds an index in batches: read, embed, upsert. Memory stays flat, and a build that
was stopped resumes where it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import fiftyone as fo

from ..backend import runs
from ..backend.config import MilvusSimilarityConfig
from ..backend.index import MilvusSimilarityIndex
from ..dataset import models, names
from ..dataset.indexed_samples import every_slice, has_samples
from ..dataset.sources import Item, Reader
from ..dataset.sources import Source as Source
from ..errors import InvalidRequest
from ..progress import Monitor, Report
from ..retrieval import filter_fields
from ..store import settings
from . import bulk_import
from .build_worker import BuildWorker, Selection
from .bulk_import import Via
from .pipeline import Built as Built
from .ray_engine import Ray as Ray


def build(
    samples: fo.SampleCollection,
    brain_key: str,
    source: Source,
    *,
    patches_field: str | None = None,
    metric: str = "cosine",
    consistency_level: str = "Session",
    engine: Ray | None = None,
    via: Via = "upsert",
    staging: str | None = None,
    progress: Report | bool | None = None,
    cancelled: Callable[[], bool] | None = None,
    **options: Any,
) -> Built:
    """Builds an index over samples, or over the patches of one of their fields.

    Example::

        source = Source(model="clip-vit-base32-torch")
        fiftyone_milvus.build(dataset, "images", source)
        fiftyone_milvus.build(dataset, "patches", source, patches_field="ground_truth")

    The run is stored with the first vectors, marked as unfinished. After the build was
    cancelled, or its process, Milvus or MongoDB was killed, the same call finishes it.
    One process at a time builds an index. A request that can't be right leaves nothing
    behind.

    Args:
        samples: the dataset or view to index; of groups with vectors of their own,
            all slices
        brain_key: the key of the run, an identifier
        source: where the vectors come from
        patches_field: the label field whose patches to index; ``None`` for samples
        metric: ``"cosine"``, ``"dotproduct"`` or ``"euclidean"``
        consistency_level: ``"Session"``, ``"Strong"``, ``"Bounded"``, ``"Eventually"``
        engine: a Ray cluster that embeds and writes; ``None`` for this process
        via: ``"upsert"``; or ``"import"``: rows are written to files, which the server
            imports at once, so what was done before a failure is lost
        staging: the folder for these files, in the storage that the server reads:
            ``"s3://bucket/folder"``, or for a Standalone with local storage a path
        progress: a function to call with the progress, ten times or more, from this
            thread; or whether to show a progress bar, by default as FiftyOne's
            configuration says
        cancelled: whether to stop; asked between two batches
        **options: index options, and connection settings that override the
            configured ones; see :class:`MilvusSimilarityConfig`

    Returns:
        a :class:`Built`: how many ``rows`` the index has, how many of them were
        ``embedded`` now, and what ``failed``

    Raises:
        InvalidRequest: if the request can't be right, or another process builds or
            syncs the index
        Cancelled: if ``cancelled()`` returned true; the index holds what was done
        VectorSearchError: if Milvus or Ray fails; the index holds what was done
    """
    if engine is not None:
        engine.check()
        if via == "import" and not source.embeds:
            raise InvalidRequest(
                "A bulk import of vectors that a field has gains nothing from Ray: "
                "this process writes the files. Leave engine out."
            )
    field = source.embeddings_field
    if field and patches_field:
        field = names.attribute(samples, patches_field, field) or field
        source = replace(source, embeddings_field=field)
    dataset = samples._root_dataset
    samples = every_slice(samples) if source.embeddings_field else samples
    dataset.reload()  # another process may have begun, or finished, this index
    exists = brain_key in dataset.list_brain_runs()
    if exists and via == "import":
        raise InvalidRequest(
            f"The brain key '{brain_key}' is in use, and a bulk import needs a new "
            "index. Choose another key, or leave via out."
        )
    if exists:
        _check_same(dataset, brain_key, source, patches_field, metric)
    _check_request(samples, brain_key, source, patches_field, exists=exists)
    arguments = dict(source.model_kwargs) if source.model_kwargs else None

    def load() -> Any:
        return models.load_given(source.model or "", arguments)

    connection = {key: options.pop(key) for key in settings.KEYS if key in options}
    with settings.using(**connection):
        config = MilvusSimilarityConfig(
            embeddings_field=source.embeddings_field,
            model=source.model,
            model_kwargs=arguments,
            patches_field=patches_field,
            metric=metric,
            consistency_level=consistency_level,
            **options,
        )
        filter_fields.resolve(samples, patches_field, config.options.filter_fields)
        folder = bulk_import.checked(via, staging, config.connection_settings)
        with Monitor(progress, cancelled) as monitor:
            worker = BuildWorker(
                samples,
                brain_key,
                source,
                config,
                select_missing,
                load,
                monitor,
                engine,
                folder,
            )
            return worker.run()


def refresh(
    index: MilvusSimilarityIndex,
    samples: fo.SampleCollection,
    source: Source,
    select: Selection,
    monitor: Monitor,
    engine: Ray | None = None,
) -> Built:
    """Embeds selected rows of an existing index; otherwise as :func:`build`."""
    key, load = str(index.key), index.get_model
    config = runs.config_of(samples._root_dataset, key)
    worker = BuildWorker(samples, key, source, config, select, load, monitor, engine)
    return worker.run()


def select_missing(
    index: MilvusSimilarityIndex, reader: Reader, chunk: Any, items: list[Item]
) -> list[Item]:
    """Selects the rows that an index lacks."""
    existing = index.rows.ids(item.id for item in items)
    return [item for item in items if item.id not in existing]


def _check_request(
    samples: fo.SampleCollection,
    brain_key: str,
    source: Source,
    patches_field: str | None,
    *,
    exists: bool = False,
) -> None:
    """Checks what can be checked without a server and without loading a model.

    Raises:
        InvalidRequest: naming what to change
    """
    if not exists:
        names.refuse(names.brain_key_problem(samples._root_dataset, brain_key))
    source.check(samples, patches_field)
    if not has_samples(samples):
        raise InvalidRequest("There are no samples to index. Choose another view.")


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
            "with these to finish it, clean it up, or choose another key."
        )
