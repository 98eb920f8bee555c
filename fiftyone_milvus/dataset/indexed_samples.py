"""The samples that an index may have rows of, as one collection: all slices of a
grouped dataset, frames of videos, or clips; and which of some rows still exist."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import fiftyone as fo
import fiftyone.core.labels as fol
import fiftyone.core.media as fom
from bson import ObjectId

from .. import tuning
from ..errors import InvalidRequest

LISTED_ID_BYTES = 20  # in BSON: 12, its type, and its number in the list in digits

# When the frames of a copy had last changed, by the copy's name
_copied: dict[str, Any] = {}


@dataclass(frozen=True)
class IndexedSamples:
    """All ``samples`` that an index may have rows of, see :func:`all_samples`, and the
    field whose patches are indexed; ``None`` for the samples themselves."""

    samples: fo.SampleCollection
    patches_field: str | None = None

    @classmethod
    def of(
        cls, samples: fo.SampleCollection, patches_field: str | None = None
    ) -> IndexedSamples:
        """Those of an index of a dataset or view."""
        return cls(all_samples(samples, patches_field), patches_field)

    def part_in(self, view: fo.SampleCollection) -> fo.SampleCollection:
        """Those in a dataset or view. Of the dataset that is all; of a view the view
        itself or, if it has something else, such as videos where the index has frames,
        those of its samples."""
        if is_whole(view):
            return self.samples
        field, other = self.patches_field, kind_of(self.samples) != kind_of(view)
        if not other and view._is_patches:
            other = field is None or not view.has_field(field)
        return _of_owners(self.samples, view) if other else view

    def shown(self, view: fo.SampleCollection, ids: Iterable[str]) -> fo.DatasetView:
        """Rows as a view in their order: of samples, or of patches.

        Args:
            view: the dataset or view that was searched or shown
            ids: their primary keys

        Raises:
            InvalidRequest: if the field holds a single label for each sample, or they
                are too many for a view
        """
        ids = list(ids)
        check_listed(len(ids))
        found = self.part_in(view)
        if self.patches_field is not None and not found._is_patches:
            _check_list(found, self.patches_field)
            found = found.to_patches(self.patches_field)
        return found.select(ids, ordered=True)

    def count_in(self, view: fo.SampleCollection) -> int:
        """How many of the samples or patches are in a dataset or view."""
        return count(self.part_in(view), self.patches_field)

    def written_to(self, view: fo.SampleCollection) -> fo.SampleCollection:
        """The samples that values of rows are written to: all of the collection that is
        shown. Of frames there may be several copies, and the person sees one."""
        return all_samples(self.part_in(view), self.patches_field)

    def existing(self, ids: Sequence[str], sample_ids: Sequence[str]) -> set[str]:
        """The primary keys among some rows whose sample, or patch, exists now; takes a
        millisecond or two.

        Args:
            ids: ``n`` primary keys
            sample_ids: their ``n`` sample ids

        Raises:
            InvalidRequest: if there is no such field
        """
        samples, path = self.samples, _path(self.samples, self.patches_field)
        copy, root = samples._dataset, samples._root_dataset
        found = _among(copy._sample_collection, path, ids, sample_ids, copy._is_frames)
        if not samples._is_generated:
            return found
        if not samples._is_frames or samples._source_collection._is_generated:
            return found & of_samples(copy, root, found) if path is None else found
        # such a view is a copy of the frames from when it was first loaded
        now = _among(root._frame_collection, path, ids, sample_ids, True)
        if now - found and _update_copy(samples):
            copy = samples._dataset
            found = _among(copy._sample_collection, path, ids, sample_ids, True)
        return found & now


def all_samples(
    samples: fo.SampleCollection, patches_field: str | None
) -> fo.SampleCollection:
    """Every sample that an index may have rows of: those of the dataset, of all slices
    if it is grouped; or the frames or clips that the index was built from.

    Args:
        samples: the dataset or view that the index's run is stored with
        patches_field: the field whose patches are indexed; ``None`` for samples
    """
    while patches_field is not None and samples._is_patches:
        samples = samples._source_collection
    if samples._is_generated:
        return samples._base_view
    return every_slice(samples._root_dataset)


def every_slice(samples: fo.SampleCollection) -> fo.SampleCollection:
    """All samples, with those of a grouped dataset's other slices."""
    if samples.media_type != fom.GROUP:
        return samples
    return samples.select_group_slices(_allow_mixed=True)


def has_samples(samples: fo.SampleCollection) -> bool:
    """Whether there are any. ``len()`` of a dataset is MongoDB's estimate, which is
    wrong after it was killed."""
    return bool(samples.limit(1).count())


def count(samples: fo.SampleCollection, patches_field: str | None) -> int:
    """How many samples, or labels in a field, there are."""
    if patches_field is None or samples._is_patches:
        return int(samples.count())
    _, ids = samples._get_label_field_path(patches_field, "id")
    return int(samples.count(ids))


def is_whole(samples: fo.SampleCollection) -> bool:
    """Whether a collection is its whole dataset."""
    return bool(samples.view() == samples._root_dataset.view())


def most_listed(times: int = 2) -> int:
    """How many ids a view can list, each so many times: FiftyOne lists those of an
    ordered view twice."""
    return tuning.MAX_LISTED_BYTES // (LISTED_ID_BYTES * times)


def check_listed(count: int, times: int = 2) -> None:
    """Checks that a view can list so many ids, each so many times.

    Raises:
        InvalidRequest: if they are too many, and says what to do instead
    """
    most = most_listed(times)
    if count > most:
        raise InvalidRequest(
            f"A view can list {most:,} ids at most, because MongoDB takes 16 MB, and "
            f"this one would list {count:,}. Ask for fewer results (k), or search a "
            "smaller view. To rank more of them, have fiftyone_milvus.search() write "
            "their scores and ranks to fields: name a score_field."
        )


def _check_list(samples: fo.SampleCollection, patches_field: str) -> None:
    label_type = samples._get_label_field_type(patches_field)
    if not issubclass(label_type, fol._LABEL_LIST_FIELDS):
        raise InvalidRequest(
            "FiftyOne shows the patches of lists of labels only, and "
            f"'{patches_field}' holds one {label_type.__name__} for each sample. The "
            "result has the ids of the samples too: show those, or copy the labels "
            f"into a field of {label_type.__name__}s and index that."
        )


def ids_of(everything: fo.SampleCollection, samples: fo.SampleCollection) -> list[str]:
    """The ids of an index's samples for some samples, frames, clips or patches: the
    same ones, or those that contain them or are contained in them; each once."""
    if kind_of(everything) != kind_of(samples):
        return list(_of_owners(everything, samples).values("id"))
    path = samples._id_field if samples._is_patches else "id"
    return list(dict.fromkeys(samples.values(path)))


def values(
    everything: fo.SampleCollection, path: str
) -> tuple[list[str], list[Any]] | None:
    """The ids of samples, and their values in a field; for frames and clips without the
    field, the values of their videos. ``None`` if there is no such field."""
    if everything.has_field(path):
        ids, found = everything.values(["id", path])
        return ids, found
    root = everything._root_dataset
    if not everything._is_generated or not root.has_field(path):
        return None
    ids, owners = everything.values(["id", "sample_id"])
    of_videos = dict(zip(*all_samples(root, None).values(["id", path]), strict=True))
    return ids, [of_videos.get(owner) for owner in owners]


def kind_of(samples: fo.SampleCollection) -> str:
    """What a collection consists of, or its patches are from: ``"samples"``,
    ``"frames"`` or ``"clips"``."""
    if samples._is_frames:
        return "frames"
    return "clips" if samples._is_clips else "samples"


def _of_owners(
    everything: fo.SampleCollection, samples: fo.SampleCollection
) -> fo.DatasetView:
    """Those of all samples that are what others were made from, or were made from
    it."""
    if kind_of(everything) == kind_of(samples):
        return everything.select(ids_of(everything, samples))
    owners = samples.values("sample_id" if samples._is_generated else "id")
    owners = list(dict.fromkeys(owners))
    if everything._is_generated:
        return everything.select_by("sample_id", owners)
    return everything.select(owners)


def _path(samples: fo.SampleCollection, patches_field: str | None) -> str | None:
    """The path of a field's labels in MongoDB."""
    if patches_field is None:
        return None
    if not samples.has_field(patches_field):
        raise InvalidRequest(
            f"The index has the patches of the field '{patches_field}', which the "
            "dataset doesn't have any more. Clean up the index, or add the field again."
        )
    _, path = samples._get_label_field_path(patches_field)
    return str(path)


def _among(
    collection: Any,
    path: str | None,
    ids: Sequence[str],
    sample_ids: Sequence[str],
    frames: bool,
) -> set[str]:
    """Those of some rows that a collection of MongoDB's has: its documents' ids, or
    those of the labels at a path."""
    if path is None:
        return documents(collection, ids)
    return labels_of(collection, path, sample_ids, frames).intersection(ids)


def documents(collection: Any, ids: Iterable[str]) -> set[str]:
    """The ids among these of documents that a collection of MongoDB's has."""
    found = collection.find({"_id": {"$in": object_ids(ids)}}, {"_id": True})
    return {str(doc["_id"]) for doc in found}


def labels_of(
    collection: Any, path: str, sample_ids: Iterable[str], frames: bool
) -> set[str]:
    """The ids of all labels at a path of samples, or of frames, in a collection of
    MongoDB's."""
    owners = {"$in": object_ids(dict.fromkeys(sample_ids))}
    of: dict[str, Any] = {"_id": owners}
    if frames:  # a patch of one may name it, or its video
        of = {"$or": [of, {"_sample_id": owners}]}
    return labels_where(collection, path, of)


def labels_where(collection: Any, path: str, where: Mapping[str, Any]) -> set[str]:
    """The ids of the labels at a path of the documents that match a condition."""
    labels = {"_id": False, "ids": f"${path}._id"}
    docs = collection.aggregate([{"$match": where}, {"$project": labels}])
    return {str(id_) for doc in docs for id_ in _several(doc.get("ids"))}


def of_samples(copy: fo.Dataset, root: fo.Dataset, ids: Iterable[str]) -> set[str]:
    """The ids among some clips or patches whose sample exists."""
    asked = {"_id": {"$in": object_ids(ids)}}
    found = copy._sample_collection.find(asked, {"_sample_id": True})
    of = {str(doc["_id"]): str(doc["_sample_id"]) for doc in found}
    there = documents(root._sample_collection, of.values())
    return {id_ for id_, owner in of.items() if owner in there}


def _update_copy(samples: fo.SampleCollection) -> bool:
    """Updates a view's copy of frames, once for each change of the frames; returns
    whether it did."""
    frames = samples._root_dataset._frame_collection
    at = {"last_modified_at": True, "_id": False}
    newest = frames.find_one({}, at, sort=[("last_modified_at", -1)])
    if _copied.get(samples._dataset.name) == newest:
        return False
    samples.reload()
    _copied[samples._dataset.name] = newest
    return True


def _several(value: Any) -> Iterable[Any]:
    if value is None:
        return ()
    return value if isinstance(value, list) else (value,)


def object_ids(ids: Iterable[str]) -> list[ObjectId]:
    """MongoDB's form of ids; strings that can't be ids are left out."""
    return [ObjectId(id_) for id_ in ids if ObjectId.is_valid(id_)]
