"""Makes this repository a plugin of the person's FiftyOne."""

from pathlib import Path

import fiftyone as fo
import fiftyone.plugins as fop

from demo.errors import DemoError

NAME = "@milvus/vector-search"

_REPOSITORY = Path(__file__).resolve().parents[1]


def install() -> Path:
    """Links the repository into FiftyOne's plugins folder, and enables it.

    A plugin of this name that's there already stays as it is.

    Returns:
        the folder that FiftyOne loads the plugin from

    Raises:
        DemoError: the plugins folder can't be written
    """
    if NAME not in fop.list_downloaded_plugins():
        _link(Path(fo.config.plugins_dir) / "milvus-vector-search")
    if NAME in fop.list_disabled_plugins():
        fop.enable_plugin(NAME)
    folder = Path(fop.get_plugin(NAME).directory)
    if folder.resolve() != _REPOSITORY:
        print(f"The plugin installed in {folder} is used, not this one.", flush=True)
    return folder


def _link(link: Path) -> None:
    try:
        link.parent.mkdir(parents=True, exist_ok=True)
        if link.is_symlink():
            link.unlink()  # to a folder that's gone, or no plugin any more
        link.symlink_to(_REPOSITORY, target_is_directory=True)
    except OSError as error:
        raise DemoError(
            f"The plugin can't be linked to {link} ({error.strerror}): set "
            "FIFTYONE_PLUGINS_DIR to a folder that can be written, and start the demo "
            "again."
        ) from error
