"""Embeds one image file, or a crop of it, exactly as FiftyOne embeds samples: its
``compute_embeddings`` and ``compute_patch_embeddings`` take samples of a dataset only.

How an image is read depends on the model: Pillow reads it for Torch models, and ignores
its EXIF orientation; OpenCV reads it for other models, and for all patches, and applies
it. They also differ in how they read transparency, 16 bits and CMYK.
"""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fiftyone as fo
import fiftyone.core.models as fom
import fiftyone.core.utils as fou
import fiftyone.utils.image as foui
import fiftyone.utils.patches as foup
import numpy as np
from PIL import Image, ImageOps
from PIL.ExifTags import Base

from ..errors import InvalidRequest

# PyTorch takes seconds and 700 MB: loaded when an image is first read for a model
fout = fou.lazy_import("fiftyone.utils.torch")

Box = Sequence[float]
WHOLE: Box = (0.0, 0.0, 1.0, 1.0)

_TURNED = range(2, 9)  # EXIF orientations of images that aren't stored upright
_INVERSE = {6: 8, 8: 6}  # of orientations; each other one is its own inverse


class Unreadable(Exception):
    """An image can't be read the way that FiftyOne reads it for a model."""


@dataclass(frozen=True)
class Cropping:
    """How an index of patches crops them: see ``Source``."""

    alpha: float | None = None
    force_square: bool = False


@dataclass(frozen=True)
class Read:
    """An image, or a crop of one, as a model takes it: an array, or a batch of one as
    from a data loader (``is_batch``)."""

    data: Any
    is_batch: bool


def has_loader(model: Any) -> bool:
    """Whether FiftyOne feeds a model by a Torch data loader."""
    return isinstance(model, fom.SupportsGetItem | fom.TorchModelMixin)


def reads_by_opencv(model: Any, patch: bool) -> bool:
    """Whether OpenCV reads images, or patches, for a model; else Pillow does."""
    return patch or not has_loader(model)


def read_image(model: Any, path: str) -> Read:
    """An image file as a model takes that of a sample. Doesn't need the model's lock.

    Raises:
        InvalidRequest: if the model reads more of a sample than its image
        Unreadable: if the image can't be read
    """
    if not has_loader(model):
        return Read(_read(path), False)
    return read_images(model, [path])


def read_part(model: Any, path: str, box: Box) -> Read:
    """A crop of an image file, as if it were the image of a sample.

    Args:
        model: a ``fiftyone.core.models.Model`` that gives embeddings
        path: the image file
        box: ``(x, y, width, height)``, relative to the size of the upright image, as
            people see it

    Raises:
        InvalidRequest: if the box is smaller than a pixel
        Unreadable: if the image can't be read
    """
    if tuple(box) == WHOLE:
        return read_image(model, path)
    if not has_loader(model):
        return Read(_crop(_read(path), box, Cropping()), False)
    with as_file(_part(path, box), ".png") as part:
        return read_image(model, part)


def read_images(model: Any, paths: Sequence[str]) -> Read:
    """Image files as a model takes those of several samples at once.

    Raises:
        InvalidRequest: if the model reads more of a sample than its image
        Unreadable: if one of them can't be read
    """
    if not has_loader(model):
        return Read([_read(path) for path in paths], True)
    with _reading():
        return Read(_collate(model)([_loaded(model, path) for path in paths]), True)


def read_patch(model: Any, path: str, box: Box, cropping: Cropping) -> Read:
    """A box in an image file, cropped as a patch.

    Raises:
        InvalidRequest: if the box is smaller than a pixel
        Unreadable: if the image can't be read
    """
    if not has_loader(model):
        return Read(_crop(_read(path), box, cropping), False)
    return read_patches(model, path, [box], cropping)


def read_patches(
    model: Any, path: str, boxes: Sequence[Box], cropping: Cropping
) -> Read:
    """Boxes in an image file, cropped as patches, as a batch.

    Raises:
        InvalidRequest: if a box is smaller than a pixel
        Unreadable: if the image can't be read
    """
    if not has_loader(model):
        image = _read(path)
        return Read([_crop(image, box, cropping) for box in boxes], True)
    detections = [fo.Detection(bounding_box=list(box)) for box in boxes]
    patches = fout.TorchImagePatchesDataset(
        image_paths=[path],
        patches=[fo.Detections(detections=detections)],
        transform=_filled(model.transforms),
        ragged_batches=model.ragged_batches,
        use_numpy=not isinstance(model, fom.TorchModelMixin),
        force_rgb=True,
        force_square=cropping.force_square,
        alpha=cropping.alpha,
    )
    with _reading():
        return Read(patches[0], True)


def embed(model: Any, read: Read) -> np.ndarray:
    """The vector ``(dim,)`` of what was read. One thread at a time may use a model,
    see ``models.lock_of``.

    Raises:
        Exception: of the model
    """
    if not read.is_batch:
        with model:
            return np.asarray(model.embed(read.data))
    return np.asarray(embed_all(model, read)[0])


def embed_all(model: Any, read: Read) -> list[np.ndarray]:
    """The vectors ``(dim,)`` of a batch that was read; otherwise as :func:`embed`."""
    if not has_loader(model):
        with model:
            return list(model.embed_all(read.data))
    # as FiftyOne sets it for a data loader
    with fou.SetAttributes(model, preprocess=False), model:
        return list(model.embed_all(read.data))


def needs_more_than_images(model: Any) -> bool:
    """Whether a model reads more of a sample than its image."""
    if not isinstance(model, fom.SupportsGetItem):
        return False
    fields = set(model.build_get_item().field_mapping.values())
    return bool(fields - {"filepath"})


@contextmanager
def as_file(data: bytes, suffix: str) -> Iterator[str]:
    """The path of a file with these bytes, which only this user can read, until the
    end of the block."""
    with tempfile.TemporaryDirectory(prefix="fiftyone-milvus-") as folder:
        handle, path = tempfile.mkstemp(suffix, dir=folder)
        os.close(handle)
        Path(path).write_bytes(data)
        yield path


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except InvalidRequest:
        raise
    except Exception as e:  # readers raise all kinds of errors
        raise Unreadable(str(e)) from e


def _read(path: str) -> np.ndarray:
    with _reading():
        return np.asarray(foui.read(path))


def _loaded(model: Any, path: str) -> Any:
    """An image as the model's data loader gives it."""
    if not isinstance(model, fom.SupportsGetItem):
        images = fout.TorchImageDataset(
            image_paths=[path], transform=model.transforms, force_rgb=True
        )
        return images[0]
    get_item = model.build_get_item()
    fields = get_item.field_mapping
    if more := set(fields.values()) - {"filepath"}:
        raise InvalidRequest(
            f"The model reads {', '.join(sorted(more))} of a sample beside its image, "
            "which a query image doesn't have. Search with a sample of the index."
        )
    return get_item(dict.fromkeys(fields, path))


def _collate(model: Any) -> Callable[[list[Any]], Any]:
    return fom.ErrorHandlingCollate(
        skip_failures=False,
        ragged_batches=model.ragged_batches,
        use_numpy=not isinstance(model, fom.TorchModelMixin),
        user_collate_fn=model.collate_fn if model.has_collate_fn else None,
    )


def _part(path: str, box: Box) -> bytes:
    """A PNG file of a crop of an image, with the pixels that Pillow reads and the
    image's own EXIF orientation."""
    with _reading():
        image = fout.to_rgb_pil(path)
    turned = _orientation(image)
    upright = image if turned is None else ImageOps.exif_transpose(image)
    part = Image.fromarray(_crop(np.asarray(upright), box, Cropping()))
    exif = Image.Exif()
    if turned is not None:
        part.getexif()[Base.Orientation] = _INVERSE.get(turned, turned)
        part = ImageOps.exif_transpose(part)
        exif[Base.Orientation] = turned
    file = io.BytesIO()
    part.save(file, "PNG", exif=exif, compress_level=0)
    return file.getvalue()


def _orientation(image: Image.Image) -> int | None:
    """An image's EXIF orientation; ``None`` if it is stored upright."""
    try:
        found = image.getexif().get(Base.Orientation)
    except Exception:  # broken EXIF is no reason to refuse an image
        return None
    return found if found in _TURNED else None


def _crop(image: np.ndarray, box: Box, cropping: Cropping) -> np.ndarray:
    patch = foup.extract_patch(
        image,
        fo.Detection(bounding_box=list(box)),
        force_square=cropping.force_square,
        alpha=cropping.alpha,
    )
    _check_filled(patch)
    return np.ascontiguousarray(patch)


def _filled(transforms: Any) -> Callable[[Any], Any]:
    """A model's transforms, which refuse an empty patch."""

    def transform(patch: Any) -> Any:
        _check_filled(patch)
        return patch if transforms is None else transforms(patch)

    return transform


def _check_filled(patch: Any) -> None:
    if not np.all(patch.size):  # the number of values, or Pillow's width and height
        raise InvalidRequest("The box is smaller than a pixel. Draw a larger one.")
