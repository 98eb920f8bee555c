"""Whether a model that a record names may be loaded.

A record comes with its dataset, and that may be anybody's. A zoo model without
arguments is loaded. Arguments must have been written by this installation, which a
keyed stamp shows that is stored with the run, or accepted here by a person, which a
file beside the key lists, in the private folder of the embedded Milvus. Some arguments
are never taken from a record (``model_arguments.py``).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import InvalidRequest, RefusedModel, UntrustedModel
from ..store import embedded, private_folders
from ..store.private_folders import PRIVATE_FILE, open_file
from ..store.settings import Settings
from . import model_arguments

logger = logging.getLogger(__name__)

KEY_FILE = "models.key"
ACCEPTED_FILE = "models.accepted"
KEY_BYTES = 32
LOCK_SECONDS = 30


def check_trusted(name: Any, arguments: Any, stamp: Any = None) -> None:
    """Checks that a record's model may be loaded; loads nothing.

    Args:
        name: the model's name; that the zoo has it, ``models.py`` checks
        arguments: its keyword arguments
        stamp: the record's stamp, from :func:`stamp`

    Raises:
        RefusedModel: if such arguments are never taken from a record
        UntrustedModel: if nobody has accepted them here
    """
    if arguments is None or arguments == {}:
        return
    problem = model_arguments.problem(arguments)
    if problem is not None:
        raise RefusedModel(
            f"The record of this index has arguments for its model "
            f"{model_arguments.shown(name)} that are never taken from a record: "
            f"{problem}. Build the index again, in Python and with the loaded model, "
            "to search by text and image."
        )
    if not _is_trusted(name, arguments, stamp):
        raise UntrustedModel(
            f"The record of this index has arguments for its model "
            f"{model_arguments.shown(name)} that were not written here, and nobody has "
            f"accepted them: {model_arguments.as_call(arguments)}. If you trust the "
            "dataset's author, accept them once: with 'Milvus: Trust a model' in the "
            "operator browser, or fiftyone_milvus.trust_model(dataset, brain_key) in "
            "Python."
        )


def stamp(name: Any, arguments: Any) -> str | None:
    """The stamp to store with a run of this process, so that its model is loaded here
    later too; ``None`` if it needs none, or can't have one, which is logged."""
    if not arguments:
        return None
    problem = model_arguments.problem(arguments)
    if problem is not None:
        logger.warning(
            "Only this process can search the index by text and image: its model's "
            "arguments are not loaded from a record again, since %s",
            problem,
        )
        return None
    try:
        return _stamp(_key(), name, arguments)
    except (InvalidRequest, OSError) as e:
        logger.warning("Other processes will ask before they load the model: %s", e)
        return None


def accept(name: Any, arguments: Mapping[str, Any]) -> None:
    """Has :func:`check_trusted` accept a model with these arguments from now on,
    whatever dataset names it. Arguments that are never taken from a record stay
    refused.

    Raises:
        InvalidRequest: if that can't be stored
    """
    try:
        line = _stamp(_key(), name, arguments)
        with open_file(_folder() / ACCEPTED_FILE, "ab") as file:
            file.write(f"{line}\n".encode())
    except OSError as e:
        raise InvalidRequest(
            f"That can't be stored in {_folder()} ({e.strerror}). Set "
            "FIFTYONE_MILVUS_DIR to a folder you can write to."
        ) from e


def _is_trusted(name: Any, arguments: Any, stamp: Any) -> bool:
    folder = _folder()
    if not (folder / KEY_FILE).exists():
        return False
    try:
        private_folders.make(folder)
        expected = _stamp(_read(folder / KEY_FILE), name, arguments)
        given = stamp.encode(errors="replace") if isinstance(stamp, str) else b""
        if hmac.compare_digest(given, expected.encode()):
            return True
        accepted = folder / ACCEPTED_FILE
        return accepted.exists() and expected.encode() in _read(accepted).split()
    except OSError:
        return False


def _stamp(key: bytes, name: Any, arguments: Any) -> str:
    text = json.dumps(["model", name, arguments], sort_keys=True, allow_nan=False)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _key() -> bytes:
    """This installation's key, created when first needed.

    Raises:
        InvalidRequest: if the folder is open to others
        OSError: if it can't be written
    """
    from filelock import FileLock

    folder = _folder()
    private_folders.make(folder)
    path = folder / KEY_FILE
    with FileLock(path.with_suffix(".lock"), LOCK_SECONDS, PRIVATE_FILE):
        if not path.exists():
            partial = path.with_suffix(".partial")
            partial.unlink(missing_ok=True)
            with open_file(partial, "xb") as file:
                file.write(secrets.token_bytes(KEY_BYTES))
            partial.replace(path)
    return _read(path)


def _read(path: Path) -> bytes:
    with open_file(path, "rb") as file:
        return file.read()


def _folder() -> Path:
    return embedded.home(Settings()).state
