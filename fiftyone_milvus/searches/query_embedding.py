"""Texts and images into vectors, by an index's model."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from .. import metrics
from ..checks import MAX_IMAGES_PIXELS
from ..dataset import embeddings_fields, image_embedding, image_headers, models
from ..dataset.expected_rows import is_missing
from ..errors import InvalidRequest
from . import query_images
from .query import Crop, Term

if TYPE_CHECKING:
    from ..backend.index import MilvusSimilarityIndex

FEW_TEXTS = 16  # of a query, which go before more
LARGE_PIXELS = 13_000_000
SMALL_AT_ONCE = 2  # more would take the processor from other searches

_headers = models.FairLock()
_large = models.FairLock()
_small = threading.Semaphore(SMALL_AT_ONCE)


def embeds_little(terms: Sequence[Term]) -> bool:
    """Whether a model embeds a few texts of a query at most, and no image."""
    if any(term.image is not None or term.crop is not None for term in terms):
        return False
    return sum(len(term.text or ()) for term in terms) <= FEW_TEXTS


def embed(index: MilvusSimilarityIndex, terms: Sequence[Term]) -> dict[int, np.ndarray]:
    """The vectors ``(dim,)`` float32 of the texts, query images and crops among the
    terms of a query, by their positions.

    Raises:
        InvalidRequest: if the model isn't known, can't embed one, or an image can't
            be read
    """
    batches, first = models.AdaptiveBatches(), embeds_little(terms)
    found = {}
    for i, term in enumerate(terms):
        if term.text is not None:
            found[i] = _of_texts(index, tuple(term.text), batches, first)
        elif term.image is not None:
            found[i] = _of_upload(index, term.image)
        elif term.crop is not None:
            found[i] = _of_crop(index, term.crop)
    return found


def check_all(terms: Sequence[Term]) -> None:
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
