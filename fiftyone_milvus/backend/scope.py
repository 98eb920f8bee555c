"""What an index was made over. FiftyOne notes that for some runs only: those of
``compute_similarity()`` are of the whole dataset to it, whatever view they were of. So
it is noted here, with the run, for all that is built here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import fiftyone as fo

from ..dataset import embeddings_fields, indexed_samples, stored_views
from ..errors import InvalidRequest
from . import records

NOTE = "over"  # the setting of the run's that says it
DATASET, VIEW = "dataset", "view"  # of a build
EVERYTHING = "everything"  # of another run, which indexed all that there was
UNKNOWN = "unknown"
UNNAMED = "unnamed"  # view, with samples of its own, such as clips, of another run

PROBED = 100  # rows


@dataclass(frozen=True)
class Scope:
    """The samples that an index was made over, as they are now; all of the dataset's
    where that isn't ``known``."""

    samples: fo.SampleCollection
    known: bool


def index_scope(dataset: fo.Dataset, brain_key: str) -> Scope:
    """What an index was made over; asks no Milvus.

    Raises:
        InvalidRequest: if it was a view that can't be made any more
    """
    config = records.config_of(dataset, brain_key)
    noted = config.own.over
    stages = _stages(dataset, brain_key)
    if stages is None:
        known = noted in (DATASET, EVERYTHING)
        return Scope(indexed_samples.every_slice(dataset), known)
    try:
        samples = _made_again(dataset, stages, config)
    except InvalidRequest as e:
        raise InvalidRequest(
            f"The view that the index '{brain_key}' was made over can't be made any "
            f"more. {e}. Make what is missing again, or build a new index."
        ) from e
    return Scope(samples, noted != UNKNOWN)


def as_stored(dataset: fo.Dataset, brain_key: str) -> fo.SampleCollection:
    """The dataset or view that FiftyOne keeps with a run, with the frames, patches or
    clips that it made then; the dataset if that can't be made any more."""
    found = _stored_view(dataset, brain_key)
    return dataset if found is None else found


def all_samples(
    made_over: fo.SampleCollection,
    config: Any,
    *looked_at: fo.SampleCollection | None,
) -> fo.SampleCollection | None:
    """All samples that an index may have rows of, see
    :func:`~fiftyone_milvus.dataset.indexed_samples.all_samples`; ``None`` if they are
    those of a view that the run doesn't name.

    Args:
        made_over: what :func:`as_stored` says
        config: the run's
        looked_at: what is searched, shown or changed, the first that counts first: one
            of them may be that view
    """
    if config.own.over == UNNAMED:
        views_ = (one for one in looked_at if one is not None and one._is_generated)
        view = next(views_, None)
        if view is None:
            return None
        made_over = view
    return indexed_samples.all_samples(made_over, config.patches_field)


def size(dataset: fo.Dataset, brain_key: str) -> int | None:
    """How many samples, or patches, an index should have rows for; ``None`` if that
    isn't known."""
    config = records.config_of(dataset, brain_key)
    field, noted = config.patches_field, config.own.over
    samples: fo.SampleCollection | None = indexed_samples.every_slice(dataset)
    if _stages(dataset, brain_key) is not None:
        samples = _stored_view(dataset, brain_key) if noted != UNKNOWN else None
    elif noted not in (DATASET, EVERYTHING):
        samples = None
    if samples is None or (field is not None and not samples.has_field(field)):
        return None
    return _count(samples, field)


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
        samples: what the index was made over
        sample_ids: those of the rows
    """
    if is_build(config) or samples._is_generated:
        return {}
    if not samples._root_dataset._contains_videos(any_slice=True):
        return {}
    some = sample_ids[:PROBED]
    everything = indexed_samples.all_samples(samples, None)
    named = indexed_samples.existing(everything, None, some, some)
    return {} if named else {NOTE: UNNAMED}


def is_build(config: Any) -> bool:
    """Whether a run was built here, rather than by ``compute_similarity()``."""
    return config.own.over in (DATASET, VIEW)


def _stored_view(dataset: fo.Dataset, brain_key: str) -> fo.SampleCollection | None:
    stages = _stages(dataset, brain_key)
    if stages is None:
        return dataset
    # FiftyOne would make clips that it has no more with other ids, by the same name
    if not (stored_views.keeps_ids(dataset, stages) or _has_copies(stages)):
        return None
    try:
        return stored_views.load(dataset, stages, kept=True)
    except InvalidRequest:
        return None


def _stages(dataset: fo.Dataset, brain_key: str) -> list[stored_views.Stage] | None:
    """The stages that FiftyOne keeps with a run; ``None`` if it keeps none."""
    found = records.read_run(dataset, brain_key).stages
    return None if found is None else list(found)


def _made_again(
    dataset: fo.Dataset, stages: list[stored_views.Stage], config: Any
) -> fo.DatasetView:
    """The view; of frames, patches and clips FiftyOne keeps a copy, which may be old,
    and in use, so they are made again, unless the copy alone has what is indexed."""
    keeps_ids = stored_views.keeps_ids(dataset, stages)
    if keeps_ids:
        again = stored_views.load(dataset, stages)
        if not again._is_clips or _has_vectors(again, config):
            return again
    if not _has_copies(stages):
        raise InvalidRequest(
            "Its clips, or their vectors, were FiftyOne's for as long as the view was "
            "in use"
        )
    clips = stored_views.load(dataset, stages, kept=True)
    videos = clips._dataset._sample_collection.distinct("_sample_id")
    here = dataset._sample_collection.find({"_id": {"$in": videos}}, {"_id": True})
    return clips.match({"_sample_id": {"$in": [doc["_id"] for doc in here]}})


def _has_copies(stages: list[stored_views.Stage]) -> bool:
    return all(map(fo.dataset_exists, stored_views.copies(stages)))


def _has_vectors(samples: fo.DatasetView, config: Any) -> bool:
    path = config.embeddings_field
    return not path or embeddings_fields.exists(samples, path, config.patches_field)


def _size(samples: fo.SampleCollection, config: Any) -> int:
    """How many rows an index of all samples has: of a field, all that hold a vector."""
    samples = indexed_samples.every_slice(samples)
    field, path = config.patches_field, config.embeddings_field
    if path and field is not None:
        _, path = samples._get_label_field_path(field, path)
    if path and samples.has_field(path):
        return int(samples.count(path))
    return _count(samples, field)


def _count(samples: fo.SampleCollection, patches_field: str | None) -> int:
    """How many samples there are, or labels in a field."""
    if patches_field is None:
        return int(samples.count())
    _, ids = samples._get_label_field_path(patches_field, "id")
    return int(samples.count(ids))
