"""What the results of all analyses have in common: a view, and a short repr."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import fiftyone as fo

from ..dataset.indexed_samples import IndexedSamples

if TYPE_CHECKING:
    from ..backend.index import MilvusSimilarityIndex


@dataclass(frozen=True, kw_only=True, repr=False)
class Found:
    """What was found in an index; each kind of it has ``ids``, of samples or of labels
    for patches.

    Args:
        brain_key: the index
        samples: the dataset or view that was looked through
        indexed: all samples that the index may have, and the field of its patches
    """

    brain_key: str
    samples: fo.SampleCollection = field(compare=False)
    indexed: IndexedSamples = field(compare=False)

    @property
    def patches_field(self) -> str | None:
        """The field whose patches were found; ``None`` for samples."""
        return self.indexed.patches_field

    @property
    def message(self) -> str:
        """A summary in one sentence."""
        raise NotImplementedError

    @property
    def view(self) -> fo.DatasetView:
        """What was found, in the order of ``ids``, as a view of the samples, or of the
        patches.

        Raises:
            InvalidRequest: if it is too much for a view, or patches of a field that
                holds a single label for each sample
        """
        ids: Sequence[str] = self.ids  # type: ignore[attr-defined]
        return self.indexed.shown(self.samples, ids)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} in '{self.brain_key}': {self.message}>"


def place(
    index: MilvusSimilarityIndex, view: fo.SampleCollection | None
) -> dict[str, Any]:
    """Where something was found: the fields of :class:`Found`.

    Args:
        index: the index
        view: the view that was looked through; ``None`` for what the index is
            restricted to
    """
    samples = index.view if view is None else view
    return {
        "brain_key": index.key,
        "samples": samples,
        "indexed": index.indexed(samples),
    }
