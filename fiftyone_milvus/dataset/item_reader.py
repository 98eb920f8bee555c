"""Embeds images and patches by their paths and outlines alone, with the same vectors as
FiftyOne's own loop over samples: for Ray's workers, which don't reach MongoDB."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import groupby
from pathlib import PurePosixPath
from typing import Any

import fiftyone as fo
import numpy as np

from ..errors import InvalidRequest
from ..progress import Monitor
from . import expected_rows, image_embedding, models
from .image_embedding import Cropping, Read
from .sources import Item, Reader, Source


class ItemReader(Reader):
    """As :class:`Reader`, of rows whose samples are not at hand; its ``chunk`` is
    ``None``.

    Args:
        source: the model and how patches are cropped
        patches_field: the field whose patches are indexed; ``None`` for samples
        model: the loaded model
        monitor: receives how long reading and embedding takes

    Raises:
        InvalidRequest: if the model reads more of a sample than its image
    """

    def __init__(
        self, source: Source, patches_field: str | None, model: Any, monitor: Monitor
    ) -> None:
        if image_embedding.needs_more_than_images(model):
            raise InvalidRequest(
                f"The model '{source.model}' reads more of a sample than its image, "
                "which Ray's workers don't have. Build without Ray."
            )
        super().__init__(None, source, patches_field, model)
        self._monitor = monitor
        self._cropping = Cropping(source.alpha, source.force_square)
        self._at_once = _images_at_once(source, model)

    def _vectors(
        self, chunk: Any, wanted: Sequence[Item]
    ) -> tuple[list[str], list[str], Any]:
        items: list[Item] = []
        vectors: list[np.ndarray] = []
        for group in self._groups(wanted):
            try:
                vectors += self._embedded(group)
            except Exception:  # they are embedded one by one, then listed as failures
                continue
            items += group
        ids, sample_ids = [i.id for i in items], [i.sample_id for i in items]
        return ids, sample_ids, np.stack(vectors) if vectors else []

    def _groups(self, wanted: Sequence[Item]) -> Iterator[list[Item]]:
        """What is read at once: the patches of an image, or a batch of images."""
        if self._patches_field is not None:
            for _, patches in groupby(wanted, lambda item: item.sample_id):
                yield list(patches)
            return
        size = self._at_once or 1
        for start in range(0, len(wanted), size):
            yield list(wanted[start : start + size])

    def _embedded(self, group: list[Item]) -> list[np.ndarray]:
        with self._monitor.busy("reading"):
            read = self._read(group)
        with models.lock_of(self._model), self._monitor.busy("embedding"):
            if self._at_once is None:
                parts = [Read(image, False) for image in read.data]
                return [image_embedding.embed(self._model, part) for part in parts]
            if self._patches_field is None:
                return image_embedding.embed_all(self._model, read)
            return [
                vector
                for start in range(0, len(group), self._at_once)
                for vector in image_embedding.embed_all(
                    self._model, Read(read.data[start : start + self._at_once], True)
                )
            ]

    def _read(self, group: list[Item]) -> Read:
        if self._patches_field is None:
            with _local([item.path for item in group]) as paths:
                return image_embedding.read_images(self._model, paths)
        boxes = [expected_rows.box(item.outline) for item in group]
        with _local([group[0].path]) as paths:
            return image_embedding.read_patches(
                self._model, paths[0], boxes, self._cropping
            )


def _images_at_once(source: Source, model: Any) -> int | None:
    """How many images FiftyOne would have a model embed in one call; ``None`` where it
    calls ``embed()`` for each."""
    size = source.batch_size or fo.config.default_batch_size
    if size is not None and size > 1 and model.ragged_batches:
        size = None
    return size or (1 if image_embedding.has_loader(model) else None)


@contextmanager
def _local(paths: list[str]) -> Iterator[list[str]]:
    """The paths of files, with those on other machines copied here meanwhile."""
    with ExitStack() as copies:
        yield [
            copies.enter_context(_copied(path)) if "://" in path else path
            for path in paths
        ]


@contextmanager
def _copied(url: str) -> Iterator[str]:
    import fsspec

    with fsspec.open(url, "rb") as file:
        data = file.read()
    with image_embedding.as_file(data, PurePosixPath(url).suffix) as path:
        yield path
