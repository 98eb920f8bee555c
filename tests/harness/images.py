"""Small real images, and the model that counts what it embeds."""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import numpy as np
from PIL import Image

from . import environment

if TYPE_CHECKING:
    import fiftyone as fo

MODEL = "counting"
_ZOO = Path(__file__).parent / "model_zoo"


def install_counting_model() -> None:
    """Puts the model where FiftyOne finds it by name, in every process."""
    install_models(MODEL)


def install_models(source: str) -> None:
    """Puts a source of ``model_zoo/`` where FiftyOne finds its models by name, in every
    process; once, and at once, since others may be reading it."""
    target = environment.MODEL_ZOO / source
    if not target.exists():
        made = environment.HOME / f"{source}-{uuid4().hex}"
        shutil.copytree(_ZOO / source, made)
        with suppress(OSError):  # another thread was quicker
            made.rename(target)


def set_pace(path: Path, seconds: float) -> None:
    """Says in a file how long the counting model takes for an image."""
    _replace(path, str(seconds))


def wait_after(path: Path, images: int) -> None:
    """Says in a file that the counting model waits once it has embedded so many
    images, until something else is said."""
    _replace(path, f"wait after {images}")


def _replace(path: Path, text: str) -> None:
    """At once, since the model may be reading it."""
    written = path.with_name(f"{path.name}-{uuid4().hex}")
    written.write_text(text)
    written.replace(path)


def paint(path: Path, seed: int) -> None:
    """Writes an image of 24 x 24 pixels that no other seed gives."""
    rng = np.random.default_rng(seed)
    blocks = rng.integers(0, 256, (4, 4, 3), dtype=np.uint8)
    Image.fromarray(np.kron(blocks, np.ones((6, 6, 1), np.uint8))).save(path)


def expected(path: str | Path, box: list[float] | None = None) -> np.ndarray:
    """What the model should give for an image, or for a box in it."""
    from harness.model_zoo.counting import features

    image = np.asarray(Image.open(path))
    if box is not None:
        x, y, width, height = (round(24 * value) for value in box)
        image = image[y : y + height, x : x + width]
    return features(image)


def make_images_dataset(folder: Path, count: int, patches: bool = False) -> fo.Dataset:
    """A dataset of ``count`` images, each with two boxes in ``objects`` if asked."""
    import fiftyone as fo

    folder.mkdir(parents=True, exist_ok=True)
    samples = []
    for i in range(count):
        path = folder / f"{i:05d}.png"
        paint(path, i)
        sample = fo.Sample(filepath=str(path), number=i)
        if patches:
            sample["objects"] = fo.Detections(
                detections=[
                    fo.Detection(label="a", bounding_box=[0, 0, 0.5, 0.5]),
                    fo.Detection(label="b", bounding_box=[0.25, 0.5, 0.5, 0.5]),
                ]
            )
        samples.append(sample)
    dataset = fo.Dataset()
    dataset.add_samples(samples, progress=False)
    return dataset


def times_embedded(notes: Path) -> Counter[str]:
    """How often the model embedded each image, by the pixels' hash."""
    lines = notes.read_text().splitlines() if notes.exists() else []
    return Counter(line.split()[0] for line in lines)


def embedded_by(notes: Path) -> Counter[int]:
    """How many images each process embedded, by its id."""
    lines = notes.read_text().splitlines() if notes.exists() else []
    return Counter(int(line.split()[1]) for line in lines)
