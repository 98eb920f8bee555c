"""Folders and files that only the person who runs this process can read or change."""

from __future__ import annotations

import os
import shlex
import stat
from pathlib import Path
from typing import IO

from ..errors import InvalidRequest

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def make(folder: Path) -> None:
    """Makes a folder, with those above it, or checks one that is there, and closes it
    to everybody else.

    Raises:
        InvalidRequest: if it belongs to somebody else, or others could have changed
            what is in it
        OSError: if it can't be made
    """
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    check(folder)
    folder.chmod(PRIVATE_FOLDER)


def check(folder: Path) -> None:
    """Checks a folder that is there, and changes nothing.

    Raises:
        InvalidRequest: if it belongs to somebody else, or others could have changed
            what is in it
    """
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise InvalidRequest(
            f"{folder} is not a folder of yours, so the embedded Milvus can't keep its "
            "data there. Set FIFTYONE_MILVUS_DIR to a folder of your own."
        )
    if found.st_mode & _OTHERS_WRITE:
        raise InvalidRequest(
            f"Other users of this machine can write to {folder}. Check what is in it, "
            f"then close it: chmod 700 {shlex.quote(str(folder))}"
        )
    _check_above(folder)


def open_file(path: Path, mode: str) -> IO[bytes]:
    """Opens a file in a private folder, in a binary mode; made for its owner alone, and
    never through a link.

    Raises:
        OSError: if it can't be opened, or is a link
    """

    def opener(name: str, flags: int) -> int:
        return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, PRIVATE_FILE)

    return open(path, mode, opener=opener)


def _check_above(folder: Path) -> None:
    """Anyone who may rename a folder above this one may replace it."""
    for above in folder.parents:
        found = above.stat()
        anybody = found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX
        if anybody or found.st_uid not in (0, os.geteuid()):
            raise InvalidRequest(
                f"Other users of this machine can replace {folder}, since {above} is "
                "theirs or open to all. Set FIFTYONE_MILVUS_DIR to a folder below your "
                "home."
            )
