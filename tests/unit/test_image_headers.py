"""Images that others made: what their headers claim is judged before it is given."""

import io
import re

import pytest
from PIL import Image

from fiftyone_milvus.dataset import image_headers
from harness import hostile_images, image_files


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What a process with little memory says of each hostile file."""
    folder = tmp_path_factory.mktemp("files")
    for number, (make, *_) in enumerate(hostile_images.HOSTILE.values()):
        (folder / str(number)).write_bytes(make())
    found = hostile_images.read_all(folder)
    return {name: found[str(i)] for i, name in enumerate(hostile_images.HOSTILE)}


@pytest.mark.parametrize("name", hostile_images.HOSTILE)
def test_a_hostile_image_is_refused_in_little_memory(said, name):
    _, no_query, not_indexed = hostile_images.HOSTILE[name]
    as_query, indexed = said[name]
    assert re.search(no_query, as_query), as_query
    if not_indexed is None:
        assert indexed == ""
    else:
        assert re.search(not_indexed, indexed), indexed


def test_damaged_images_are_refused_or_fit_into_the_memory(tmp_path):
    hostile_images.read_damaged(tmp_path)


@pytest.mark.parametrize("name", image_files.every_kind())
def test_an_image_of_every_kind_is_accepted(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(image_files.every_kind()[name])
    assert image_headers.problem(str(path)) is None
    with path.open("rb") as file:
        header = image_headers.check(file, 10_000)
    assert (header.width, header.height) in {(48, 32), (32, 48)}


def test_scans_are_counted():
    for options, scans in (({}, 1), ({"progressive": True}, 10)):
        file = io.BytesIO()
        Image.new("RGB", (64, 64), "red").save(file, "JPEG", **options)
        assert image_headers.check(file, 10_000).scans == scans


def test_who_raised_the_limit_of_pillow_has_larger_images(tmp_path, monkeypatch):
    path = tmp_path / "large.png"
    path.write_bytes(hostile_images.png(20_000, 20_000))
    assert "400 megapixels" in image_headers.problem(str(path))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    assert image_headers.problem(str(path)) is None


def test_a_file_that_no_one_can_open_has_a_reason(tmp_path):
    assert "No such file" in image_headers.problem(str(tmp_path / "none.png"))
