"""Ids of samples and labels, as FiftyOne's interface passes them around."""

from __future__ import annotations

import logging
from typing import Any

import fiftyone as fo
import fiftyone.brain.internal.core.utils as fbu
import numpy as np

from .errors import InvalidRequest

logger = logging.getLogger(__name__)


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


def keys_in(
    samples: fo.SampleCollection, patches_field: str | None
) -> list[str] | None:
    """The primary keys that a view's samples, or their patches, have in an index;
    ``None`` if the view is the whole dataset."""
    if samples.view() == samples._root_dataset.view():
        return None
    sample_ids, label_ids = fbu.get_ids(samples, patches_field=patches_field)
    if label_ids is not None:
        return as_list(label_ids)
    if samples._is_patches:
        sample_ids = dict.fromkeys(samples.values("sample_id"))
    return as_list(sample_ids)


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
