"""Uploaded images, good ones and bad."""

import io
import tracemalloc

import numpy as np
import pytest
from PIL import Image

from fiftyone_milvus import checks
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.searches import query_images

RED, BLUE = (255, 0, 0), (0, 0, 255)


def two_colours():
    """6 x 4, the left half red and the right one blue."""
    image = Image.new("RGB", (6, 4), RED)
    image.paste(BLUE, (3, 0, 6, 4))
    return image


def saved(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


# -- good ones


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_each_format_is_known_by_its_content(kind):
    header = query_images.check(saved(two_colours(), kind))
    assert (header.width, header.height) == (6, 4)
    assert query_images.suffix(header) == f".{kind.lower()}"


def test_broken_exif_spoils_nothing():
    data = saved(two_colours(), "PNG", exif=b"Exif\0\0" + b"\xff" * 40)
    assert query_images.check(data).format == "PNG"


# -- bad ones


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (None, "is empty"),
        ("/etc/passwd", "is empty"),
        (b"not an image at all", "no image that can be read"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no image that can be read"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "no image that can be read"),
        (bytes(checks.MAX_IMAGE_BYTES + 1), "8.0 MB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_image_is_refused_in_little_memory(data, words):
    tracemalloc.start()
    try:
        with pytest.raises(InvalidRequest, match=words):
            query_images.check(data)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_image_that_is_cut_off_is_refused(kind, share):
    rng = np.random.default_rng(0)
    noise = Image.fromarray(rng.integers(0, 256, (64, 64, 3), np.uint8))
    data = saved(noise, kind)
    with pytest.raises(InvalidRequest, match=r"damaged|no image"):
        query_images.check_pixels(data[: int(len(data) * share)])
