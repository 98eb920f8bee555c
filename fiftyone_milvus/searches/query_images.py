"""Checks uploaded image files, in bounded time and memory."""

from __future__ import annotations

import io

from PIL import Image

from ..checks import MAX_IMAGE_BYTES, MAX_IMAGE_PIXELS
from ..dataset import image_headers
from ..errors import InvalidRequest

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")


def check(data: bytes) -> image_headers.Header:
    """Checks the bytes of a file by its header: what format it is, its content says.
    That its pixels can be read, :func:`check_pixels` says, or the code that reads them.

    Args:
        data: a file of one of :data:`FORMATS`

    Raises:
        InvalidRequest: if it is no image, or larger than
            :data:`~fiftyone_milvus.checks.MAX_IMAGE_BYTES` or
            :data:`~fiftyone_milvus.checks.MAX_IMAGE_PIXELS`
    """
    check_bytes(len(data) if isinstance(data, bytes) else 0)
    try:
        return image_headers.check(io.BytesIO(data), MAX_IMAGE_PIXELS, FORMATS)
    except image_headers.NotIdentified as e:
        raise InvalidRequest(
            f"This file is no image that can be read. Upload one of {FORMATS}."
        ) from e
    except image_headers.TooLarge as e:
        raise InvalidRequest(
            f"The image {e}. Save it smaller, as JPEG or PNG, and upload that."
        ) from e
    except image_headers.Damaged as e:
        raise _damaged() from e


def check_bytes(count: int) -> None:
    """Checks the size of a file.

    Raises:
        InvalidRequest: if there are none, or more than
            :data:`~fiftyone_milvus.checks.MAX_IMAGE_BYTES`
    """
    if not count:
        raise InvalidRequest("The image is empty. Upload an image's file.")
    if count > MAX_IMAGE_BYTES:
        raise InvalidRequest(
            f"The image has {count / 1e6:.1f} MB. Upload one of at most "
            f"{MAX_IMAGE_BYTES / 1e6:.0f} MB."
        )


def check_pixels(data: bytes) -> None:
    """Checks by decoding it that a file, whose header was checked, is whole: OpenCV
    gives of one that is cut off what there is.

    Raises:
        InvalidRequest: if it isn't
    """
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            # An eighth of a JPEG's size takes less time, and reads all of the file
            image.draft(None, (1, 1))
            image.load()
    except Exception as e:  # the decoders raise what they like
        raise _damaged() from e


def suffix(header: image_headers.Header) -> str:
    """That of a file's name, such as ``".png"``."""
    kind = "jpeg" if header.format == "MPO" else header.format.lower()
    return f".{kind}"


def _damaged() -> InvalidRequest:
    return InvalidRequest(
        "The image is damaged or cut off, so it can't be read. Upload it again, or "
        "another one."
    )
