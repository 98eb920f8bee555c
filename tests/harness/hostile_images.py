"""Image files that ask for far more than they hold, as somebody would make them who
wants its readers to run out of memory or time; and a process with little memory,
which reads them."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from fiftyone_milvus.dataset import image_headers
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.searches import query_images

from . import little_memory

MEGABYTE = 1024 * 1024
MEMORY_BYTES = 300 * MEGABYTE
# What a damaged file may claim, so that what is decoded fits into that memory
FEW_PIXELS = 1_000_000
EXAMPLES = 60


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + check


def png(
    width: int, height: int, *chunks: bytes, pixels: bytes = b"", bits: int = 8
) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, bits, 2, 0, 0, 0)
    body = [chunk(b"IHDR", header), *chunks, chunk(b"IDAT", zlib.compress(pixels))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(body) + chunk(b"IEND", b"")


def bomb(size: int) -> bytes:
    return zlib.compress(bytes(size), 9)


def riff(*parts: tuple[bytes, bytes]) -> bytes:
    body = b"WEBP" + b"".join(n + struct.pack("<I", len(d)) + d for n, d in parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def webp(width: int, height: int) -> bytes:
    """An animated WebP whose canvas is much larger than its frame."""
    frame = saved(Image.new("RGB", (8, 8)), "WEBP")[12:]
    small = struct.pack("<I", 7)[:3]
    header = struct.pack("<I", 2)
    header += struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    shown = bytes(6) + small + small + bytes(4) + frame
    return riff((b"VP8X", header), (b"ANIM", bytes(6)), (b"ANMF", shown))


def tiff(*tags: tuple[int, int, int], big: bool = False, order: str = "<") -> bytes:
    """A TIFF of 16 x 16 with further or other tags ``(tag, type, value)``, in this
    order; a later one of the same tag is there twice."""
    usual = [(256, 3, 16), (257, 3, 16), (258, 3, 8), (259, 3, 1), (262, 3, 1)]
    usual += [(273, 4, 8), (277, 3, 1), (278, 4, 16), (279, 4, 256)]
    entries = sorted(usual + list(tags), key=lambda tag: tag[0])
    mark = b"II" if order == "<" else b"MM"
    data = bytes(256)
    if big:
        start = mark + struct.pack(order + "HHHQ", 43, 8, 0, 16 + len(data))
        body = struct.pack(order + "Q", len(entries))
    else:
        start = mark + struct.pack(order + "HI", 42, 8 + len(data))
        body = struct.pack(order + "H", len(entries))
    for tag, kind, value in entries:
        number = struct.pack(order + {3: "H", 4: "I", 16: "Q"}[kind], value)
        room = 8 if big else 4
        count = struct.pack(order + ("Q" if big else "I"), 1)
        body += struct.pack(order + "HH", tag, kind) + count + number.ljust(room, b"\0")
    return start + data + body + bytes(8)


def tiled(side: int, **how: object) -> bytes:
    return tiff((322, 4, side), (323, 4, side), (324, 4, 8), (325, 4, 256), **how)


def jpeg(width: int, height: int, scans: int, filler: bytes = b"") -> bytes:
    """A progressive JPEG that claims a size, and whose first scan comes again and
    again, each time after a filler."""
    data = bytearray(saved(Image.new("RGB", (16, 16), "red"), "JPEG", progressive=True))
    size = data.index(b"\xff\xc2") + 5
    data[size : size + 4] = struct.pack(">HH", height, width)
    start = data.index(b"\xff\xda")
    length = struct.unpack_from(">H", data, start + 2)[0]
    end = start + 2 + length
    while data[end] != 0xFF or data[end + 1] == 0:
        end += 1
    scan = bytes(data[start:end])
    return bytes(data[:start]) + (filler + scan) * scans + bytes(data[start:])


def _many_partial_scans() -> bytes:
    """A JPEG that isn't progressive, of scans of one channel each."""
    data = saved(Image.new("RGB", (16, 16), "red"), "JPEG")
    start = data.index(b"\xff\xda")
    scan = b"\xff\xda\0\x08\x01\x01\x00\x00\x3f\x00\x00"
    return data[:start] + scan * 5_000 + data[start:]


def _jpeg_in_tiff() -> bytes:
    scans = jpeg(16, 16, 5_000)
    data = tiff((259, 3, 7))
    place = data.index(struct.pack("<HHI", 273, 4, 1)) + 8
    return data[:place] + struct.pack("<I", len(data)) + data[place + 4 :] + scans


def _bmp(width: int, height: int) -> bytes:
    data = bytearray(saved(Image.new("RGB", (4, 4)), "BMP"))
    data[18:26] = struct.pack("<ii", width, height)
    return bytes(data)


def _gif(width: int, height: int) -> bytes:
    data = bytearray(saved(Image.new("P", (4, 4)), "GIF"))
    data[6:10] = struct.pack("<HH", width, height)
    return bytes(data)


def _patched(kind: str, mark: bytes, offset: int, order: str, side: int) -> bytes:
    """An image whose header claims a square of a side."""
    data = bytearray(saved(Image.new("RGB", (64, 64)), kind))
    place = data.index(mark) + offset
    size = struct.pack(order + "II", side, side)
    data[place : place + 8] = size
    return bytes(data)


_VP8L = struct.pack("<BI", 0x2F, 16_383 | 16_383 << 14) + bytes(9)
_VP8 = bytes(6) + struct.pack("<HH", 16_383, 16_383)

# By what it is: the file, and words of why it is no query image, and why it isn't
# indexed; ``None`` where nothing speaks against that
HOSTILE: dict[str, tuple[Callable[[], bytes], str, str | None]] = {
    "png of one column": (lambda: png(1, 50_000_000), "one side", "one side"),
    "png of one row": (lambda: png(9_999, 1), "one side", "one side"),
    "png of 100 MP": (lambda: png(10_000, 10_000), "100 megapixels", None),
    "png of 900 MP": (lambda: png(30_000, 30_000), "900 megapixels", "900 megapixels"),
    "png of 2^62 pixels": (
        lambda: png(2**31 - 1, 2**31 - 1),
        *("megapixels", "megapixels"),
    ),
    "png of a bomb of text": (
        lambda: png(4, 4, chunk(b"zTXt", b"a\0\0" + bomb(30_000_000))),
        *("damaged", "damaged"),
    ),
    "png of many texts": (
        lambda: png(4, 4, *[chunk(b"zTXt", b"a\0\0" + bomb(1_000_000))] * 400),
        *("damaged", "damaged"),
    ),
    "png of a bomb of a profile": (
        lambda: png(4, 4, chunk(b"iCCP", b"a\0\0" + bomb(30_000_000))),
        *("damaged", "damaged"),
    ),
    "webp, a canvas": (lambda: webp(16_383, 16_383), "268 mega", "268 mega"),
    "webp, lossless": (lambda: riff((b"VP8L", _VP8L)), "268 mega", "268 mega"),
    "webp, lossy": (lambda: riff((b"VP8 ", _VP8)), "268 mega", "268 mega"),
    "webp, cut off": (lambda: webp(8, 8)[:18], "damaged", "damaged"),
    "gif": (lambda: _gif(60_000, 60_000), "megapixels", "megapixels"),
    "bmp": (lambda: _bmp(60_000, 60_000), "megapixels", "megapixels"),
    "bmp, upside down": (lambda: _bmp(60_000, -60_000), "megapixels", "megapixels"),
    "tiff, a tile": (lambda: tiled(17_312), "tiles of 300", "tiles of 300"),
    "tiff, big endian": (lambda: tiled(17_312, order=">"), "tiles of", "tiles of"),
    "tiff, a tile of a BigTIFF": (lambda: tiled(17_312, big=True), "tiles", "tiles"),
    "tiff, a tile twice": (
        lambda: (
            tiled(17_312)[:8]
            + tiff(
                *((322, 4, 17_312), (323, 4, 17_312), (322, 4, 16), (323, 4, 16)),
                *((324, 4, 8), (325, 4, 256)),
            )[8:]
        ),
        *("tiles of 300", "tiles of 300"),
    ),
    "tiff, a size twice": (
        lambda: tiff((256, 4, 60_000), (257, 4, 60_000), (256, 3, 16), (257, 3, 16)),
        *("megapixels", "megapixels"),
    ),
    "tiff of 64 bits": (
        lambda: tiff((256, 4, 7_000), (257, 4, 7_000), (258, 3, 64), (277, 3, 4)),
        *("bytes for each", "bytes for each"),
    ),
    "tiff of many samples": (
        lambda: tiff((256, 4, 4_000), (257, 4, 4_000), (277, 3, 60_000)),
        *("60000 bytes for each", "60000 bytes for each"),
    ),
    "jpeg of a large size": (lambda: jpeg(60_000, 60_000, 1), "mega", "mega"),
    "jpeg of 90 scans": (lambda: jpeg(4_000, 4_000, 80), "89 scans|90 scans", None),
    "jpeg of 90 large scans": (lambda: jpeg(13_000, 13_000, 80), "mega", "scans"),
    "jpeg of endless scans": (lambda: jpeg(16, 16, 5_000), "too many", "too many"),
    "jpeg of scans after an end": (
        lambda: jpeg(16, 16, 5_000, b"\xff\xfe\0\x06\xff\xd9\xff\xd9"),
        *("too many", "too many"),
    ),
    "jpeg of partial scans": (_many_partial_scans, "too many", "too many"),
    "jpeg in a tiff": (_jpeg_in_tiff, "too many", "too many"),
    "ppm": (lambda: b"P6 100000 100000 255\n", "no image", "megapixels"),
    "psd": (
        lambda: (
            b"8BPS\0\1"
            + bytes(6)
            + struct.pack(">HIIHH", 3, 30_000, 30_000, 8, 3)
            + bytes(40)
        ),
        *("no image", "900 megapixels"),
    ),
    "dds": (
        lambda: _patched("DDS", b"DDS ", 12, "<", 60_000),
        *("no image", "megapixels"),
    ),
    "jpeg 2000": (
        lambda: _patched("JPEG2000", b"ihdr", 4, ">", 60_000),
        *("no image", "megapixels"),
    ),
    "jpeg 2000 of many bytes": (
        lambda: _patched("JPEG2000", b"ihdr", 4, ">", 11_000),
        *("no image", "bytes for each"),
    ),
    "avif": (
        lambda: _patched("AVIF", b"ispe", 8, ">", 16_000),
        *("no image", "mega|damaged"),
    ),
    "ico": (lambda: saved(Image.new("RGB", (16, 16)), "ICO"), "no image", "ICO"),
    "icns": (lambda: b"icns" + bytes(60), "no image", "ICNS"),
    "eps": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n", "no image", "EPS"),
    "fits": (lambda: b"SIMPLE  =" + bytes(99), "no image", "FITS"),
    "svg": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no image", None),
}

# What tests found, and those of every kind: what is changed here and there below
SEEDS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000", "DDS", "PSD")


def read_all(folder: Path) -> dict[str, list[str]]:
    """Why each file of a folder is no query image, and why it isn't indexed; read by a
    process that may take :data:`MEMORY_BYTES`."""
    return little_memory.read("harness.hostile_images", folder)


def read_damaged(folder: Path) -> None:
    """Changes the headers of valid files here and there in such a process, and decodes
    by Pillow and OpenCV those that are accepted.

    Raises:
        AssertionError: if reading a header raises anything but what it says, or what
            was accepted doesn't fit into the memory
    """
    little_memory.damage("harness.hostile_images", folder)


def _said(path: Path) -> list[str]:
    try:
        asked = query_images.check(path.read_bytes()).format
    except InvalidRequest as e:
        asked = str(e)
    return [asked, image_headers.problem(str(path)) or ""]


def _valid() -> list[bytes]:
    image = Image.fromarray(
        np.random.default_rng(0).integers(0, 256, (16, 24, 3), np.uint8)
    )
    seeds = [image.convert("RGB")]
    return [
        *(saved(seeds[0], kind) for kind in SEEDS if kind in Image.SAVE),
        saved(image, "JPEG", progressive=True),
        saved(image, "TIFF", compression="jpeg"),
        saved(image, "TIFF", compression="tiff_lzw"),
        saved(image, "GIF", save_all=True, append_images=[image.rotate(90)] * 3),
        saved(image, "WEBP", save_all=True, append_images=[image.rotate(90)] * 3),
        tiled(16),
        tiled(16, big=True),
    ]


def _damage(folder: Path) -> None:
    files, path = _valid(), folder / "image"
    words = st.binary(min_size=1, max_size=8)
    places = st.integers(0, 400) | st.integers(0, 4_000)
    changes = st.lists(st.tuples(places, words), min_size=1, max_size=6)

    def decode(data: bytes) -> None:
        path.write_bytes(data)
        image_headers.problem(str(path))
        try:
            image_headers.check(io.BytesIO(data), FEW_PIXELS)
        except (
            image_headers.Damaged,
            image_headers.NotIdentified,
            image_headers.TooLarge,
        ):
            return
        try:
            Image.open(io.BytesIO(data)).convert("RGB")
        except MemoryError:
            raise
        except Exception:
            pass
        try:
            cv2.imread(str(path), cv2.IMREAD_COLOR)
        except cv2.error as e:
            assert "Insufficient memory" not in str(e), e

    @settings(
        max_examples=EXAMPLES * len(files),
        deadline=None,
        database=None,
        derandomize=True,
    )
    @given(st.integers(0, len(files) - 1), changes)
    def reads(which: int, changed: list[tuple[int, bytes]]) -> None:
        damaged = bytearray(files[which])
        for place, value in changed:
            place %= len(damaged)
            damaged[place : place + len(value)] = value
        decode(bytes(damaged))

    reads()


if __name__ == "__main__":
    Image.init()
    cv2.setNumThreads(1)
    little_memory.main(MEMORY_BYTES, _said, _damage)
