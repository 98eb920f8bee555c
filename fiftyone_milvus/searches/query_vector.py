"""A query's terms into the vector to search with, texts and images by the index's
model; and how near each term is to a match."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .. import metrics
from ..checks import MAX_IMAGES_PIXELS
from ..dataset import embeddings_fields, image_embedding, image_headers, models
from ..dataset.expected_rows import is_missing
from ..errors import InvalidRequest
from . import query_images
from .query import Crop, Query, Term

if TYPE_CHECKING:
    from ..backend.index import MilvusSimilarityIndex

# The weight of the negative terms beside 1 for the positive. Books say 0.15.
# Measured on the demo's 700 patches, of the next ten matches after ten were marked
# twice these shares had the right label: from a text 53, 57, 63, 61 and 51 % with 0,
# 0.15, 0.5, 0.75 and 1; from a patch 58, 63, 65, 62 and 52 %
STEER = 0.5
EMBEDDED = ("text", "image", "crop")  # the kinds of terms that a model embeds
FEW_TEXTS = 16  # of a query, which go before more
LARGE_PIXELS = 13_000_000
SMALL_AT_ONCE = 2  # more would take the processor from other searches

_headers = models.FairLock()
_large = models.FairLock()
_small = threading.Semaphore(SMALL_AT_ONCE)


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


def embeds_little(terms: Collection[Term]) -> bool:
    """Whether a model embeds a few texts of a query at most, and no image."""
    if any(term.image is not None or term.crop is not None for term in terms):
        return False
    return sum(len(term.text or ()) for term in terms) <= FEW_TEXTS


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
    _check_images(terms)
    of_term = _ids(index, terms)
    ids = list(dict.fromkeys(id_ for some in of_term.values() for id_ in some))
    rows = index.vectors_of(ids) if ids else np.empty((0, 0), np.float32)
    at = {id_: i for i, id_ in enumerate(ids)}
    to_embed = {i: term for i, term in enumerate(terms) if term.kind in EMBEDDED}
    embedded = _embedded(index, to_embed) if to_embed else {}
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


def _embedded(
    index: MilvusSimilarityIndex, terms: Mapping[int, Term]
) -> dict[int, np.ndarray]:
    """The vectors ``(dim,)`` float32 of texts, query images and crops, by their
    positions in a query.

    Raises:
        InvalidRequest: if the model isn't known, can't embed one, or an image can't
            be read
    """
    batches, first = models.AdaptiveBatches(), embeds_little(terms.values())
    found = {}
    for i, term in terms.items():
        if term.text is not None:
            found[i] = _of_texts(index, tuple(term.text), batches, first)
        elif term.image is not None:
            found[i] = _of_upload(index, term.image)
        elif term.crop is not None:
            found[i] = _of_crop(index, term.crop)
    return found


def _check_images(terms: Sequence[Term]) -> None:
    """Checks the images of a query by their headers, before any is decoded; of one
    query at a time, so that other threads get the interpreter in between.

    Raises:
        InvalidRequest: if one can't be read, or all of them together are too large
    """
    images = [term.image for term in terms if term.image is not None]
    if not images:
        return
    with _headers:
        work = sum(query_images.check(image).work for image in images)
    if work > MAX_IMAGES_PIXELS:
        raise InvalidRequest(
            f"The {len(images):,} images of the query have {work / 1e6:,.0f} megapixels"
            f" to decode, and {MAX_IMAGES_PIXELS / 1e6:,.0f} are the most. Search with "
            "fewer or smaller ones."
        )


def _of_texts(
    index: MilvusSimilarityIndex,
    texts: Sequence[str],
    batches: models.AdaptiveBatches,
    first: bool,
) -> np.ndarray:
    """The vector of a text, ``(dim,)``; of several, the mean of theirs, each scaled
    to length 1. Others may use the model between ``batches``; ``first`` is whether it
    goes before others that wait for the model."""
    if not index.supports_prompts:
        model_name = index.config.model or "own embeddings"
        raise InvalidRequest(
            f"The index '{index.key}' was made with {model_name}, which can't embed "
            "text. Search with an image, or build an index with a model that embeds "
            "both, such as clip-vit-base32-torch."
        )
    model = models.text_model(index.get_model())
    lock = models.lock_of(model)
    parts, start = [], 0
    with _errors_explained(index, "this text"):
        while start < len(texts):
            some = list(texts[start : start + min(batches.size(), FEW_TEXTS)])
            with lock.first() if first else lock, model:
                began = time.monotonic()
                parts.append(np.asarray(model.embed_prompts(some), np.float32))
                batches.embedded(len(some), time.monotonic() - began)
            start += len(some)
        vectors = np.concatenate(parts)
        _check(index, vectors)
    return vectors[0] if len(vectors) == 1 else metrics.unit(vectors).mean(axis=0)


def _of_upload(index: MilvusSimilarityIndex, data: bytes) -> np.ndarray:
    """The vector ``(dim,)`` of an image's file: of a sample that has this image, or, of
    an index of patches, of a patch that is all of it."""
    header = query_images.check(data)
    model, patch = index.get_model(), index.config.patches_field is not None
    with _errors_explained(index, "this image"), _decoding(header):
        if image_embedding.reads_by_opencv(model, patch):
            query_images.check_pixels(data)
        with image_embedding.as_file(data, query_images.suffix(header)) as path:
            try:
                read = _read(index, path, image_embedding.WHOLE)
            except image_embedding.Unreadable:
                query_images.check_pixels(data)  # says so if the file is at fault
                raise
    return _vector(index, read, "this image")


def _of_crop(index: MilvusSimilarityIndex, crop: Crop) -> np.ndarray:
    """The vector ``(dim,)`` of a part of a sample's image, cut as the index's patches
    were."""
    path = _path(index, crop.sample_id)
    what = f"the image {path}"
    with _errors_explained(index, what), _decoding(None):
        problem = image_headers.problem(path)
        if problem is not None:
            raise InvalidRequest(f"{path}: {problem}. Search with another image.")
        read = _read(index, path, crop.box)
    return _vector(index, read, what)


@contextmanager
def _decoding(header: image_headers.Header | None) -> Iterator[None]:
    """While an image is decoded: large ones, and those that weren't measured, one at a
    time, since several would fill the memory; small ones don't wait for these."""
    is_small = header is not None and header.decoded <= LARGE_PIXELS
    with _small if is_small else _large:
        yield


def _read(
    index: MilvusSimilarityIndex, path: str, box: image_embedding.Box
) -> image_embedding.Read:
    model, settings = index.get_model(), index.config.own
    if index.config.patches_field is None:
        return image_embedding.read_part(model, path, box)
    cropping = image_embedding.Cropping(settings.alpha, settings.force_square)
    return image_embedding.read_patch(model, path, box, cropping)


def _vector(
    index: MilvusSimilarityIndex, read: image_embedding.Read, what: str
) -> np.ndarray:
    model = index.get_model()
    with _errors_explained(index, what):
        with models.lock_of(model):
            vector = image_embedding.embed(model, read)
        vector = vector.astype(np.float32).ravel()
        _check(index, vector[None])
    return vector


def _check(index: MilvusSimilarityIndex, vectors: np.ndarray) -> None:
    for problem in embeddings_fields.problems(vectors, index.config.metric).values():
        raise ValueError(f"its vector {problem}")


@contextmanager
def _errors_explained(index: MilvusSimilarityIndex, what: str) -> Iterator[None]:
    try:
        yield
    except InvalidRequest:
        raise
    except image_embedding.Unreadable as e:
        raise InvalidRequest(
            f"FiftyOne can't read {what} for the model {index.config.model}. Save it "
            "as JPEG or PNG, and try again."
        ) from e
    except Exception as e:  # models raise what they like
        raise InvalidRequest(
            f"The model {index.config.model} can't embed {what} ({e}). Search with "
            "another one."
        ) from e


def _path(index: MilvusSimilarityIndex, sample_id: str) -> str:
    try:
        path = str(index.all_samples[sample_id].filepath)
    except (KeyError, ValueError) as e:
        raise InvalidRequest(
            f"The dataset has no sample '{sample_id}'. Choose another image."
        ) from e
    if is_missing(path):
        raise InvalidRequest(f"There is no file at {path}. Put it back, and try again.")
    return path
