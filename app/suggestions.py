"""What the text box of the panel suggests to search for by name: the classes of the
dataset's labels."""

from __future__ import annotations

import threading
from collections import Counter

import fiftyone as fo
from cachetools import TTLCache

READ = 1_000  # samples of each end of the dataset: it may have millions
FIELDS = 10
CLASSES = 200
LONGEST = 60  # characters: a caption is no class
KEPT_SECONDS = 600.0

_cache: TTLCache[tuple[str, str | None], list[str]] = TTLCache(64, KEPT_SECONDS)
_lock = threading.Lock()


def class_names(dataset: fo.Dataset, patches_field: str | None) -> list[str]:
    """The classes of the labels of the first and the last samples, the most frequent
    first; remembered for ten minutes.

    Args:
        dataset: the dataset
        patches_field: the field whose labels are meant; ``None`` for all of the samples
    """
    key = (str(dataset._doc.id), patches_field)
    with _lock:
        if key in _cache:
            return _cache[key]
    found = _counted(dataset, _label_paths(dataset, patches_field))
    with _lock:
        _cache[key] = found
    return found


def _label_paths(dataset: fo.Dataset, patches_field: str | None) -> list[str]:
    """The paths of the classes, without those of frames: a video may have thousands."""
    fields = [patches_field] if patches_field else []
    if not fields or fields[0].startswith("frames."):
        fields = list(
            dataset.get_field_schema(
                ftype=fo.EmbeddedDocumentField, embedded_doc_type=fo.Label
            )
        )
    paths = [dataset._get_label_field_path(field, "label")[1] for field in fields]
    return [path for path in paths if dataset.has_field(path)][:FIELDS]


def _counted(dataset: fo.Dataset, paths: list[str]) -> list[str]:
    counts: Counter[str] = Counter()
    if paths:
        ends = dataset.limit(READ), dataset.sort_by("id", reverse=True).limit(READ)
        for end in ends:
            for counted in end.aggregate([fo.CountValues(path) for path in paths]):
                counts.update(counted)
    names = [name for name, _ in counts.most_common() if _is_class(name)]
    return names[:CLASSES]


def _is_class(name: object) -> bool:
    return isinstance(name, str) and 0 < len(name.strip()) <= LONGEST
