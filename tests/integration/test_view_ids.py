"""The ids of views, frames, clips and patches as MongoDB has them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import fiftyone as fo
import fiftyone.brain.internal.core.utils as fbu
import pytest
from bson import ObjectId
from fiftyone import ViewField as F

from fiftyone_milvus.dataset import ids
from fiftyone_milvus.dataset.ids import ViewIds, packed_ids
from fiftyone_milvus.id_set import strings
from harness import datasets

SECONDS = 60
BOX = [0.1, 0.1, 0.5, 0.5]
IMAGES = {
    "samples": (lambda d: d.view(), None),
    "sorted": (lambda d: d.sort_by("number", reverse=True).skip(5), None),
    "labels": (lambda d: d.view(), "ground_truth"),
    "filtered labels": (
        lambda d: d.filter_labels("ground_truth", F("label") != "cluster 1"),
        "ground_truth",
    ),
    "one label each": (lambda d: d.view(), "single"),
    "patches": (lambda d: d.to_patches("ground_truth"), "ground_truth"),
    "evaluation patches": (lambda d: d.to_evaluation_patches("eval"), "ground_truth"),
    "predicted patches": (lambda d: d.to_evaluation_patches("eval"), "predicted"),
}
VIDEOS = {
    "frames": (lambda d: d.to_frames(), None),
    "labels of frames": (lambda d: d.to_frames(), "boxes"),
    "patches of frames": (lambda d: d.to_frames().to_patches("boxes"), "boxes"),
    "clips": (lambda d: d.to_clips("events"), None),
}


def boxes(count: int) -> fo.Detections:
    made = [fo.Detection(label="a", bounding_box=BOX) for _ in range(count)]
    return fo.Detections(detections=made)


@pytest.fixture(scope="module")
def images():
    """With boxes in all samples but two, and a single one in every second."""
    dataset = datasets.make_vectors_dataset(30, 4, 3)
    for i, sample in enumerate(dataset.iter_samples(autosave=True)):
        sample["predicted"] = boxes(i % 3)
        if i % 2:
            sample["single"] = fo.Detection(label="a", bounding_box=BOX)
        if i in (3, 4):
            sample["ground_truth"] = None if i == 3 else fo.Detections()
    dataset.evaluate_detections(
        "predicted", gt_field="ground_truth", eval_key="eval", progress=False
    )
    yield dataset
    dataset.delete()


@pytest.fixture(scope="module")
def videos():
    """Two events in each, and three frames with 0 to 2 boxes."""
    dataset = fo.Dataset()
    for i in range(6):
        size = {"frame_width": 9, "frame_height": 9}
        metadata = fo.VideoMetadata(total_frame_count=9, frame_rate=5, **size)
        sample = fo.Sample(filepath=f"/v/{i}.mp4", metadata=metadata)
        events = [fo.TemporalDetection(support=s) for s in ([1, 3], [4, 6])]
        sample["events"] = fo.TemporalDetections(detections=events)
        for number in range(3):
            path = f"/v/{i}-{number}.png"
            frame = fo.Frame(filepath=path, boxes=boxes(number))
            sample.frames[number + 1] = frame
        dataset.add_sample(sample)
    yield dataset
    dataset.delete()


@pytest.fixture(params=[*IMAGES, *VIDEOS])
def view_of(request):
    """A view, and the field of its patches if they are meant."""
    name = request.param
    of = request.getfixturevalue("images" if name in IMAGES else "videos")
    make, field = {**IMAGES, **VIDEOS}[name]
    return make(of), field


def rows_of(view, field) -> tuple[list[str], list[str]]:
    """Ids and sample ids as FiftyOne reads them."""
    sample_ids, label_ids = fbu.get_ids(view, patches_field=field)
    keys = sample_ids if label_ids is None else label_ids
    pairs = [(k, s) for k, s in zip(keys, sample_ids, strict=True) if k is not None]
    return [str(key) for key, _ in pairs], [str(owner) for _, owner in pairs]


def test_packed_ids_are_those_that_fiftyone_reads(view_of):
    view, field = view_of
    wanted, _ = rows_of(view, field)
    assert len(wanted) > 5
    assert list(strings(packed_ids(view, field))) == wanted


def test_a_view_has_those_of_some_rows_that_are_in_it(view_of, monkeypatch):
    monkeypatch.setattr(ids, "IDS_AT_ONCE", 7)
    view, field = view_of
    keys, sample_ids = rows_of(view, field)
    new = [str(ObjectId()) for _ in range(9)]
    asked = [*keys, *new, "no id"], [*sample_ids, *new, "no id"]
    few = view.match(F("filepath").re_match(r"[0237]\.\w+$"))
    wanted = set(rows_of(few, field)[0])
    assert 0 < len(wanted) < len(keys)

    looked_up, read = ViewIds(few, field), ViewIds(few, field)
    assert set(read.ids) == wanted
    assert looked_up.containing(*asked) == read.containing(*asked) == wanted
    assert looked_up.known is None


def test_reading_the_ids_of_a_view_holds_up_no_other_view(images):
    reading, other = Event(), Event()

    class Slow(ViewIds):
        def _packed(self):
            reading.set()
            assert other.wait(SECONDS)
            return super()._packed()

    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(lambda: Slow(images.view(), None).ids)
        assert reading.wait(SECONDS)
        found = pool.submit(lambda: ViewIds(images.limit(3), None).ids)
        try:
            assert len(found.result(SECONDS)) == 3
        finally:
            other.set()
        assert len(slow.result(SECONDS)) == len(images)


def test_rows_of_labels_may_name_the_video_of_their_frame(videos):
    frames = videos.to_frames()
    for view in (frames, frames.to_patches("boxes")):
        keys, _ = rows_of(view, "boxes")
        of_video = dict(
            (label_id, sample_id)
            for sample_id, found in zip(
                *view.values(["sample_id", ids_path(view)]), strict=True
            )
            for label_id in (found if isinstance(found, list) else [found])
        )
        found = ViewIds(view, "boxes").containing(keys, [of_video[k] for k in keys])
        assert found == set(keys)


def ids_path(view) -> str:
    return view._get_label_field_path("boxes", "id")[1]


def test_labels_whose_ids_are_none_of_mongodbs_are_left_out(images):
    dataset = images.limit(9).clone()
    wanted, _ = rows_of(dataset, "ground_truth")
    gone = dataset.first().ground_truth.detections[0].id
    try:
        for value in (None, "text"):
            dataset._sample_collection.update_one(
                {"_id": dataset.first()._id},
                {"$set": {"ground_truth.detections.0._id": value}},
            )
            found = list(strings(packed_ids(dataset, "ground_truth")))
            assert found == [id_ for id_ in wanted if id_ != gone]
    finally:
        dataset.delete()
