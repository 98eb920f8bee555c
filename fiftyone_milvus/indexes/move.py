"""Moves an index to another Milvus. No embedding is computed again, and memory stays
flat: rows are copied a few megabytes at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import fiftyone as fo
from fiftyone.core.brain import BrainMethod
from fiftyone.core.odm import RunDocument

from ..backend import active_writes, runs
from ..backend.index import MilvusSimilarityIndex
from ..errors import CollectionError, InvalidRequest
from ..progress import Monitor, Report
from ..store import client, creation, embedded, settings
from ..store.collection import Collection, Owner
from ..store.rows import StoredRows
from ..store.settings import EMBEDDED, Settings
from . import bulk_import
from .bulk_import import Via
from .row_copy import RowSample, check_copy, copy_rows, own_options, settle, size_of

DEFAULT_DATABASE = "default"  # Milvus's own name for it
_ENDING = re.compile("_[0-9a-f]{8}$")  # of generated names


@dataclass(frozen=True)
class Moved:
    """Where an index is now, and where it was: the old collection is still there.

    ``note`` says what to set so that other processes find it, if anything.
    """

    brain_key: str
    address: str
    db_name: str | None
    collection_name: str
    old_address: str
    old_db_name: str | None
    old_collection_name: str
    rows: int
    seconds: float
    note: str | None = None


@settings.takes_connection
def move(
    dataset: fo.Dataset,
    brain_key: str,
    to: Mapping[str, Any],
    *,
    collection_name: str | None = None,
    index_options: Mapping[str, Any] | None = None,
    via: Via = "upsert",
    staging: str | None = None,
    progress: Report | bool | None = None,
    cancelled: Callable[[], bool] | None = None,
    **connection: Any,
) -> Moved:
    """Copies an index to another Milvus, checks the copy, and only then points the run
    to it. The old collection stays until the person deletes it.

    Example::

        moved = fiftyone_milvus.move(dataset, "images", {"uri": "http://milvus:19530"})
        print(moved.rows, moved.note)

    The copy must have as many rows. Of 20 random rows the vectors must be equal (to
    1e-4, relative), and at least 90 % of their 10 nearest rows must be as near as those
    that the old index finds, since graph indexes are approximate on both sides. A
    server first gets the time to index the copy, so that the index is in use when the
    run points to it.

    If the move fails, or is cancelled, the run stays as it was and the copy is deleted.

    Args:
        dataset: the dataset
        brain_key: the key of the index
        to: connection settings of the new Milvus (:data:`settings.KEYS`); what it
            lacks is as configured for the server at its ``uri``, also in the file that
            ``FIFTYONE_MILVUS_SERVERS`` names. A ``uri`` that is ``None``, empty or
            ``"embedded"`` is the embedded Milvus of this machine
        collection_name: the new collection's name, not that of the old one; generated
            if ``None``
        index_options: index options instead of the old ones, for a server that lacks
            the index type (:class:`fiftyone_milvus.store.index_types.IndexOptions`)
        via: ``"upsert"``; or ``"import"``: rows are written to files, which the server
            imports
        staging: the folder for these files, in the storage that the server reads:
            ``"s3://bucket/folder"``, or for a Standalone with local storage a path
        progress: a function to call with the progress, from this thread; or whether to
            show a progress bar, by default as FiftyOne's configuration says
        cancelled: whether to stop; asked between two batches
        **connection: connection settings of the old Milvus that override those
            configured

    Raises:
        InvalidRequest: if the request can't be right
        CollectionError: if the new Milvus has a collection of the name that was asked
            for, or if the index changed meanwhile, or the copy differs
        Cancelled: if ``cancelled()`` returned true
        VectorSearchError: if one of the two can't be reached, or fails
    """
    with Monitor(progress, cancelled, "vectors") as monitor:
        before = _stored_config(dataset, brain_key)
        there = _target_settings(to)
        new = client.connect(there)
        new.ping()
        index = _source(dataset, brain_key, there)
        source = index.rows.collection
        total = size_of(index)
        folder = bulk_import.checked(via, staging, there)
        name = _new_name(source.name, collection_name)
        target = Collection(
            new,
            name,
            index.config.metric,
            index.config.consistency_level,
            own_options(index.config.options.to_dict(), index_options),
        )
        with active_writes.writing(name):
            creation.create(target, source.dimension(), _owner(dataset, brain_key))
            try:
                sample = RowSample()
                rows = StoredRows(target)
                with bulk_import.writing(rows, folder, monitor) as writer:
                    copied = copy_rows(index.rows, writer, sample, monitor, total)
                monitor.report("Finishing", copied, total)
                rows.flush_if_many(copied)
                settle(target, monitor)
                monitor.report("Checking", copied, total)
                check_copy(index.rows, rows, copied, sample, monitor)
                monitor.stop_if_cancelled()
                old = source.connection.settings
                _switch(dataset, index, target, before)
            except BaseException:
                target.drop_quietly()
                raise
        active_writes.done(source.name)
        dataset._brain_cache.pop(brain_key, None)
        monitor.report("Done", copied, copied)
        return Moved(
            brain_key,
            there.address,
            there.db_name,
            name,
            old.address,
            old.db_name,
            source.name,
            copied,
            monitor.seconds,
            _note(there),
        )


def _target_settings(to: Mapping[str, Any]) -> Settings:
    """How to reach the new Milvus."""
    settings.check_names(to)
    given = {k: v for k, v in to.items() if v not in (None, "")}
    uri = given.pop("uri", EMBEDDED)
    if uri == EMBEDDED:
        return settings.resolve(given, stored=EMBEDDED)
    configured = settings.resolve()
    found = settings.resolve({**given, "uri": uri})
    if found.address == configured.address:
        others = dict(settings.current())
        others.pop("db_name", None)
        return settings.resolve({**others, **given, "uri": uri})
    if settings.listed_name(found.address) is not None:
        return found
    # an unknown server gets no configured credentials, and no configured database
    own = {key: given[key] for key in settings.CREDENTIALS if key in given}
    inherited = found.db_name is not None and found.db_name == configured.db_name
    db_name = DEFAULT_DATABASE if inherited else found.db_name
    return replace(
        found.without_credentials(), **own, db_name=given.get("db_name", db_name)
    )


def _source(
    dataset: fo.Dataset, brain_key: str, there: Settings
) -> MilvusSimilarityIndex:
    """The index where it is now: at its own address, if the settings name the new
    Milvus already.

    Raises:
        InvalidRequest: if that is the new Milvus
    """
    stored = runs.config_of(dataset, brain_key).own.address
    try:
        index = runs.load(dataset, brain_key)
    except CollectionError:
        given = stored in (None, there.address) or "uri" in settings.current()
        if given or settings.is_embedded(stored):
            raise
        index = runs.load(dataset, brain_key, **{**settings.current(), "uri": stored})
    if _is_same(index.rows.collection.connection.settings, there):
        raise InvalidRequest(
            f"The index '{brain_key}' is on Milvus at {there.address} already. Name "
            "another Milvus, or another database."
        )
    return index


def _is_same(one: Settings, other: Settings) -> bool:
    databases = {s.db_name or DEFAULT_DATABASE for s in (one, other)}
    if len(databases) > 1 or one.embedded != other.embedded:
        return False
    if one.embedded:
        return embedded.home(one).data == embedded.home(other).data
    return one.address == other.address


def _new_name(old: str, chosen: str | None) -> str:
    """The copy's name. It must differ from the old collection's, or the old one would
    look as if an index still used it."""
    if chosen == old:
        raise InvalidRequest(
            f"The old collection '{old}' stays until you delete it. Choose another "
            "collection_name for the new one, or none."
        )
    return chosen or f"{_ENDING.sub('', old)[:200]}_{uuid4().hex[:8]}"


def _owner(dataset: fo.Dataset, brain_key: str) -> Owner:
    return Owner(str(dataset._doc.id), dataset.name, brain_key)


def _switch(
    dataset: fo.Dataset,
    index: MilvusSimilarityIndex,
    target: Collection,
    before: dict[str, Any],
) -> None:
    """Points the stored run to the copy."""
    key, config, place = index.key, index.config, target.connection.settings
    if _stored_config(dataset, key) != before:
        raise CollectionError(
            f"The record '{key}' was changed while its index was copied, so the index "
            "stays where it was. Move it again."
        )
    config.collection_name = target.name
    config.remember(
        version=config.own.version or 1,
        address=place.address,
        db_name=place.db_name,
        dataset_id=str(dataset._doc.id),
        filled=True,
        options=target.options.to_dict(),
    )
    record = _record(dataset, key)
    try:
        index.save_config()
    except BaseException:
        record.config = before  # what MongoDB still has
        raise


def _record(dataset: fo.Dataset, brain_key: str) -> RunDocument:
    return BrainMethod._get_run_doc(dataset, brain_key)


def _stored_config(dataset: fo.Dataset, brain_key: str) -> dict[str, Any]:
    """The run's configuration as MongoDB has it now; another process may have changed
    it since this one read it."""
    runs.describe(dataset, brain_key)
    record = _record(dataset, brain_key)
    try:
        record.reload()
    except RunDocument.DoesNotExist as e:
        raise InvalidRequest(
            f"The run '{brain_key}' was deleted. Reload the dataset to see what it has."
        ) from e
    return dict(record.to_mongo().to_dict()["config"])


def _note(there: Settings) -> str | None:
    """What to set so that other processes find the index."""
    if there.embedded:
        return None
    found = settings.resolve({}, stored=there.address)
    if found.address != there.address:
        return (
            f"Set {settings.ENV_PREFIX}URI to {there.address}: other processes look "
            f"for the index at {found.address}, where the settings send them."
        )
    secrets = ("user", "password", "token")
    if any(getattr(there, name) != getattr(found, name) for name in secrets):
        return (
            f"Set {settings.ENV_PREFIX}URI to {there.address}, and "
            f"{settings.ENV_PREFIX}USER and _PASSWORD, or _TOKEN, to its: they are not "
            "stored, and other processes need them."
        )
    return None
