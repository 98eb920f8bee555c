"""Ids of samples and labels, as FiftyOne's interface passes them around."""

from __future__ import annotations

import logging
from functools import cached_property, partial
from typing import Any, Protocol, cast

import fiftyone as fo
import fiftyone.brain.internal.core.utils as fbu
import numpy as np
from bson import ObjectId

from ..errors import InvalidRequest
from . import memberships

logger = logging.getLogger(__name__)

IDS_AT_ONCE = 10_000  # MongoDB's own batches are of 16 MB
FEW = 5_000  # ids that a view is asked for, rather than for all that it has


def as_list(ids: Any) -> list[str]:
    """One id, several or none, as a list."""
    if ids is None:
        return []
    return [ids] if isinstance(ids, str) else [str(i) for i in ids]


def report_missing(missing: list[str], allow: bool, warn: bool) -> None:
    """Tells of ids that an index lacks, as ``allow_missing`` and ``warn_missing`` say.

    Raises:
        InvalidRequest: if there are any and they are not allowed
    """
    if missing and not allow:
        raise InvalidRequest(
            f"{len(missing)} ids (such as '{missing[0]}') are not in the index"
        )
    if missing and warn:
        logger.warning("Ignoring %d IDs that are not in the index", len(missing))


class Members(Protocol):
    """What a search is restricted to, by primary key."""

    @property
    def ids(self) -> list[str]:
        """All of them; read when they are asked for."""

    @property
    def known(self) -> list[str] | None:
        """:attr:`ids` if they were read already."""

    def holding(self, ids: list[str], sample_ids: list[str]) -> set[str]:
        """Those of the given rows, with their sample ids, that are among them."""


class Within:
    """The primary keys that a view's samples, or their patches, have in an index;
    asked of MongoDB when they are needed, and then kept.

    Args:
        samples: the view
        patches_field: the field whose patches are indexed; ``None`` for samples
    """

    def __init__(self, samples: fo.SampleCollection, patches_field: str | None) -> None:
        self._samples = samples
        self._patches_field = patches_field

    @cached_property
    def ids(self) -> list[str]:
        """All of them, in the view's order."""
        return self._keys(self._samples)

    @property
    def known(self) -> list[str] | None:
        """:attr:`ids` if they were read already."""
        return vars(self).get("ids")

    def holding(self, ids: list[str], sample_ids: list[str]) -> set[str]:
        """Those of the given rows that are in the view.

        Args:
            ids: ``n`` primary keys
            sample_ids: their ``n`` sample ids
        """
        # a view's pipeline over few samples takes a millisecond, however large it is
        few = self.known is None and len(ids) <= FEW
        if not few or self._samples._is_patches or self._samples._is_clips:
            return self._every & set(ids)
        if self._patches_field is not None:
            view = self._samples.select(list(dict.fromkeys(sample_ids)))
            return set(self._keys(view)) & set(ids)
        valid = [ObjectId(id_) for id_ in ids if ObjectId.is_valid(id_)]
        asked = {"_id": {"$in": valid}}
        found = self._samples._aggregate(
            post_pipeline=[{"$match": asked}, {"$project": {"_id": True}}]
        )
        return {str(doc["_id"]) for doc in found}

    @cached_property
    def _every(self) -> set[str]:
        return set(self.ids)

    def _keys(self, samples: fo.SampleCollection) -> list[str]:
        if self._patches_field is None and not samples._is_generated:
            return _sample_ids(samples)
        sample_ids, label_ids = fbu.get_ids(samples, patches_field=self._patches_field)
        if label_ids is not None:
            return as_list(label_ids)
        if samples._is_patches:
            sample_ids = dict.fromkeys(samples.values("sample_id"))
        return as_list(sample_ids)


def within(
    samples: fo.SampleCollection | None, patches_field: str | None
) -> Within | None:
    """What a search is restricted to; ``None`` for the whole dataset."""
    if samples is None or samples.view() == samples._root_dataset.view():
        return None
    view = samples.view()
    make = partial(Within, view, patches_field)
    return cast(Within, memberships.get(view, patches_field, make))


def packed_ids(samples: fo.SampleCollection) -> np.ndarray:
    """The ids of a view's samples in its order, ``(n, 12)`` bytes, in a fifth of the
    time and a tenth of the memory of ``samples.values("id")``."""
    pipeline = samples._pipeline(post_pipeline=[{"$project": {"_id": True}}])
    batches = samples._dataset._sample_collection.aggregate_raw_batches(
        pipeline, batchSize=IDS_AT_ONCE
    )
    # each {"_id": ObjectId} has 22 bytes, the id from the tenth to the last but one
    found = [
        np.frombuffer(batch, np.uint8).reshape(-1, 22)[:, 9:21].copy()
        for batch in batches
    ]
    return np.concatenate(found) if found else np.empty((0, 12), np.uint8)


def _sample_ids(samples: fo.SampleCollection) -> list[str]:
    digits = packed_ids(samples).tobytes().hex()
    return [digits[at : at + 24] for at in range(0, len(digits), 24)]


def in_dataset_order(
    samples: fo.SampleCollection,
    patches_field: str | None,
    ids: list[str],
    sample_ids: list[str],
) -> tuple[np.ndarray, np.ndarray | None]:
    """An index's rows in the order of its dataset, as FiftyOne's own backend has them.

    Args:
        samples: the dataset
        patches_field: the field whose patches are indexed; ``None`` for samples
        ids: ``n`` primary keys
        sample_ids: their ``n`` sample ids

    Returns:
        ``n`` sample ids, and ``n`` label ids or ``None``; rows whose sample or label
        is gone come last
    """
    sample_of = dict(zip(ids, sample_ids, strict=True))
    known, labels = fbu.get_ids(samples, patches_field=patches_field)
    known = known if labels is None else labels
    order = [str(id_) for id_ in known if str(id_) in sample_of]
    order += sorted(set(ids) - set(order))
    found = np.array([sample_of[id_] for id_ in order], dtype=str)
    return found, None if patches_field is None else np.array(order, dtype=str)
