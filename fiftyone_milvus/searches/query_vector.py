"""A query's terms into the vector to search with, and how near each term is to a
match."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .. import metrics
from ..errors import InvalidRequest
from .query import Query, Term
from .term_embedding import EMBEDDED, TermEmbedder, check_images

if TYPE_CHECKING:
    from ..backend.index import MilvusSimilarityIndex

# The weight of the negative terms beside 1 for the positive. Books say 0.15.
# Measured on the demo's 700 patches, of the next ten matches after ten were marked
# twice these shares had the right label: from a text 53, 57, 63, 61 and 51 % with 0,
# 0.15, 0.5, 0.75 and 1; from a patch 58, 63, 65, 62 and 52 %
STEER = 0.5


@dataclass(frozen=True)
class TermVector:
    """A term, and its vector ``(dim,)`` float32."""

    term: Term
    vector: np.ndarray


@dataclass(frozen=True)
class Resolved:
    """A query that an index can be searched with: ``vector`` has shape ``(1, dim)``,
    float32; ``ids`` are the rows of the index that it names."""

    vector: np.ndarray
    terms: tuple[TermVector, ...]
    ids: frozenset[str]


def resolve(index: MilvusSimilarityIndex, query: Query) -> Resolved:
    """The vector to search an index with.

    The weighted mean of the positive terms, minus :data:`STEER` times the weighted mean
    of the negative: Rocchio's formula, from Manning, Raghavan and Schuetze,
    "Introduction to Information Retrieval", 9.1.1. For cosine each term is first
    scaled to length 1. A query of rows of the index of equal weight is their plain
    mean, as FiftyOne's ``aggregation="mean"``; a single one is that row.

    Raises:
        InvalidRequest: if this index can't answer it, or its terms cancel each other
    """
    found, ids = _vectors(index, query.terms)
    vectors = np.stack([one.vector for one in found])
    metric = index.config.metric
    if metric == "cosine" and not _is_plain(query):
        vectors = metrics.unit(vectors)
    vector = _combined(query.terms, vectors)[None]
    if metric == "cosine" and not np.linalg.norm(vector) > 1e-6:
        raise InvalidRequest(
            "The terms of the query cancel each other. Take one out, or change its "
            "weight."
        )
    return Resolved(vector, tuple(found), ids)


def term_scores(
    index: MilvusSimilarityIndex, resolved: Resolved, ids: Sequence[str]
) -> np.ndarray:
    """How near each term is to some rows of the index: ``(n, t)``, cosine or dot
    product, or the euclidean distance; to explain a match."""
    if not len(ids):
        return np.empty((0, len(resolved.terms)))
    vectors = index.vectors_of(list(ids))
    terms = np.stack([one.vector for one in resolved.terms])
    found = metrics.distances(index.config.metric, vectors, terms)
    return found if index.config.metric == "euclidean" else 1 - found


def _combined(terms: Sequence[Term], vectors: np.ndarray) -> np.ndarray:
    weights = np.array([term.weight for term in terms])
    negative = np.array([term.negative for term in terms])
    wide = vectors.astype(np.float64)
    combined = np.average(wide[~negative], axis=0, weights=weights[~negative])
    if negative.any():
        away = np.average(wide[negative], axis=0, weights=weights[negative])
        combined = combined - STEER * away
    with np.errstate(over="ignore"):  # an infinite one is refused before it is sent
        return np.asarray(combined, np.float32)


def _is_plain(query: Query) -> bool:
    plain = ("id", "sample_id", "result_ids", "vector")
    rows = all(term.kind in plain for term in query.terms)
    same = len({(term.weight, term.negative) for term in query.terms}) == 1
    return rows and same


def _vectors(
    index: MilvusSimilarityIndex, terms: Sequence[Term]
) -> tuple[list[TermVector], frozenset[str]]:
    """Each term's vector, and the ids of all rows that they name."""
    to_embed = {i: term for i, term in enumerate(terms) if term.kind in EMBEDDED}
    if to_embed:
        check_images(terms)
    of_term = _ids(index, terms)
    ids = list(dict.fromkeys(id_ for some in of_term.values() for id_ in some))
    rows = index.vectors_of(ids) if ids else np.empty((0, 0), np.float32)
    at = {id_: i for i, id_ in enumerate(ids)}
    embedded = TermEmbedder(index).embed(to_embed) if to_embed else {}
    found = []
    for i, term in enumerate(terms):
        if i in of_term:
            vector = rows[[at[id_] for id_ in of_term[i]]].mean(axis=0)
        elif term.vector is not None:
            vector = np.array(term.vector, np.float32)
        else:
            vector = embedded[i]
        found.append(TermVector(term, vector))
    _check_dims(index, found)
    return found, frozenset(ids)


def _ids(index: MilvusSimilarityIndex, terms: Sequence[Term]) -> dict[int, list[str]]:
    """The rows of the index that each term names, for the terms that name rows."""
    of_samples = {t.sample_id for t in terms if t.sample_id is not None}
    patches = index.config.patches_field is not None
    labels = index.rows_of_samples(of_samples) if patches and of_samples else {}
    found: dict[int, list[str]] = {}
    for i, term in enumerate(terms):
        if term.id is not None:
            found[i] = [term.id]
        elif term.result_ids is not None:
            found[i] = list(term.result_ids)
        elif term.sample_id is not None:
            found[i] = labels.get(term.sample_id, []) if patches else [term.sample_id]
            if not found[i]:
                raise InvalidRequest(
                    f"The sample '{term.sample_id}' has no patches in the index "
                    f"'{index.key}'. Select others."
                )
    return found


def _check_dims(index: MilvusSimilarityIndex, found: Sequence[TermVector]) -> None:
    dim = index.rows.collection.dimension()
    for one in found:
        if one.vector.shape != (dim,):
            raise InvalidRequest(
                f"The index '{index.key}' has dimension {dim}; the dimension of "
                f"{one.term.label} is {one.vector.shape[-1]}. Query with the model "
                "that the index was made with."
            )
