"""Query images are read as the samples of the index were: a file of every kind finds
itself, by every kind of model."""

import io
from pathlib import Path

import fiftyone as fo
import numpy as np
import pytest
from PIL import Image, ImageOps

from fiftyone_milvus.backend import runs
from fiftyone_milvus.dataset import models
from fiftyone_milvus.dataset.item_reader import ItemReader
from fiftyone_milvus.dataset.sources import Reader
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.indexes import build
from fiftyone_milvus.metrics import unit
from fiftyone_milvus.progress import Monitor
from fiftyone_milvus.searches.query import Crop, Query, Term
from fiftyone_milvus.searches.query_vector import resolve
from harness import hostile_images, image_files, images
from harness.searching import search_index

OPENCV = ("counting", "reading-opencv")
PLAIN_TORCH = ("reading-torch", "reading-torch-raw", "reading-torch-plain")
MODELS = (*OPENCV, *PLAIN_TORCH, "reading-torch-upright")
UNREADABLE_BY_OPENCV = {"turned.tiff", "float.tiff"}
BOXES = {"whole": [0, 0, 1, 1], "part": [0.25, 0.125, 0.5, 0.5]}
# The quarter that is the upper left one when people see the image
UPPER_LEFT = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0), (0, 1), (1, 1), (1, 0)]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A dataset of a file of each kind, each with two boxes in ``objects``."""
    images.install_counting_model()
    images.install_models("reading")
    folder = tmp_path_factory.mktemp("files")
    samples = []
    for name, data in image_files.every_kind().items():
        path = folder / name
        path.write_bytes(data)
        labels = [fo.Detection(label=n, bounding_box=box) for n, box in BOXES.items()]
        objects = fo.Detections(detections=labels)
        samples.append(fo.Sample(filepath=str(path), kind=name, objects=objects))
    dataset = fo.Dataset()
    dataset.add_samples(samples, progress=False)
    yield dataset
    for key in runs.keys(dataset):
        runs.cleanup(dataset, key)
    dataset.delete()


@pytest.fixture(scope="module")
def built(files):
    """Indexes of the files, or of their objects, by a model; each built once."""
    found = {}

    def of(model, patches_field=None, **how):
        name = (model, patches_field, *how.items())
        if name not in found:
            key = f"k{len(found)}"
            source = build.Source(model=model, **how)
            build.build(files, key, source, patches_field=patches_field)
            found[name] = runs.load(files, key)
        return found[name]

    return of


def vector_of(index, term):
    return unit(resolve(index, Query((term,))).vector)[0]


def rows(index):
    """The unit vectors of an index, by their rows' ids."""
    vectors, sample_ids, label_ids = index.get_embeddings()
    ids = sample_ids if label_ids is None else label_ids
    return dict(zip(map(str, ids), unit(vectors), strict=True))


def check_finds_itself(index, asked, refused):
    """Each kind's term gives the vector of its row; or is refused, as it was when the
    index was built."""
    stored = rows(index)
    for kind, (term, id_) in asked.items():
        if kind in refused:
            assert id_ not in stored
            with pytest.raises(InvalidRequest, match="as JPEG or PNG, and try again"):
                resolve(index, Query((term,)))
        else:
            assert float(vector_of(index, term) @ stored[id_]) >= 0.999, kind


def of_kind(files, kind):
    return files.match(fo.ViewField("kind") == kind).first()


def upload(sample):
    return Term(image=Path(sample.filepath).read_bytes())


def whole(sample):
    return Term(crop=Crop(sample.id, (0, 0, 1, 1)))


def patch(sample, name):
    return next(d for d in sample.objects.detections if d.label == name)


def cut(sample, name):
    return Term(crop=Crop(sample.id, tuple(patch(sample, name).bounding_box)))


# -- the table of docs/search.md


@pytest.mark.parametrize("ask", [upload, whole])
@pytest.mark.parametrize("model", MODELS)
def test_a_file_of_every_kind_is_its_sample(files, built, model, ask):
    asked = {sample.kind: (ask(sample), sample.id) for sample in files}
    refused = UNREADABLE_BY_OPENCV if model in OPENCV else set()
    check_finds_itself(built(model), asked, refused)


@pytest.mark.parametrize("model", MODELS)
def test_a_file_of_every_kind_is_the_patch_that_fills_it(files, built, model):
    asked = {s.kind: (upload(s), patch(s, "whole").id) for s in files}
    check_finds_itself(built(model, "objects"), asked, UNREADABLE_BY_OPENCV)


@pytest.mark.parametrize("name", BOXES)
@pytest.mark.parametrize("model", MODELS)
def test_a_box_in_a_file_of_every_kind_is_its_patch(files, built, model, name):
    asked = {s.kind: (cut(s, name), patch(s, name).id) for s in files}
    check_finds_itself(built(model, "objects"), asked, UNREADABLE_BY_OPENCV)


def embedded_here(files, *how):
    return Reader(files, *how).embed(files.view(), None)


def embedded_on_ray(files, source, patches_field, model):
    """As a worker of Ray embeds, from paths and boxes alone."""
    items = Reader(files, source, patches_field, model).items(files.view())
    reader = ItemReader(source, patches_field, model, Monitor(False))
    return reader.embed(None, items)


@pytest.mark.parametrize("embed", [embedded_here, embedded_on_ray])
@pytest.mark.parametrize("batch_size", [None, 3])
@pytest.mark.parametrize("model", MODELS)
def test_a_build_embeds_samples_as_fiftyone_does(files, model, batch_size, embed):
    given = models.load(model)
    source = build.Source(model=model, batch_size=batch_size)
    found = embed(files, source, None, given)
    theirs = files.compute_embeddings(given)
    expected = dict(zip(files.values("id"), theirs, strict=True))
    check_equal(found, {id_: v for id_, v in expected.items() if v is not None})


@pytest.mark.parametrize("embed", [embedded_here, embedded_on_ray])
@pytest.mark.parametrize("batch_size", [None, 3])
@pytest.mark.parametrize("model", MODELS)
def test_a_build_embeds_patches_as_fiftyone_does(files, model, batch_size, embed):
    given, cutting = models.load(model), {"alpha": 0.5, "force_square": True}
    source = build.Source(model=model, batch_size=batch_size, **cutting)
    found = embed(files, source, "objects", given)
    theirs = files.compute_patch_embeddings(given, "objects", **cutting)
    expected = {}
    for sample in files:
        labels, vectors = sample.objects.detections, theirs[sample.id]
        if vectors is not None:
            expected |= {d.id: v for d, v in zip(labels, vectors, strict=True)}
    check_equal(found, expected)


def check_equal(found, expected):
    assert dict(zip(found.rows.ids, found.rows.vectors.tolist(), strict=True)) == {
        id_: np.asarray(vector, np.float32).tolist() for id_, vector in expected.items()
    }
    assert expected


# -- how it is cut, turned and collated


@pytest.mark.parametrize("model", ["counting", "reading-torch"])
def test_query_images_are_cut_as_the_patches_were(files, built, model):
    index = built(model, "objects", alpha=0.5, force_square=True)
    asked = {s.kind: (cut(s, "part"), patch(s, "part").id) for s in files}
    check_finds_itself(index, asked, UNREADABLE_BY_OPENCV)
    asked = {s.kind: (upload(s), patch(s, "whole").id) for s in files}
    check_finds_itself(index, asked, UNREADABLE_BY_OPENCV)


def test_an_index_that_was_embedded_in_batches_is_no_different(files, built):
    index = built("reading-opencv", batch_size=4)
    asked = {s.kind: (upload(s), s.id) for s in files}
    check_finds_itself(index, asked, UNREADABLE_BY_OPENCV)


@pytest.mark.parametrize("model", MODELS)
def test_a_part_of_a_turned_image_is_what_people_see_there(files, built, model):
    """As the model sees the whole: stored pixels, or upright ones."""
    upright = model not in PLAIN_TORCH
    index = built(model)
    for orientation in image_files.ORIENTATIONS:
        sample = files.match(
            fo.ViewField("kind") == f"turned-{orientation}.jpg"
        ).first()
        with Image.open(sample.filepath) as image:
            pixels = np.asarray(ImageOps.exif_transpose(image) if upright else image)
        right, lower = (0, 0) if upright else UPPER_LEFT[orientation - 1]
        height, width = pixels.shape[0] // 2, pixels.shape[1] // 2
        quarter = pixels[lower * height :, right * width :][:height, :width]
        file = io.BytesIO()
        Image.fromarray(quarter).save(file, "PNG")
        wanted = vector_of(index, Term(image=file.getvalue()))
        found = vector_of(index, Term(crop=Crop(sample.id, (0, 0, 0.5, 0.5))))
        assert float(wanted @ found) >= 0.999, orientation


def test_broken_exif_turns_no_part_of_an_image(files, built):
    index, sample = built("reading-torch"), of_kind(files, "broken-exif.jpg")
    with Image.open(sample.filepath) as image:
        file = io.BytesIO()
        image.crop((24, 0, 48, 32)).save(file, "PNG", exif=Image.Exif())
    wanted = vector_of(index, Term(image=file.getvalue()))
    found = vector_of(index, Term(crop=Crop(sample.id, (0.5, 0, 0.5, 1))))
    assert float(wanted @ found) >= 0.999


def test_a_turned_photo_finds_itself_first(files, built):
    sample = of_kind(files, "turned-6.jpg")
    found = search_index(built("reading-torch"), Query((upload(sample),)), 1)
    assert found.ids == [sample.id]
    assert found.scores[0] == pytest.approx(1, abs=1e-3)


# -- what can't be


@pytest.mark.parametrize("model", ["counting", "reading-torch"])
@pytest.mark.parametrize("patches_field", [None, "objects"])
def test_a_box_smaller_than_a_pixel_is_refused(files, built, model, patches_field):
    index = built(model, patches_field)
    term = Term(crop=Crop(files.first().id, (0.5, 0.5, 1e-3, 1e-3)))
    with pytest.raises(InvalidRequest, match="smaller than a pixel"):
        resolve(index, Query((term,)))


@pytest.mark.parametrize(
    ("gray", "words"),
    [
        (0, "its vector holds NaN or infinity"),
        (115, "its vector is zero, which has no cosine similarity"),
        (255, "too bright"),
    ],
)
@pytest.mark.parametrize("patches_field", [None, "objects"])
def test_an_image_that_a_model_gives_no_vector_for_is_reported(
    built, patches_field, gray, words
):
    file = io.BytesIO()
    Image.new("RGB", (9, 9), (gray,) * 3).save(file, "PNG")
    index = built("reading-opencv", patches_field)
    with pytest.raises(InvalidRequest, match=rf"can't embed this image \({words}\)"):
        resolve(index, Query((Term(image=file.getvalue()),)))


def test_a_model_that_reads_more_than_images_takes_no_query_image(files, built):
    images.install_models("reading")
    files.set_values("prompt", ["a"] * len(files))
    build.build(files, "prompted", build.Source(model="reading-torch-prompted"))
    with pytest.raises(
        InvalidRequest, match="reads prompt of a sample beside its image"
    ):
        resolve(runs.load(files, "prompted"), Query((upload(files.first()),)))


# -- what asks for too much

HOSTILE = {
    "png of one column": "one side",
    "tiff, a tile": "tiles of 300 megapixels",
    "jpeg of 90 large scans": "scans",
    "ico": "images of the format ICO",
}


@pytest.mark.parametrize("model", ["counting", "reading-torch"])
def test_an_image_that_asks_for_too_much_is_skipped(files, tmp_path, model):
    samples = {n: fo.Sample(filepath=str(tmp_path / f"{n}.png")) for n in HOSTILE}
    for name, sample in samples.items():
        Path(sample.filepath).write_bytes(hostile_images.HOSTILE[name][0]())
    good = fo.Sample(filepath=of_kind(files, "plain.jpg").filepath)
    dataset = fo.Dataset()
    dataset.add_samples([*samples.values(), good], progress=False)
    built = build.build(dataset, "idx", build.Source(model=model))
    index = runs.load(dataset, "idx")
    reasons = {failure.id: failure.reason for failure in built.failures}
    assert list(rows(index)) == [good.id] and built.failed == len(HOSTILE)
    for name, words in HOSTILE.items():
        assert words in reasons[samples[name].id]
        with pytest.raises(InvalidRequest, match=words):
            resolve(index, Query((whole(samples[name]),)))
    runs.cleanup(dataset, "idx")
    dataset.delete()
