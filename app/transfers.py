"""Exported files on their way between a person's browser and this server. Each is in a
private folder of its own, which a random token names, and which is deleted when it is
there, or some hours later if the browser has gone."""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fiftyone_milvus.errors import Busy, InvalidRequest, VectorSearchError
from fiftyone_milvus.store import embedded, private_folders, settings

PART_BYTES = 4_000_000  # of one request, which as base64 are a third more
MAX_BYTES = 2_000_000_000  # of an upload: a million vectors of 512 entries
MAX_TRANSFERS = 8  # at once, since each may fill the disk
KEPT_SECONDS = 6 * 3600  # after the last part
FILE = "index.parquet"
TOKEN = re.compile("[0-9a-f]{32}")

_changing = threading.Lock()  # of two requests, one after the other


def begin() -> str:
    """Begins to download or to upload a file.

    Returns:
        the token: who has it can add to the file, read it and delete it

    Raises:
        Busy: if there are as many as may be at once
        VectorSearchError: if there can't be such a folder
    """
    with _changing, _explained():
        root = _root()
        private_folders.make(root)
        _delete_old(root)
        if len(_folders(root)) >= MAX_TRANSFERS:
            raise Busy(
                f"{MAX_TRANSFERS} files are already being downloaded or uploaded. Wait "
                "until one of them is done."
            )
        token = secrets.token_hex(16)
        (root / token).mkdir(mode=private_folders.PRIVATE_FOLDER)
    timer = threading.Timer(KEPT_SECONDS + 1, delete_old)
    timer.daemon = True
    timer.start()
    return token


def file(token: str) -> Path:
    """Where the file is, or will be.

    Raises:
        InvalidRequest: if there is no such transfer
    """
    folder = _root() / token if TOKEN.fullmatch(token) else None
    if folder is None or not folder.is_dir():
        raise InvalidRequest("This download or upload has ended. Start it again.")
    return folder / FILE


def add(token: str, start: int, data: str) -> int:
    """Adds the next part to a file.

    Args:
        token: the token
        start: how many bytes are there
        data: the part, as base64

    Returns:
        how many bytes are there now

    Raises:
        InvalidRequest: if it isn't the next part, or the file would be too large
        VectorSearchError: if it can't be written
    """
    part = _decoded(data)
    with _changing, _explained(), private_folders.open_file(file(token), "ab") as there:
        size = there.tell()
        if start != size:
            raise InvalidRequest(
                f"The upload has {size:,} bytes, and its next part starts at "
                f"{start:,}. Start it again."
            )
        if size + len(part) > MAX_BYTES:
            raise InvalidRequest(
                f"The file has more than {MAX_BYTES / 1e9:,.0f} GB. Copy it to the "
                "server, into the folder for exports, and import it from there."
            )
        there.write(part)
        return size + len(part)


def read(token: str, start: int) -> tuple[str, int]:
    """A part of a file as base64, and the size of the file in bytes; empty, and 0, if
    nothing was exported.

    Args:
        token: the token
        start: how many bytes were read before

    Raises:
        InvalidRequest: if there is no such transfer
    """
    path = file(token)
    if not path.exists():
        return "", 0
    with _explained(), private_folders.open_file(path, "rb") as there:
        os.utime(path)
        there.seek(start)
        part = there.read(PART_BYTES)
        return base64.b64encode(part).decode(), os.fstat(there.fileno()).st_size


def end(token: str) -> None:
    """Deletes a file; one that is gone is no error."""
    if TOKEN.fullmatch(token):
        shutil.rmtree(_root() / token, ignore_errors=True)


def delete_old() -> None:
    """Deletes what nobody has added to or read for hours."""
    with _changing:
        _delete_old(_root())


def _root() -> Path:
    return embedded.home(settings.Settings()).state / "transfers"


def _folders(root: Path) -> list[Path]:
    return [one for one in root.iterdir() if TOKEN.fullmatch(one.name)]


def _delete_old(root: Path) -> None:
    if not root.exists():
        return
    oldest = time.time() - KEPT_SECONDS
    for folder in _folders(root):
        changed = [one.lstat().st_mtime for one in (folder, *folder.iterdir())]
        if max(changed) < oldest:
            end(folder.name)


def _decoded(data: str) -> bytes:
    if len(data) > -(-PART_BYTES // 3) * 4:
        raise InvalidRequest(f"A part has {PART_BYTES:,} bytes at most")
    try:
        part = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as e:
        raise InvalidRequest("A part of the file is not base64") from e
    if not part:
        raise InvalidRequest("A part of the file is empty. Choose a file that is not.")
    return part


@contextmanager
def _explained() -> Iterator[None]:
    """What the disk refuses as an error of ours."""
    try:
        yield
    except OSError as e:
        raise VectorSearchError(
            f"The file can't be kept on the server: {e.strerror}. Free some space in "
            f"{_root().parent}, or set FIFTYONE_MILVUS_DIR to a folder you can write "
            "to."
        ) from e
