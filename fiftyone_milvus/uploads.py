"""Pictures that a person uploads or pastes: decoded safely from their bytes."""

from __future__ import annotations

import io
import warnings

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from .errors import InvalidRequest

MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 64_000_000
# By content, whatever the name says; of others Pillow starts other programs
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")


def decode(data: bytes) -> np.ndarray:
    """The picture in a file's bytes: ``(h, w, 3)`` uint8 RGB, upright as its EXIF
    says, transparency flattened on white; of several frames the first.

    Raises:
        InvalidRequest: if it is too large, damaged, or no picture
    """
    check_size(data)
    try:
        with warnings.catch_warnings():
            # what is large is refused below, in our words
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return _decoded(data)
    except InvalidRequest:
        raise
    except UnidentifiedImageError as e:
        raise InvalidRequest(
            "This is no picture of a known kind. Use JPEG, PNG, WebP, GIF, BMP or TIFF."
        ) from e
    except Image.DecompressionBombError as e:
        raise InvalidRequest(_too_many_pixels()) from e
    except MemoryError:
        raise
    except Exception as e:  # Pillow's decoders raise what they like
        raise InvalidRequest(
            f"The picture is damaged ({e}). Save it anew, or use another."
        ) from e


def check_size(data: bytes) -> None:
    """Checks a file's size alone.

    Raises:
        InvalidRequest: if it is empty or too large
    """
    if not data:
        raise InvalidRequest("The picture is empty. Choose another file.")
    if len(data) > MAX_BYTES:
        raise InvalidRequest(
            f"The picture has {len(data) / 2**20:.0f} MB; {MAX_BYTES // 2**20} MB are "
            "the most. Use a smaller copy."
        )


def _decoded(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise InvalidRequest(_too_many_pixels(picture.width, picture.height))
        picture.load()
        upright = ImageOps.exif_transpose(picture)
        return np.asarray(_on_white(upright))


def _on_white(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    clear = picture.convert("RGBA")
    white = Image.new("RGBA", clear.size, "white")
    return Image.alpha_composite(white, clear).convert("RGB")


def _too_many_pixels(width: int = 0, height: int = 0) -> str:
    size = f"{width:,} x {height:,} pixels" if width else "too many pixels"
    return (
        f"The picture has {size}; {MAX_PIXELS / 1e6:.0f} million are the most. Use a "
        "smaller copy."
    )
