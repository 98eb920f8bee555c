"""The servers that an administrator lists in a file, with how to log in to each."""

from __future__ import annotations

import json
import os
import shlex
import stat
from pathlib import Path
from typing import Any

from ..errors import InvalidRequest

VARIABLE = "FIFTYONE_MILVUS_SERVERS"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read() -> dict[str, dict[str, Any]]:
    """The connection settings of each server by its name, as the JSON file that the
    environment variable names has them; empty if it is not set.

    Raises:
        InvalidRequest: if the file can't be read, if others than its owner can read
            it, or if it is no such list. Its text is never quoted
    """
    configured = os.environ.get(VARIABLE)
    if not configured:
        return {}
    path = Path(configured).expanduser()
    try:
        text = _private_text(path)
    except OSError as e:
        raise InvalidRequest(
            f"{VARIABLE} names {path}, which can't be read: {e.strerror}"
        ) from e
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(map(_is_entry, found.items())):
        raise InvalidRequest(
            f"{path}, which {VARIABLE} names, is no list of servers. It must look like "
            '{"production": {"uri": "https://host", "token": "..."}}'
        )
    return found


def _private_text(path: Path) -> bytes:
    with path.open("rb") as file:
        state = os.fstat(file.fileno())
        if state.st_uid not in (0, os.geteuid()) or state.st_mode & _OTHERS:
            raise InvalidRequest(
                f"{path}, which {VARIABLE} names, holds credentials, so it must be "
                "yours and closed to other users: "
                f"chmod 600 {shlex.quote(str(path))}"
            )
        return file.read()


def _is_entry(entry: tuple[str, Any]) -> bool:
    name, values = entry
    return bool(name.strip()) and isinstance(values, dict) and bool(values.get("uri"))
