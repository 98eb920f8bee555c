"""What an index can have of videos, as the plain data that React gets."""

from __future__ import annotations

from typing import Any

import fiftyone as fo

from fiftyone_milvus.dataset import video_frames

from ..app import index_contents
from ..app.index_contents import FRAMES, Contents

ANY_FPS = 1.0


def videos(samples: fo.SampleCollection) -> dict[str, Any] | None:
    """What can be indexed of samples that are videos; ``None`` for others."""
    if not index_contents.are_videos(samples):
        return None
    frames = Contents(samples, FRAMES)
    patches = frames.patches_fields()
    return {
        "frames": {
            "patches_fields": patches,
            "embeddings_fields": [
                {"field": field, "patches_field": of}
                for of in (None, *patches)
                for field in frames.embeddings_fields(of)
            ],
            "problem": video_frames.problem(samples, None),
            "taking_problem": video_frames.problem(samples, ANY_FPS),
        },
        "clips": [
            {"field": name, "embeddings_fields": fields}
            for name, fields in index_contents.clips_fields(samples).items()
        ],
    }
