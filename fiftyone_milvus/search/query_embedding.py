"""Texts and images into vectors, by an index's model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

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

TEXTS_AT_ONCE = 16  # then it is another's turn to use the model
LARGE_PIXELS = 13_000_000

_large = models.FairLock()


def embed(index: MilvusSimilarityIndex, term: Term) -> np.ndarray:
    """The vector ``(dim,)`` float32 of a text, a query image or a crop.

    Raises:
        InvalidRequest: if the model isn't known, can't embed it, or the image can't
            be read
    """
    if term.text is not None:
        return of_texts(index, tuple(term.text))
    if term.image is not None:
        return _of_upload(index, term.image)
    assert term.crop is not None
    return _of_crop(index, term.crop)


def of_texts(index: MilvusSimilarityIndex, texts: Sequence[str]) -> np.ndarray:
    """The vector of a text, ``(dim,)``; of several, the mean of theirs, each scaled
    to length 1."""
    if not index.supports_prompts:
        model_name = index.config.model or "own embeddings"
        raise InvalidRequest(
            f"The index '{index.key}' was made with {model_name}, which can't embed "
            "text. Search with an image, or build an index with a model that embeds "
            "both, such as clip-vit-base32-torch."
        )
    model: Any = index.get_model()
    parts = []
    with _errors_explained(index, "this text"):
        for start in range(0, len(texts), TEXTS_AT_ONCE):
            some = list(texts[start : start + TEXTS_AT_ONCE])
            with models.lock_of(model), model:
                parts.append(np.asarray(model.embed_prompts(some), np.float32))
        vectors = np.concatenate(parts)
        _check(index, vectors)
    return vectors[0] if len(vectors) == 1 else metrics.unit(vectors).mean(axis=0)


def check_all(terms: Sequence[Term]) -> None:
    """Checks the images of a query by their headers, before any is decoded.

    Raises:
        InvalidRequest: if one can't be read, or all of them together are too large
    """
    images = [term.image for term in terms if term.image is not None]
    work = sum(query_images.check(image).work for image in images)
    if work > MAX_IMAGES_PIXELS:
        raise InvalidRequest(
            f"The {len(images):,} images of the query have {work / 1e6:,.0f} megapixels"
            f" to decode, and {MAX_IMAGES_PIXELS / 1e6:,.0f} are the most. Search with "
            "fewer or smaller ones."
        )


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
    time, since several would fill the memory; no other waits for these."""
    if header is not None and header.decoded <= LARGE_PIXELS:
        yield
    else:
        with _large:
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
