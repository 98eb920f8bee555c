"""The functions and classes of ``fiftyone_milvus`` itself: all that a notebook needs.

Each takes a dataset or a view, and a brain key. What they return prints as a sentence,
and has a ``view`` for the App.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import fiftyone as fo

from .analysis import cross_dataset, duplicates, label_outliers, leaks, unique
from .analysis.cross_dataset import CrossDatasetResult
from .analysis.cross_dataset import copy_matches as copy_matches
from .analysis.duplicates import DuplicateGroups, Mode
from .analysis.label_outliers import Outliers
from .analysis.leaks import Leaks
from .analysis.unique import Unique
from .backend import runs
from .backend.recorded_models import trust_model as trust_model
from .backend.runs import cleanup as cleanup
from .backend.runs import list_indexes as list_indexes
from .backend.runs import rename as rename
from .dataset.ids import as_list
from .errors import VectorSearchError as VectorSearchError
from .indexes.archive import export_index as export_index
from .indexes.archive import import_index as import_index
from .indexes.build import Ray as Ray
from .indexes.build import Source as Source
from .indexes.build import build as build
from .indexes.collections import list_collections as list_collections
from .indexes.copy_index import copy_index as copy_index
from .indexes.health import health as health
from .indexes.move import move as move
from .indexes.sync import sync as sync
from .progress import Report
from .searches.query import Crop as Crop
from .searches.query import Query as Query
from .searches.query import Term as Term
from .searches.request import DEFAULT_K, SearchRequest
from .searches.result import SearchResult as SearchResult
from .searches.search import run
from .store import settings


@settings.takes_connection
def search(
    samples: fo.SampleCollection,
    brain_key: str,
    query: Query,
    k: int = DEFAULT_K,
    *,
    reverse: bool = False,
    min_score: float | None = None,
    max_score: float | None = None,
    group_by: str | None = None,
    where: Mapping[str, Any] | None = None,
    exclude: Iterable[str] = (),
    exclude_query: bool = False,
    min_matches: int | None = None,
    fuse_with: str | None = None,
    score_field: str | None = None,
    search_params: Mapping[str, Any] | None = None,
    **connection: Any,
) -> SearchResult:
    """Searches an index for what is similar to a query.

    Example::

        query = Query.of(text="a bird")
        found = fiftyone_milvus.search(dataset, "images", query, 10)
        print(found)
        session.view = found.view
        best = found.to_dataframe().head()

        near = Term(id=found.ids[0], weight=2)
        query = Query((near, Term(text="a cage", negative=True)))
        found = fiftyone_milvus.search(dataset.limit(50), "images", query, 5)

    Args:
        samples: the dataset, or a view to stay within
        brain_key: the index
        query: what to search with: texts, images, ids, vectors ``(dim,)``, positive
            and negative
        k: how many results, up to as many as the index has
        reverse: the least similar first
        min_score: the lowest score of a result: a similarity, or a distance for
            euclidean
        max_score: the highest
        group_by: a field of the samples, of whose values each gives its best match
            alone; or ``"group"`` of a grouped dataset, ``"sample"`` of patches.
            Samples without a value are each a group of their own
        where: for some of the fields that the index stores (its ``filter_fields``),
            a value, a list of values, or ``{"min": ..., "max": ...}``; as they were
            when the index was built or last synced
        exclude: ids of rows or samples that are not to be results
        exclude_query: whether the query's own samples or patches are excluded too
        min_matches: of an index of patches, find the samples that have at least so
            many matching patches; each is ranked by the last of these
        fuse_with: another index, whose ranking is combined with the first one's by
            reciprocal rank
        score_field: a field to write the results' scores to, and the ranks of more
            than 10,000 to ``<score_field>_rank``; these need it, since a view can't
            list so many
        search_params: parameters of the index for this search alone, by Milvus's
            names, such as ``{"ef": 512}`` of HNSW
        **connection: connection settings that override the configured ones

    Returns:
        a :class:`SearchResult`: ``ids``, ``sample_ids`` and ``scores`` ``(n,)`` in rank
        order, a ``view`` of them, ``to_dataframe()``; and ``plan``, which says how it
        was searched and whether that was exact. With no match, all of them are empty

    Raises:
        UnknownIndex: if the dataset has no such index
        InvalidRequest: if the request can't be right; nothing was changed
        VectorSearchError: if Milvus doesn't answer
    """
    request = SearchRequest(
        brain_key,
        query,
        k,
        reverse=reverse,
        min_score=min_score,
        max_score=max_score,
        group_by=group_by,
        where=where,
        exclude=tuple(as_list(exclude)),
        exclude_query=exclude_query,
        min_matches=min_matches,
        fuse_with=fuse_with,
        score_field=score_field,
        search_params=search_params,
    )
    return run(request, samples)


@settings.takes_connection
def find_duplicates(
    samples: fo.SampleCollection,
    brain_key: str,
    thresh: float | None = None,
    *,
    fraction: float | None = None,
    new: fo.SampleCollection | None = None,
    mode: Mode = "auto",
    progress: Report | bool | None = None,
    cancelled: Callable[[], bool] | None = None,
    **connection: Any,
) -> DuplicateGroups:
    """Finds groups of near duplicates; changes nothing. See
    :func:`fiftyone_milvus.analysis.duplicates.find_groups` for how.

    Example::

        found = fiftyone_milvus.find_duplicates(dataset, "images", 0.05)
        print(found)
        dataset.select(found.duplicate_ids).tag_samples("duplicate")

    Args:
        samples: the dataset, or a view to stay within
        brain_key: the index
        thresh: the distance up to which two are near duplicates: for cosine ``1 -
            similarity``
        fraction: instead of ``thresh``, the share of the vectors to count as duplicates
        new: the samples to find near duplicates of, among themselves and in
            ``samples``; ``None`` for all
        mode: ``"exact"`` compares all pairs; ``"candidates"`` those that are probably
            near, and may miss a few; ``"auto"`` is exact up to 50,000 vectors
        progress: a function to call with the progress, or whether to show a bar
        cancelled: whether to stop; asked again and again
        **connection: connection settings that override the configured ones

    Returns:
        the ``groups``, the largest first, each with a representative; the ``ids`` of
        all, and the ``duplicate_ids`` of all but the representatives

    Raises:
        InvalidRequest: unless one of ``thresh`` and ``fraction`` is given and can be
        Cancelled: if ``cancelled()`` returned true; the same call resumes
        VectorSearchError: if Milvus doesn't answer
    """
    return duplicates.find_groups(
        runs.load(samples._root_dataset, brain_key),
        thresh,
        fraction=fraction,
        view=_view(samples),
        new=new,
        mode=mode,
        progress=progress,
        cancelled=cancelled,
    )


@settings.takes_connection
def find_leaks(
    samples: fo.SampleCollection,
    brain_key: str,
    thresh: float,
    *,
    tags: Sequence[str] | None = None,
    field: str | None = None,
    limit: int = leaks.MAX_LEAKS,
    progress: Report | bool | None = None,
    cancelled: Callable[[], bool] | None = None,
    **connection: Any,
) -> Leaks:
    """Finds near duplicates in different splits, exactly; changes nothing.

    Example::

        found = fiftyone_milvus.find_leaks(
            dataset, "images", 0.05, tags=["train", "test"]
        )
        print(found.total, found.counts)

    Args:
        samples: the dataset, or a view to stay within
        brain_key: the index
        thresh: the distance up to which two are near duplicates
        tags: the sample tags that are the splits
        field: instead of tags, a field of the samples whose values are the splits
        limit: how many leaks to list, the nearest; all are counted
        progress: a function to call with the progress, or whether to show a bar
        cancelled: whether to stop; asked again and again
        **connection: connection settings that override the configured ones

    Returns:
        the ``leaks``, the nearest first, and the ``counts`` of each pair of splits

    Raises:
        InvalidRequest: unless there are two splits or more, and the threshold is a
            distance
        Cancelled: if ``cancelled()`` returned true
        VectorSearchError: if Milvus doesn't answer
    """
    return leaks.find_leaks(
        runs.load(samples._root_dataset, brain_key),
        thresh,
        tags=tags,
        field=field,
        limit=limit,
        view=_view(samples),
        progress=progress,
        cancelled=cancelled,
    )


@settings.takes_connection
def find_label_outliers(
    samples: fo.SampleCollection,
    brain_key: str,
    label_field: str | None = None,
    *,
    k: int = 10,
    min_score: float = 0.5,
    limit: int = label_outliers.MAX_OUTLIERS,
    progress: Report | bool | None = None,
    cancelled: Callable[[], bool] | None = None,
    **connection: Any,
) -> Outliers:
    """Finds labels that disagree with those of their nearest neighbors, exactly:
    possible mistakes. Changes nothing. See
    :func:`fiftyone_milvus.analysis.label_outliers.find_outliers` for the score.

    Example::

        found = fiftyone_milvus.find_label_outliers(dataset, "patches")
        for outlier in found.outliers[:3]:
            print(outlier.label, "may be", outlier.suggested)

    Args:
        samples: the dataset, or a view to stay within
        brain_key: the index
        label_field: a field of the samples with one label each, or with a string; for
            an index of patches their own label, by default
        k: how many neighbors, 1 to 100
        min_score: the least share of them that disagree, above 0 up to 1
        limit: how many outliers to list; all are counted
        progress: a function to call with the progress, or whether to show a bar
        cancelled: whether to stop; asked again and again
        **connection: connection settings that override the configured ones

    Returns:
        the ``outliers``, the most suspicious first

    Raises:
        InvalidRequest: if the field holds no such labels, or a number is out of range
        Cancelled: if ``cancelled()`` returned true
        VectorSearchError: if Milvus doesn't answer
    """
    return label_outliers.find_outliers(
        runs.load(samples._root_dataset, brain_key),
        label_field,
        k=k,
        min_score=min_score,
        limit=limit,
        view=_view(samples),
        progress=progress,
        cancelled=cancelled,
    )


@settings.takes_connection
def find_unique(
    samples: fo.SampleCollection,
    brain_key: str,
    count: int,
    *,
    progress: Report | bool | None = None,
    cancelled: Callable[[], bool] | None = None,
    **connection: Any,
) -> Unique:
    """Finds those with the largest distance to their nearest neighbor, exactly;
    changes nothing.

    Example::

        found = fiftyone_milvus.find_unique(dataset, "images", 5)
        print(found)
        session.view = found.view

    Args:
        samples: the dataset, or a view to stay within
        brain_key: the index
        count: how many, 1 or more
        progress: a function to call with the progress, or whether to show a bar
        cancelled: whether to stop; asked again and again
        **connection: connection settings that override the configured ones

    Returns:
        ``ids``, ``sample_ids`` and ``dists``, the most unique first

    Raises:
        InvalidRequest: if ``count`` is no such number
        Cancelled: if ``cancelled()`` returned true
        VectorSearchError: if Milvus doesn't answer
    """
    return unique.most_unique(
        runs.load(samples._root_dataset, brain_key),
        count,
        view=_view(samples),
        progress=progress,
        cancelled=cancelled,
    )


@settings.takes_connection
def find_in_dataset(
    samples: fo.SampleCollection,
    brain_key: str,
    ids: Iterable[str],
    other: fo.SampleCollection,
    other_key: str,
    k: int = DEFAULT_K,
    **connection: Any,
) -> CrossDatasetResult:
    """Searches another dataset for what is similar to samples or patches of this one;
    changes nothing.

    Example::

        chosen = dataset.values("id")[:3]
        found = fiftyone_milvus.find_in_dataset(
            dataset, "images", chosen, archive, "images", 20
        )
        fiftyone_milvus.copy_matches(archive, dataset, found.sample_ids)

    Args:
        samples: the dataset
        brain_key: its index, which has the vectors to search with
        ids: the ids in it to search with
        other: the other dataset, or a view to stay within
        other_key: the index of the other dataset
        k: how many matches in all, 1 to 16,384
        **connection: connection settings that override the configured ones

    Returns:
        the ``matches``, the nearest first, each with its distance to the nearest query

    Raises:
        InvalidRequest: if the vectors can't be compared, or an id isn't in the index
        VectorSearchError: if Milvus doesn't answer
    """
    return cross_dataset.find_in(
        runs.load(other._root_dataset, other_key),
        runs.load(samples._root_dataset, brain_key),
        as_list(ids),
        k,
        view=_view(other),
    )


def _view(samples: fo.SampleCollection) -> fo.SampleCollection | None:
    return None if isinstance(samples, fo.Dataset) else samples
