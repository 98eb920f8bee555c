"""Exports an index to a Parquet file, and imports one. No embedding is computed, and
memory stays flat: rows are copied a few megabytes at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fiftyone as fo

from ..backend import active_writes, runs
from ..backend.config import MilvusSimilarityConfig
from ..backend.index import MilvusSimilarityIndex
from ..dataset import names
from ..dataset.ids import DatasetIds
from ..dataset.indexed_samples import IndexedSamples
from ..errors import InvalidRequest, VectorSearchError
from ..progress import Monitor, Report
from ..store import client, settings
from ..store.collection import Collection
from ..store.rows import Rows
from . import bulk_import, parquet
from .bulk_import import Via
from .row_copy import own_options, size_of
from .staging import Staging

SHOWN_CHARACTERS = 500  # of a model's arguments
CUTTING = ("alpha", "force_square")  # how patches were cropped, as a build stores it


@dataclass(frozen=True)
class Exported:
    """An exported index: the file, its rows and its size in bytes."""

    brain_key: str
    path: str
    rows: int
    bytes: int
    seconds: float


@dataclass(frozen=True)
class Imported:
    """An imported index. ``skipped`` rows were of samples or labels that the dataset
    lacks. ``note`` says what was not imported from the file, if anything."""

    brain_key: str
    collection_name: str
    rows: int
    skipped: int
    seconds: float
    note: str | None = None


@settings.takes_connection
def export_index(
    dataset: fo.Dataset,
    brain_key: str,
    path: str | Path,
    *,
    overwrite: bool = False,
    progress: Report | bool | None = None,
    cancelled: Callable[[], bool] | None = None,
    **connection: Any,
) -> Exported:
    """Writes an index to a Parquet file (see ``parquet.py``). The file appears only
    when it is complete.

    Example::

        fiftyone_milvus.export_index(dataset, "images", "images.parquet")

    Args:
        dataset: the dataset
        brain_key: the key of the index
        path: the file, in a folder that exists
        overwrite: whether to replace an earlier export of that name
        progress: a function to call with the progress, from this thread; or whether to
            show a progress bar, by default as FiftyOne's configuration says
        cancelled: whether to stop; asked between two batches
        **connection: connection settings that override the configured ones

    Raises:
        InvalidRequest: if the index is empty, or the path can't be used
        Cancelled: if ``cancelled()`` returned true
        VectorSearchError: if Milvus fails, or the file can't be written
    """
    with Monitor(progress, cancelled, "vectors") as monitor:
        index = runs.load(dataset, brain_key)
        total = size_of(index)
        with parquet.Writer(path, index.rows.collection.dimension(), overwrite) as file:
            for rows in index.rows.iterate(with_fingerprints=True):
                monitor.stop_if_cancelled()
                file.write(rows)
                monitor.report("Writing", file.rows, total)
            size = file.finish(_header(index, file.rows))
        monitor.report("Done", file.rows, file.rows)
        return Exported(brain_key, str(file.path), file.rows, size, monitor.seconds)


@settings.takes_connection
def import_index(
    dataset: fo.Dataset,
    brain_key: str,
    path: str | Path,
    *,
    collection_name: str | None = None,
    index_options: Mapping[str, Any] | None = None,
    via: Via = "upsert",
    staging: str | None = None,
    trusted: bool = False,
    progress: Report | bool | None = None,
    cancelled: Callable[[], bool] | None = None,
    **connection: Any,
) -> Imported:
    """Imports an index from a file that :func:`export_index` wrote. If that fails, or
    is cancelled, neither a run nor a collection is left behind.

    Example::

        imported = fiftyone_milvus.import_index(dataset, "copy", "images.parquet")
        print(imported.rows, imported.skipped)

    Rows are matched by sample id, or for patches by sample id and label id: a clone of
    a dataset has the same ids, and so has one that FiftyOne exported and imported. Rows
    with other ids are skipped; nothing is matched by file path.

    Args:
        dataset: the dataset
        brain_key: the key of the new run
        path: the file
        collection_name: the new collection's name; generated if ``None``
        index_options: index options instead of those in the file
        via: ``"upsert"``; or ``"import"``: rows are written to files, which the server
            imports
        staging: the folder for these files, in the storage that the server reads:
            ``"s3://bucket/folder"``, or for a Standalone with local storage a path
        trusted: whether to import a model with arguments too, or one that is not named
            as in the zoo: they can make FiftyOne run code when it loads the model
        progress: a function to call with the progress, from this thread; or whether to
            show a progress bar, by default as FiftyOne's configuration says
        cancelled: whether to stop; asked between two batches
        **connection: connection settings that override the configured ones

    Raises:
        InvalidRequest: if the file can't be read, has no row of this dataset, or the
            brain key or the collection's name is taken
        Cancelled: if ``cancelled()`` returned true
        VectorSearchError: if Milvus fails
    """
    with Monitor(progress, cancelled, "vectors") as monitor:
        names.refuse(names.brain_key_problem(dataset, brain_key))
        with parquet.Reader(path) as file:
            header = file.header
            _check_patches_field(dataset, file)
            leave_model = not trusted and (
                bool(header.model_kwargs) or not header.names_zoo_model
            )
            config = _config(
                dataset, header, collection_name, index_options, leave_model
            )
            _check_name_free(config)
            folder = bulk_import.checked(via, staging, config.connection_settings)
            method = config.build()
            method.ensure_requirements()
            method.register_run(dataset, brain_key, overwrite=False)
            index = method.initialize(dataset, brain_key)
            try:
                with active_writes.writing(index.rows.collection.name):
                    added = _fill(index, dataset, file, folder, monitor)
                    method.save_run_results(dataset, brain_key, index)
            except BaseException:
                index.discard()
                raise
            monitor.report("Done", file.rows, file.rows)
            return Imported(
                brain_key,
                index.rows.collection.name,
                added,
                file.rows - added,
                monitor.seconds,
                _model_note(header) if leave_model else None,
            )


def _fill(
    index: MilvusSimilarityIndex,
    dataset: fo.Dataset,
    file: parquet.Reader,
    folder: Staging | None,
    monitor: Monitor,
) -> int:
    """Adds the rows that the dataset has; returns how many."""
    matching = _matching(dataset, file, monitor)
    if folder is not None:
        added = bulk_import.add_rows(index, matching, folder, monitor)
    else:
        added = 0
        for rows in matching:
            index.add_rows(rows)
            added += len(rows.ids)
    if not added:
        raise InvalidRequest(_why_nothing(file))
    monitor.report("Finishing", file.rows, file.rows)
    index.rows.flush_if_many(added)
    return added


def _header(index: MilvusSimilarityIndex, rows: int) -> parquet.Header:
    config = index.config
    return parquet.Header(
        dataset=index.samples._root_dataset.name,
        metric=config.metric,
        consistency_level=config.consistency_level,
        rows=rows,
        patches_field=config.patches_field,
        embeddings_field=config.embeddings_field,
        roi_field=config.roi_field,
        model=config.model,
        model_kwargs=config.model_kwargs,
        supports_prompts=config.supports_prompts,
        options=own_options(config.options.to_dict(), None).to_dict(),
        cutting={
            name: value for name in CUTTING if (value := getattr(config.own, name))
        },
    )


def _config(
    dataset: fo.Dataset,
    header: parquet.Header,
    collection_name: str | None,
    index_options: Mapping[str, Any] | None,
    leave_model: bool,
) -> MilvusSimilarityConfig:
    try:
        chosen = own_options(header.options, index_options).to_dict()
        config = MilvusSimilarityConfig(
            collection_name=collection_name,
            metric=header.metric,
            consistency_level=header.consistency_level,
            embeddings_field=_own_field(dataset, header),
            roi_field=header.roi_field,
            patches_field=header.patches_field,
            model=None if leave_model else header.model,
            model_kwargs=None if leave_model else header.model_kwargs,
            supports_prompts=None if leave_model else header.supports_prompts,
            **chosen,
        )
        cutting = {k: v for k, v in header.cutting.items() if k in CUTTING}
    except VectorSearchError:
        raise
    except (TypeError, ValueError, AttributeError) as e:
        raise InvalidRequest(
            "The file's description of the index can't be used. Export it again."
        ) from e
    if cutting:
        config.remember(**cutting)
    return config


def _own_field(dataset: fo.Dataset, header: parquet.Header) -> str | None:
    """The embeddings field that the file names, if the dataset has it."""
    field = path = header.embeddings_field
    if field and header.patches_field:
        _, path = dataset._get_label_field_path(header.patches_field, field)
    return field if path and dataset.has_field(path) else None


def _check_patches_field(dataset: fo.Dataset, file: parquet.Reader) -> None:
    field = file.header.patches_field
    if field is not None and not dataset.has_field(field):
        raise InvalidRequest(
            f"{file.path} is an index of the patches in '{field}', and this dataset "
            "has no such field. Choose the dataset that it was exported from, "
            f"'{file.header.dataset}', or a copy."
        )


def _check_name_free(config: MilvusSimilarityConfig) -> None:
    if config.collection_name is None:
        return
    there = client.connect(config.connection_settings)
    collection = Collection(
        there, config.collection_name, config.metric, config.consistency_level
    )
    if collection.exists():
        raise InvalidRequest(
            f"Milvus at {there.settings.address} already has a collection "
            f"'{collection.name}'. Choose another collection_name."
        )


def _matching(
    dataset: fo.Dataset, file: parquet.Reader, monitor: Monitor
) -> Iterator[Rows]:
    """The file's rows that the dataset has, in batches."""
    done = 0
    inside = DatasetIds(IndexedSamples.of(dataset, file.header.patches_field))
    for rows in file.batches():
        monitor.stop_if_cancelled()
        found = inside.containing(rows.ids, rows.sample_ids)
        kept = [i for i, id_ in enumerate(rows.ids) if id_ in found]
        if kept:
            yield Rows(
                [rows.ids[i] for i in kept],
                [rows.sample_ids[i] for i in kept],
                rows.vectors[kept],
                [rows.fingerprints[i] for i in kept] if rows.fingerprints else None,
            )
        done += len(rows.ids)
        monitor.report("Reading", done, file.rows)


def _why_nothing(file: parquet.Reader) -> str:
    what = "patches" if file.header.patches_field else "samples"
    return (
        f"None of the {file.rows:,} rows of {file.path} are of {what} of this dataset. "
        f"They are matched by id only: import the file into '{file.header.dataset}', "
        "into a clone of it, or into a copy that FiftyOne exported with its ids."
    )


def _model_note(header: parquet.Header) -> str:
    why = "it is not the name of a model in FiftyOne's zoo, and loading it can run code"
    if header.model_kwargs:
        arguments = json.dumps(header.model_kwargs, default=str)[:SHOWN_CHARACTERS]
        why = f"it comes with arguments ({arguments}) that can run code"
    return (
        f"The model '{header.model}' was not imported from the file, because {why}. If "
        "you trust the file, import it in Python with trusted=True."
    )
