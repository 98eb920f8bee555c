"""The results of a search beside those of another index, or of an earlier search."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import fiftyone.operators as foo

from fiftyone_milvus.searches import fusion
from fiftyone_milvus.searches.request import SearchRequest
from fiftyone_milvus.searches.result import SearchResult
from fiftyone_milvus.searches.search import PreparedSearch, check_alike

from ..app import searches
from . import captions
from .media_payloads import labels_media, media

SHOWN = 50


def compare(
    ctx: foo.ExecutionContext, first: SearchResult, request: SearchRequest
) -> dict[str, Any]:
    """Searches for something else, and compares its results with earlier ones; the grid
    and the history stay as they are.

    Returns:
        the first of both rankings, each with its rank in the other one, and the share
        of the shorter ranking that both have
    """
    prepared = PreparedSearch(request, searches.scope_of(ctx, request))
    check_alike(first, prepared)
    with searches.place_of_search(ctx, prepared):
        second = prepared.run()
    compared = fusion.compare(first, second)
    ranks = [(a, b, id_) for id_, a, b in compared.rows]
    swapped = [(b, a, id_) for a, b, id_ in ranks]
    return {
        "overlap": round(compared.overlap, 6),
        "first": _column(first, ranks, compared.patches_field),
        "second": _column(second, swapped, compared.patches_field),
    }


def of_other_index(request: SearchRequest, brain_key: str) -> SearchRequest:
    """The same search of another index, with the parameters that this one has."""
    return replace(
        request,
        brain_key=brain_key,
        fuse_with=None,
        score_field=None,
        search_params=None,
    )


def _column(
    result: SearchResult,
    ranks: list[tuple[int | None, int | None, str]],
    patches_field: str | None,
) -> list[dict[str, Any]]:
    """What is drawn of a ranking, by the ranks in it and in the other one."""
    own = sorted((rank, other, id_) for rank, other, id_ in ranks if rank is not None)
    shown = own[:SHOWN]
    samples, ids = result.indexed.samples, [id_ for _, _, id_ in shown]
    if patches_field is None:
        drawn = media(samples, ids, None)
    else:
        owners = dict(zip(result.ids, result.sample_ids, strict=True))
        part = samples.select(list({owners[id_] for id_ in ids}))
        drawn = labels_media(part, ids, patches_field)
    return [
        {
            "id": id_,
            "rank": rank,
            "other_rank": other,
            "caption": captions.default(drawn[id_]),
            **{name: drawn[id_][name] for name in ("filepath", "box", "label")},
        }
        for rank, other, id_ in shown
        if id_ in drawn
    ]
