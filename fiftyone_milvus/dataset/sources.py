"""Where vectors come from, a model or an embeddings field; read chunk by chunk."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import fiftyone as fo
import fiftyone.brain.internal.core.utils as fbu
import fiftyone.core.media as fom
import numpy as np

from ..errors import InvalidRequest
from ..progress import Failure
from ..store.rows import Rows, concatenate
from . import embeddings_fields, expected_rows, fingerprints, models, names
from .expected_rows import Item as Item
from .ids import packed_ids

_MEDIA = {
    fom.VIDEO: "videos",
    fom.GROUP: "groups",
    fom.MIXED: "of several media",
    fom.POINT_CLOUD: "point clouds",
    fom.THREE_D: "3D scenes",
}
_ADVICE = {
    fom.VIDEO: (
        "Index a view of their frames (to_frames(), ToFrames in the view bar), or"
    ),
    fom.GROUP: (
        "Index a view of slices that are images (select_group_slices(), "
        "SelectGroupSlices in the view bar), or"
    ),
    fom.MIXED: "Index a view of the images alone, or",
}
DIM_SAMPLES = 1_000  # of a field, to find the dimension of its vectors


@dataclass(frozen=True)
class Source:
    """Where the vectors come from: a zoo model by name, or an embeddings field (of the
    samples, or of the patches by the attribute's name). Together with a field, the
    model is for queries by text and by image.

    Args:
        model: the name of a zoo model
        embeddings_field: the field that holds the vectors
        model_kwargs: keyword arguments for loading the model
        batch_size: images in one call of the model
        num_workers: processes that read images beside this one; ``None`` for
            FiftyOne's ``default_process_pool_workers``, or none. They are forks of a
            process that is connected to Milvus and MongoDB, which both advise against;
            worth it where a GPU waits for images
        alpha: how much wider than its box to crop a patch, such as ``0.1``
        force_square: whether to widen a patch's box to a square
    """

    model: str | None = None
    embeddings_field: str | None = None
    model_kwargs: Mapping[str, Any] | None = None
    batch_size: int | None = None
    num_workers: int | None = None
    alpha: float | None = None
    force_square: bool = False

    @property
    def embeds(self) -> bool:
        """Whether a model computes the vectors."""
        return self.embeddings_field is None

    @property
    def readers(self) -> int:
        """How many processes read images beside this one."""
        if self.num_workers is not None:
            return self.num_workers
        return fo.config.default_process_pool_workers or 0

    def cropping(self) -> dict[str, Any]:
        """The chosen options of how patches are cropped; stored with the run."""
        chosen = {"alpha": self.alpha, "force_square": self.force_square}
        return {name: value for name, value in chosen.items() if value}

    def check(self, samples: fo.SampleCollection, patches_field: str | None) -> None:
        """Checks what can be checked without a server and without loading a model.

        Raises:
            InvalidRequest: naming what to change
        """
        if not self.model and not self.embeddings_field:
            raise InvalidRequest("Name a model, or an embeddings field")
        names.refuse(media_problem(samples) if self.embeds else None)
        self.check_fields(samples, patches_field)
        if self.model is not None:
            models.check_in_zoo(self.model)

    def check_fields(
        self, samples: fo.SampleCollection, patches_field: str | None
    ) -> None:
        """Checks that the fields of the vectors and patches exist.

        Raises:
            InvalidRequest: naming what to change
        """
        if patches_field is not None:
            problem = expected_rows.patches_problem(samples, patches_field, self.embeds)
        else:
            problem = expected_rows.samples_problem(samples, self.embeddings_field)
        names.refuse(problem)
        if self.embeddings_field is None:
            return
        if not embeddings_fields.exists(samples, self.embeddings_field, patches_field):
            of = f"'{patches_field}'" if patches_field else "the samples"
            raise InvalidRequest(
                f"There is no embeddings field '{self.embeddings_field}' of {of}. "
                "Choose a field that exists, or a model."
            )


@dataclass(frozen=True)
class FieldFingerprints:
    """The fingerprints of the vectors that a chunk's field holds, by primary key,
    ``None`` for one that can't be indexed; and ``reasons`` why it can't."""

    fingerprints: dict[str, str | None]
    reasons: dict[str, str]


@dataclass(frozen=True)
class Embedded:
    """The rows and failures of a chunk."""

    rows: Rows
    failures: list[Failure] = field(default_factory=list)


class Reader:
    """Reads the rows of an index from samples or their patches.

    Args:
        samples: the view that is indexed
        source: where the vectors come from
        patches_field: the field whose patches are indexed; ``None`` for samples
        model: the loaded model, if the source embeds
        metric: the index's metric
        dim: the index's dimension; ``None`` for that of the first vectors
    """

    def __init__(
        self,
        samples: fo.SampleCollection,
        source: Source,
        patches_field: str | None,
        model: Any = None,
        *,
        metric: str = "euclidean",
        dim: int | None = None,
    ) -> None:
        self._samples = samples
        self._source = source
        self._patches_field = patches_field
        self._model = model
        self._metric = metric
        self._batches = models.AdaptiveBatches()
        self.dim = dim

    @property
    def copies(self) -> bool:
        """Whether the vectors come from a field."""
        return not self._source.embeds

    def ids(self) -> np.ndarray:
        """The ids of the view's samples, in its order: ``(n, 12)`` bytes, since strings
        would take most of a build's memory."""
        return packed_ids(self._samples)

    def chunk(self, ids: Sequence[str]) -> fo.DatasetView:
        """The samples with these ids."""
        return self._samples.select(list(ids))

    def items(self, chunk: fo.DatasetView) -> list[Item]:
        """The rows that an index of these samples should have."""
        return expected_rows.read(chunk, self._patches_field)

    def usual_dimension(self, ids: np.ndarray) -> int | None:
        """The dimension that most vectors in the field have, judged by a sample of
        them; ``None`` without vectors.

        Args:
            ids: what :meth:`ids` gave
        """
        assert self._source.embeddings_field is not None
        some = np.unique(np.linspace(0, len(ids) - 1, DIM_SAMPLES).astype(int))
        chunk = self.chunk([ids[at].tobytes().hex() for at in some])
        return embeddings_fields.dimension(
            chunk, self._source.embeddings_field, self._patches_field
        )

    def field_fingerprints(self, chunk: fo.DatasetView) -> FieldFingerprints:
        """The fingerprints of the vectors that a chunk's field holds."""
        found = self._stored(chunk)
        hashes: dict[str, str | None] = {
            id_: fingerprints.vector_fingerprint(vector)
            for id_, vector in zip(found.ids, found.vectors, strict=True)
        }
        unusable = dict.fromkeys(found.unusable)
        return FieldFingerprints({**hashes, **unusable}, self._reasons(found))

    def embed(self, chunk: fo.DatasetView, wanted: Sequence[Item] | None) -> Embedded:
        """The vectors of some of a chunk's rows, ``None`` for all. What gives none is
        listed with the reason, and doesn't stop the others."""
        if not self._source.embeds:
            return self._copied(chunk, wanted)
        wanted = self.items(chunk) if wanted is None else wanted
        wanted, failures, prints = _readable(wanted)
        rows, left = self._embed_items(chunk, wanted)
        if left and len(wanted) > 1:
            # a batch fails as a whole, and so do all patches of an image
            alone = [item for item in wanted if item.id in left]
            again = [self._embed_items(chunk, [item]) for item in alone]
            rows = concatenate([rows, *(found for found, _ in again)])
            left = {id_: why for _, missing in again for id_, why in missing.items()}
        failures += [Failure(*one) for one in left.items()]
        kept = [prints[id_] for id_ in rows.ids]
        return Embedded(replace(rows, fingerprints=kept), failures)

    def _copied(self, chunk: fo.DatasetView, wanted: Sequence[Item] | None) -> Embedded:
        """The vectors from the field."""
        found = self._stored(chunk)
        ids, sample_ids, vectors = found.ids, found.sample_ids, found.vectors
        reasons = self._reasons(found)
        if wanted is not None:
            asked = {item.id for item in wanted}
            at = [i for i, id_ in enumerate(ids) if id_ in asked]
            ids, sample_ids = [ids[i] for i in at], [sample_ids[i] for i in at]
            vectors = vectors[at]
            reasons = {id_: why for id_, why in reasons.items() if id_ in asked}
        return Embedded(
            Rows(
                ids,
                sample_ids,
                vectors,
                [fingerprints.vector_fingerprint(v) for v in vectors],
            ),
            [Failure(*one) for one in reasons.items()],
        )

    def _stored(self, chunk: fo.DatasetView) -> embeddings_fields.Stored:
        field = self._source.embeddings_field
        assert field is not None
        found = embeddings_fields.read(
            chunk, field, self._patches_field, metric=self._metric, dim=self.dim
        )
        if found.ids:
            self.dim = found.vectors.shape[1]
        return found

    def _reasons(self, found: embeddings_fields.Stored) -> dict[str, str]:
        """Why some have no usable vector, by id."""
        none = f"it has no vector in '{self._source.embeddings_field}'"
        return {**dict.fromkeys(found.none, none), **found.unusable}

    def _embed_items(
        self, chunk: fo.DatasetView, wanted: Sequence[Item]
    ) -> tuple[Rows, dict[str, str]]:
        """The rows that the model gives a vector for, and why it gives none for the
        others, by primary key."""
        if not wanted:
            return Rows([], [], np.empty((0, 0), np.float32)), {}
        parts = []
        while wanted:
            count = self._batches.size(self._source.batch_size or 1)
            parts.append(self._embed_batch(chunk, wanted[:count]))
            wanted = wanted[count:]
        rows = concatenate([found for found, _ in parts])
        return rows, {id_: why for _, some in parts for id_, why in some.items()}

    def _embed_batch(
        self, chunk: fo.DatasetView, wanted: Sequence[Item]
    ) -> tuple[Rows, dict[str, str]]:
        ids, sample_ids, vectors = self._vectors(chunk, wanted)
        asked = {item.id for item in wanted}
        with np.errstate(over="ignore"):
            vectors = np.asarray(vectors, np.float32)
        # a zero vector from a model is wrong, whatever the metric
        wrong = embeddings_fields.problems(vectors, "cosine") if ids else {}
        usable = [i for i, id_ in enumerate(ids) if id_ in asked and i not in wrong]
        rows = Rows(
            [ids[i] for i in usable],
            [sample_ids[i] for i in usable],
            vectors[usable],
        )
        problems = {
            ids[i]: f"the model's vector {reason}" for i, reason in wrong.items()
        }
        found = set(rows.ids)
        return rows, {
            item.id: problems.get(item.id) or _why_no_vector(item)
            for item in wanted
            if item.id not in found
        }

    def _vectors(
        self, chunk: fo.DatasetView, wanted: Sequence[Item]
    ) -> tuple[list[str], list[str], Any]:
        """The ids, the sample ids and the vectors that the model gives."""
        source = self._source
        with _quiet():
            vectors, sample_ids, label_ids = fbu.get_embeddings(
                self._only(chunk, wanted),
                model=models.SharedModel(self._model, self._batches),
                patches_field=self._patches_field,
                alpha=source.alpha,
                force_square=source.force_square,
                batch_size=source.batch_size,
                num_workers=source.readers,
                progress=False,
            )
        ids = sample_ids if label_ids is None else label_ids
        return [str(id_) for id_ in ids], [str(id_) for id_ in sample_ids], vectors

    def _only(self, chunk: fo.DatasetView, wanted: Sequence[Item]) -> fo.DatasetView:
        if self._patches_field is None or chunk._is_patches:
            return chunk.select([item.id for item in wanted])
        return chunk.select_labels(
            ids=[item.id for item in wanted], fields=self._patches_field
        )


def media_problem(samples: fo.SampleCollection) -> str | None:
    """Why a model can't read samples, in a sentence; ``None`` if it can."""
    if samples.media_type in (fom.IMAGE, None):
        return None
    return (
        "A model reads images, and these samples are "
        f"{_MEDIA.get(samples.media_type, 'no images')}. "
        f"{_ADVICE.get(samples.media_type, 'Index')} vectors that a field of the "
        "samples holds."
    )


def _readable(
    wanted: Sequence[Item],
) -> tuple[list[Item], list[Failure], dict[str, str | None]]:
    """The items that can be embedded, the failures of the others, and all
    fingerprints by id."""
    prints = {
        item.id: fingerprints.file_fingerprint(item.path, item.outline)
        for item in wanted
    }
    failures = [
        Failure(item.id, reason)
        for item in wanted
        if (reason := expected_rows.unreadable_reason(item)) is not None
    ]
    failed = {failure.id for failure in failures}
    return [item for item in wanted if item.id not in failed], failures, prints


def _why_no_vector(item: Item) -> str:
    if item.outline is not None:
        return "the model gave no vector for this patch: it may be empty"
    return "the image can't be read, or the model gave no vector for it"


@contextmanager
def _quiet() -> Iterator[None]:
    """FiftyOne logs each chunk and each failure, which are reported here."""
    loggers = [
        logging.getLogger(name)
        for name in ("fiftyone.core.models", "fiftyone.brain.internal.core.utils")
    ]
    levels = [found.level for found in loggers]
    for found in loggers:
        found.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for found, level in zip(loggers, levels, strict=True):
            found.setLevel(level)
