"""Real images with a name and a category, to compose scenes from."""

import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from PIL import Image

from demo.cache import cache_folder
from demo.debian import unpack_package
from demo.errors import DemoError


@dataclass(frozen=True)
class ObjectImage:
    """One thing to put into a scene.

    Attributes:
        path: the image file
        label: its category, eg ``"bird"``
        name: what it shows, eg ``"adelaide rosella"``
        cutout: whether the file's own transparency cuts the thing out; otherwise
            it's a whole photo, which is cropped like a print
    """

    path: Path
    label: str
    name: str
    cutout: bool


STAMPS_PACKAGE = "tuxpaint-stamps-default"

_STAMPS = PurePosixPath("usr/share/tuxpaint/stamps")
_SMALLEST = 40  # pixels of a stamp's longer side

# Folder of the stamps -> label; the longest that matches counts
_STAMP_LABELS = {
    "animals/birds": "bird",
    "animals/fish": "fish",
    "animals/insects": "insect",
    "animals/mammals": "mammal",
    "animals/marsupials": "mammal",
    "clothes/hats": "hat",
    "food/fruit": "fruit",
    "food/vegetables": "vegetable",
    "hobbies/music": "musical instrument",
    "household/tools": "tool",
    "plants/flowers": "flower",
    "plants/mushrooms": "mushroom",
    "plants/trees": "tree",
    "space/planets": "planet",
    "sports": "ball",
    "vehicles": "vehicle",
}

# Typographic quotes of the captions -> plain ones
_QUOTES = str.maketrans({"\u2019": "'", "\u201c": None, "\u201d": None})

# Stamps that don't show what their folder says
_MISFILED = frozenset(
    {
        "0_sun",
        "7spoke256",
        "Brown_slug",
        "cementmixer",
        "edward_bear",
        "holly_leaves",
        "lobster",
        "pinecone",
        "rambutan",
        "rugby_goal_posts",
        "seahorse",
        "shrimp",
        "tennis_racket",
        "trainSign",
        "trophy_cup",
        "wheel_tractor",
    }
)

# Folder below site-packages, file -> label, name
_PHOTOS = {
    ("skimage", "data/astronaut.png"): ("person", "astronaut"),
    ("skimage", "data/brick.png"): ("texture", "brick wall"),
    ("skimage", "data/camera.png"): ("person", "photographer with a camera"),
    ("skimage", "data/chelsea.png"): ("animal", "tabby cat"),
    ("skimage", "data/coffee.png"): ("food", "cup of coffee"),
    ("skimage", "data/coins.png"): ("coins", "ancient coins"),
    ("skimage", "data/grass.png"): ("texture", "grass"),
    ("skimage", "data/gravel.png"): ("texture", "gravel"),
    ("skimage", "data/hubble_deep_field.jpg"): ("space", "deep field of galaxies"),
    ("skimage", "data/ihc.png"): ("medical", "stained tissue"),
    ("skimage", "data/moon.png"): ("space", "surface of the moon"),
    ("skimage", "data/motorcycle_left.png"): ("vehicle", "motorcycle in a garage"),
    ("skimage", "data/retina.jpg"): ("medical", "retina"),
    ("skimage", "data/rocket.jpg"): ("vehicle", "rocket on its launch pad"),
    ("sklearn", "datasets/images/china.jpg"): ("building", "summer palace"),
    ("sklearn", "datasets/images/flower.jpg"): ("flower", "red dahlia"),
}


def available() -> list[ObjectImage]:
    """The stamps where they can be fetched, else the photos.

    Raises:
        DemoError: neither can be had
    """
    try:
        return stamps()
    except DemoError:
        return photos()


def stamps() -> list[ObjectImage]:
    """About 250 cut-out photos in 15 categories, fetched once (161 MB).

    They are Tux Paint's, from the Debian package ``tuxpaint-stamps-default``.

    Raises:
        DemoError: they can't be fetched or unpacked
    """
    folder = cache_folder("images") / "stamps"
    if not folder.is_dir():
        unpack_package(STAMPS_PACKAGE, folder, _is_wanted)
    root = folder / _STAMPS
    found = [_stamp(path, root) for path in sorted(root.rglob("*.png"))]
    if not found:
        raise DemoError(
            f"{folder} holds no stamps: delete it and start the demo again, or use "
            "--dataset photos."
        )
    return [source for source in found if _long_side(source.path) >= _SMALLEST]


def photos() -> list[ObjectImage]:
    """Sixteen photos that scikit-image and scikit-learn ship; needs no network.

    Raises:
        DemoError: those packages are installed without their images
    """
    found = []
    for (package, file), (label, name) in _PHOTOS.items():
        path = _package_folder(package) / file
        if path.is_file():
            found.append(ObjectImage(path, label, name, cutout=False))
    if not found:
        raise DemoError(
            "scikit-image and scikit-learn ship no images here: reinstall them "
            "with 'pip install --force-reinstall scikit-image scikit-learn'."
        )
    return found


def _is_wanted(path: PurePosixPath) -> bool:
    if not path.is_relative_to(_STAMPS) or path.suffix not in (".png", ".txt"):
        return False
    return _stamp_label(path.relative_to(_STAMPS)) is not None


def _stamp_label(path: PurePosixPath) -> str | None:
    """The label of a stamp by its path, None for one that's not wanted."""
    parts, stem = path.parts, path.stem
    if stem.endswith(("_mirror", "_flip")) or stem in _MISFILED:
        return None
    # Drawings look odd beside photos; most vehicles are drawings, though
    if "cartoon" in parts and parts[0] != "vehicles":
        return None
    for depth in range(len(parts) - 1, 0, -1):
        label = _STAMP_LABELS.get("/".join(parts[:depth]))
        if label:
            return label
    return None


def _stamp(path: Path, root: Path) -> ObjectImage:
    label = _stamp_label(PurePosixPath(path.relative_to(root).as_posix()))
    return ObjectImage(path, label or "thing", _stamp_name(path), cutout=True)


def _stamp_name(path: Path) -> str:
    """The thing in the caption: ``adelaide rosella`` of ``An Adelaide Rosella.``"""
    plain = re.sub(r"[_-]+", " ", path.stem).lower().strip()
    captions = path.with_suffix(".txt")
    if not captions.is_file():
        return plain
    # The first line is in English, the others are translations
    english = captions.read_text("utf-8", errors="replace").partition("\n")[0]
    phrase = re.split(r"[(.,;:!?\u2014]", english)[0].translate(_QUOTES)
    name = re.sub(r"^(a|an|the)\s+", "", phrase.strip().lower())
    is_sentence = re.match(r"(it|this|they|these)\b", name) or len(name) > 40
    return plain if is_sentence or not name else name


def _long_side(path: Path) -> int:
    """Pixels of the image's longer side."""
    with Image.open(path) as image:
        return max(image.size)


def _package_folder(package: str) -> Path:
    """Where the package is installed, found without importing it."""
    spec = find_spec(package)
    locations = spec.submodule_search_locations if spec else None
    return Path(next(iter(locations))) if locations else Path()
