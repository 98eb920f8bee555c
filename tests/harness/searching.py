"""A search by the request's own words, of an index that is open."""

from __future__ import annotations

from typing import Any

import fiftyone as fo

from fiftyone_milvus.searches import search
from fiftyone_milvus.searches.query import Query
from fiftyone_milvus.searches.request import SearchRequest
from fiftyone_milvus.searches.result import SearchResult


def search_index(
    index: Any,
    query: Query,
    k: int,
    *,
    samples: fo.SampleCollection | None = None,
    **options: Any,
) -> SearchResult:
    """The matches of a query in an index; ``options`` are those of a request."""
    return search.search_index(
        index, SearchRequest(index.key, query, k, **options), samples
    )
