"""What an index was built from. FiftyOne notes that for some runs only: those of
``compute_similarity()`` are of the whole dataset to it, whatever view they were of. So
it is noted here, with the run, for all that is built here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import fiftyone as fo

from ..dataset import embeddings_fields, indexed_samples, stored_views
from ..dataset.indexed_samples import IndexedSamples
from ..errors import InvalidRequest
from .stored_run import StoredRun, read_run

NOTE = "over"  # the setting of the run's that says it
DATASET, VIEW = "dataset", "view"  # of a build
EVERYTHING = "everything"  # of another run, which indexed all that there was
UNKNOWN = "unknown"
UNNAMED = "unnamed"  # view, with samples of its own, such as clips, of another run

PROBED = 100  # rows


@dataclass(frozen=True)
class Scope:
    """The samples that an index was built from, as they are now; all of the dataset's
    where that isn't ``known``."""

    samples: fo.SampleCollection
    known: bool


def index_scope(dataset: fo.Dataset, brain_key: str) -> Scope:
    """What an index was built from; asks no Milvus.

    Raises:
        InvalidRequest: if it was a view that can't be created any more
    """
    record = read_run(dataset, brain_key)
    noted = record.own.over
    if record.stages is None:
        known = noted in (DATASET, EVERYTHING)
        return Scope(indexed_samples.every_slice(dataset), known)
    try:
        samples = _created_again(dataset, record)
    except InvalidRequest as e:
        raise InvalidRequest(
            f"The view that the index '{brain_key}' was built from can't be created "
            f"any more. {e}. Create what is missing again, or build a new index."
        ) from e
    return Scope(samples, noted != UNKNOWN)


def as_stored(dataset: fo.Dataset, record: StoredRun) -> fo.SampleCollection:
    """The dataset or view that FiftyOne keeps with a run, with the frames, patches or
    clips that it created then; the dataset if that can't be created any more."""
    found = _stored_view(dataset, record)
    return dataset if found is None else found


def indexed(
    stored: fo.SampleCollection,
    run: Any,
    *looked_at: fo.SampleCollection | None,
) -> IndexedSamples | None:
    """All samples that an index may have rows of; ``None`` if they are those of a view
    that the run doesn't name.

    Args:
        stored: what :func:`as_stored` says
        run: its record, or its configuration
        looked_at: what is searched, shown or changed, the first that counts first: one
            of them may be that view
    """
    if run.own.over == UNNAMED:
        views = (one for one in looked_at if one is not None and one._is_generated)
        view = next(views, None)
        if view is None:
            return None
        stored = view
    return IndexedSamples.of(stored, run.patches_field)


class Sizes:
    """How many samples, or patches, the indexes of a dataset should have rows for.
    Those of the same view are counted once, however many indexes there are."""

    def __init__(self, dataset: fo.Dataset) -> None:
        self._dataset = dataset
        self._counted: dict[tuple[str | None, str], int] = {}

    def of(self, brain_key: str) -> int | None:
        """That of an index; ``None`` if it isn't known."""
        record = read_run(self._dataset, brain_key)
        field, noted = record.patches_field, record.own.over
        samples: fo.SampleCollection | None = indexed_samples.every_slice(self._dataset)
        if record.stages is not None:
            samples = _stored_view(self._dataset, record) if noted != UNKNOWN else None
        elif noted not in (DATASET, EVERYTHING):
            samples = None
        if samples is None or (field is not None and not samples.has_field(field)):
            return None
        same = field, repr(record.stages)
        if same not in self._counted:
            self._counted[same] = indexed_samples.count(samples, field)
        return self._counted[same]


def note_build(samples: fo.SampleCollection) -> dict[str, str]:
    """What a build of samples notes with its run."""
    return {NOTE: VIEW if isinstance(samples, fo.DatasetView) else DATASET}


def other_run_note(
    config: Any, samples: fo.SampleCollection, rows: int
) -> dict[str, str]:
    """What a run of so many rows that is not a build notes when it is stored, as far as
    that can be seen then."""
    if config.own.over is not None:
        return {}
    everything = rows > 0 and rows == _size(samples, config)
    return {NOTE: EVERYTHING if everything else UNKNOWN}


def first_rows_note(
    config: Any, samples: fo.SampleCollection, sample_ids: Sequence[str]
) -> dict[str, str]:
    """What a run notes when its first rows were added, if they are of samples that only
    a view has, which FiftyOne doesn't keep with a run that is not a build.

    Args:
        config: the run's
        samples: what the index was built from
        sample_ids: those of the rows
    """
    if is_build(config) or samples._is_generated:
        return {}
    if not samples._root_dataset._contains_videos(any_slice=True):
        return {}
    some = sample_ids[:PROBED]
    named = IndexedSamples.of(samples).existing(some, some)
    return {} if named else {NOTE: UNNAMED}


def is_build(config: Any) -> bool:
    """Whether a run was built here, rather than by ``compute_similarity()``."""
    return config.own.over in (DATASET, VIEW)


def _stored_view(dataset: fo.Dataset, record: StoredRun) -> fo.SampleCollection | None:
    stages = record.stages
    if stages is None:
        return dataset
    # FiftyOne would make clips that it has no more with other ids, by the same name
    if not (stored_views.keeps_ids(dataset, stages) or stored_views.has_copies(stages)):
        return None
    try:
        return stored_views.load(dataset, stages, kept=True)
    except InvalidRequest:
        return None


def _created_again(dataset: fo.Dataset, record: StoredRun) -> fo.DatasetView:
    """The view; of frames, patches and clips FiftyOne keeps a copy, which may be old,
    and in use, so they are created again, unless the copy alone has what is indexed."""
    stages = record.stages or ()
    if stored_views.keeps_ids(dataset, stages):
        again = stored_views.load(dataset, stages)
        path, field = record.config["embeddings_field"], record.patches_field
        if not (again._is_clips and path) or embeddings_fields.exists(
            again, path, field
        ):
            return again
    if not stored_views.has_copies(stages):
        raise InvalidRequest("FiftyOne has deleted its clips, or their vectors, since")
    clips = stored_views.load(dataset, stages, kept=True)
    videos = clips._dataset._sample_collection.distinct("_sample_id")
    here = dataset._sample_collection.find({"_id": {"$in": videos}}, {"_id": True})
    return clips.match({"_sample_id": {"$in": [doc["_id"] for doc in here]}})


def _size(samples: fo.SampleCollection, config: Any) -> int:
    """How many rows an index of all samples has: of a field, all that hold a vector."""
    samples = indexed_samples.every_slice(samples)
    field, path = config.patches_field, config.embeddings_field
    if path and field is not None:
        _, path = samples._get_label_field_path(field, path)
    if path and samples.has_field(path):
        return int(samples.count(path))
    return indexed_samples.count(samples, field)
