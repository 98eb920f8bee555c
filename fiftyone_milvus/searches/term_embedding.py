"""The texts, images and crops of a query into vectors, by the model of its index."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
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

EMBEDDED = ("text", "image", "crop")  # the kinds of terms that a model embeds
FEW_TEXTS = 16  # of a query, which go before more
LARGE_PIXELS = 13_000_000
SMALL_AT_ONCE = 2  # more would take the processor from other searches

_headers = models.FairLock()
_large = models.FairLock()
_small = threading.Semaphore(SMALL_AT_ONCE)


def embeds_little(terms: Collection[Term]) -> bool:
    """Whether a model embeds a few texts of a query at most, and no image."""
    if any(term.image is not None or term.crop is not None for term in terms):
        return False
    return sum(len(term.text or ()) for term in terms) <= FEW_TEXTS


def check_images(terms: Collection[Term]) -> None:
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


class TermEmbedder:
    """Embeds terms by the model of an index, which is loaded when first needed."""

    def __init__(self, index: MilvusSimilarityIndex) -> None:
        self._index = index
        self._config = index.config

    @property
    def _model(self) -> Any:
        return self._index.get_model()

    def embed(self, terms: Mapping[int, Term]) -> dict[int, np.ndarray]:
        """The vectors ``(dim,)`` float32 of texts, images and crops, by their positions
        in a query.

        Raises:
            InvalidRequest: if the model isn't known, can't embed one, or an image can't
                be read
        """
        batches, first = models.AdaptiveBatches(), embeds_little(terms.values())
        found = {}
        for i, term in terms.items():
            if term.text is not None:
                found[i] = self._of_texts(term.text, batches, first)
            elif term.image is not None:
                found[i] = self._of_image(term.image)
            elif term.crop is not None:
                found[i] = self._of_crop(term.crop)
        return found

    def _of_texts(
        self, texts: Sequence[str], batches: models.AdaptiveBatches, first: bool
    ) -> np.ndarray:
        """The vector of a text, ``(dim,)``; of several, the mean of theirs, each scaled
        to length 1. Others may use the model between ``batches``; ``first`` is whether
        it goes before others that wait for the model."""
        if not self._index.supports_prompts:
            model_name = self._config.model or "own embeddings"
            raise InvalidRequest(
                f"The index '{self._index.key}' was made with {model_name}, which "
                "can't embed text. Search with an image, or build an index with a "
                "model that embeds both, such as clip-vit-base32-torch."
            )
        model = models.text_model(self._model)
        lock = models.lock_of(model)
        parts, start = [], 0
        with self._errors_explained("this text"):
            while start < len(texts):
                some = list(texts[start : start + min(batches.size(), FEW_TEXTS)])
                with lock.first() if first else lock, model:
                    began = time.monotonic()
                    parts.append(np.asarray(model.embed_prompts(some), np.float32))
                    batches.embedded(len(some), time.monotonic() - began)
                start += len(some)
            vectors = np.concatenate(parts)
            self._check(vectors)
        return vectors[0] if len(vectors) == 1 else metrics.unit(vectors).mean(axis=0)

    def _of_image(self, data: bytes) -> np.ndarray:
        """The vector ``(dim,)`` of a file: of a sample that has this image, or, of an
        index of patches, of a patch that is all of it."""
        header, of_patches = query_images.check(data), self._config.patches_field
        model = self._model
        with self._errors_explained("this image"), _decoding(header):
            if image_embedding.reads_by_opencv(model, of_patches is not None):
                query_images.check_pixels(data)
            with image_embedding.as_file(data, query_images.suffix(header)) as path:
                try:
                    read = self._read(path, image_embedding.WHOLE)
                except image_embedding.Unreadable:
                    query_images.check_pixels(data)  # says so if the file is at fault
                    raise
        return self._vector(read, "this image")

    def _of_crop(self, crop: Crop) -> np.ndarray:
        """The vector ``(dim,)`` of a part of a sample's image, cut as the index's
        patches were."""
        path = self._path(crop.sample_id)
        what = f"the image {path}"
        with self._errors_explained(what), _decoding(None):
            problem = image_headers.problem(path)
            if problem is not None:
                raise InvalidRequest(f"{path}: {problem}. Search with another image.")
            read = self._read(path, crop.box)
        return self._vector(read, what)

    def _path(self, sample_id: str) -> str:
        try:
            path = str(self._index.all_samples[sample_id].filepath)
        except (KeyError, ValueError) as e:
            raise InvalidRequest(
                f"The dataset has no sample '{sample_id}'. Choose another image."
            ) from e
        if is_missing(path):
            raise InvalidRequest(
                f"There is no file at {path}. Put it back, and try again."
            )
        return path

    def _read(self, path: str, box: image_embedding.Box) -> image_embedding.Read:
        if self._config.patches_field is None:
            return image_embedding.read_part(self._model, path, box)
        own = self._config.own
        cropping = image_embedding.Cropping(own.alpha, own.force_square)
        return image_embedding.read_patch(self._model, path, box, cropping)

    def _vector(self, read: image_embedding.Read, what: str) -> np.ndarray:
        with self._errors_explained(what):
            with models.lock_of(self._model):
                vector = image_embedding.embed(self._model, read)
            vector = vector.astype(np.float32).ravel()
            self._check(vector[None])
        return vector

    def _check(self, vectors: np.ndarray) -> None:
        metric = self._config.metric
        for problem in embeddings_fields.problems(vectors, metric).values():
            raise ValueError(f"its vector {problem}")

    @contextmanager
    def _errors_explained(self, what: str) -> Iterator[None]:
        try:
            yield
        except InvalidRequest:
            raise
        except image_embedding.Unreadable as e:
            raise InvalidRequest(
                f"FiftyOne can't read {what} for the model {self._config.model}. Save "
                "it as JPEG or PNG, and try again."
            ) from e
        except Exception as e:  # models raise what they like
            raise InvalidRequest(
                f"The model {self._config.model} can't embed {what} ({e}). Search with "
                "another one."
            ) from e


@contextmanager
def _decoding(header: image_headers.Header | None) -> Iterator[None]:
    """While an image is decoded: large ones, and those that weren't measured, one at a
    time, since several would fill the memory; small ones don't wait for these."""
    is_small = header is not None and header.decoded <= LARGE_PIXELS
    with _small if is_small else _large:
        yield
