"""A map of an index's vectors for FiftyOne's Embeddings panel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

import fiftyone as fo
import fiftyone.brain as fob

from ..backend import registration
from ..dataset import indexed_samples, names
from ..errors import InvalidRequest
from ..progress import Monitor, Report

if TYPE_CHECKING:
    from fiftyone.brain.visualization import VisualizationResults

    from ..backend.index import MilvusSimilarityIndex

PHASE = "Computing the map"
MIN_VECTORS = 3  # of which a plane can be a projection
MIN_UMAP = 4  # UMAP fails with fewer


@dataclass(frozen=True)
class EmbeddingsMap:
    """A visualization that was stored as the brain run ``map_key``. ``method`` is
    ``"umap"`` or ``"pca"``, ``points`` how many vectors are in it, and ``orphaned``
    rows of the index were left out, whose samples or patches were deleted."""

    brain_key: str
    map_key: str
    patches_field: str | None
    method: str
    points: int
    orphaned: int
    seconds: float

    @property
    def message(self) -> str:
        """A summary, and where to see it."""
        what = "samples" if self.patches_field is None else "patches"
        return (
            f"{self.points:,} {what} are on the map '{self.map_key}' "
            f"({self.method.upper()}): choose it in the Embeddings panel"
        )


def method(count: int) -> str:
    """How so many vectors are projected: with UMAP where it is installed, else PCA."""
    return "umap" if count >= MIN_UMAP and find_spec("umap") is not None else "pca"


def embeddings_map(
    index: MilvusSimilarityIndex,
    map_key: str,
    *,
    view: fo.SampleCollection | None = None,
    progress: Report | bool | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> EmbeddingsMap:
    """Projects the vectors that Milvus has onto a plane, and stores the points as a
    visualization. Nothing is embedded. All vectors are in memory at once.

    Args:
        index: the index
        map_key: the key of the new brain run, an identifier
        view: the view to stay within; ``None`` for what the index is restricted to
        progress: a function to call with the progress, from this thread; or whether to
            show a progress bar, by default as FiftyOne's configuration says
        cancelled: whether to stop; asked before the work begins

    Raises:
        InvalidRequest: if the key is in use, there are fewer than three vectors, or
            the index is of frames or clips; nothing was stored
        Cancelled: if ``cancelled()`` returned true
        VectorSearchError: if Milvus doesn't answer
    """
    dataset, field = index.samples._root_dataset, index.config.patches_field
    names.refuse(names.brain_key_problem(dataset, map_key))
    kind = indexed_samples.kind_of(index.all_samples)
    if kind != "samples":
        raise InvalidRequest(
            f"'{index.key}' is an index of {kind}, which the Embeddings panel of their "
            "dataset can't show. Choose an index of samples or patches."
        )
    with (
        Monitor(progress, cancelled, "vectors") as monitor,
        index.use_view(index.view if view is None else view),
    ):
        count = index.index_size
        if count < MIN_VECTORS or index.rows.collection.dimension() < 2:
            raise InvalidRequest(
                f"A map needs {MIN_VECTORS} vectors or more of 2 dimensions or more, "
                f"and there are {count:,}. Choose another index or view."
            )
        monitor.stop_if_cancelled()
        monitor.report(PHASE, 0, count)
        how = method(count)
        found = fob.compute_visualization(
            index.view,
            patches_field=field,
            method=how,
            similarity_index=index,
            progress=False,
        )
        _store(found, index.view, map_key)
        monitor.report(PHASE, count, count)
        orphaned = 0 if index.has_view else index.orphaned
        points = len(found.points)
    return EmbeddingsMap(
        index.key, map_key, field, how, points, orphaned, monitor.seconds
    )


def _store(
    found: VisualizationResults, samples: fo.SampleCollection, map_key: str
) -> None:
    """Stores what was computed. FiftyOne itself would store the run first, and keep it
    where computing the points fails."""
    registration.register(found.backend, samples, map_key)
    try:
        # not cached: these results don't know their key
        found.backend.save_run_results(samples, map_key, found, cache=False)
    except BaseException:
        samples._root_dataset.delete_brain_run(map_key)
        raise
