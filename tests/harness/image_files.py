"""Image files of every format that FiftyOne's users have, each of another image."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image, ImageCms

WIDTH, HEIGHT = 48, 32
ORIENTATIONS = range(1, 9)
_ORIENTATION = 0x0112

# Of each Adam7 pass: first column and row, steps between columns and rows
_PASSES = [
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
]


def pixels(seed: int) -> np.ndarray:
    """``(32, 48, 3)`` uint8, of blocks, different in every corner."""
    blocks = np.random.default_rng(seed).integers(0, 256, (4, 6, 3), dtype=np.uint8)
    return np.kron(blocks, np.ones((8, 8, 1), np.uint8))


def turned(seed: int, orientation: int, kind: str = "JPEG") -> bytes:
    """A file whose EXIF says how to turn it."""
    return _saved(_image(seed), kind, quality=95, exif=_exif(orientation))


def every_kind() -> dict[str, bytes]:
    """A file of each kind, by the kind's name, whose end is the file's."""
    return {name: make(seed) for seed, (name, make) in enumerate(_KINDS.items())}


def _image(seed: int, mode: str = "RGB") -> Image.Image:
    return Image.fromarray(pixels(seed)).convert(mode)


def _exif(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    return exif


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _kind(kind: str, mode: str = "RGB", **options: object) -> Callable[[int], bytes]:
    return lambda seed: _saved(_image(seed, mode), kind, **options)


def _turned(orientation: int, kind: str = "JPEG") -> Callable[[int], bytes]:
    return lambda seed: turned(seed, orientation, kind)


def _see_through(kind: str, mode: str = "RGBA", **options: object):
    """With colours under what can't be seen."""

    def make(seed: int) -> bytes:
        image = _image(seed, "RGBA")
        alpha = np.zeros((HEIGHT, WIDTH), np.uint8)
        alpha[:, : WIDTH // 2] = 255
        alpha[: HEIGHT // 2] = 100
        image.putalpha(Image.fromarray(alpha))
        return _saved(image.convert(mode), kind, **options)

    return make


def _animated(kind: str, **options: object) -> Callable[[int], bytes]:
    def make(seed: int) -> bytes:
        more = [_image(1_000 + seed), _image(2_000 + seed)]
        return _saved(_image(seed), kind, save_all=True, append_images=more, **options)

    return make


def _by_opencv(
    end: str, change: Callable[[np.ndarray], np.ndarray], *options: int
) -> Callable[[int], bytes]:
    def make(seed: int) -> bytes:
        return bytes(cv2.imencode(end, change(pixels(seed)[..., ::-1]), options)[1])

    return make


def _sixteen_bits(image: np.ndarray) -> np.ndarray:
    return image.astype(np.uint16) * 257


def _gray_sixteen_bits(image: np.ndarray) -> np.ndarray:
    dark = image[..., 1].astype(np.uint16) * 4  # of up to 1020, as of many sensors
    return dark


def _profiled(seed: int) -> bytes:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    return _saved(_image(seed), "JPEG", icc_profile=profile)


def _chunk(name: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + check


def _interlaced(seed: int) -> bytes:
    """A PNG in seven passes (Adam7), which neither Pillow nor OpenCV writes."""
    image, rows = pixels(seed), b""
    for x, y, step_x, step_y in _PASSES:
        for row in image[y::step_y, x::step_x]:
            rows += b"\0" + row.tobytes()
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 1)
    body = [_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(rows))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(body) + _chunk(b"IEND", b"")


_KINDS: dict[str, Callable[[int], bytes]] = {
    "plain.jpg": _kind("JPEG"),
    "progressive.jpg": _kind("JPEG", progressive=True),
    "gray.jpg": _kind("JPEG", "L"),
    "cmyk.jpg": _kind("JPEG", "CMYK"),
    "profiled.jpg": _profiled,
    "broken-exif.jpg": _kind("JPEG", exif=b"Exif\0\0" + b"\xff" * 40),
    **{f"turned-{i}.jpg": _turned(i) for i in ORIENTATIONS},
    "plain.png": _kind("PNG"),
    "turned.png": _turned(6, "PNG"),
    "interlaced.png": _interlaced,
    "gray.png": _kind("PNG", "L"),
    "bilevel.png": _kind("PNG", "1"),
    "palette.png": _kind("PNG", "P"),
    "palette-transparent.png": _see_through("PNG", "P", transparency=3),
    "colour-key.png": _kind("PNG", transparency=(0, 0, 0)),
    "alpha.png": _see_through("PNG"),
    "gray-alpha.png": _see_through("PNG", "LA"),
    "sixteen-bits.png": _by_opencv(".png", _sixteen_bits),
    "gray-sixteen-bits.png": _by_opencv(".png", _gray_sixteen_bits),
    "animated.png": _animated("PNG"),
    "plain.gif": _kind("GIF"),
    "transparent.gif": _see_through("GIF", "P", transparency=3),
    "animated.gif": _animated("GIF"),
    "plain.webp": _kind("WEBP"),
    "lossless.webp": _kind("WEBP", lossless=True),
    "alpha.webp": _see_through("WEBP", lossless=True),
    "turned.webp": _turned(6, "WEBP"),
    "animated.webp": _animated("WEBP", lossless=True),
    "plain.bmp": _kind("BMP"),
    "gray.bmp": _kind("BMP", "L"),
    "palette.bmp": _kind("BMP", "P"),
    "bilevel.bmp": _kind("BMP", "1"),
    "plain.tiff": _kind("TIFF"),
    "lzw.tiff": _kind("TIFF", compression="tiff_lzw"),
    "jpeg.tiff": _kind("TIFF", compression="jpeg"),
    "turned.tiff": _turned(6, "TIFF"),
    "gray.tiff": _kind("TIFF", "L"),
    "bilevel.tiff": _kind("TIFF", "1", compression="group4"),
    "cmyk.tiff": _kind("TIFF", "CMYK"),
    "alpha.tiff": _see_through("TIFF"),
    "sixteen-bits.tiff": _by_opencv(".tiff", _sixteen_bits),
    "gray-sixteen-bits.tiff": _by_opencv(".tiff", _gray_sixteen_bits),
    "float.tiff": _kind("TIFF", "F"),
    "pages.tiff": _animated("TIFF"),
}
