"""The demo's two Milvus indexes: one of samples, one of patches."""

from dataclasses import dataclass

import fiftyone as fo
import fiftyone.brain as fob

import fiftyone_milvus  # noqa: F401 - backend="milvus" means this package from here on
from demo.dataset import PATCHES_FIELD
from demo.errors import DemoError
from fiftyone_milvus.errors import VectorSearchError


@dataclass(frozen=True)
class Spec:
    """An index to be made.

    Attributes:
        brain_key: its brain key
        patches_field: the field whose patches it indexes, None for samples
    """

    brain_key: str
    patches_field: str | None

    def expected_size(self, dataset: fo.Dataset) -> int:
        """How many vectors a whole index has."""
        if self.patches_field is None:
            return len(dataset)
        return dataset.count(f"{self.patches_field}.detections")


SPECS = (Spec("milvus_samples", None), Spec("milvus_patches", PATCHES_FIELD))


def ensure_indexes(dataset: fo.Dataset, model: str) -> None:
    """Makes the indexes that are missing, of another model, or not whole.

    Raises:
        DemoError: Milvus can't be used
    """
    for spec in SPECS:
        try:
            if not _is_ready(dataset, spec, model):
                _build(dataset, spec, model)
        except VectorSearchError as error:
            raise DemoError(
                f"The index {spec.brain_key} can't be made: {error} Then start the "
                "demo again."
            ) from error


def indexed_model(name: str) -> str | None:
    """The model of the indexes of the dataset ``name``, None if it has none."""
    if not fo.dataset_exists(name):
        return None
    dataset = fo.load_dataset(name)
    for spec in SPECS:
        if dataset.has_brain_run(spec.brain_key):
            return dataset.get_brain_info(spec.brain_key).config.model
    return None


def _is_ready(dataset: fo.Dataset, spec: Spec, model: str) -> bool:
    if not dataset.has_brain_run(spec.brain_key):
        return False
    config = dataset.get_brain_info(spec.brain_key).config
    if config.method != "milvus" or config.model != model:
        return False
    index = dataset.load_brain_results(spec.brain_key)
    return index is not None and index.total_index_size == spec.expected_size(dataset)


def _build(dataset: fo.Dataset, spec: Spec, model: str) -> None:
    if dataset.has_brain_run(spec.brain_key):
        _remove(dataset, spec)
    what = f"patches in {spec.patches_field}" if spec.patches_field else "samples"
    print(f"Index {spec.brain_key}: {spec.expected_size(dataset)} {what}", flush=True)
    fob.compute_similarity(
        dataset,
        patches_field=spec.patches_field,
        brain_key=spec.brain_key,
        model=model,
        backend="milvus",
        metric="cosine",
    )


def _remove(dataset: fo.Dataset, spec: Spec) -> None:
    """Removes what an earlier run began, its collection too if there is one."""
    try:
        index = dataset.load_brain_results(spec.brain_key)
        if index is not None:
            index.cleanup()
    finally:
        dataset.delete_brain_run(spec.brain_key)
