"""Keeps secrets out of errors and logs."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import Any
from urllib.parse import unquote

from ..errors import InvalidRequest
from . import settings
from .settings import Settings


def without_secrets(text: str, of: Settings) -> str:
    """Removes every secret of the settings, and every path of one, from a text, such as
    an error's."""
    for secret in sorted(filter(None, _secrets(of)), key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def without_known_secrets(text: str) -> str:
    """Removes the secrets that are configured, listed, or in use in the current scope
    from a text: for errors that nobody expected."""
    for values in (settings.configured_values(), settings.current()):
        known: dict[str, Any] = {k: str(v) for k, v in values.items()}
        text = without_secrets(text, Settings(**known))
    with suppress(InvalidRequest):
        for server in settings.servers().values():
            text = without_secrets(text, server)
    return text


def _secrets(of: Settings) -> set[str | None]:
    found = {of.password, of.token}
    paths = [getattr(of, key) for key in settings.KEYS if key.endswith("_path")]
    for path in filter(None, paths):
        found |= {path, os.path.expanduser(path)}
    if of.token and ":" in of.token:
        found.add(of.token.split(":", 1)[1])
    if of.uri and not of.embedded:
        address = of.uri.partition("://")[2] or of.uri
        who = re.split(r"[/?#]", address, maxsplit=1)[0].rpartition("@")[0]
        user, _, password = who.partition(":")
        secret = password or user  # a user alone is a token
        found |= {secret, unquote(secret), who.rpartition(":")[2], who and of.uri}
    return found
