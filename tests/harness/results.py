"""Results of searches that were never made."""

import numpy as np

from fiftyone_milvus.dataset.indexed_samples import IndexedSamples
from fiftyone_milvus.retrieval.plans import Plan
from fiftyone_milvus.searches.query import Query
from fiftyone_milvus.searches.query_vector import Resolved
from fiftyone_milvus.searches.request import SearchRequest
from fiftyone_milvus.searches.result import SearchResult


def search_result(ids, sample_ids=None, patches_field=None, key="k") -> SearchResult:
    """A result of some ids, with similarities from 1 to 0."""
    return SearchResult(
        SearchRequest(key, Query.of(ids=["q"])),
        Resolved(np.zeros((1, 2)), (), frozenset()),
        indexed=IndexedSamples(None, patches_field),  # nothing is shown here
        patches_field=patches_field,
        ids=list(ids),
        sample_ids=list(sample_ids or ids),
        scores=np.linspace(1, 0, len(ids)),
        score_kind="similarity",
        plan=Plan("whole_index", True, "a test"),
        seconds=0.1,
        samples=None,
    )
