"""What an index can have of samples, and of which of their fields: samples or patches;
of videos also their frames, or clips of them. No view is made before a build."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import fiftyone as fo
import fiftyone.core.labels as fol
import fiftyone.core.media as fom

from fiftyone_milvus.dataset import expected_rows, names, video_frames
from fiftyone_milvus.dataset.indexed_samples import has_samples
from fiftyone_milvus.dataset.sources import media_problem
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.progress import Failure, Monitor, Report

from . import forms

VIDEOS, FRAMES, CLIPS = "videos", "frames", "clips"
VIDEOS_AS = {FRAMES: "Frames", CLIPS: "Clips", VIDEOS: "Videos"}
_TEMPORAL = (fol.TemporalDetection, fol.TemporalDetections)
_OF_CLIPS = (
    "A model reads images, and clips are parts of videos. Index vectors that a field "
    "of the clips holds, or the frames."
)


@dataclass(frozen=True)
class Contents:
    """What of some samples to index.

    Args:
        samples: the samples
        videos_as: ``"videos"``, ``"frames"`` or ``"clips"``; ``None`` for other samples
        clips_field: the field of the clips
        fps: how many frames of each second to take; ``None`` for those with images
    """

    samples: fo.SampleCollection
    videos_as: str | None = None
    clips_field: str | None = None
    fps: float | None = None

    def patches_fields(self) -> list[str]:
        """The label fields whose objects can be indexed."""
        if self.videos_as == CLIPS:
            return []
        if self.videos_as != FRAMES:
            return forms.patches_fields(self.samples)
        fields = _frame_fields(self.samples, embedded_doc_type=expected_rows.PATCHES)
        return sorted(
            name
            for name, field in fields.items()
            if "." not in name
            and (
                issubclass(field.document_type, expected_rows.CROPPED)
                or self.embeddings_fields(name)
            )
        )

    def embeddings_fields(self, patches_field: str | None) -> list[str]:
        """The fields with vectors, of samples or of the objects of a field."""
        if self.videos_as == CLIPS:
            return clips_fields(self.samples).get(self.clips_field or "", [])
        if self.videos_as != FRAMES:
            return forms.embeddings_fields(self.samples, patches_field)
        paths = _frame_fields(self.samples, ftype=fo.VectorField, flat=True)
        if patches_field is None:
            return sorted(path for path in paths if "." not in path)
        _, root = self.samples._get_label_field_path(f"frames.{patches_field}")
        prefix = root.removeprefix("frames.") + "."
        return sorted(
            path.removeprefix(prefix) for path in paths if path.startswith(prefix)
        )

    def filter_fields(
        self, dataset: fo.Dataset, patches_field: str | None
    ) -> list[str]:
        """The fields that Milvus can store to filter by; those of frames and clips
        aren't fields of the dataset."""
        if self.videos_as in (FRAMES, CLIPS):
            return []
        return forms.filter_fields(dataset, patches_field)

    def patches_problem(self, patches_field: str, by_model: bool) -> str | None:
        """Why a field's objects can't be indexed."""
        if self.videos_as is not None and self.videos_as != VIDEOS:
            return None  # those offered can
        return expected_rows.patches_problem(self.samples, patches_field, by_model)

    def media_problem(self) -> str | None:
        """Why a model can't read it."""
        if self.videos_as == FRAMES:
            return None
        return _OF_CLIPS if self.videos_as == CLIPS else media_problem(self.samples)

    def frames_problem(self) -> str | None:
        """Why there would be no frames to index."""
        if self.videos_as != FRAMES:
            return None
        return video_frames.problem(self.samples, self.fps)

    def view(
        self, report: Report, cancelled: Callable[[], bool]
    ) -> tuple[fo.SampleCollection, list[Failure]]:
        """The samples to index, and the videos that no frames could be taken of. Of
        frames and clips FiftyOne makes a dataset, and of frames images if ``fps``
        says how many.

        Raises:
            InvalidRequest: if there are none
            Cancelled: if ``cancelled()`` returned true; images that were taken stay
        """
        if self.videos_as == CLIPS:
            return self.samples.to_clips(self.clips_field), []
        if self.videos_as != FRAMES:
            return self.samples, []
        names.refuse(self.frames_problem())
        if self.fps is None:
            return self.samples.to_frames(), []
        with Monitor(report, cancelled, "videos") as monitor:
            video_frames.take(self.samples, self.fps, monitor)
        frames = self.samples.to_frames(fps=self.fps)
        if not has_samples(frames):
            why = [f" {each.id}: {each.reason}." for each in monitor.failures[:1]]
            raise InvalidRequest(
                f"No frame of these videos has an image.{''.join(why)}"
            )
        return frames, monitor.failures


def chosen(samples: fo.SampleCollection, params: Mapping[str, Any]) -> Contents:
    """What the params of a build say; of videos by default the frames for a model, and
    the videos for vectors in a field."""
    if not are_videos(samples):
        return Contents(samples)
    default = VIDEOS if params.get("source") == "field" else FRAMES
    field = params.get("clips_field") or next(iter(clips_fields(samples)), None)
    return Contents(
        samples, params.get("videos_as") or default, field, params.get("fps")
    )


def check(contents: Contents) -> None:
    """Checks what a form offers as choices.

    Raises:
        InvalidRequest: if it isn't one of them
    """
    how, field = contents.videos_as, contents.clips_field
    if how is not None and how not in VIDEOS_AS:
        raise InvalidRequest(f"Index videos as one of {[*VIDEOS_AS]}, not '{how}'")
    if how == FRAMES and contents.fps is not None:
        video_frames.check_fps(contents.fps)
    if how == CLIPS and field not in clips_fields(contents.samples):
        raise InvalidRequest(
            f"'{field}' is no field of temporal detections that have vectors. Choose "
            f"one of {[*clips_fields(contents.samples)]}."
        )


def are_videos(samples: fo.SampleCollection) -> bool:
    """Whether samples have frames and clips."""
    return samples.media_type == fom.VIDEO and not samples._is_generated


def clips_fields(samples: fo.SampleCollection) -> dict[str, list[str]]:
    """The fields of temporal detections that have vectors, and the fields of these, by
    the names that they have in a clip."""
    fields = samples.get_field_schema(embedded_doc_type=_TEMPORAL)
    paths = samples.get_field_schema(ftype=fo.VectorField, flat=True)
    found = {}
    for name in sorted(fields):
        _, root = samples._get_label_field_path(name)
        vectors = [
            f"{name}.{path.removeprefix(f'{root}.')}"
            for path in sorted(paths)
            if path.startswith(f"{root}.")
        ]
        if vectors:
            found[name] = vectors
    return found


def _frame_fields(samples: fo.SampleCollection, **kinds: Any) -> dict[str, fo.Field]:
    return dict(samples.get_frame_field_schema(**kinds) or {})
