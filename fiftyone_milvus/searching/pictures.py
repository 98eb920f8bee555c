"""Texts and pictures into vectors, by the model that an index was made with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import metrics
from ..dataset import embedding, models, stored
from ..dataset.sources import is_gone
from ..errors import InvalidRequest
from . import uploads
from .terms import Crop, Term

if TYPE_CHECKING:
    from ..backend.index import MilvusSimilarityIndex


def embed(index: MilvusSimilarityIndex, term: Term) -> np.ndarray:
    """The vector ``(dim,)`` float32 of a text, an uploaded picture or a crop.

    Raises:
        InvalidRequest: if the model isn't known, can't embed it, or the picture can't
            be read
    """
    if term.text is not None:
        return of_texts(index, tuple(term.text))
    if term.picture is not None:
        return _of_upload(index, term.picture)
    assert term.crop is not None
    return _of_crop(index, term.crop)


def of_texts(index: MilvusSimilarityIndex, texts: Sequence[str]) -> np.ndarray:
    """The vector of a text, ``(dim,)``; of several, the mean of theirs, each made one
    long."""
    if not index.supports_prompts:
        made_with = index.config.model or "own embeddings"
        raise InvalidRequest(
            f"The index '{index.key}' was made with {made_with}, which can't embed "
            "text. Search with a picture, or build an index with a model that embeds "
            "both, such as clip-vit-base32-torch."
        )
    model: Any = index.get_model()
    with _told(index, "this text"):
        with models.turns(model), model:
            vectors = np.asarray(model.embed_prompts(list(texts)), np.float32)
        _check(index, vectors)
    return vectors[0] if len(vectors) == 1 else metrics.unit(vectors).mean(axis=0)


def _of_upload(index: MilvusSimilarityIndex, data: bytes) -> np.ndarray:
    """The vector ``(dim,)`` of an image's file: of a sample that has this image, or, of
    an index of patches, of a patch that is all of it."""
    suffix = uploads.check(data)
    with _told(index, "this image"), embedding.as_file(data, suffix) as path:
        return _of_file(index, path, embedding.WHOLE)


def _of_crop(index: MilvusSimilarityIndex, crop: Crop) -> np.ndarray:
    """The vector ``(dim,)`` of a part of a sample's image, cut as the index's patches
    were."""
    path = _path(index, crop.sample_id)
    with _told(index, f"the image {path}"):
        return _of_file(index, path, crop.box)


def _of_file(index: MilvusSimilarityIndex, path: str, box: embedding.Box) -> np.ndarray:
    model, settings = index.get_model(), index.config.stored
    with models.turns(model):
        if index.config.patches_field is None:
            vector = embedding.of_part(model, path, box)
        else:
            cutting = embedding.Cutting(
                settings.get("alpha"), settings.get("force_square", False)
            )
            vector = embedding.of_patch(model, path, box, cutting)
    vector = vector.astype(np.float32).ravel()
    _check(index, vector[None])
    return vector


def _check(index: MilvusSimilarityIndex, vectors: np.ndarray) -> None:
    for problem in stored.problems(vectors, index.config.metric).values():
        raise ValueError(f"its vector {problem}")


@contextmanager
def _told(index: MilvusSimilarityIndex, what: str) -> Iterator[None]:
    try:
        yield
    except InvalidRequest:
        raise
    except embedding.Unreadable as e:
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
    if is_gone(path):
        raise InvalidRequest(f"There is no file at {path}. Put it back, and try again.")
    return path
