"""The hits of a search as a view of the dataset, and their scores as a field of it."""

from __future__ import annotations

from collections.abc import Sequence

import fiftyone as fo
import numpy as np

from .errors import InvalidRequest

# A view that names more ids makes every request of the App slow
MAX_SELECTED = 10_000
MADE_BY = "milvus-vector-search"


def of_hits(
    ids: Sequence[str], patches_field: str | None, samples: fo.SampleCollection
) -> fo.DatasetView:
    """The hits in rank order: of the samples, or of the patches.

    Args:
        ids: ids of samples, or of labels of ``patches_field``
        patches_field: the field whose patches were found; ``None`` for samples
        samples: the dataset or view that was searched
    """
    if patches_field is not None and not samples._is_patches:
        samples = samples.to_patches(patches_field)
    if patches_field is None and samples._is_patches:
        samples = samples._root_dataset
    return samples.select(list(ids), ordered=True)


def write_scores(
    dataset: fo.Dataset,
    field: str,
    ids: Sequence[str],
    scores: np.ndarray,
    patches_field: str | None = None,
) -> None:
    """Writes the hits' scores to a field of our own, made if it is new: of the
    samples, or of the labels of ``patches_field``. What it held before goes.

    Args:
        dataset: the dataset
        field: the field's name, or for patches the attribute's
        ids: ``n`` ids of samples or labels
        scores: ``(n,)``
        patches_field: the field whose patches were found; ``None`` for samples

    Raises:
        InvalidRequest: if there is a field of that name that isn't ours
    """
    values = dict(zip(ids, map(float, scores), strict=True))
    if patches_field is None:
        _fresh_field(dataset, field, fo.FloatField)
        dataset.set_values(field, values, key_field="id")
        return
    _, path = dataset._get_label_field_path(patches_field, field)
    _fresh_field(dataset, path, fo.FloatField)
    dataset.set_label_values(path, values)


def by_rank(dataset: fo.Dataset, field: str, ids: Sequence[str]) -> fo.DatasetView:
    """More hits than a view can name, in rank order: each sample's rank, from 1, is
    written to an indexed field of our own, made if it is new.

    Args:
        dataset: the dataset
        field: the field for the ranks
        ids: sample ids in rank order

    Raises:
        InvalidRequest: if there is a field of that name that isn't ours
    """
    _fresh_field(dataset, field, fo.IntField)
    ranks = {id_: rank for rank, id_ in enumerate(ids, start=1)}
    dataset.set_values(field, ranks, key_field="id")
    dataset.create_index(field)
    return dataset.exists(field).sort_by(field)


def _fresh_field(dataset: fo.Dataset, path: str, kind: type[fo.Field]) -> None:
    """Makes a field, or empties one that was made here; nobody else's is touched.

    Raises:
        InvalidRequest: if it is somebody else's, or the name can't be
    """
    found = dataset.get_field(path)
    if found is not None:
        if not isinstance(found, kind) or (found.info or {}).get("made_by") != MADE_BY:
            raise InvalidRequest(
                f"The dataset has a field '{path}', which is not overwritten. Choose "
                "a new name."
            )
        dataset.clear_sample_field(path)
        return
    if not path.rpartition(".")[2].isidentifier():
        raise InvalidRequest(
            f"'{path}' can't name a field. Use letters, digits and underscores."
        )
    dataset.add_sample_field(path, kind, info={"made_by": MADE_BY})
