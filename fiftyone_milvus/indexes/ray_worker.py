"""What each worker of a Ray cluster does in a build: loads the model once, embeds
batches, and writes their rows to Milvus. It reaches Milvus and the media; not MongoDB,
from which it is sent all that it needs. It is an ordinary class: only ``ray_pool.py``
knows of Ray."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import metadata
from typing import Any

from ..dataset import models
from ..dataset.item_reader import ItemReader
from ..dataset.sources import Embedded, Item, Source
from ..errors import InvalidRequest
from ..progress import Failure, Monitor, Stage
from ..store import client, settings
from ..store.collection import Collection
from ..store.index_types import IndexOptions
from ..store.rows import Rows, StoredRows
from ..store.settings import Settings


@dataclass(frozen=True)
class Target:
    """The collection that workers write to. ``connection`` are settings without
    credentials: a worker has its own, as they are configured where it runs."""

    connection: Mapping[str, Any]
    name: str
    metric: str
    consistency_level: str
    options: IndexOptions
    dim: int


@dataclass(frozen=True)
class Task:
    """A batch to work on: ``items`` to embed, or ``rows`` with the vectors of a field;
    the filter values by primary key; and where to write, ``None`` to return the
    rows."""

    items: list[Item] | None
    rows: Rows | None
    filter_values: dict[str, dict[str, Any]] | None
    target: Target | None


@dataclass(frozen=True)
class Done:
    """What came of a batch: how many rows are ``written``, or else the ``embedded``
    ones; what gave no vector; and the seconds of each stage."""

    written: int
    embedded: Embedded | None
    failures: list[Failure]
    seconds: dict[Stage, float]


class Worker:
    """One worker.

    Args:
        source: where the vectors come from
        patches_field: the field whose patches are indexed; ``None`` for samples
        folder: ``FIFTYONE_MILVUS_DIR`` of an embedded Milvus on this machine
    """

    def __init__(
        self, source: Source, patches_field: str | None, folder: str | None
    ) -> None:
        self._source = source
        self._patches_field = patches_field
        self._model: Any = None
        self._rows: StoredRows | None = None
        if folder is not None:
            os.environ["FIFTYONE_MILVUS_DIR"] = folder

    def hello(self) -> tuple[str, str]:
        """The name of this machine, and the library's version."""
        return socket.gethostname(), version()

    def load(self) -> bool:
        """Loads the model; whether it embeds text as well.

        Raises:
            InvalidRequest: if it can't be loaded here, or reads more than images
        """
        source = self._source
        if not source.embeds:
            return False
        arguments = dict(source.model_kwargs) if source.model_kwargs else None
        try:
            self._model = models.load_given(source.model or "", arguments)
        except InvalidRequest as e:
            raise InvalidRequest(f"On {socket.gethostname()}: {e}") from None
        ItemReader(source, self._patches_field, self._model, Monitor(False))
        return bool(getattr(self._model, "can_embed_prompts", False))

    def work(self, task: Task) -> Done:
        """Embeds and writes a batch.

        Raises:
            VectorSearchError: if Milvus fails
        """
        monitor = Monitor(False)
        rows, failures = task.rows, []
        if task.items is not None:
            field, source = self._patches_field, self._source
            reader = ItemReader(source, field, self._model, monitor)
            embedded = reader.embed(None, task.items)
            rows, failures = embedded.rows, embedded.failures
        assert rows is not None
        if task.target is None:
            return Done(0, Embedded(rows), failures, monitor.seconds_by_stage)
        with monitor.busy("writing"):
            self._write(rows, task.filter_values, task.target)
        return Done(len(rows.ids), None, failures, monitor.seconds_by_stage)

    def _write(
        self, rows: Rows, filter_values: dict[str, dict[str, Any]] | None, to: Target
    ) -> None:
        if not rows.ids:
            return
        if rows.vectors.shape[1] != to.dim:
            raise InvalidRequest(
                f"The index has dimension {to.dim}; the model on "
                f"{socket.gethostname()} gives vectors of {rows.vectors.shape[1]}. "
                "Have the same model on all machines."
            )
        if self._rows is None:
            found = Settings(**to.connection)
            if not found.embedded:
                found = settings.resolve(to.connection)
            connection = client.connect(found)
            self._rows = StoredRows(
                Collection(
                    connection, to.name, to.metric, to.consistency_level, to.options
                )
            )
        self._rows.check_free(rows.ids)
        if filter_values is not None:
            values = [filter_values[id_] for id_ in rows.ids]
            rows = replace(rows, filter_values=values)
        self._rows.upsert(rows)


def version() -> str:
    """The version of this library, where it is installed; else ``"unknown"``."""
    try:
        return metadata.version("fiftyone-milvus")
    except metadata.PackageNotFoundError:
        return "unknown"


def connection_of(found: Settings) -> dict[str, Any]:
    """The settings of a connection, without credentials, as :class:`Target` takes
    them."""
    plain = found.without_credentials().connection_kwargs()
    if found.embedded:
        return plain
    return {**plain, "uri": found.address}
