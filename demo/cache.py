"""Where the demo keeps what it has fetched."""

import os
from pathlib import Path

from demo.errors import DemoError


def cache_folder(name: str) -> Path:
    """Makes and returns the folder ``name`` of the demo's cache.

    Raises:
        DemoError: the folder can't be made or written
    """
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "fiftyone-milvus-demo" / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DemoError(_unwritable(folder)) from error
    if not os.access(folder, os.W_OK):
        raise DemoError(_unwritable(folder))
    return folder


def _unwritable(folder: Path) -> str:
    return (
        f"{folder} can't be written: set XDG_CACHE_HOME to a folder that can, "
        "and start the demo again."
    )
