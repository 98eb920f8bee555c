"""Takes images of frames from videos, so many of each second. FiftyOne does it with
ffmpeg, writes them beside the videos, and notes the files in the frames."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import fiftyone as fo
import fiftyone.core.video as fov
import fiftyone.utils.video as fouv

from ..errors import Cancelled, InvalidRequest
from ..progress import Failure, Monitor
from .ids import packed_ids

MAX_FPS = 1_000


def check_fps(fps: Any) -> None:
    """Checks how many frames of a second to take.

    Raises:
        InvalidRequest: if there can't be so many
    """
    if not 0 < fps <= MAX_FPS:
        raise InvalidRequest(
            f"Frames per second are more than 0 and at most {MAX_FPS:,}, not {fps}"
        )


def problem(samples: fo.SampleCollection, fps: float | None) -> str | None:
    """Why there would be no images of the frames of videos, in a sentence; ``None`` if
    there are, or may be.

    Args:
        samples: the videos
        fps: how many frames of each second to take; ``None`` for those with images
    """
    if _any_image(samples._root_dataset):
        return None
    if fps is None:
        return (
            "No frame of these videos has an image yet. Enter how many frames per "
            "second to take."
        )
    if shutil.which("ffmpeg") is None:
        return (
            "No frame of these videos has an image yet, and ffmpeg, with which "
            "FiftyOne takes frames, isn't installed here. Install it."
        )
    return None


def take(samples: fo.SampleCollection, fps: float, monitor: Monitor) -> None:
    """Takes the images of ``fps`` frames of each second that have none yet; those that
    there are stay as they are. A video that can't be read is among the monitor's
    failures, and doesn't stop the others.

    Raises:
        Cancelled: if the work was cancelled; the images that were taken stay
    """
    ids = [id_.tobytes().hex() for id_ in packed_ids(samples)]
    for done, id_ in enumerate(ids):
        monitor.report("Taking frames", done, len(ids))
        if monitor.cancelled():
            raise Cancelled(f"Cancelled; the frames of {done:,} videos were taken")
        try:
            _take_of(samples.select(id_), fps)
        except Exception as e:  # ffmpeg and ffprobe have their own
            reason = f"no frames could be taken of it: {type(e).__name__}: {e}"
            monitor.add_failures([Failure(id_, reason.splitlines()[0])])


def _take_of(video: fo.DatasetView, fps: float) -> None:
    """Takes the images of one video's frames."""
    video.compute_metadata(num_workers=1, skip_failures=False, progress=False)
    if next(_lacking(video, fps), None) is None:
        return
    frames = fov.make_frames_dataset(
        video, sample_frames=True, fps=fps, skip_failures=False, progress=False
    )
    frames.delete()  # only the images are wanted, and that they are noted


def _lacking(video: fo.DatasetView, fps: float) -> Iterator[int]:
    """The numbers of the frames to take that have no image."""
    paths = ["metadata.frame_rate", "metadata.total_frame_count"]
    (rate,), (count,) = video.values(paths)
    numbers = fouv.sample_frames_uniform(rate, total_frame_count=count, fps=fps)
    noted: dict[int, str | None] = {}
    if video.has_frame_field("filepath"):
        of_frames = video.values(["frames.frame_number", "frames.filepath"])
        noted = dict(zip(*(found[0] or () for found in of_frames), strict=True))
    for number in range(1, count + 1) if numbers is None else numbers:
        if not noted.get(number):
            yield number


def _any_image(dataset: fo.Dataset) -> bool:
    if not dataset.has_frame_field("filepath"):
        return False
    has = {"filepath": {"$ne": None}}
    return dataset._frame_collection.find_one(has, {"_id": True}) is not None
