"""The brain runs of a dataset that are Milvus indexes: list, load, rename, clean up."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import fiftyone as fo
from fiftyone.core.brain import BrainMethod

from ..dataset import names
from ..dataset.indexed_samples import IndexedSamples
from ..errors import BrokenRecord, CollectionError, NoSuchMilvus, VectorSearchError
from ..exact import checkpoints
from ..store import server_list, settings
from ..threads import ContextThreadPool
from . import scope, stored_run
from .config import MilvusSimilarityConfig
from .index import MilvusSimilarityIndex
from .stored_run import Broken, StoredRun

CALLS_AT_ONCE = 8


@dataclass(frozen=True)
class IndexInfo:
    """One index: what the run says, and what Milvus says of it.

    ``partial`` means that its build was not finished.

    ``address`` is that of the Milvus that it is looked for at, without credentials;
    ``unsent`` says so where credentials are configured and not sent there.

    ``size`` and ``index_type`` are ``None``, and ``problem`` a sentence, if Milvus
    can't be asked.
    """

    brain_key: str
    created: datetime
    collection_name: str | None
    patches_field: str | None = None
    embeddings_field: str | None = None
    model: str | None = None
    metric: str = ""
    supports_prompts: bool = False
    model_kwargs: dict[str, Any] | None = None
    partial: bool = False
    filter_fields: tuple[str, ...] = ()
    index_type: str | None = None
    size: int | None = None
    owned: bool = False
    problem: str | None = None
    address: str | None = None
    credentials_warning: str | None = None


@dataclass(frozen=True)
class CleanupPlan:
    """What cleaning an index up would do, in numbers and in a sentence;
    ``kept_because`` says why a collection stays, and whose it is."""

    brain_key: str
    collection_name: str | None
    rows: int | None
    deletes_rows: bool
    deletes_run: bool
    message: str
    kept_because: str | None = None

    @property
    def done_message(self) -> str:
        """What was done, in a sentence."""
        record = f"the record of the index '{self.brain_key}'"
        if self.deletes_rows:
            where = f"'{self.collection_name}'"
            return f"Deleted the {self.rows:,} vectors in {where}, and {record}"
        text = f"Deleted {record}; no collection was deleted"
        return f"{text}, since {self.kept_because}" if self.kept_because else text


def keys(dataset: fo.Dataset) -> list[str]:
    """The brain keys of a dataset's Milvus indexes, but those whose record is damaged;
    asks no server."""
    found = stored_run.read_all(dataset).items()
    return [key for key, record in found if isinstance(record, StoredRun)]


def all_keys(dataset: fo.Dataset) -> list[str]:
    """The brain keys of all records of a dataset's Milvus indexes; asks no server."""
    return list(stored_run.read_all(dataset))


def of_other_backends(dataset: fo.Dataset) -> dict[str, str]:
    """The backends of a dataset's similarity indexes that aren't Milvus indexes, by
    brain key; read from the records, since a backend's package may be missing here."""
    found = {}
    for key in dataset.list_brain_runs():
        config = BrainMethod._get_run_doc(dataset, key).config
        known = config if isinstance(config, Mapping) else {}
        if known.get("type") == "similarity" and known.get("method") != "milvus":
            found[key] = str(known.get("method"))
    return found


def describe(dataset: fo.Dataset, brain_key: str) -> IndexInfo:
    """What the record of an index says; asks no server.

    Raises:
        UnknownIndex: if the dataset has no such index
        BrokenRecord: if the record can't be used
    """
    return _described(stored_run.read_run(dataset, brain_key))


def indexed(
    dataset: fo.Dataset, brain_key: str, view: fo.SampleCollection | None = None
) -> IndexedSamples:
    """All samples that an index may have rows of: those of all slices of a grouped
    dataset; of an index of frames or clips these. Asks no server.

    Args:
        dataset: the dataset
        brain_key: the index
        view: what is looked at, which is what counts if the run doesn't name the view
            that it was built from
    """
    record = stored_run.read_run(dataset, brain_key)
    found = scope.indexed(scope.as_stored(dataset, record), record, view)
    return found or IndexedSamples.of(dataset, record.patches_field)


def describe_all(dataset: fo.Dataset) -> list[IndexInfo]:
    """What the records of a dataset's indexes say; of a damaged one, its problem. Asks
    no server."""
    return [_described(record) for record in stored_run.read_all(dataset).values()]


def config_of(dataset: fo.Dataset, brain_key: str) -> MilvusSimilarityConfig:
    """The configuration of an index, made here: FiftyOne would import whatever module
    the record names.

    Raises:
        UnknownIndex: if the dataset has no such index
        BrokenRecord: if the record can't be used
    """
    return MilvusSimilarityConfig(**stored_run.read_run(dataset, brain_key).config)


def credentials_warning(found: settings.Settings) -> str | None:
    """Says that credentials are configured and not sent to the server of some
    settings, and what to do; ``None`` where that isn't so."""
    own = settings.resolve({})
    if found.embedded or found.has_credentials or not own.has_credentials:
        return None
    if settings.listed_name(found.address) is not None:
        return None
    if own.uri is None:
        return (
            "Asked without credentials: those that are configured are for no address. "
            f"If they are for this server, set {settings.ENV_PREFIX}URI to "
            f"{found.address}."
        )
    return (
        f"Asked without credentials: they are configured for {own.address}. If this "
        f"server needs some, list it in the file that {server_list.VARIABLE} names."
    )


@settings.takes_connection
def list_indexes(dataset: fo.Dataset, **connection: Any) -> list[IndexInfo]:
    """All Milvus indexes of a dataset with their sizes; a problem with one, such as a
    damaged record, is in its entry and hides no other.

    Example::

        for each in fiftyone_milvus.list_indexes(dataset):
            print(each.brain_key, each.size, each.problem or "")

    Args:
        dataset: the dataset
        **connection: connection settings that override the configured ones
    """
    with ContextThreadPool(CALLS_AT_ONCE) as pool:
        found = stored_run.read_all(dataset).values()
        return list(pool.map(lambda record: _inspected(dataset, record), found))


def load(
    dataset: fo.Dataset, brain_key: str, **connection: Any
) -> MilvusSimilarityIndex:
    """Loads an index as it is now.

    FiftyOne's own way keeps what it loaded for as long as the process lives, also when
    another process has built the index again, and needs a file of results, which isn't
    there if MongoDB was killed at the wrong moment. This needs the run alone.

    Raises:
        UnknownIndex: if the dataset has no such index
        VectorSearchError: if Milvus can't be reached, or has lost the collection
    """
    with settings.using(**connection):
        record = stored_run.read_run(dataset, brain_key)
        config = MilvusSimilarityConfig(**record.config)
        samples = scope.as_stored(dataset, record)
        return MilvusSimilarityIndex(samples, config, brain_key, config.build())


@settings.takes_connection
def rename(
    dataset: fo.Dataset, brain_key: str, new_brain_key: str, **connection: Any
) -> IndexInfo:
    """Renames an index: its run, and the stamp of its collection if it has one of this
    dataset's own. Milvus is asked first, so that both or none have the new key.

    Example::

        fiftyone_milvus.rename(dataset, "copy", "backup")

    Args:
        dataset: the dataset
        brain_key: the index
        new_brain_key: its new key, an identifier
        **connection: connection settings that override the configured ones

    Raises:
        InvalidRequest: if there is no such index, or the new key can't be
        VectorSearchError: if Milvus can't be reached
    """
    describe(dataset, brain_key)
    names.refuse(names.brain_key_problem(dataset, new_brain_key))
    with suppress(CollectionError):  # it is lost, and there is nothing to stamp
        load(dataset, brain_key)
    dataset.rename_brain_run(brain_key, new_brain_key)
    return describe(dataset, new_brain_key)


def has_results(dataset: fo.Dataset, brain_key: str) -> bool:
    """Whether the file of results that FiftyOne needs to load a run can be read."""
    results = BrainMethod._get_run_doc(dataset, brain_key).results
    if not results or results.get() is None:
        return False
    results.seek(0)
    return bool(results.read())  # nothing where it fails


@settings.takes_connection
def cleanup_plan(dataset: fo.Dataset, brain_key: str, **connection: Any) -> CleanupPlan:
    """Says what :func:`cleanup` would do, and does nothing."""
    record = f"the record '{brain_key}' of this dataset"
    try:
        info = describe(dataset, brain_key)
    except BrokenRecord as e:
        message = f"{e} This deletes {record}, and nothing in Milvus."
        return CleanupPlan(brain_key, None, 0, False, True, message, "it is damaged")
    gone = "Its collection is already gone."
    try:
        index = load(dataset, brain_key)
        exists = index.rows.collection.exists()
    except NoSuchMilvus as e:
        exists, gone = False, str(e)
    except CollectionError:
        exists = False
    if not exists:
        message = f"{gone} This deletes {record}."
        return CleanupPlan(brain_key, info.collection_name, 0, False, True, message)
    name, why = index.rows.collection.name, index.ownership.kept_because()
    rows = index.total_index_size if why is None else _size_if_known(index)
    if why is not None:
        message = f"The collection '{name}' stays, since {why}. This deletes {record}."
        return CleanupPlan(brain_key, name, rows, False, True, message, why)
    if index.rows.collection.has_own_partition:
        partition = index.config.options.partition
        message = (
            f"This deletes the partition '{partition}' of the Milvus collection "
            f"'{name}' with its {rows:,} vectors, and {record}. The rest of "
            "the collection stays."
        )
    elif index.rows.collection.other_partitions():
        message = (
            f"This deletes the {rows:,} vectors of this index and {record}. The "
            f"Milvus collection '{name}' stays, since others have rows in it."
        )
    else:
        message = (
            f"This deletes the Milvus collection '{name}' with its {rows:,} vectors, "
            f"and {record}. No image, label or embeddings field is touched."
        )
    return CleanupPlan(brain_key, name, rows, True, True, message)


@settings.takes_connection
def cleanup(dataset: fo.Dataset, brain_key: str, **connection: Any) -> CleanupPlan:
    """Cleans an index up: deletes the collection if it is this dataset's own, and the
    run.

    Example::

        print(fiftyone_milvus.cleanup(dataset, "images").done_message)

    Args:
        dataset: the dataset
        brain_key: the index
        **connection: connection settings that override the configured ones

    Returns:
        the :class:`CleanupPlan` that was carried out

    Raises:
        VectorSearchError: if Milvus can't be reached; then nothing is changed
    """
    plan = cleanup_plan(dataset, brain_key)
    if plan.deletes_rows:
        load(dataset, brain_key).cleanup()
    checkpoints.forget(dataset, brain_key)
    # dataset.delete_brain_run() would import the module that the record names
    BrainMethod.delete_run(dataset, brain_key, cleanup=False)
    return plan


def _size_if_known(index: MilvusSimilarityIndex) -> int | None:
    try:
        return index.total_index_size
    except VectorSearchError:
        return None  # it isn't a collection like ours


def _described(record: StoredRun | Broken) -> IndexInfo:
    info = IndexInfo(record.brain_key, record.created, record.collection_name)
    if isinstance(record, Broken):
        return replace(info, problem=record.problem)
    config = record.config
    return replace(
        info,
        patches_field=config["patches_field"],
        embeddings_field=config["embeddings_field"],
        model=config["model"],
        metric=config["metric"],
        supports_prompts=config["supports_prompts"],
        model_kwargs=config["model_kwargs"],
        partial=record.own.partial,
        filter_fields=record.own.options.filter_fields,
    )


def _inspected(dataset: fo.Dataset, record: StoredRun | Broken) -> IndexInfo:
    info = _described(record)
    if isinstance(record, Broken):
        return info
    try:
        place = settings.resolve(stored=record.own.address)
        info = replace(info, address=place.address)
        index = load(dataset, record.brain_key)
        info = replace(info, credentials_warning=credentials_warning(place))
        if not index.rows.collection.exists():
            return replace(info, size=0, owned=True)
        return replace(
            info,
            size=index.total_index_size,
            owned=index.owned,
            index_type=index.rows.collection.built["index_type"],
        )
    except VectorSearchError as e:
        return replace(info, problem=str(e))
