"""What a person searches with, into a query vector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .errors import InvalidRequest
from .vectors import as_vectors

if TYPE_CHECKING:
    from .index import MilvusSimilarityIndex


@dataclass(frozen=True)
class Query:
    """What to search with: ids of the index (sample ids, or label ids for patches),
    a text, or a vector ``(dim,)``; just one of them."""

    ids: tuple[str, ...] = ()
    text: str | None = None
    vector: np.ndarray | None = None


def vector(index: MilvusSimilarityIndex, query: Query) -> np.ndarray:
    """The query vector, shape ``(1, dim)`` float32; of several ids, their mean, as in
    FiftyOne's ``aggregation="mean"``.

    Raises:
        InvalidRequest: if the query is empty, or this index can't answer it
    """
    given = [bool(query.ids), bool(query.text), query.vector is not None]
    if sum(given) != 1:
        raise InvalidRequest(
            "Search with one of: a text, pictures or patches, or a vector"
        )
    if query.ids:
        return index.vectors_of(list(query.ids)).mean(axis=0, keepdims=True)
    if query.vector is not None:
        return as_vectors(np.atleast_2d(query.vector))
    return text_vector(index, query.text or "")


def text_vector(index: MilvusSimilarityIndex, text: str) -> np.ndarray:
    """The vector of a text prompt, shape ``(1, dim)``, by the index's own model.

    Raises:
        InvalidRequest: if that model can't embed text, or isn't known
    """
    if not index.supports_prompts:
        made_with = index.config.model or "own embeddings"
        raise InvalidRequest(
            f"The index '{index.key}' was made with {made_with}, which can't embed "
            "text. Search with a picture, or build an index with a model that embeds "
            "both, such as clip-vit-base32-torch."
        )
    model = index.get_model()
    with model:
        return as_vectors(np.atleast_2d(np.asarray(model.embed_prompts([text]))))
