"""Datasets of each kind that an index can hold more of than a dataset shows at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import fiftyone as fo

ROWS, GROUPS = 12, 6
VIDEOS, FRAMES = 3, 4
SIDES = ("left", "right")


@dataclass(frozen=True)
class Kind:
    """A dataset, what of it is indexed, as a view, and the label field whose patches
    are, or ``None``.

    It has ``ROWS`` rows: row ``i`` is 15 degrees from the one before and nearly equal
    to row ``i + GROUPS``; its ``split`` is ``"train"`` or, from ``GROUPS`` on,
    ``"test"``, and its ``kind`` the same as that of the row nearly equal to it, but for
    the first.
    """

    dataset: fo.Dataset
    view: fo.SampleCollection
    patches_field: str | None

    @property
    def ids(self) -> list[str]:
        """The primary keys of the rows."""
        if self.patches_field is None:
            return self.view.values("id")
        return self.view.values(f"{self.patches_field}.detections.id", unwind=True)


def vectors() -> np.ndarray:
    """Those of the rows, ``(ROWS, 2)``."""
    rows = np.arange(ROWS)
    turns = np.radians(15 * (rows % GROUPS) + 0.1 * (rows // GROUPS))
    return np.stack([np.cos(turns), np.sin(turns)], axis=1).astype(np.float32)


def values(row: int) -> dict[str, Any]:
    """What the fields of a row hold."""
    import fiftyone as fo

    vector = vectors()[row]
    kind = "wrong" if row == 0 else f"kind {row % GROUPS}"
    box = fo.Detection(label=kind, bounding_box=[0.1, 0.1, 0.5, 0.5], vector=vector)
    return {
        "vector": vector,
        "kind": kind,
        "split": "train" if row < GROUPS else "test",
        "objects": fo.Detections(detections=[box]),
    }


def grouped(patches_field: str | None = None) -> Kind:
    """Groups of two images, all of which are rows, or their objects."""
    dataset = _grouped(ROWS // 2)
    flat = dataset.select_group_slices(list(SIDES))
    return Kind(dataset, flat, patches_field)


def one_slice() -> Kind:
    """Groups of two images; those on the right, which aren't shown, are rows."""
    dataset = _grouped(ROWS, side=SIDES[1])
    return Kind(dataset, dataset.select_group_slices(SIDES[1]), None)


def frames(patches_field: str | None = None) -> Kind:
    """Videos, whose frames are rows, or the frames' objects."""
    import fiftyone as fo

    dataset = fo.Dataset()
    for video in range(VIDEOS):
        sample = _video(video)
        for number in range(1, FRAMES + 1):
            row = FRAMES * video + number - 1
            sample.frames[number] = fo.Frame(filepath=f"/f/{row}.png", **values(row))
        dataset.add_sample(sample)
    dataset.add_frame_field("objects.detections.vector", fo.VectorField)
    return Kind(dataset, dataset.to_frames(), patches_field)


def clips() -> Kind:
    """Videos, the clips of whose events are rows."""
    import fiftyone as fo

    dataset = fo.Dataset()
    for video in range(VIDEOS):
        sample = _video(video)
        sample["events"] = fo.TemporalDetections(
            detections=[
                fo.TemporalDetection(label="event", support=[number, number])
                for number in range(1, FRAMES + 1)
            ]
        )
        dataset.add_sample(sample)
    view = dataset.to_clips("events")
    for name in ("kind", "split", "vector"):
        column = [values(row)[name] for row in range(ROWS)]
        view.set_values(name, column)
    return Kind(dataset, view, None)


KINDS: dict[str, Callable[[], Kind]] = {
    "both slices": grouped,
    "patches of both slices": lambda: grouped("objects"),
    "a slice that isn't shown": one_slice,
    "frames": frames,
    "patches of frames": lambda: frames("objects"),
}


def _grouped(count: int, side: str | None = None) -> fo.Dataset:
    """Groups of two; the rows are all samples, or those of one side."""
    import fiftyone as fo

    dataset = fo.Dataset()
    dataset.add_group_field("scene", default=SIDES[0])
    samples, row = [], 0
    for number in range(count):
        group = fo.Group()
        for name in SIDES:
            is_row = side in (None, name)
            samples.append(
                fo.Sample(
                    filepath=f"/g/{number}-{name}.png",
                    scene=group.element(name),
                    **(values(row) if is_row else {}),
                )
            )
            row += is_row
    dataset.add_samples(samples, progress=False)
    dataset.add_sample_field("objects.detections.vector", fo.VectorField)
    return dataset


def _video(number: int) -> fo.Sample:
    import fiftyone as fo

    size = {"frame_width": 9, "frame_height": 9}
    count = FRAMES + 1  # so that there may be one more
    metadata = fo.VideoMetadata(total_frame_count=count, frame_rate=count, **size)
    tags = ["train" if number < VIDEOS - 1 else "test"]
    return fo.Sample(f"/v/{number}.mp4", metadata=metadata, tags=tags, day=f"{number}")
