"""Texts and pictures into vectors, by the model that an index was made with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import cv2
import fiftyone as fo
import fiftyone.utils.image as foui
import fiftyone.utils.patches as foup
import numpy as np

from .. import metrics
from ..dataset import models
from ..dataset.sources import is_gone
from ..errors import InvalidRequest
from ..vectors import as_vectors
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
        return of_picture(index, uploads.decode(term.picture))
    assert term.crop is not None
    return of_picture(index, _cut(index, term.crop))


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
    with models.turns(model), model:
        vectors = as_vectors(np.asarray(model.embed_prompts(list(texts))))
    return vectors[0] if len(vectors) == 1 else metrics.unit(vectors).mean(axis=0)


def of_picture(index: MilvusSimilarityIndex, picture: np.ndarray) -> np.ndarray:
    """The vector ``(dim,)`` of a picture ``(h, w, 3)`` uint8 RGB."""
    model: Any = index.get_model()
    try:
        with models.turns(model), model:
            vector = np.asarray(model.embed(picture))
    except Exception as e:  # models raise what they like
        raise InvalidRequest(
            f"The model {index.config.model} can't embed this picture ({e}). Search "
            "with another one."
        ) from e
    return as_vectors(vector.reshape(1, -1))[0]


def _cut(index: MilvusSimilarityIndex, crop: Crop) -> np.ndarray:
    """A part of a sample's picture ``(h, w, 3)``, cut as the index's patches were."""
    samples = index.samples
    source = samples if samples._is_frames else index._dataset
    try:
        path = source[crop.sample_id].filepath
    except (KeyError, ValueError) as e:
        raise InvalidRequest(
            f"The dataset has no sample '{crop.sample_id}'. Choose another picture."
        ) from e
    stored = index.config.stored
    cut = foup.extract_patch(
        _read(path),
        fo.Detection(bounding_box=list(crop.box)),
        force_square=stored.get("force_square", False),
        alpha=stored.get("alpha"),
    )
    if not cut.size:
        raise InvalidRequest("The box is smaller than a pixel. Draw a larger one.")
    return np.ascontiguousarray(cut)


def _read(path: str) -> np.ndarray:
    if is_gone(path):
        raise InvalidRequest(f"There is no file at {path}. Put it back, and try again.")
    try:
        return np.asarray(foui.read(path, flag=cv2.IMREAD_COLOR))
    except Exception as e:  # OpenCV's own errors, and those of downloads
        raise InvalidRequest(
            f"The picture {path} can't be read. Choose another."
        ) from e
