"""A FiftyOne model zoo source for tests: models that FiftyOne reads images for in each
of its ways. All embed an image as its colours at 8 x 8 places, so that a turned image,
or one of other colours, has another vector."""

from pathlib import Path
from typing import Any

import fiftyone.core.models as fom
import fiftyone.utils.torch as fout
import numpy as np
import torch
from PIL import Image, ImageOps
from torchvision import transforms

SIZE = 8
GRAY = 115


def download_model(model_name: str, model_path: str) -> None:
    Path(model_path).write_text("nothing to download")


def load_model(model_name: str, model_path: str, **kwargs: object) -> fom.Model:
    return {
        "reading-opencv": OpenCV,
        "reading-torch": lambda: fout.TorchImageModel(_config()),
        "reading-torch-raw": lambda: fout.TorchImageModel(_config(raw=True)),
        "reading-torch-plain": Plain,
        "reading-torch-upright": lambda: Upright(_config()),
        "reading-torch-prompted": lambda: Prompted(_config()),
    }[model_name]()


class _Colours(torch.nn.Module):
    """``(n, 3, 8, 8)``, or a list of Pillow's images -> ``(n, 192)``."""

    def forward(self, images: Any) -> torch.Tensor:
        if isinstance(images, list):
            images = torch.stack([_transforms()(image) for image in images])
        return images.flatten(1) - GRAY / 255


def _transforms() -> transforms.Compose:
    return transforms.Compose(
        [
            fout.ToPILImage(),
            transforms.Resize((SIZE, SIZE)),
            transforms.ToTensor(),
        ]
    )


def _config(raw: bool = False) -> fout.TorchImageModelConfig:
    return fout.TorchImageModelConfig(
        {
            "model": _Colours(),
            "as_feature_extractor": True,
            "raw_inputs": raw,
            "ragged_batches": raw,
            "transforms": None if raw else _transforms(),
        }
    )


class OpenCV(fom.Model, fom.EmbeddingsMixin):
    """Embeds arrays, in batches where FiftyOne is asked for them; a black image as NaN,
    one of the gray 115 as 0, and fails at a white one."""

    media_type = "image"
    has_embeddings = True
    ragged_batches = False
    transforms = None
    preprocess = False

    def predict(self, arg: np.ndarray) -> None:
        raise NotImplementedError

    def embed(self, arg: np.ndarray) -> np.ndarray:
        return self.embed_all([arg])[0]

    def embed_all(self, args: Any) -> np.ndarray:
        images = torch.stack([_transforms()(arg) for arg in args])
        if (images == 1).all():
            raise RuntimeError("too bright")
        images[(images == 0).flatten(1).all(1)] = torch.nan
        return _Colours()(images).numpy()


class Plain(fom.Model, fom.EmbeddingsMixin, fom.TorchModelMixin):
    """A Torch model whose images FiftyOne's own dataset loads, collated to a dict."""

    media_type = "image"
    has_embeddings = True
    ragged_batches = False
    has_collate_fn = True
    preprocess = True
    transforms = _transforms()

    @staticmethod
    def collate_fn(batch: list[torch.Tensor]) -> dict[str, torch.Tensor]:
        return {"pixels": torch.stack(batch)}

    def predict(self, arg: Any) -> None:
        raise NotImplementedError

    def embed_all(self, args: Any) -> np.ndarray:
        assert not self.preprocess  # the loader does it
        images = args["pixels"] if isinstance(args, dict) else args
        return _Colours()(images).numpy()


class _UprightItem(fout.GetItem):
    required_keys = ("filepath",)

    def __call__(self, d: dict[str, Any]) -> torch.Tensor:
        image = ImageOps.exif_transpose(Image.open(d["filepath"]))
        return _transforms()(image.convert("RGB"))


class Upright(fout.TorchImageModel):
    def build_get_item(self, field_mapping: Any = None) -> fout.GetItem:
        return _UprightItem(field_mapping=field_mapping)


class _PromptedItem(fout.ImageGetItem):
    required_keys = ("filepath", "prompt")


class Prompted(fout.TorchImageModel):
    def build_get_item(self, field_mapping: Any = None) -> fout.GetItem:
        return _PromptedItem(transform=_transforms(), field_mapping=field_mapping)
