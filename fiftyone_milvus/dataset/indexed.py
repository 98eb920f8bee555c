"""The samples that the rows of an index may belong to, as one collection: all slices of
a grouped dataset, frames of videos, clips; and which of some rows it still has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import fiftyone as fo
import fiftyone.core.media as fom
from bson import ObjectId

from ..errors import InvalidRequest

# When the frames of a copy had last changed, by the copy's name
_copied: dict[str, Any] = {}


def all_samples(
    made_over: fo.SampleCollection, patches_field: str | None
) -> fo.SampleCollection:
    """Every sample that an index may have rows of: those of the dataset, of all slices
    if it is grouped; or the frames or clips that the index was made over.

    Args:
        made_over: the dataset or view that the index's run is stored with
        patches_field: the field whose patches are indexed; ``None`` for samples
    """
    while patches_field is not None and made_over._is_patches:
        made_over = made_over._source_collection
    if made_over._is_generated:
        return made_over._base_view
    dataset = made_over._root_dataset
    if dataset.media_type == fom.GROUP:
        return dataset.select_group_slices(_allow_mixed=True)
    return dataset


def part_of(
    everything: fo.SampleCollection, view: fo.SampleCollection
) -> fo.SampleCollection:
    """What a view has of all samples: itself; or, where one is of frames or clips and
    the other isn't, those of the view's samples.

    Args:
        everything: what :func:`all_samples` says
        view: a view of the dataset
    """
    if _kind(everything) == _kind(view):
        return view
    of = view.values("sample_id" if view._is_generated else "id")
    owners = list(dict.fromkeys(of))
    if everything._is_generated:
        return everything.select_by("sample_id", owners)
    return everything.select(owners)


def existing(
    samples: fo.SampleCollection,
    patches_field: str | None,
    ids: Sequence[str],
    sample_ids: Sequence[str],
) -> set[str]:
    """Those of some rows whose sample, or patch, there is now; a millisecond or two.

    Args:
        samples: what :func:`all_samples` says
        patches_field: the field whose patches are indexed; ``None`` for samples
        ids: ``n`` primary keys
        sample_ids: their ``n`` sample ids

    Raises:
        InvalidRequest: if there is no such field
    """
    path = _path(samples, patches_field)
    copy, root = samples._dataset, samples._root_dataset
    found = _among(copy._sample_collection, path, ids, sample_ids, copy._is_frames)
    if not samples._is_generated:
        return found
    if not samples._is_frames or samples._source_collection._is_generated:
        return found & _of_samples(copy, root, found) if path is None else found
    # such a view is a copy of the frames, made when it was first loaded
    now = _among(root._frame_collection, path, ids, sample_ids, True)
    if now - found and _copy_again(samples):
        copy = samples._dataset
        found = _among(copy._sample_collection, path, ids, sample_ids, True)
    return found & now


def _kind(samples: fo.SampleCollection) -> str:
    if samples._is_frames:
        return "frames"
    return "clips" if samples._is_clips else "samples"


def _path(samples: fo.SampleCollection, patches_field: str | None) -> str | None:
    """Where the labels of a field are, for MongoDB."""
    if patches_field is None:
        return None
    if not samples.has_field(patches_field):
        raise InvalidRequest(
            f"The dataset has no field '{patches_field}' any more, whose patches this "
            "index holds. Clean the index up, or add the field again."
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
        found = collection.find({"_id": {"$in": _object_ids(ids)}}, {"_id": True})
        return {str(doc["_id"]) for doc in found}
    owners = {"$in": _object_ids(dict.fromkeys(sample_ids))}
    of: dict[str, Any] = {"_id": owners}
    if frames:  # a patch of one may name it, or its video
        of = {"$or": [of, {"_sample_id": owners}]}
    labels = {"_id": False, "ids": f"${path}._id"}
    docs = collection.aggregate([{"$match": of}, {"$project": labels}])
    there = {str(id_) for doc in docs for id_ in _several(doc.get("ids"))}
    return there.intersection(ids)


def _of_samples(copy: fo.Dataset, root: fo.Dataset, ids: Iterable[str]) -> set[str]:
    """Those of some clips or patches whose sample there is."""
    asked = {"_id": {"$in": _object_ids(ids)}}
    found = copy._sample_collection.find(asked, {"_sample_id": True})
    of = {str(doc["_id"]): str(doc["_sample_id"]) for doc in found}
    owners = list(of.values())
    there = _among(root._sample_collection, None, owners, owners, False)
    return {id_ for id_, owner in of.items() if owner in there}


def _copy_again(samples: fo.SampleCollection) -> bool:
    """Makes a view's copy of frames again, once for each change of the frames; whether
    it did."""
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


def _object_ids(ids: Iterable[str]) -> list[ObjectId]:
    return [ObjectId(id_) for id_ in ids if ObjectId.is_valid(id_)]
