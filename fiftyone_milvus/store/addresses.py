"""The address of a Milvus, as people write it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ..errors import InvalidRequest

ENV_PREFIX = "FIFTYONE_BRAIN_SIMILARITY_MILVUS_"

MAX_NAME = 255  # bytes of a file's name, on the usual file systems
_SCHEMES = ("http", "https", "tcp")
_HOST = re.compile(r"[\w.~-]+|[0-9A-Fa-f:.]+(%[\w.~-]+)?")


def checked(uri: str) -> str:
    """An address as it is used: a scheme, a host and what else there is, or the path of
    an embedded Milvus.

    Raises:
        InvalidRequest: if it can't be one; the sentence holds no secret
    """
    uri = uri.strip()
    if uri.lower().startswith("file:"):
        path = unquote(re.sub(r"^file:(//[^/?#]*)?", "", uri, flags=re.IGNORECASE))
        raise InvalidRequest(
            f"The Milvus address (uri) is {redacted(uri)}. Give the path alone, "
            f"{_printable(path) or 'one that ends in .db'}, for an embedded Milvus."
        )
    if uri.endswith(".db") and "://" not in uri:
        return _checked_path(uri)
    # FiftyOne's page writes tcp:localhost:19530, which parses as a path
    address = re.sub(r"^(https?|tcp):(?!//)", r"\1://", uri)
    if "://" not in address:
        address = f"http://{address}"
    scheme, _, rest = address.partition("://")
    place = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if scheme in _SCHEMES and "@" in rest[len(place) :]:
        raise InvalidRequest(
            f"The Milvus address (uri) is {redacted(uri)}. Its user or password has a "
            "character that ends an address: write / as %2F, ? as %3F and # as %23, "
            f"or set {ENV_PREFIX}USER and _PASSWORD, or _TOKEN, instead."
        )
    if scheme in _SCHEMES and re.search(r"[?#]", rest):
        raise InvalidRequest(
            f"The Milvus address (uri) is {redacted(uri)}, and something after a ? or "
            "a #, which Milvus doesn't read. Leave that out; user and password, or "
            f"token, are set as {ENV_PREFIX}USER and _PASSWORD, or _TOKEN."
        )
    if not _is_server(address):
        raise InvalidRequest(
            f"The Milvus address (uri) is {redacted(uri)}. It must look like "
            "http://host:19530, https://host, or a path that ends in .db for an "
            "embedded Milvus."
        )
    return address


def _is_server(address: str) -> bool:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return False
    return (
        parts.scheme in _SCHEMES
        and _HOST.fullmatch(parts.hostname or "") is not None
        and not str(parts.hostname).endswith(".db")
        and address.isprintable()
        and not re.search(r"\s", parts.netloc)
        and not parts.netloc.endswith(":")
        and not address.endswith(".db")
    )


def redacted(address: str) -> str:
    """An address, which may be malformed, without its user, its password and what
    follows a question mark or a hash."""
    scheme = "".join(re.findall(r"^[A-Za-z][A-Za-z0-9+.-]*://", address))
    shown, *hidden = re.split(r"[?#]", address[len(scheme) :], maxsplit=1)
    if "@" in "".join(hidden):  # it may belong to a password
        return f"{scheme}***"
    *user, place = shown.rsplit("@", 1)
    return _printable(f"{scheme}{'***@' if user else ''}{place}")


def _printable(text: str) -> str:
    """A text with escapes for what can't be printed, or not be encoded."""
    if text.isprintable():
        return text
    return text.encode("unicode_escape").decode("ascii")


def _checked_path(uri: str) -> str:
    try:
        path = Path(uri).expanduser().resolve()
    except (OSError, RuntimeError, ValueError):
        path = None
    if path is None or max(map(len, map(os.fsencode, path.parts))) > MAX_NAME:
        raise InvalidRequest(
            f"The Milvus address (uri) {redacted(uri)[:MAX_NAME]} can't be a path. "
            "Give that of a folder that ends in .db for an embedded Milvus."
        )
    return str(path)


def database_of(uri: str) -> str | None:
    """The database that an address names, as in ``http://host:19530/mine``."""
    if uri.endswith(".db"):
        return None
    return urlsplit(uri).path.strip("/").split("/")[0] or None
