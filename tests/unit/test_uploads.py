"""Uploaded pictures, good ones and bad."""

import io
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image

from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.searching import uploads

RED, BLUE = (255, 0, 0), (0, 0, 255)


def two_colours():
    """6 x 4, the left half red and the right one blue."""
    picture = Image.new("RGB", (6, 4), RED)
    picture.paste(BLUE, (3, 0, 6, 4))
    return picture


def saved(picture, kind, **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def chunk(name, data):
    check = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + check


def png(width, height, *chunks, pixels=b""):
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = [chunk(b"IHDR", header), *chunks, chunk(b"IDAT", zlib.compress(pixels))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(body) + chunk(b"IEND", b"")


def bomb(size):
    return zlib.compress(bytes(size), 9)


def webp(width, height):
    """An animated WebP whose canvas is much larger than its frame."""
    frame = saved(Image.new("RGB", (8, 8)), "WEBP")[12:]
    small = struct.pack("<I", 7)[:3]
    header = struct.pack("<I", 2)
    header += struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    shown = bytes(6) + small + small + bytes(4) + frame
    parts = [(b"VP8X", header), (b"ANIM", bytes(6)), (b"ANMF", shown)]
    body = b"WEBP" + b"".join(n + struct.pack("<I", len(d)) + d for n, d in parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


# -- good ones


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_each_format_is_known_by_its_content(kind):
    assert uploads.check(saved(two_colours(), kind)) == f".{kind.lower()}"


def test_broken_exif_spoils_nothing():
    data = saved(two_colours(), "PNG", exif=b"Exif\0\0" + b"\xff" * 40)
    assert uploads.check(data) == ".png"


# -- bad ones


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (None, "is empty"),
        ("/etc/passwd", "is empty"),
        (b"not a picture at all", "no picture that can be read"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no picture that can be read"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "no picture that can be read"),
        (bytes(uploads.MAX_BYTES + 1), "8.0 MB"),
        (b"\x89PNG\r\n\x1a\n", "damaged|no picture"),
        (png(400, 400), "damaged"),
        (png(10_000, 10_000), "100 megapixels"),
        (png(30_000, 30_000), "too many pixels"),
        (webp(16_383, 16_383), "too many pixels"),
        (png(4, 4, chunk(b"zTXt", b"a\0\0" + bomb(30_000_000))), "damaged"),
        (png(4, 4, chunk(b"iCCP", b"a\0\0" + bomb(30_000_000))), "damaged"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_picture_is_refused_in_little_memory(data, words):
    tracemalloc.start()
    try:
        with pytest.raises(InvalidRequest, match=words):
            uploads.check(data)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_picture_that_is_cut_off_is_refused(kind, share):
    rng = np.random.default_rng(0)
    noise = Image.fromarray(rng.integers(0, 256, (64, 64, 3), np.uint8))
    data = saved(noise, kind)
    with pytest.raises(InvalidRequest, match=r"damaged|no picture"):
        uploads.check(data[: int(len(data) * share)])


def test_a_jpeg_of_endless_scans_is_refused():
    data = saved(two_colours(), "JPEG", progressive=True)
    start = data.index(b"\xff\xda")
    scan = data[start : data.index(b"\xff", start + 2)]
    with pytest.raises(InvalidRequest, match="too long to decode"):
        uploads.check(data[:start] + scan * 5_000 + data[start:])
