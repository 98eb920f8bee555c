"""Every type of label that FiftyOne stores: indexed, or refused before anything is
made."""

import fiftyone as fo
import fiftyone.brain as fob
import numpy as np
import pytest

import fiftyone_milvus
from fiftyone_milvus.analysis import duplicates
from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.indexes import build
from fiftyone_milvus.searches.query import Query, Term
from harness import images
from harness.context import execute
from harness.searching import search_index

pytestmark = pytest.mark.on_lite

OWN = build.Source(embeddings_field="embedding")
BOX = [0.1, 0.1, 0.5, 0.5]
NAN = float("nan")
LINE = [[(0.1, 0.1), (0.6, 0.6), (0.1, 0.6)]]
POINTS = [(0.1, 0.1), (0.5, NAN)]
IN_3D = {"location": [1, 2, 3], "dimensions": [1, 1, 2], "rotation": [0, 0, 1.5]}


def some(list_type, label_type, **attributes):
    """Makes a list of two labels, with a vector each."""

    def make(vectors):
        labels = [label_type(embedding=vector, **attributes) for vector in vectors]
        return list_type(**{list_type._LABEL_LIST_FIELD: labels})

    return make


def one(label_type, **attributes):
    """Makes one label, with a vector."""
    return lambda vectors: label_type(embedding=vectors[0], **attributes)


SUPPORTED = {
    "Detections": some(fo.Detections, fo.Detection, label="a", bounding_box=BOX),
    "with masks": some(
        fo.Detections, fo.Detection, bounding_box=BOX, mask=np.ones((2, 2), bool)
    ),
    "rotated in 3D": some(fo.Detections, fo.Detection, **IN_3D),
    "empty boxes": some(fo.Detections, fo.Detection, bounding_box=[0.5, 0.5, 0, 0]),
    "boxes outside": some(fo.Detections, fo.Detection, bounding_box=[1.5, -2, 1, 1]),
    "NaN boxes": some(fo.Detections, fo.Detection, bounding_box=[NAN, 0, NAN, 1]),
    "Detection": one(fo.Detection, label="a", bounding_box=BOX),
    "Polylines": some(fo.Polylines, fo.Polyline, points=LINE, closed=True),
    "Polylines in 3D": some(
        fo.Polylines, fo.Polyline, points3d=[[(0, 0, 0), (1, 2, 3)]]
    ),
    "Polyline": one(fo.Polyline, points=LINE),
    "Keypoints": some(fo.Keypoints, fo.Keypoint, points=POINTS),
    "Keypoint": one(fo.Keypoint, points=POINTS),
}
REFUSED = {
    "Classification": (one(fo.Classification, label="a"), "makes no patches"),
    "Classifications": (
        some(fo.Classifications, fo.Classification, label="a"),
        "makes no patches",
    ),
    "Regression": (one(fo.Regression, value=1.0), "makes no patches"),
    "Segmentation": (
        one(fo.Segmentation, mask=np.zeros((2, 2), np.uint8)),
        "makes no patches",
    ),
    "Heatmap": (one(fo.Heatmap, map=np.zeros((2, 2))), "makes no patches"),
    "GeoLocation": (one(fo.GeoLocation, point=[1.0, 2.0]), "makes no patches"),
    "GeoLocations": (one(fo.GeoLocations, points=[[1.0, 2.0]]), "makes no patches"),
    "TemporalDetection": (
        one(fo.TemporalDetection, support=[1, 2]),
        r"to_clips\('labels'\)",
    ),
    "TemporalDetections": (
        some(fo.TemporalDetections, fo.TemporalDetection, support=[1, 2]),
        r"to_clips\('labels'\)",
    ),
    "a list of labels": (lambda vectors: [fo.Detection()] * 2, "list of documents"),
    "a text": (lambda vectors: "a", "holds no labels"),
}


@pytest.fixture
def make(milvus):
    """Makes a dataset of 6 samples with labels in ``labels``; two of the samples have
    equal vectors, the last but one holds no label, the last an empty list."""
    made = []

    def make(make_labels, path=None):
        vectors = np.random.default_rng(0).normal(size=(6, 2, 8)).astype(np.float32)
        vectors[1] = vectors[0]
        dataset = fo.Dataset()
        made.append(dataset)
        for i in range(6):
            sample = fo.Sample(filepath=f"{path or '/p'}/{i}.png")
            sample["labels"] = None if i == 4 else make_labels(vectors[i])
            labels = sample["labels"]
            if i == 5 and isinstance(labels, fo.core.labels._HasLabelList):
                labels[labels._LABEL_LIST_FIELD] = []
            dataset.add_sample(sample)
        return dataset

    yield make
    for dataset in made:
        for key in runs.keys(dataset):
            runs.cleanup(dataset, key)
        dataset.delete()


def labels_of(sample):
    found = sample["labels"]
    if isinstance(found, fo.core.labels._HasLabelList):
        return found[found._LABEL_LIST_FIELD]
    return [found] if found is not None else []


@pytest.mark.parametrize("kind", ["Detection", "Polyline", "Keypoint"])
def test_results_of_single_labels_that_fiftyone_cannot_show_say_so(make, kind):
    dataset = make(SUPPORTED[kind])
    build.build(dataset, "k", OWN, patches_field="labels")
    query = Query((Term(id=dataset.first()["labels"].id),))
    found = search_index(runs.load(dataset, "k"), query, 3)
    with pytest.raises(InvalidRequest, match=f"a field of {kind}s and index that"):
        found.view.count()
    assert len(dataset.select(found.sample_ids, ordered=True)) == 3


@pytest.mark.parametrize("kind", SUPPORTED)
def test_it_is_indexed_and_kept_as_the_dataset_is(make, kind):
    dataset = make(SUPPORTED[kind])
    ids = [label.id for sample in dataset for label in labels_of(sample)]
    each = 1 if len(ids) == 5 else 2
    built = build.build(dataset, "k", OWN, patches_field="labels")
    assert (built.rows, built.failed) == (len(ids), 0)
    found = fiftyone_milvus.health(dataset, "k")
    assert found.healthy and found.current == len(ids)
    index = runs.load(dataset, "k")
    assert sorted(index.label_ids) == sorted(ids)

    matches = search_index(index, Query((Term(id=ids[2 * each]),)), 3)
    assert matches.ids[0] == ids[2 * each] and matches.scores[0] == pytest.approx(1)
    twins = duplicates.find_groups(index, 0.01)
    assert sorted(map(sorted, (group.ids for group in twins.groups))) == sorted(
        sorted((ids[i], ids[each + i])) for i in range(each)
    )

    changed = dataset.skip(2).first()
    labels_of(changed)[0]["embedding"] = np.ones(8, np.float32)
    changed.save()
    new = dataset.skip(4).first()
    new["labels"] = SUPPORTED[kind](np.full((2, 8), 2, np.float32))
    new.save()
    dataset.delete_samples(dataset.first().id)
    found = fiftyone_milvus.health(dataset, "k")
    assert (found.stale, found.missing, found.orphaned) == (1, each, each)
    done = fiftyone_milvus.sync(dataset, "k")
    assert (done.embedded, done.removed, done.failed) == (1 + each, each, 0)
    assert fiftyone_milvus.health(dataset, "k").healthy


@pytest.mark.parametrize("kind", REFUSED)
def test_it_is_refused_before_anything_is_made(make, kind):
    make_labels, words = REFUSED[kind]
    dataset = make(make_labels)
    with pytest.raises(InvalidRequest, match=words):
        build.build(dataset, "k", OWN, patches_field="labels")
    with pytest.raises(InvalidRequest, match=words):
        fob.compute_similarity(
            dataset,
            brain_key="k",
            backend="milvus",
            patches_field="labels",
            embeddings=False,
        )
    with pytest.raises(Exception, match="Validation error"):
        execute(
            "compute_index",
            dataset,
            brain_key="k",
            patches_field="labels",
            source="field",
            embeddings_field="embedding",
        )
    assert dataset.list_brain_runs() == []


def test_a_model_is_given_no_keypoints(make):
    images.install_counting_model()
    dataset = make(SUPPORTED["Keypoints"])
    with pytest.raises(InvalidRequest, match="can't be cropped from an image"):
        source = build.Source(model=images.MODEL)
        build.build(dataset, "k", source, patches_field="labels")
    assert dataset.list_brain_runs() == []


BOXES = {
    "none": ({}, "has no box"),
    "empty": ({"bounding_box": [0.5, 0.5, 0, 0.5]}, "is empty"),
    "outside": ({"bounding_box": [1.5, 0.5, 0.5, 0.5]}, "outside its image"),
    "NaN": ({"bounding_box": [NAN, 0.5, 0.5, 0.5]}, "NaN or infinity"),
}
LINES = {
    "none": ({}, "has no box"),
    "in 3D": ({"points3d": [[(0, 0, 0), (1, 2, 3)]]}, "has no box"),
    "empty": ({"points": [[]]}, "has no box"),
    "a point": ({"points": [[(0.5, 0.5)]]}, "is empty"),
    "NaN": ({"points": [[(0.5, NAN), (0.1, 0.1)]]}, "NaN or infinity"),
}


@pytest.mark.parametrize("lines", [False, True])
def test_what_cannot_be_cut_out_is_reported_and_costs_no_other(milvus, tmp_path, lines):
    images.install_counting_model()
    dataset = images.make_images_dataset(tmp_path, 2)
    shapes = LINES if lines else BOXES
    good = {"points": LINE} if lines else {"bounding_box": [0, 0, 0.5, 0.5]}
    make = (
        some(fo.Polylines, fo.Polyline) if lines else some(fo.Detections, fo.Detection)
    )
    for sample in dataset:
        sample["labels"] = make([None] * (1 + len(shapes)))
        attributes = [good, *(given for given, _ in shapes.values())]
        for label, given in zip(labels_of(sample), attributes, strict=True):
            for name, value in given.items():
                label[name] = value
        sample.save()
    try:
        source = build.Source(model=images.MODEL)
        built = build.build(dataset, "k", source, patches_field="labels")
        assert (built.rows, built.failed) == (2, 2 * len(shapes))
        reasons = {failure.id: failure.reason for failure in built.failures}
        for sample in dataset:
            bad = labels_of(sample)[1:]
            for label, (_, words) in zip(bad, shapes.values(), strict=True):
                assert words in reasons[label.id]
        found = fiftyone_milvus.health(dataset, "k")
        assert found.healthy and found.unavailable == 2 * len(shapes)
    finally:
        runs.cleanup(dataset, "k")
        dataset.delete()


def test_labels_in_an_embedded_document_are_indexed(make):
    def nested(vectors):
        return fo.DynamicEmbeddedDocument(objects=SUPPORTED["Detections"](vectors))

    dataset = make(nested)
    dataset.add_dynamic_sample_fields()
    built = build.build(dataset, "k", OWN, patches_field="labels.objects")
    assert (built.rows, built.failed) == (10, 0)
    assert fiftyone_milvus.health(dataset, "k").healthy
    index = runs.load(dataset, "k")
    matches = search_index(index, Query((Term(id=index.label_ids[0]),)), 1)
    assert matches.view.values("id") == matches.ids


def test_an_index_of_other_labels_that_is_there_is_compared(make, monkeypatch):
    """Such as FiftyOne's own backend made."""
    from fiftyone_milvus.dataset import expected_rows

    dataset = make(REFUSED["Classification"][0])
    vectors = np.ones((5, 8), np.float32)
    with monkeypatch.context() as patch:
        patch.setattr(expected_rows, "patches_problem", lambda *_, **__: None)
        index = fob.compute_similarity(
            dataset,
            brain_key="k",
            backend="milvus",
            patches_field="labels",
            embeddings=False,
        )
    samples = [sample for sample in dataset if sample["labels"] is not None]
    index.add_to_index(
        vectors,
        [sample.id for sample in samples],
        [sample["labels"].id for sample in samples],
    )
    dataset.delete_samples(samples[0].id)
    found = fiftyone_milvus.health(dataset, "k")
    assert (found.rows, found.unknown, found.orphaned) == (5, 4, 1)
