"""The demo's persistent FiftyOne datasets."""

from collections.abc import Sequence
from pathlib import Path

import fiftyone as fo
import fiftyone.zoo as foz

from demo import object_images, scenes
from demo.errors import DemoError, reason
from demo.object_images import ObjectImage
from demo.scenes import SIZE, Scene

SOURCES = ("quickstart", "stamps", "photos")
"""Where a dataset can come from, the best first."""

COUNT = 120
"""How many scenes, or images of quickstart, unless another number is asked for."""

PATCHES_FIELD = "ground_truth"

_MARK = "milvus_demo"  # in a finished dataset's info: how it was made
_SEED = 51


def dataset_name(source: str) -> str:
    """The name of the dataset from ``source``."""
    return f"milvus-demo-{source}"


def ready_source() -> str | None:
    """The best source whose dataset is there already, None if none is."""
    return next((source for source in SOURCES if _is_ready(source)), None)


def open_dataset(source: str, count: int | None = None) -> fo.Dataset:
    """The dataset from ``source``, created if it doesn't exist.

    Args:
        source: one of ``SOURCES``
        count: how many images a new dataset gets; one that's there stays as it is

    Raises:
        DemoError: it can't be made
    """
    if _is_ready(source):
        dataset = fo.load_dataset(dataset_name(source))
        _restore_images(dataset)
        return dataset
    _clear_unfinished(source)
    count = count or COUNT
    if source == "quickstart":
        dataset = _download_quickstart(count)
    else:
        dataset = build_scenes_dataset(
            dataset_name(source),
            Path(fo.config.default_dataset_dir) / dataset_name(source),
            count,
            sources=_images(source),
        )
    dataset.info[_MARK] = {"source": source, "count": count}
    dataset.save()
    # Not before it's whole: a run that was stopped leaves nothing that lasts
    dataset.persistent = True
    return dataset


def build_scenes_dataset(
    name: str,
    folder: str | Path,
    count: int = COUNT,
    seed: int = _SEED,
    persistent: bool = False,
    sources: Sequence[ObjectImage] | None = None,
) -> fo.Dataset:
    """A new dataset of composed scenes.

    A sample has a ``theme``, a ``caption`` and in ``ground_truth`` a detection for
    each thing, with its ``label`` and ``name`` and a box that's exact.

    Args:
        name: the dataset's name, not taken yet
        folder: where the images go
        count: how many samples
        seed: of the random choices; the same gives the same images
        persistent: whether the dataset outlives this process
        images: what the scenes are composed of, by default the best available

    Raises:
        DemoError: there are no images, or the folder can't be written
    """
    composed = _compose(sources, Path(folder), count, seed)
    dataset = fo.Dataset(name, persistent=persistent)
    dataset.add_samples([_sample(scene) for scene in composed], progress=False)
    return dataset


def _compose(
    sources: Sequence[ObjectImage] | None, folder: Path, count: int, seed: int
) -> list[Scene]:
    sources = object_images.available() if sources is None else sources
    try:
        return scenes.compose(sources, folder, count, seed)
    except OSError as error:
        raise DemoError(
            f"The scenes can't be written to {folder} ({error.strerror or error}): "
            "set FIFTYONE_DEFAULT_DATASET_DIR to a folder that can, and start the "
            "demo again."
        ) from error


def _sample(scene: Scene) -> fo.Sample:
    names = sorted({thing.source.name for thing in scene.things})
    return fo.Sample(
        filepath=str(scene.path),
        metadata=fo.ImageMetadata(
            mime_type="image/jpeg", width=SIZE[0], height=SIZE[1], num_channels=3
        ),
        theme=scene.theme,
        caption=", ".join(names),
        **{PATCHES_FIELD: fo.Detections(detections=_detections(scene))},
    )


def _detections(scene: Scene) -> list[fo.Detection]:
    return [
        fo.Detection(
            label=thing.source.label,
            name=thing.source.name,
            bounding_box=list(thing.box),
        )
        for thing in scene.things
    ]


def _images(source: str) -> list[ObjectImage]:
    return object_images.stamps() if source == "stamps" else object_images.photos()


def _download_quickstart(count: int) -> fo.Dataset:
    name = dataset_name("quickstart")
    try:
        return foz.load_zoo_dataset("quickstart", dataset_name=name, max_samples=count)
    except Exception as error:
        # FiftyOne's downloaders raise what they like
        raise DemoError(
            f"The dataset quickstart can't be downloaded ({reason(error)}): put that "
            "right, or use --dataset stamps."
        ) from error


def _is_ready(source: str) -> bool:
    name = dataset_name(source)
    return fo.dataset_exists(name) and _MARK in fo.load_dataset(name).info


def _clear_unfinished(source: str) -> None:
    """Deletes what a run that was stopped has left, and nothing else."""
    name = dataset_name(source)
    if not fo.dataset_exists(name):
        return
    dataset = fo.load_dataset(name)
    if dataset.persistent:
        raise DemoError(
            f"There's a dataset {name} that this demo hasn't made: rename it with "
            f"'fiftyone datasets rename {name} NEW-NAME', and start the demo again."
        )
    dataset.delete()


def _restore_images(dataset: fo.Dataset) -> None:
    """Composes the scenes again if their files are gone."""
    missing = [path for path in dataset.values("filepath") if not Path(path).exists()]
    if not missing:
        return
    made = dataset.info[_MARK]
    if made["source"] == "quickstart":
        raise DemoError(
            f"{len(missing)} images of {dataset.name} are gone: delete it with "
            f"'fiftyone datasets delete {dataset.name}', and start the demo again."
        )
    sources = _images(made["source"])
    _compose(sources, Path(missing[0]).parent, made["count"], _SEED)
