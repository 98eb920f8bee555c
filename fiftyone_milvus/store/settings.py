"""Which Milvus: given settings, then the environment, then the brain config, then
the embedded default. Servers beside that one may be listed in a file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from ..errors import InvalidRequest
from . import addresses, server_list
from .addresses import ENV_PREFIX as ENV_PREFIX
from .connection_settings import (
    CREDENTIALS,
    EMBEDDED,
    KEYS,
    Settings,
    check_names,
    current,
    in_scope,
    over,
    takes_connection,
    using,
)

__all__ = [
    "CREDENTIALS",
    "EMBEDDED",
    "KEYS",
    "Settings",
    "check_names",
    "current",
    "in_scope",
    "takes_connection",
    "using",
]

_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def resolve(
    given: Mapping[str, Any] | None = None,
    *,
    stored: str | None = None,
) -> Settings:
    """Finds the settings to use.

    Args:
        given: connection settings by the names in :data:`KEYS`; those of the current
            scope if ``None``
        stored: the address that an index was made at, for an index that exists. An
            index made in an embedded Milvus stays there, whatever server is
            configured later; one made on a listed server is looked for there; one made
            on another server at the configured one, and at its own address only if
            nothing is configured, without the configured credentials: a record may
            come with somebody else's dataset

    Returns:
        a :class:`Settings`

    Raises:
        InvalidRequest: if a value cannot be right
    """
    given = current() if given is None else given
    given = {k: v for k, v in given.items() if v is not None}
    configured = configured_values()
    given = {k: v for k, v in given.items() if not _is_parsed_copy(k, v, configured)}

    if "uri" in given:
        own = _settings_for(given["uri"], configured)
        if own is not None:
            given["uri"] = _with_login(given["uri"], own["uri"])
            configured = own
        elif "uri" in configured:
            configured = _without_credentials(configured)
    elif stored is not None:
        if is_embedded(stored):
            # what is configured belongs to a server that this index isn't on
            path = None if stored == EMBEDDED else stored
            return _checked({**given, "uri": path})
        own = _settings_for(stored, configured)
        if own is not None:
            configured = own
        elif "uri" not in configured:
            configured = {**_without_credentials(configured), "uri": stored}

    return _checked(over(configured, given))


def servers() -> dict[str, Settings]:
    """The servers that the file in ``FIFTYONE_MILVUS_SERVERS`` lists, by name.

    Raises:
        InvalidRequest: if it can't be read, or says what can't be right
    """
    found: dict[str, Settings] = {}
    for name, values in server_list.read().items():
        try:
            server = _listed(values)
        except InvalidRequest as e:
            raise InvalidRequest(
                f"The server '{name}' in {server_list.VARIABLE}: {e}"
            ) from None
        same = [n for n, other in found.items() if other.address == server.address]
        if same:
            raise InvalidRequest(
                f"The servers '{same[0]}' and '{name}' in {server_list.VARIABLE} have "
                f"one address, {server.address}. Keep one of them."
            )
        found[name] = server
    return found


def listed_name(address: str) -> str | None:
    """The name of the listed server at an address; ``None`` if there is none."""
    with suppress(InvalidRequest):
        for name, server in servers().items():
            if server.address == address:
                return name
    return None


def unsent_credentials(found: Settings) -> str | None:
    """Says that credentials are configured and not sent to the server of some
    settings, and what to do; ``None`` where that isn't so."""
    configured = configured_values()
    own = _checked(configured)
    if found.embedded or found.has_credentials or not own.has_credentials:
        return None
    if listed_name(found.address) is not None:
        return None
    if own.uri is None:
        return (
            "Asked without credentials: those that are configured are for no address. "
            f"If they are for this server, set {ENV_PREFIX}URI to {found.address}."
        )
    return (
        f"Asked without credentials: they are configured for {own.address}. If this "
        f"server needs some, list it in the file that {server_list.VARIABLE} names."
    )


def _listed(values: Mapping[str, Any]) -> Settings:
    unknown = sorted(set(values) - set(KEYS))
    if unknown:
        raise InvalidRequest(f"unknown settings {unknown}. Known are {list(KEYS)}")
    found = _checked(values)
    if "@" in urlsplit(found.uri or "").netloc:
        raise InvalidRequest(
            "leave the login out of uri, and give user and password, or token"
        )
    return found


def _settings_for(address: Any, configured: dict[str, Any]) -> dict[str, Any] | None:
    """What is configured for an address: by itself, or in the list of servers."""
    try:
        wanted = Settings(addresses.checked(str(address))).address
    except InvalidRequest:  # of a record, which counts only where nothing is configured
        return None
    uri = configured.get("uri")
    if uri is not None and Settings(addresses.checked(str(uri))).address == wanted:
        return configured
    for server in servers().values():
        if server.address == wanted:
            return server.connection_kwargs()
    return None


def _with_login(uri: Any, own: str) -> str:
    """An address with the login that another spelling of it holds, if it has none."""
    given, known = (urlsplit(addresses.checked(str(one))) for one in (uri, own))
    if "@" in given.netloc or "@" not in known.netloc:
        return str(uri)
    return given._replace(netloc=known.netloc).geturl()


def is_embedded(address: str | None) -> bool:
    """Whether an address that a record names is that of an embedded Milvus."""
    return address == EMBEDDED or bool(address and address.endswith(".db"))


def is_configured(found: Settings) -> bool:
    """Whether an embedded Milvus is the one that environment and brain config name."""
    uri = configured_values().get("uri")
    with suppress(InvalidRequest):
        return found.uri == (None if uri is None else addresses.checked(str(uri)))
    return False


def check_stored(address: str) -> None:
    """Checks an address that a record names: it must be written as
    :attr:`Settings.address` writes it.

    Raises:
        InvalidRequest: if it isn't
    """
    if address.endswith(".db") and "://" not in address:
        right = os.path.isabs(address) and os.path.normpath(address) == address
    else:
        right = address == EMBEDDED or _checked({"uri": address}).address == address
    if not right:
        raise InvalidRequest(
            f"The address that it names, {addresses.redacted(address)}, is not one "
            "that this backend writes."
        )


def _without_credentials(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key not in CREDENTIALS}


def source(key: str, value: Any) -> str | None:
    """Where a setting's value is configured, in words: an environment variable, the
    brain config, or the list of servers; ``None`` if it was given."""
    name = ENV_PREFIX + key.upper()
    places = {
        name: os.environ.get(name),
        f"{key} of the backend 'milvus' in FiftyOne's brain config": (
            _brain_config().get(key)
        ),
    }
    for place, raw in places.items():
        with suppress(InvalidRequest):
            said = raw and (addresses.checked(str(raw)) if key == "uri" else str(raw))
            if said and value == said:
                return place
    listed = listed_name(value) if key == "uri" else None
    return listed and f"the uri of '{listed}' in {server_list.VARIABLE}"


def configured_values() -> dict[str, Any]:
    """What environment and brain config say, the first one first."""
    values = {}
    config = _brain_config()
    for key in KEYS:
        name = ENV_PREFIX + key.upper()
        # raw: FiftyOne's parser turns "00123" into 123 and "root:a,b" into a list
        value: Any = os.environ.get(name) or config.get(key)
        if value not in (None, "", "None"):
            values[key] = value
    return values


def _brain_config() -> Mapping[str, Any]:
    import fiftyone.brain as fob

    return fob.brain_config.similarity_backends.get("milvus", {})


def _is_parsed_copy(key: str, value: Any, configured: Mapping[str, Any]) -> bool:
    """Whether a keyword argument is only FiftyOne's copy of what is configured, which
    it parses and hands to a backend's config class."""
    return key in configured and value == _brain_config().get(key)


def _checked(values: Mapping[str, Any]) -> Settings:
    typed = {k: _typed(k, v) for k, v in values.items() if v is not None}
    uri = typed.get("uri")
    if uri is not None:
        typed["uri"] = addresses.checked(uri)
        database = addresses.database_of(typed["uri"])
        if database and "db_name" not in typed:
            typed["db_name"] = database
    for key, value in typed.items():
        if key.endswith("_path") and not _can_be_read(value):
            place = source(key, value) or f"{key}, as it was given,"
            raise InvalidRequest(
                f"The Milvus setting {place} names a file that isn't there, or that "
                "can't be read. Set it to the path of the PEM file."
            )
    return Settings(**typed)


def _can_be_read(path: str) -> bool:
    path = os.path.expanduser(path)
    try:
        return os.path.isfile(path) and os.access(path, os.R_OK)
    except ValueError:  # it holds a NUL
        return False


def _typed(key: str, value: Any) -> Any:
    if key != "secure":
        return str(value)
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in _TRUE + _FALSE:
        return word in _TRUE
    raise InvalidRequest("The Milvus setting secure must be true or false")
