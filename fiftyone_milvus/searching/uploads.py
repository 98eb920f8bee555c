"""Image files from strangers, checked in bounded time and memory."""

from __future__ import annotations

import io
import threading
import warnings

from PIL import Image

from ..errors import InvalidRequest

MAX_BYTES = 8_000_000  # a saved search keeps it, and MongoDB takes 16 MB at once
MAX_PIXELS = 50_000_000  # a telephone's 48 megapixels, in 150 MB of RGB
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
# A progressive JPEG has about ten; each may go over all pixels again for a few bytes
MAX_SCANS = 100
_START_OF_SCAN = b"\xff\xda"

_one_at_a_time = threading.Lock()  # several large ones at once would fill the memory


def check(data: bytes) -> str:
    """Checks the bytes of a file by decoding it: what format it is, its content says,
    and its pixels are counted before they are decoded. How it is then read for a model
    is the model's affair: see ``dataset/embedding.py``.

    Args:
        data: a file of one of :data:`FORMATS`

    Returns:
        the suffix of such files, such as ``".png"``

    Raises:
        InvalidRequest: if it is no image, damaged, or larger than
            :data:`MAX_BYTES` or :data:`MAX_PIXELS`
    """
    check_bytes(len(data) if isinstance(data, bytes) else 0)
    with _one_at_a_time, _opened(data) as image:
        _check_size(image, data)
        try:
            # An eighth of a JPEG's size takes less time, and reads all of the file
            image.draft(None, (1, 1))
            image.load()
        except Exception as e:  # the decoders raise what they like
            raise _damaged() from e
        return f".{str(image.format).lower()}"


def check_bytes(count: int) -> None:
    """Checks the size of a file.

    Raises:
        InvalidRequest: if there are none, or more than :data:`MAX_BYTES`
    """
    if not count:
        raise InvalidRequest("The picture is empty. Upload a picture's file.")
    if count > MAX_BYTES:
        raise InvalidRequest(
            f"The picture has {count / 1e6:.1f} MB. Upload one of at most "
            f"{MAX_BYTES / 1e6:.0f} MB."
        )


def _opened(data: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            # many pixels are refused in words of our own
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.UnidentifiedImageError as e:
        raise InvalidRequest(
            f"This file is no picture that can be read. Upload one of {FORMATS}."
        ) from e
    except Image.DecompressionBombError as e:
        raise InvalidRequest(
            f"The picture has too many pixels. Upload one of at most "
            f"{MAX_PIXELS // 1_000_000} megapixels."
        ) from e
    except Exception as e:  # the readers of headers raise what they like
        raise _damaged() from e


def _check_size(image: Image.Image, data: bytes) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise InvalidRequest(
            f"The picture has {width * height / 1e6:.0f} megapixels. Upload one of at "
            f"most {MAX_PIXELS // 1_000_000}."
        )
    if image.format in ("JPEG", "MPO") and data.count(_START_OF_SCAN) > MAX_SCANS:
        raise InvalidRequest(
            "The picture takes too long to decode. Save it anew, and upload that."
        )


def _damaged() -> InvalidRequest:
    return InvalidRequest(
        "The picture is damaged or cut off, so it can't be read. Upload it again, or "
        "another one."
    )
