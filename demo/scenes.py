"""Composes images into scenes whose boxes are exact."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from demo.object_images import ObjectImage

SIZE = (960, 640)  # width, height of a scene, pixels

_MARGIN = 14  # pixels between a thing and the edge of its cell
_THEMED = 0.7  # share of a scene's things that have its theme's label
_THEME_IMAGES = 6  # a label with fewer images than this is no theme
_ENLARGE = 2.4  # how far small images are blown up at most


@dataclass(frozen=True)
class Placed:
    """An image in a scene, with its exact box.

    Attributes:
        image: the image
        box: x, y, width and height, relative to the scene
    """

    source: ObjectImage
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class Scene:
    """A composed JPEG file and what's in it; most of it is of one label."""

    path: Path
    theme: str
    things: tuple[Placed, ...]


@dataclass(frozen=True)
class _Cell:
    left: int
    top: int
    width: int
    height: int


def compose(
    sources: Sequence[ObjectImage], folder: Path, count: int = 120, seed: int = 51
) -> list[Scene]:
    """Writes ``count`` scenes of ``SIZE``, of 4 to 8 things, into ``folder``.

    The same arguments give the same files and boxes.

    Args:
        images: what to put into them, at least 8
        folder: where the JPEG files go; made if missing
        count: how many scenes
        seed: of the random choices

    Returns:
        the scenes, in the order of their file names
    """
    folder.mkdir(parents=True, exist_ok=True)
    themes = _themes(sources)
    scenes = []
    for number in range(count):
        rng = random.Random(f"{seed}/{number}")  # nosec B311 # it draws images
        theme = themes[number % len(themes)]
        image, things = _draw(_choose(sources, theme, rng), rng)
        path = folder / f"scene_{number:04d}.jpg"
        image.save(path, quality=92)
        scenes.append(Scene(path, theme, tuple(things)))
    return scenes


def _themes(sources: Sequence[ObjectImage]) -> list[str]:
    """The labels with images enough for a scene, all of them if none has."""
    counts: dict[str, int] = defaultdict(int)
    for source in sources:
        counts[source.label] += 1
    large = [label for label, count in counts.items() if count >= _THEME_IMAGES]
    return sorted(large or counts)


def _choose(
    sources: Sequence[ObjectImage], theme: str, rng: random.Random
) -> list[ObjectImage]:
    """Four to eight images, no two the same, most of them of the theme."""
    count = rng.randint(4, 8)
    of_theme = [source for source in sources if source.label == theme]
    others = [source for source in sources if source.label != theme]
    themed = rng.sample(of_theme, min(len(of_theme), round(count * _THEMED)))
    mixed = rng.sample(others, min(len(others), count - len(themed)))
    return themed + mixed


def _draw(
    sources: Sequence[ObjectImage], rng: random.Random
) -> tuple[Image.Image, list[Placed]]:
    """The scene (RGB) and its things, each somewhere in a cell of its own."""
    images, corners, things = [], [], []
    for source, cell in zip(sources, _cells(len(sources), rng), strict=True):
        image = _thing(source, cell, rng)
        x = cell.left + rng.randint(_MARGIN, cell.width - image.width - _MARGIN)
        y = cell.top + rng.randint(_MARGIN, cell.height - image.height - _MARGIN)
        images.append(image)
        corners.append((x, y))
        things.append(Placed(source, _relative(x, y, *image.size)))
    scene = _backdrop(rng)
    scene.paste((30, 30, 45), (0, 0), _shadows(images, corners))
    for image, corner in zip(images, corners, strict=True):
        scene.paste(image, corner, image)
    return scene, things


def _cells(count: int, rng: random.Random) -> list[_Cell]:
    """``count`` cells out of two rows of them, in random order."""
    columns = (count + 1) // 2
    width, height = SIZE[0] // columns, SIZE[1] // 2
    cells = [
        _Cell(column * width, row * height, width, height)
        for row in range(2)
        for column in range(columns)
    ]
    return rng.sample(cells, count)


def _thing(source: ObjectImage, cell: _Cell, rng: random.Random) -> Image.Image:
    """The image at a random size that fits the cell, RGBA, without a border."""
    image = Image.open(source.path).convert("RGBA")
    image = _trim(image) if source.cutout else _print(image, rng)
    room = (cell.width - 2 * _MARGIN, cell.height - 2 * _MARGIN)
    fit = min(room[0] / image.width, room[1] / image.height)
    scale = min(fit * rng.uniform(0.68, 0.98), _ENLARGE)
    size = (max(8, int(image.width * scale)), max(8, int(image.height * scale)))
    return _trim(image.resize(size, Image.Resampling.LANCZOS))


def _trim(image: Image.Image) -> Image.Image:
    """Cuts away what's all but transparent around the thing."""
    visible = image.getchannel("A").point(lambda alpha: 255 * (alpha > 32))
    return image.crop(visible.getbbox() or (0, 0, *image.size))


def _print(image: Image.Image, rng: random.Random) -> Image.Image:
    """A random part of a photo with a white border, like a print."""
    width, height = (round(side * rng.uniform(0.65, 1)) for side in image.size)
    x = rng.randint(0, image.width - width)
    y = rng.randint(0, image.height - height)
    part = image.crop((x, y, x + width, y + height))
    return ImageOps.expand(part, max(part.size) // 40, (255, 255, 255, 255))


def _relative(
    x: int, y: int, width: int, height: int
) -> tuple[float, float, float, float]:
    return x / SIZE[0], y / SIZE[1], width / SIZE[0], height / SIZE[1]


def _shadows(
    images: Sequence[Image.Image], corners: Sequence[tuple[int, int]]
) -> Image.Image:
    """A mask (L) of soft shadows, a little below and right of the things."""
    shade = Image.new("L", SIZE)
    for image, (x, y) in zip(images, corners, strict=True):
        alpha = image.getchannel("A")
        shade.paste(alpha, (x + 4, y + 8), alpha)
    blurred = shade.filter(ImageFilter.GaussianBlur(9))
    return blurred.point(lambda value: round(value * 0.3))


def _backdrop(rng: random.Random) -> Image.Image:
    """A pale colour, lighter in the middle, with a grain that hides its bands."""
    width, height = SIZE
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    far = np.hypot((x - width / 2) / width, (y - height * 0.45) / height)
    colour = Image.new("HSV", (1, 1), (rng.randrange(256), rng.randint(14, 44), 236))
    base = np.asarray(colour.convert("RGB"), np.float32)[0, 0]
    grain = np.random.default_rng(rng.randrange(2**32)).normal(0, 1.2, (height, width))
    light = 1.06 - 0.28 * far**1.5
    pixels = base * light[..., None] + grain[..., None]
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
