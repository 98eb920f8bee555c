"""Puts the offline models where FiftyOne finds them by name."""

import filecmp
import shutil
from pathlib import Path

from demo.errors import DemoError, reason

CLIP = "clip-vit-base32-torch"
OFFLINE = "conse-lite0-minilm-offline"
OFFLINE_IMAGES = "efficientnet-lite0-offline"

_SOURCE = Path(__file__).parent / "model_zoo" / "offline"


def install_offline_source(zoo_dir: str | Path | None = None) -> Path:
    """Copies the offline models into FiftyOne's model zoo.

    From then on ``model="conse-lite0-minilm-offline"`` works in every process: a
    notebook, the App's server, a worker. Does nothing when they're there already.

    Args:
        zoo_dir: the model zoo's folder, by default the one in FiftyOne's config

    Returns:
        the folder of the copy

    Raises:
        DemoError: the folder can't be written
    """
    if zoo_dir is None:
        import fiftyone as fo

        zoo_dir = fo.config.model_zoo_dir
    target = Path(zoo_dir) / _SOURCE.name
    try:
        target.mkdir(parents=True, exist_ok=True)
        for file in (*_SOURCE.glob("*.py"), _SOURCE / "manifest.json"):
            copy = target / file.name
            if not copy.exists() or not filecmp.cmp(file, copy, shallow=False):
                shutil.copyfile(file, copy)
    except OSError as error:
        raise DemoError(
            f"{target} can't be written ({error.strerror}): set "
            "FIFTYONE_MODEL_ZOO_DIR to a folder that can, and start the demo again."
        ) from error
    return target


def prepare_model(name: str) -> None:
    """Makes sure that FiftyOne can load the model, and downloads it if need be.

    Raises:
        DemoError: there's no such model, or it can't be downloaded
    """
    import fiftyone.zoo as foz

    if name in (OFFLINE, OFFLINE_IMAGES):
        install_offline_source()
    if name not in foz.list_zoo_models():
        raise DemoError(
            f"FiftyOne knows no model {name!r}: 'fiftyone zoo models list' names "
            "those it does."
        )
    try:
        foz.ensure_zoo_model_requirements(name, error_level=0, log_success=False)
        if not foz.is_zoo_model_downloaded(name):
            foz.download_zoo_model(name)
    except Exception as error:
        # Its downloaders raise what they like
        raise DemoError(
            f"The model {name} can't be had ({reason(error)}): put that right, or use "
            f"--model {OFFLINE}."
        ) from error
