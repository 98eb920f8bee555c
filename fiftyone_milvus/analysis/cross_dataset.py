"""Finds samples of another dataset that are similar to this one's, and copies them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import fiftyone as fo
import numpy as np
from fiftyone import ViewField as F

from ..checks import count
from ..dataset import indexed_samples
from ..dataset.ids import as_list
from ..errors import InvalidRequest
from ..store.messages import MAX_K

if TYPE_CHECKING:
    from ..backend.index import MilvusSimilarityIndex

QUERIES_AT_ONCE = 1_000
PATHS_AT_ONCE = 20_000
ALWAYS_COPIED = ("filepath", "tags", "metadata")


@dataclass(frozen=True)
class Match:
    """A match in the other dataset, at a distance of ``dist`` from ``query_id``, the
    nearest of the queries."""

    id: str
    sample_id: str
    dist: float
    query_id: str


@dataclass(frozen=True)
class CrossDatasetResult:
    """The matches in another dataset, the nearest first."""

    dataset: str
    brain_key: str
    patches_field: str | None
    metric: str
    queries: int
    matches: tuple[Match, ...]
    seconds: float

    @property
    def ids(self) -> list[str]:
        """The matches' ids in their index."""
        return [match.id for match in self.matches]

    @property
    def sample_ids(self) -> list[str]:
        """The matches' samples, each once."""
        return list(dict.fromkeys(match.sample_id for match in self.matches))


@dataclass(frozen=True)
class Copied:
    """The ``ids`` of the new samples; ``skipped`` counts those whose image the dataset
    has already."""

    ids: tuple[str, ...]
    skipped: int


def find_in(
    other: MilvusSimilarityIndex,
    index: MilvusSimilarityIndex,
    ids: Sequence[str],
    k: int,
    *,
    view: fo.SampleCollection | None = None,
) -> CrossDatasetResult:
    """Searches another dataset's index with the vectors of samples or patches of this
    one; each match has the distance to the nearest of them.

    Args:
        other: the index to search
        index: the index that has the vectors to search with
        ids: the ids in it to search with
        k: how many matches in all, 1 to 16,384
        view: the view of the other dataset to stay within

    Raises:
        InvalidRequest: if the two indexes' vectors can't be compared, or an id isn't in
            the index
        VectorSearchError: if Milvus doesn't answer
    """
    started = time.monotonic()
    check_comparable(other, index)
    k = count(k, "k", "matches", MAX_K)
    ids = as_list(ids)
    if not ids:
        raise InvalidRequest("Name samples or patches to search with")
    best: dict[str, Match] = {}
    with other.use_view(other.view if view is None else view):
        for start in range(0, len(ids), QUERIES_AT_ONCE):
            some = list(ids[start : start + QUERIES_AT_ONCE])
            for match in _matches(other, some, index.vectors_of(some), k):
                if match.id not in best or match.dist < best[match.id].dist:
                    best[match.id] = match
            best = {match.id: match for match in _first(best, k)}
    return CrossDatasetResult(
        other._dataset.name,
        other.key,
        other.config.patches_field,
        other.config.metric,
        len(ids),
        tuple(_first(best, k)),
        time.monotonic() - started,
    )


def check_comparable(
    other: MilvusSimilarityIndex, index: MilvusSimilarityIndex
) -> None:
    """Checks that the vectors of two indexes can be compared.

    Raises:
        InvalidRequest: if their models or dimensions differ, or one is empty
    """
    for one in (other, index):
        one.check_filled()
    models = other.config.model, index.config.model
    if None not in models and models[0] != models[1]:
        raise InvalidRequest(
            f"'{other.key}' was made with {models[0]} and '{index.key}' with "
            f"{models[1]}, whose vectors can't be compared. Choose two indexes of one "
            "model."
        )
    dims = [one.rows.collection.dimension() for one in (other, index)]
    if dims[0] != dims[1]:
        raise InvalidRequest(
            f"The vectors of '{other.key}' are {dims[0]}-dim and those of "
            f"'{index.key}' {dims[1]}-dim, so they can't be compared. Choose two "
            "indexes of one model."
        )


def copy_matches(
    source: fo.SampleCollection,
    target: fo.Dataset,
    sample_ids: Sequence[str],
    *,
    fields: Sequence[str] = (),
    tag: str | None = None,
) -> Copied:
    """Adds copies of samples to another dataset. Image files are not copied: the new
    samples name the same files. Samples whose file the dataset has are skipped.

    Args:
        source: the dataset of the samples, or all samples of its index
        target: the dataset to add them to
        sample_ids: the samples
        fields: the fields to copy beside the path, the tags and the metadata
        tag: a tag for the copies

    Raises:
        InvalidRequest: if the datasets hold different media, or a field is missing or
            of another type in the target; then nothing was copied
    """
    _check_copy(source, target, fields)
    wanted = list(dict.fromkeys(sample_ids))
    found = source.select(wanted, ordered=True)
    ids, paths = found.values(["id", "filepath"])
    have = _paths_in(target, paths)
    new: dict[str, str] = {}
    for id_, path in zip(ids, paths, strict=True):
        if path not in have:
            new.setdefault(path, id_)
    added: list[str] = []
    if new:
        copies = source.select(list(new.values()), ordered=True)
        copies = copies.select_fields([*ALWAYS_COPIED, *fields])
        added = target.add_collection(copies, include_info=False, new_ids=True)
        if tag is not None:
            target.select(added).tag_samples(tag)
    return Copied(tuple(added), len(ids) - len(added))


def _matches(
    other: MilvusSimilarityIndex, ids: list[str], vectors: np.ndarray, k: int
) -> list[Match]:
    sample_ids, label_ids, dists = other._kneighbors(vectors, k=k, return_dists=True)
    keys = sample_ids if label_ids is None else label_ids
    return [
        Match(str(key), str(sample_id), float(dist), query_id)
        for query_id, *of_query in zip(ids, keys, sample_ids, dists, strict=True)
        for key, sample_id, dist in zip(*of_query, strict=True)
    ]


def _first(best: dict[str, Match], k: int) -> list[Match]:
    return sorted(best.values(), key=lambda match: (match.dist, match.id))[:k]


def _check_copy(
    source: fo.SampleCollection, target: fo.Dataset, fields: Sequence[str]
) -> None:
    name = source._root_dataset.name
    if source._is_generated:
        raise InvalidRequest(
            f"The results are {indexed_samples.kind_of(source)} of '{name}', which "
            "can't be copied as samples. Tag them there, or save them as a view."
        )
    grouped = source._root_dataset.media_type == "group"
    if grouped or target.media_type not in (None, source.media_type):
        raise InvalidRequest(
            f"'{name}' holds {source.media_type} samples and '{target.name}' "
            f"{target.media_type} samples, so none can be copied. Choose a dataset of "
            "the same media."
        )
    for field in fields:
        ours, theirs = target.get_field(field), source.get_field(field)
        if theirs is None:
            raise InvalidRequest(f"'{name}' has no field '{field}' to copy")
        if ours is not None and not _alike(ours, theirs):
            raise InvalidRequest(
                f"The field '{field}' is of another type in '{target.name}'. Copy the "
                "samples without it, or rename it in one of the datasets."
            )


def _alike(a: fo.Field, b: fo.Field) -> bool:
    kinds = [getattr(one, "document_type", None) for one in (a, b)]
    return type(a) is type(b) and kinds[0] is kinds[1]


def _paths_in(dataset: fo.Dataset, paths: Sequence[str]) -> set[str]:
    """The paths that a dataset has among these."""
    found: set[str] = set()
    for start in range(0, len(paths), PATHS_AT_ONCE):
        some = list(paths[start : start + PATHS_AT_ONCE])
        found.update(dataset.match(F("filepath").is_in(some)).values("filepath"))
    return found
