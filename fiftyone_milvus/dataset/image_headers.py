"""Checks the size of an image in the header of its file, before any pixel is decoded,
to refuse images that take too much memory or time. Pillow and OpenCV check the size of
an image, but not its shape, the tiles of a TIFF, or the scans of a JPEG.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO

from PIL import Image

# Formats that decode to what their headers say. Others contain images of other sizes
# (ICO, ICNS), unpack first (FITS), or run a program (EPS)
FORMATS = (
    *("JPEG", "PNG", "WEBP", "GIF", "BMP", "DIB", "TIFF", "AVIF", "JPEG2000"),
    *("PPM", "TGA", "PCX", "SGI", "SUN", "DDS", "PSD", "QOI"),
)
_OTHERS = {
    b"\0\0\1\0": "ICO",
    b"\0\0\2\0": "CUR",
    b"icns": "ICNS",
    b"%!PS": "EPS",
    b"\xc5\xd0\xd3\xc6": "EPS",
    b"SIMPLE": "FITS",
}

# Models scale the short side up to some 500 pixels, and the long one with it
MAX_RATIO = 200
# Such as four channels of 16 bits; of more bytes, there may be fewer pixels
MAX_PIXEL_BYTES = 8
# A progressive JPEG has about ten, one of CMYK 18; each may go over all pixels again
# for a few bytes of the file
MAX_SCANS = 100
FULL_SIZE_SCANS = 20


class NotIdentified(Exception):
    """The file has none of the accepted formats."""


class Damaged(Exception):
    """The header can't be read."""


class TooLarge(Exception):
    """The image exceeds a limit; the text continues "it"."""


@dataclass(frozen=True)
class Header:
    """An image according to its header: ``format`` by Pillow's name; ``width`` and
    ``height``; ``decoded``, the most pixels that are decoded into one buffer, those of
    the image or of a tile; the bytes of each pixel; and how many ``scans`` go over all
    pixels."""

    format: str
    width: int
    height: int
    decoded: int
    pixel_bytes: int = 4
    scans: int = 1

    @property
    def work(self) -> int:
        """How many pixels are decoded in all scans together."""
        return self.decoded * self.scans


def check(
    file: BinaryIO, max_pixels: int, formats: tuple[str, ...] = FORMATS
) -> Header:
    """Reads the header of an image's file, and checks that it can be decoded in bounded
    memory and time.

    Args:
        file: the file, from its start
        max_pixels: how many pixels the image may have
        formats: the accepted formats, by Pillow's names

    Raises:
        NotIdentified: if it has none of the formats
        Damaged: if the header can't be read
        TooLarge: if it exceeds a limit
    """
    header = _read(file, formats)
    width, height = header.width, header.height
    most = f"{max_pixels / 1e6:.0f}"
    if not width or not height:
        raise Damaged
    if width * height > max_pixels:
        raise TooLarge(
            f"has {width * height / 1e6:,.0f} megapixels, and {most} are the most"
        )
    if max(width, height) > MAX_RATIO * min(width, height):
        raise TooLarge(
            f"has {width:,} x {height:,} pixels, and one side may be at most "
            f"{MAX_RATIO} times as long as the other"
        )
    if header.decoded > max_pixels:
        raise TooLarge(
            f"has tiles of {header.decoded / 1e6:,.0f} megapixels, and {most} are the "
            "most"
        )
    if header.decoded * header.pixel_bytes > max_pixels * MAX_PIXEL_BYTES:
        raise TooLarge(
            f"has {header.pixel_bytes} bytes for each of {header.decoded / 1e6:,.0f} "
            f"million pixels, and {max_pixels * MAX_PIXEL_BYTES / 1e6:,.0f} MB are the "
            "most"
        )
    if header.scans > MAX_SCANS or header.work > max_pixels * FULL_SIZE_SCANS:
        scans = f"{header.scans:,}" if header.scans <= MAX_SCANS else "too many"
        raise TooLarge(f"takes too long to decode, since it has {scans} scans")
    return header


def problem(path: str) -> str | None:
    """Why an image of a dataset isn't decoded, as the end of a sentence; ``None`` if
    it is. Images on other machines, or of unknown formats, are left to the model."""
    if "://" in path:
        return None
    # people who raised Pillow's limit have larger images
    most = Image.MAX_IMAGE_PIXELS
    try:
        with open(path, "rb") as file:
            check(file, 2 * most if most else 2**30)
    except NotIdentified:
        return _other_format(path)
    except Damaged:
        return "the image can't be read: its header is damaged"
    except TooLarge as e:
        return f"the image {e}"
    except OSError as e:
        return f"the image can't be read: {e.strerror or e}"
    return None


def _other_format(path: str) -> str | None:
    with open(path, "rb") as file:
        start = file.read(6)
    names = (name for magic, name in _OTHERS.items() if start.startswith(magic))
    name = next(names, None)
    return name and f"images of the format {name} aren't read: save it as PNG"


def _read(file: BinaryIO, formats: tuple[str, ...]) -> Header:
    start = file.read(30)
    file.seek(0)
    try:
        if start[:4] == b"RIFF" and start[8:12] == b"WEBP" and "WEBP" in formats:
            return _webp(start)
        with Image.open(file, formats=_known(formats)) as image:
            kind, (width, height) = str(image.format), image.size
            if kind in ("JPEG", "MPO"):
                file.seek(0)
                return Header(kind, width, height, width * height, 4, _scans(file))
            if kind == "TIFF":
                file.seek(0)
                return _tiff(file, width, height)
    except Image.UnidentifiedImageError as e:
        raise NotIdentified from e
    except Image.DecompressionBombError as e:
        found = re.search(r"\d+", str(e))
        count = f"{int(found[0]) / 1e6:,.0f} megapixels" if found else "more pixels"
        raise TooLarge(f"has {count}, which are too many") from e
    except Exception as e:  # readers of headers raise all kinds of errors
        raise Damaged from e
    # OpenJPEG decodes each channel into 32 bits
    return Header(kind, width, height, width * height, 16 if kind == "JPEG2000" else 4)


@cache
def _known(formats: tuple[str, ...]) -> tuple[str, ...]:
    """The formats that this Pillow reads."""
    Image.init()
    return tuple(each for each in formats if each in Image.OPEN)


def _webp(start: bytes) -> Header:
    """Pillow has the whole canvas decoded when it opens one."""
    chunk, data = start[12:16], start[20:]
    if len(data) < 10:
        raise Damaged
    if chunk == b"VP8X":
        width, height = (
            1 + int.from_bytes(data[place : place + 3], "little") for place in (4, 7)
        )
    elif chunk == b"VP8 ":
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, 6))
    elif chunk == b"VP8L":
        bits = int.from_bytes(data[1:5], "little")
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    else:
        raise Damaged
    return Header("WEBP", width, height, width * height)


# -- JPEG

_PROGRESSIVE = (0xC2, 0xC6, 0xCA, 0xCE)
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_SCAN, _END = 0xDA, 0xD9
# Within the data of a scan, a marker is no FF00, and no restart
_NEXT = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")


def _scans(file: BinaryIO) -> int:
    """How many scans a JPEG has, counted up to one more than it may have. Of the usual
    kind only the header is read."""
    several = False
    channels = count = 0
    for marker, data in _segments(file):
        if marker in _FRAMES and len(data) > 5:
            several, channels = marker in _PROGRESSIVE, data[5]
        elif marker == _SCAN:
            count += 1
            # a decoder stops after a scan of all channels
            one = not several and count == 1 and data[:1] == bytes([channels])
            if one or count > MAX_SCANS:
                break
    return max(1, count)


def _segments(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The markers of a JPEG, and what each one's segment holds."""
    file.seek(2)
    rest = b""
    while len(head := file.read(4)) == 4 and head[0] == 0xFF and head[1] != _END:
        marker, length = head[1], int.from_bytes(head[2:], "big")
        if marker == 0xFF:  # one of any number before a marker
            file.seek(-3, 1)
            continue
        yield marker, file.read(max(0, length - 2))
        if marker == _SCAN:
            rest = file.read()
            break
    place = 0
    while found := _NEXT.search(rest, place):
        marker, start = found[1][0], found.end()
        if marker == _END:
            return
        length = int.from_bytes(rest[start : start + 2], "big")
        yield marker, rest[start + 2 : start + length]
        place = start + (0 if marker == _SCAN else length)


# -- TIFF

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _SAMPLES = 256, 257, 258, 259, 277
_TILE_WIDTH, _TILE_HEIGHT = 322, 323
_JPEG_COMPRESSION = (6, 7)
_INTEGERS = {1: "B", 3: "H", 4: "I", 16: "Q"}
_MAX_TAGS = 4_096


def _tiff(file: BinaryIO, width: int, height: int) -> Header:
    tags = _tags(file)
    # of these two, Pillow has them as the image is turned
    width, height = tags.get(_WIDTH, width), tags.get(_HEIGHT, height)
    tile = tags.get(_TILE_WIDTH, 0) * tags.get(_TILE_HEIGHT, 0)
    bits = tags.get(_BITS, 1) * tags.get(_SAMPLES, 1)
    scans = 1
    if tags.get(_COMPRESSION) in _JPEG_COMPRESSION:
        file.seek(0)
        data = file.read()
        if any(bytes([0xFF, marker]) in data for marker in _PROGRESSIVE):
            scans = max(1, data.count(bytes([0xFF, _SCAN])))
    pixel_bytes = max(4, -(-bits // 8))
    return Header("TIFF", width, height, max(width * height, tile), pixel_bytes, scans)


def _tags(file: BinaryIO) -> dict[int, int]:
    """The largest value of each tag of the first image: where one is there twice,
    decoders differ in which they take."""
    start = file.read(16)
    order = "<" if start[:2] == b"II" else ">"
    big = struct.unpack_from(order + "H", start, 2)[0] == 43
    offset = struct.unpack_from(order + "Q", start, 8) if big else None
    file.seek((offset or struct.unpack_from(order + "I", start, 4))[0])
    number, entry, inline = ("Q", "HHQ8s", 8) if big else ("H", "HHI4s", 4)
    head = struct.Struct(order + number)
    tag_size = struct.calcsize(order + entry)
    (count,) = head.unpack(file.read(head.size))
    data = file.read(min(count, _MAX_TAGS) * tag_size)
    found: dict[int, int] = {}
    for tag, kind, values, value in struct.iter_unpack(
        order + entry, data[: len(data) // tag_size * tag_size]
    ):
        letter = _INTEGERS.get(kind)
        if letter is None or not values:
            continue
        size = struct.calcsize(order + letter)
        if values * size > inline:
            if tag != _BITS:
                continue
            file.seek(int.from_bytes(value, "little" if order == "<" else "big"))
            value = file.read(size * min(values, 64))
        numbers = [
            each
            for (each,) in struct.iter_unpack(
                order + letter, value[: len(value) // size * size][: size * values]
            )
        ]
        found[tag] = max(found.get(tag, 0), *numbers, 0)
    return found
