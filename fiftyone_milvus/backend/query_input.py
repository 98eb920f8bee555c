"""A query as people have it."""

from __future__ import annotations

from typing import Any

import numpy as np
from bson import ObjectId

from ..errors import InvalidRequest
from ..vectors import as_array, is_tensor


def as_query(query: Any) -> Any:
    """A query in a form that FiftyOne's own way of reading one takes: it doesn't take
    tensors, lists of vectors, or a single ``ObjectId``."""
    if isinstance(query, np.ndarray) and query.dtype == object:
        query = query.tolist()
    if query is None or isinstance(query, str | np.ndarray):
        return query
    if isinstance(query, ObjectId):
        return str(query)
    if not is_tensor(query) and not hasattr(query, "__array__"):
        query = list(query)
        vectors = query and isinstance(query[0], list | tuple | np.ndarray)
        if not vectors and not (query and is_tensor(query[0])):
            return [str(one) if isinstance(one, ObjectId) else one for one in query]
    try:
        return as_array(query)
    except (ValueError, TypeError) as e:
        raise InvalidRequest(
            "A query is ids, texts, or vectors of one dimension; this can't be read"
        ) from e
