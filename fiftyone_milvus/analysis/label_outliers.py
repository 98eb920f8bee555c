"""Labels that disagree with those of their nearest neighbors: possible mistakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import fiftyone as fo
import fiftyone.core.labels as fol
import numpy as np

from ..checks import count, is_number
from ..dataset import indexed_samples
from ..errors import InvalidRequest
from ..exact import near_pairs
from ..progress import Monitor, Report
from .found import Found, place
from .loaded_vectors import LoadedVectors, left_out, load_vectors

if TYPE_CHECKING:
    from ..backend.index import MilvusSimilarityIndex

MAX_OUTLIERS = 10_000
MAX_NEIGHBORS = 100


@dataclass(frozen=True)
class Neighbor:
    """A neighbor of an outlier."""

    id: str
    sample_id: str
    label: str
    dist: float


@dataclass(frozen=True)
class Outlier:
    """A sample or patch with another label than its neighbors. ``score`` is the share
    of them that disagree, ``suggested`` the label that most of these have."""

    id: str
    sample_id: str
    label: str
    suggested: str
    score: float
    neighbors: tuple[Neighbor, ...]


@dataclass(frozen=True, repr=False)
class Outliers(Found):
    """The label outliers of a field, the most suspicious first, up to a limit;
    ``total`` counts all. ``labelled`` were compared, ``unlabelled`` left out, and so
    were ``orphaned`` rows of the index, whose samples or patches were deleted."""

    label_field: str
    k: int
    labelled: int
    unlabelled: int
    total: int
    outliers: tuple[Outlier, ...]
    seconds: float
    orphaned: int = 0

    @property
    def ids(self) -> list[str]:
        """The outliers' ids, the most suspicious first."""
        return [outlier.id for outlier in self.outliers]

    @property
    def message(self) -> str:
        """A summary in one sentence."""
        text = (
            f"{self.total:,} of {self.labelled:,} labels in '{self.label_field}' "
            f"disagree with their {self.k} nearest neighbors"
        )
        if self.unlabelled:
            text += f"; {self.unlabelled:,} have no label"
        return text + left_out(self.orphaned)


def find_outliers(
    index: MilvusSimilarityIndex,
    label_field: str | None = None,
    *,
    k: int = 10,
    min_score: float = 0.5,
    limit: int = MAX_OUTLIERS,
    view: fo.SampleCollection | None = None,
    progress: Report | bool | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Outliers:
    """Finds labels that disagree with those of their ``k`` nearest labelled
    neighbors, exactly; changes nothing.

    ``score = |{neighbors with another label}| / k``: a k-nearest-neighbor rule would
    take the label for wrong from one half on (Wilson, Asymptotic properties of nearest
    neighbor rules using edited data, 1972). Equal scores are ordered by the same share
    with each neighbor weighted ``(d_k - d) / (d_k - d_1)``, 1 if all are equally far
    (Dudani, The distance-weighted k-nearest-neighbor rule, 1976), so that those whose
    nearest disagree come first. The suggested label is the one that most of those who
    disagree have, of equal ones that with the most weight.

    Args:
        index: the index
        label_field: a field of the samples with one label each (``Classification``),
            or with a string; for an index of patches their own label, by default
        k: how many neighbors
        min_score: the least share that makes an outlier, above 0 up to 1
        limit: how many outliers to list
        view: the view to stay within; ``None`` for what the index is restricted to
        progress: a function to call with the progress, from this thread; or whether to
            show a progress bar, by default as FiftyOne's configuration says
        cancelled: whether to stop; asked again and again

    Raises:
        InvalidRequest: if the field holds no such labels, or a number is out of range
        Cancelled: if ``cancelled()`` returned true
        VectorSearchError: if Milvus doesn't answer
    """
    k = count(k, "k", "neighbors", MAX_NEIGHBORS)
    if not is_number(min_score) or not 0 < min_score <= 1:
        raise InvalidRequest(
            f"The least score is {min_score!r}; give a share above 0, up to 1"
        )
    field, label_of = labels(index, label_field)
    where = place(index, view)
    monitor = Monitor(progress, cancelled, "vectors")
    with load_vectors(index, view, monitor) as loaded:
        keys = loaded.ids if _is_own(index, field) else loaded.sample_ids
        labels_of_rows = [label_of.get(key) for key in keys]
        has = np.array(
            [i for i, label in enumerate(labels_of_rows) if label is not None], int
        )
        names, codes = np.unique(
            [str(labels_of_rows[i]) for i in has], return_inverse=True
        )
        code_of = np.full(len(loaded), -1)
        code_of[has] = codes
        scale, tick = len(loaded) / max(1, len(has)), loaded.tick("Comparing")
        near, dists = near_pairs.nearest(
            loaded.space, k, has, has, lambda done: tick(int(done * scale))
        )
        total, listed = _ranked(code_of, has, near, dists, min_score, limit)
        return Outliers(
            field,
            k,
            len(has),
            len(loaded) - len(has),
            total,
            tuple(
                _outlier(loaded, names, code_of, has[i], near[i], dists[i])
                for i in listed
            ),
            loaded.monitor.seconds,
            loaded.orphaned,
            **where,
        )


def labels(
    index: MilvusSimilarityIndex, label_field: str | None
) -> tuple[str, dict[str, str | None]]:
    """The name of the field that labels an index's rows, and the labels: by label id if
    it is the patches' own field, else by sample id.

    Raises:
        InvalidRequest: if the field doesn't hold one label for each
    """
    samples, patches = index.all_samples, index.config.patches_field
    field = label_field or patches
    if field is None:
        raise InvalidRequest("Name the field that holds the labels of the samples")
    path = label_path(samples, patches, field)
    if field == patches:
        ids, values = _own(samples, field, path)
        return field, dict(zip(ids, values, strict=True))
    found = indexed_samples.values(samples, path)
    assert found is not None
    return field, dict(zip(*found, strict=True))


def label_path(
    samples: fo.SampleCollection, patches_field: str | None, field: str
) -> str:
    """The path of the labels in a field: the patches' own, or one of the samples.

    Raises:
        InvalidRequest: if the field doesn't hold one label for each
    """
    of = samples if samples.has_field(field) else samples._root_dataset
    if not of.has_field(field):
        raise InvalidRequest(f"There is no field '{field}' to take labels from")
    if field == patches_field:
        _, path = samples._get_label_field_path(field, "label")
        return str(path)
    kind = of.get_field(field)
    holds = getattr(kind, "document_type", None)
    if holds is not None and issubclass(holds, fol.Classification):
        return f"{field}.label"
    if isinstance(kind, fo.StringField):
        return field
    raise InvalidRequest(
        f"'{field}' doesn't hold one label for each sample. Name a field of "
        "classifications or of strings; or use an index of the field's patches."
    )


def _own(samples: Any, field: str, path: str) -> tuple[list[str], list[str | None]]:
    """The ids and the labels of all patches of a field."""
    _, id_path = samples._get_label_field_path(field, "id")
    ids, values = samples.values([id_path, path], unwind=True)
    kept = [at for at, id_ in enumerate(ids) if id_ is not None]
    return [ids[at] for at in kept], [values[at] for at in kept]


def _is_own(index: MilvusSimilarityIndex, field: str) -> bool:
    return field == index.config.patches_field


def _ranked(
    code_of: np.ndarray,
    rows: np.ndarray,
    near: list[np.ndarray],
    dists: list[np.ndarray],
    min_score: float,
    limit: int,
) -> tuple[int, np.ndarray]:
    """How many are outliers, and the places in ``rows`` of the most suspicious."""
    if not len(rows) or not len(near[0]):
        return 0, np.empty(0, np.intp)
    others, away = np.array(near), np.array(dists)
    differ = code_of[others] != code_of[rows][:, None]
    scores = differ.mean(axis=1)
    weights = _weights(away)
    weighted = (differ * weights).sum(axis=1) / weights.sum(axis=1)
    order = np.lexsort((-weighted, -scores))
    order = order[scores[order] >= min_score]
    return len(order), order[:limit]


def _weights(dists: np.ndarray) -> np.ndarray:
    """Dudani's weights of distances ``(n, k)``, ascending in each row."""
    span = dists[:, -1:] - dists[:, :1]
    equal = span <= 0
    return np.where(equal, 1.0, (dists[:, -1:] - dists) / np.where(equal, 1, span))


def _outlier(
    loaded: LoadedVectors,
    names: np.ndarray,
    code_of: np.ndarray,
    at: int,
    near: np.ndarray,
    dists: np.ndarray,
) -> Outlier:
    codes = code_of[near]
    votes = np.bincount(codes, minlength=len(names))
    votes[code_of[at]] = -1  # it is another that is suggested
    weight = np.bincount(codes, _weights(dists[None])[0], minlength=len(names))
    suggested = np.lexsort((-weight, -votes))[0]
    return Outlier(
        str(loaded.ids[at]),
        str(loaded.sample_ids[at]),
        str(names[code_of[at]]),
        str(names[suggested]),
        float((codes != code_of[at]).mean()),
        tuple(
            Neighbor(
                str(loaded.ids[i]),
                str(loaded.sample_ids[i]),
                str(names[code_of[i]]),
                float(dist),
            )
            for i, dist in zip(near, dists, strict=True)
        ),
    )
