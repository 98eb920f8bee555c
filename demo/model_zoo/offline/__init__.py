"""A FiftyOne model zoo source whose weights all come from pip packages.

FiftyOne imports this folder by path and calls the two functions below.
"""

from pathlib import Path

import numpy as np
from fiftyone.utils.torch import TorchImageModel

from .image import CLASSES, OfflineImageModel, OfflineJointModel
from .text import embed_texts


def download_model(model_name: str, model_path: str) -> None:
    """Writes the model's file: a vector for each ImageNet class it can name.

    There's nothing to download. The joint model needs these vectors whenever it's
    loaded, and the text model that makes them takes seconds to load, so they are
    kept.
    """
    vectors = embed_texts(CLASSES) if _is_joint(model_name) else np.zeros((0, 0))
    with Path(model_path).open("wb") as file:
        np.save(file, vectors.astype(np.float32))


def load_model(
    model_name: str, model_path: str, size: int = 224, **kwargs: object
) -> TorchImageModel:
    """Loads a model.

    Args:
        model_name: its name in the manifest
        model_path: the file that :func:`download_model` wrote
        size: width and height that images are resized to, pixels
        kwargs: for FiftyOne's ``TorchImageModelConfig``, eg ``device``

    Returns:
        a model with 384-d unit embeddings of images and texts (joint), or 1280-d
        unit embeddings of images
    """
    if _is_joint(model_name):
        return OfflineJointModel(np.load(model_path), size, **kwargs)
    return OfflineImageModel(size, **kwargs)


def _is_joint(model_name: str) -> bool:
    return model_name.startswith("conse")
