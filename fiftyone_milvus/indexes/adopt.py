"""Adopts an existing collection as a dataset's index, after checking that it fits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import fiftyone as fo

from ..backend import runs
from ..backend.config import MilvusSimilarityConfig
from ..backend.index import MilvusSimilarityIndex
from ..dataset import indexed_samples, models, names
from ..errors import CollectionError, InvalidRequest
from ..store import client, settings
from ..store.collection import DEFAULT_PARTITION, METRICS, Collection, Owner
from ..store.rows import StoredRows
from . import collections
from .collections import CollectionInfo

EXAMPLES = 3


@dataclass(frozen=True)
class IdMatch:
    """How a collection's rows match a dataset.

    Args:
        rows: how many rows were compared
        matched: rows whose id is a sample of the dataset, or a label of the field
        samples: rows whose sample is in the dataset
        unmatched: a few ids of the other rows
    """

    rows: int = 0
    matched: int = 0
    samples: int = 0
    unmatched: tuple[str, ...] = ()


@dataclass(frozen=True)
class Adoption:
    """Whether a dataset can adopt a collection.

    Args:
        collection: the :class:`~fiftyone_milvus.indexes.collections.CollectionInfo`
        patches_field: the label field that its ids were compared with; ``None`` for
            samples
        match: the :class:`IdMatch`; empty if the schema doesn't fit
        problem: why it can't be adopted, in a sentence; ``None`` if it can
        ownership_problem: why the dataset can't own it; ``None`` if it can
        message: the result in a sentence
    """

    collection: CollectionInfo
    patches_field: str | None
    match: IdMatch
    problem: str | None
    ownership_problem: str | None
    message: str

    @property
    def fits(self) -> bool:
        """Whether :func:`adopt` accepts the collection."""
        return self.problem is None


@settings.takes_connection
def adoption(
    dataset: fo.Dataset,
    collection_name: str,
    patches_field: str | None = None,
    **connection: Any,
) -> Adoption:
    """Checks whether a dataset can adopt a collection; changes nothing.

    All its ids are read, in batches, and compared with the dataset's.

    Args:
        dataset: the dataset
        collection_name: an existing collection
        patches_field: the label field of its patches; ``None`` for samples
        **connection: connection settings that override the configured ones

    Raises:
        InvalidRequest: if the dataset has no such field
        CollectionError: if there is no such collection
        VectorSearchError: if Milvus can't be reached
    """
    _check_field(dataset, patches_field)
    info = collections.inspect(collection_name)
    rows = _rows(info)
    match, problem = IdMatch(), _schema_problem(info, rows)
    if problem is None:
        match = _matched(dataset, rows, patches_field)
        problem = _match_problem(match, patches_field)
    what = f"labels of '{patches_field}'" if patches_field else "samples"
    message = problem or (
        f"{match.matched:,} of its {match.rows:,} ids are {what} of this dataset "
        f"({info.dim}-dim vectors, {info.metric})"
    )
    if problem is None and match.unmatched:
        message += f"; '{match.unmatched[0]}', for instance, is not"
    ownership_problem = _ownership_problem(info, rows, str(dataset._doc.id))
    return Adoption(info, patches_field, match, problem, ownership_problem, message)


@settings.takes_connection
def adopt(
    dataset: fo.Dataset,
    brain_key: str,
    collection_name: str,
    *,
    patches_field: str | None = None,
    model: str | None = None,
    take_ownership: bool = False,
    **connection: Any,
) -> runs.IndexInfo:
    """Adopts an existing collection as a new index of a dataset.

    Args:
        dataset: the dataset
        brain_key: the key of the new run, an identifier
        collection_name: an existing collection
        patches_field: the label field of its patches; ``None`` for samples
        model: the zoo model of its vectors, for search by text or by another image
        take_ownership: whether the collection becomes this dataset's own: its rows
            can then be changed here, and cleaning the index up drops it
        **connection: connection settings that override the configured ones

    Returns:
        the new index

    Raises:
        InvalidRequest: if they don't match, the key can't be, or the collection can't
            be owned; nothing was changed
        VectorSearchError: if Milvus fails
    """
    names.refuse(names.brain_key_problem(dataset, brain_key))
    if model is not None:
        models.check_in_zoo(model)
    found = adoption(dataset, collection_name, patches_field)
    if found.problem is not None:
        raise InvalidRequest(f"'{collection_name}' was not adopted. {found.problem}")
    if take_ownership and found.ownership_problem is not None:
        raise InvalidRequest(
            f"'{collection_name}' can't become this dataset's own. "
            f"{found.ownership_problem}. Adopt it without taking ownership."
        )
    index = _connected(dataset, brain_key, found, model)
    if take_ownership:
        _take(index, found.collection)
    return replace(
        runs.describe(dataset, brain_key), size=found.match.rows, owned=index.owned
    )


# -- whether it fits


def _check_field(dataset: fo.Dataset, patches_field: str | None) -> None:
    if patches_field is not None and not dataset.has_field(patches_field):
        raise InvalidRequest(
            f"The dataset has no field '{patches_field}' to look for patches in"
        )


def _rows(info: CollectionInfo) -> StoredRows:
    metric = next((name for name in METRICS if name == info.metric), "cosine")
    server = client.connect(settings.resolve())
    return StoredRows(Collection(server, info.name, metric, "Session"))


def _schema_problem(info: CollectionInfo, rows: StoredRows) -> str | None:
    """Why no dataset can adopt it."""
    if info.problem is not None:
        return info.problem
    try:
        rows.collection.dimension()
        if info.index_type is None:
            return "Its vectors have no index in Milvus. Create one first."
        rows.collection.check_fits()
    except CollectionError as e:
        return str(e)
    return None


def _match_problem(match: IdMatch, patches_field: str | None) -> str | None:
    """Why this dataset can't adopt it."""
    if match.matched:
        return None
    if not match.rows:
        return "It is empty, so there is nothing to match. Build an index instead."
    what = f"a label of '{patches_field}'" if patches_field else "a sample"
    text = (
        f"None of its {match.rows:,} ids (such as '{match.unmatched[0]}') is {what} of "
        "this dataset."
    )
    if not match.samples:
        return f"{text} It is an index of other samples."
    text += f" But {match.samples:,} of its rows are of samples of this dataset: "
    if patches_field is None:
        return text + "it has patches. Name their field as patches_field."
    return text + "it has samples, or patches of another field."


def _ownership_problem(
    info: CollectionInfo, rows: StoredRows, dataset_id: str
) -> str | None:
    others = [user for user in info.users if user.dataset_id != dataset_id]
    if others:
        return (
            f"The index '{others[0].brain_key}' of the dataset '{others[0].dataset}' "
            "uses it too"
        )
    owner = info.owner
    if owner is None:
        # from then on only the default partition would count as its own
        apart = rows.collection.in_partition(DEFAULT_PARTITION).other_partitions()
        return "Its rows are in several partitions" if apart else None
    if owner.dataset_id != dataset_id and not info.owner_deleted:
        return f"It belongs to the dataset '{owner.dataset}', which is in this FiftyOne"
    return None


# -- how its ids match


def _matched(
    dataset: fo.Dataset, rows: StoredRows, patches_field: str | None
) -> IdMatch:
    count = matched = samples = 0
    unmatched: list[str] = []
    for ids, sample_ids in rows.iterate_ids():
        here = _existing(
            dataset, {*ids, *sample_ids} if not patches_field else sample_ids
        )
        keys = _labels(dataset, here, patches_field) if patches_field else here
        count += len(ids)
        matched += sum(id_ in keys for id_ in ids)
        samples += sum(id_ in here for id_ in sample_ids)
        missing = (id_ for id_ in ids if id_ not in keys)
        unmatched += [id_ for id_, _ in zip(missing, range(EXAMPLES), strict=False)]
    return IdMatch(count, matched, samples, tuple(unmatched[:EXAMPLES]))


def _existing(dataset: fo.Dataset, ids: Iterable[str]) -> set[str]:
    """The ids among these that are samples of the dataset."""
    found = dataset._sample_collection.find(_among(ids), {"_id": 1})
    return {str(doc["_id"]) for doc in found}


def _labels(dataset: fo.Dataset, sample_ids: Iterable[str], field: str) -> set[str]:
    """The ids of the labels that samples have in a field."""
    _, path = dataset._get_label_field_path(field)
    found = dataset._sample_collection.find(_among(sample_ids), {f"{path}._id": 1})
    return {label for doc in found for label in _label_ids(doc, path)}


def _among(ids: Iterable[str]) -> dict[str, Any]:
    return {"_id": {"$in": indexed_samples.object_ids(set(ids))}}


def _label_ids(doc: Any, path: str) -> list[str]:
    for part in path.split("."):
        doc = (doc or {}).get(part)
    labels = doc if isinstance(doc, list) else [doc]
    return [str(label["_id"]) for label in labels if label]


# -- the new index


def _connected(
    dataset: fo.Dataset,
    brain_key: str,
    found: Adoption,
    model: str | None,
) -> MilvusSimilarityIndex:
    config = MilvusSimilarityConfig(
        collection_name=found.collection.name,
        metric=found.collection.metric or "",
        patches_field=found.patches_field,
        model=model,
        supports_prompts=model is not None and models.embeds_text(model),
    )
    method = config.build()
    method.ensure_requirements()
    method.register_run(dataset, brain_key, overwrite=False)
    index = method.initialize(dataset, brain_key)
    method.save_run_results(dataset, brain_key, index)
    return index


def _take(index: MilvusSimilarityIndex, info: CollectionInfo) -> None:
    """Makes this index the collection's owner; if that fails, deletes the index."""
    dataset = index._dataset
    dataset_id, key = str(dataset._doc.id), index.key
    others = [user for user in info.users if user.dataset_id == dataset_id]
    if others and info.owner is not None and info.owner.dataset_id == dataset_id:
        return  # an existing index of this dataset owns it already
    try:
        index.rows.collection.set_owner(Owner(dataset_id, dataset.name, key))
    except Exception:
        dataset.delete_brain_run(key)
        raise
