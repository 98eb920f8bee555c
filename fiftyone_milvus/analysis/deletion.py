"""Deletes samples or patches of a dataset, and then their rows in its indexes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import fiftyone as fo

from ..backend import runs
from ..backend.index import MilvusSimilarityIndex
from ..dataset import indexed_samples
from ..errors import InvalidRequest, VectorSearchError
from ..store import settings


@dataclass(frozen=True)
class Deleted:
    """How many samples or patches were deleted, and how many rows in all indexes;
    ``kept_because`` says by brain key why the rows of an index stay."""

    count: int
    rows: int = 0
    kept_because: dict[str, str] = field(default_factory=dict)


def check(samples: fo.SampleCollection, patches_field: str | None) -> None:
    """Checks that samples, or patches of a field, can be deleted.

    Raises:
        InvalidRequest: if they are frames or clips, or the field is read-only
    """
    if samples._is_generated:
        what = indexed_samples.kind_of(samples)
        raise InvalidRequest(
            f"An index of {what} is not one of samples, so none can be deleted here: "
            "delete their videos."
        )
    if patches_field is None:
        return
    found = samples.get_field(patches_field)
    if found is None:
        raise InvalidRequest(f"The dataset has no field '{patches_field}' any more")
    if found.read_only:
        raise InvalidRequest(
            f"The field '{patches_field}' is read-only. Make it editable in the "
            "dataset's schema first."
        )


def indexes_of(dataset: fo.Dataset, patches_field: str | None) -> list[str]:
    """The brain keys of the indexes that may have rows of samples, and whose rows are
    deleted with them; of patches those of their field."""
    found = []
    for key in runs.keys(dataset):
        indexed = runs.indexed(dataset, key)
        ours = patches_field is None or indexed.patches_field == patches_field
        if ours and not indexed.samples._is_generated:
            found.append(key)
    return found


@settings.takes_connection
def delete(
    dataset: fo.Dataset, ids: Sequence[str], patches_field: str | None = None
) -> Deleted:
    """Deletes samples, or patches of a field, from a dataset: this can't be undone.
    Their rows in its indexes follow; what stays there is orphaned, and left to the next
    sync. Image files stay.

    Args:
        dataset: the dataset
        ids: ids of samples, of all slices; or of labels
        patches_field: the field of the labels; ``None`` for samples

    Raises:
        InvalidRequest: if they can't be deleted; nothing was
    """
    check(indexed_samples.all_samples(dataset, patches_field), patches_field)
    keys = indexes_of(dataset, patches_field)
    if patches_field is None:
        dataset.delete_samples(ids)
    else:
        dataset.delete_labels(ids=ids, fields=patches_field)
    rows, kept = 0, {}
    for key in keys:
        try:
            rows += _delete_rows(runs.load(dataset, key), ids, patches_field)
        except VectorSearchError as e:
            kept[key] = str(e)
    return Deleted(len(ids), rows, kept)


def _delete_rows(
    index: MilvusSimilarityIndex, ids: Sequence[str], patches_field: str | None
) -> int:
    if not index.rows.collection.exists():
        return 0
    if patches_field is not None:
        found = sorted(index.rows.ids(ids))
    else:
        by_sample = index.rows.ids_of_samples(ids)
        found = [id_ for of_sample in by_sample.values() for id_ in of_sample]
    if found:
        index.ownership.check_orphans()
        index.rows.delete(found)
    return len(found)
