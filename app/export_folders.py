"""The folders that the App writes exports to and reads them from. People who use the
App may not write to all that the process which serves it can."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import fiftyone as fo

from fiftyone_milvus.errors import InvalidRequest

VARIABLE = "FIFTYONE_MILVUS_EXPORT_DIRS"
DEFAULT_NAME = "milvus-exports"
SUFFIX = ".parquet"


def folders() -> list[Path]:
    """Those that the environment variable lists, as ``PATH`` lists folders; else one
    below FiftyOne's folder of datasets."""
    configured = os.environ.get(VARIABLE, "")
    names = [name for name in configured.split(os.pathsep) if name.strip()]
    if names:
        return [Path(name).expanduser().resolve() for name in names]
    return [(Path(fo.config.default_dataset_dir).expanduser() / DEFAULT_NAME).resolve()]


def names() -> str:
    """The folders, in a sentence."""
    return " or ".join(map(str, folders()))


def hint() -> str:
    """What to enter as the path of a file."""
    return f"A file name ending in {SUFFIX}, in the export folder: {names()}"


def check(path: Any) -> Path:
    """Where a path leads to; a relative one is in the first folder.

    Raises:
        InvalidRequest: if that isn't a Parquet file's name in or below one of the
            folders
    """
    if not isinstance(path, str) or not path.strip() or "\0" in path:
        raise InvalidRequest(
            f"Enter the path of a file that ends in {SUFFIX}, in {names()}"
        )
    allowed = folders()
    found = (allowed[0] / os.path.expanduser(path.strip())).resolve()
    if not any(folder in found.parents for folder in allowed):
        raise InvalidRequest(
            f"'{path}' is not in {names()}. Choose a file there. Other folders can be "
            f"allowed where FiftyOne is started, with {VARIABLE}."
        )
    if found.suffix != SUFFIX:
        raise InvalidRequest(f"'{path}' doesn't end in {SUFFIX}. Choose such a name.")
    return found


def check_to_write(path: Any) -> Path:
    """The same for a file to be written; makes the first folder if it is missing, for
    its owner alone."""
    found = check(path)
    folders()[0].mkdir(mode=0o700, parents=True, exist_ok=True)
    return found
