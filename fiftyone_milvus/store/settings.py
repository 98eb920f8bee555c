"""The settings of one connection; the scope in which a caller's settings count; and
which Milvus: given settings, then the environment, then the brain config, then the
embedded default. Servers beside that one may be listed in a file."""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

from ..errors import InvalidRequest
from . import addresses, server_list
from .addresses import ENV_PREFIX as ENV_PREFIX

EMBEDDED = "embedded"

# Sent only to the address that they were configured with
CREDENTIALS = ("user", "password", "token", "client_key_path", "client_pem_path")
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


@dataclass(frozen=True, repr=False)
class Settings:
    """How to reach one Milvus.

    The names are the ones that FiftyOne documents for its Milvus backend. Without
    ``uri``, or with a ``uri`` that ends in ``.db``, Milvus is embedded. The text of
    an instance never holds a secret.
    """

    uri: str | None = None
    user: str | None = None
    password: str | None = None
    secure: bool | None = None
    token: str | None = None
    db_name: str | None = None
    client_key_path: str | None = None
    client_pem_path: str | None = None
    ca_pem_path: str | None = None
    server_pem_path: str | None = None
    server_name: str | None = None

    @property
    def embedded(self) -> bool:
        """Whether this is the Milvus Lite that the library runs by itself."""
        return self.uri is None or self.uri.endswith(".db")

    @property
    def address(self) -> str:
        """The address without credentials, for people and for MongoDB.

        ``"embedded"``, the path of a ``.db`` folder, or ``scheme://host:port``.
        """
        if self.uri is None:
            return EMBEDDED
        if self.embedded:
            return self.uri
        parts = urlsplit(self.uri)
        port = f":{parts.port}" if parts.port else ""
        host = parts.hostname or "localhost"
        return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"

    @property
    def host(self) -> str | None:
        """The name or number of the server's machine; ``None`` where Milvus is
        embedded."""
        return None if self.embedded else urlsplit(self.uri or "").hostname

    @property
    def has_credentials(self) -> bool:
        """Whether there is a login to send to the server."""
        in_uri = self.host is not None and "@" in urlsplit(self.uri or "").netloc
        return in_uri or any(getattr(self, key) for key in CREDENTIALS)

    def without_credentials(self) -> Settings:
        """The same settings without credentials."""
        return replace(self, **dict.fromkeys(CREDENTIALS))

    def connection_kwargs(self) -> dict[str, Any]:
        """The settings that are set, as keyword arguments of
        ``fob.compute_similarity`` and ``dataset.load_brain_results``."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: value for name, value in values.items() if value is not None}

    def __repr__(self) -> str:
        return f"Settings({self.address})"


KEYS: tuple[str, ...] = tuple(f.name for f in fields(Settings))

P = ParamSpec("P")
T = TypeVar("T")

_scope: ContextVar[Mapping[str, Any]] = ContextVar(
    "connection settings", default=MappingProxyType({})
)


@contextmanager
def using(**given: Any) -> Iterator[None]:
    """Connects what is called inside with these settings, where they differ from those
    that are configured.

    Other threads don't see them, unless they run in a copy of this context. Don't use
    this in a generator, whose callers would see them too.

    Args:
        **given: connection settings by the names in :data:`KEYS`. They are added to
            those of a scope around this one; with a ``uri`` they replace these, since
            credentials belong to an address

    Raises:
        InvalidRequest: for another name
    """
    check_names(given)
    token = _scope.set(in_scope(given))
    try:
        yield
    finally:
        _scope.reset(token)


def current() -> Mapping[str, Any]:
    """The connection settings of the scope that this runs in; empty outside of one."""
    return _scope.get()


def in_scope(given: Mapping[str, Any]) -> dict[str, Any]:
    """Connection settings, and those of the current scope as :func:`using` adds
    them."""
    given = {name: value for name, value in given.items() if value is not None}
    return given if "uri" in given else over(current(), given)


def over(settings: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Settings, and given ones instead of those that they replace."""
    found = dict(settings)
    if ("user" in given or "password" in given) and "token" not in given:
        found.pop("token", None)  # pymilvus would prefer it to what was asked
    return {**found, **given}


def takes_connection(function: Callable[P, T]) -> Callable[P, T]:
    """Has a function run in the scope of the connection settings that it is called
    with. Its own ``**connection`` stays empty."""
    own = set(inspect.signature(function).parameters)

    @functools.wraps(function)
    def scoped(*args: P.args, **kwargs: P.kwargs) -> T:
        given = {name: kwargs.pop(name) for name in set(kwargs) - own}
        with using(**given):
            return function(*args, **kwargs)

    return scoped


def check_names(given: Mapping[str, Any]) -> None:
    """Raises InvalidRequest for a name that is no connection setting."""
    unknown = sorted(set(given) - set(KEYS))
    if unknown:
        raise InvalidRequest(
            f"Unknown connection settings {unknown}. Known are {list(KEYS)}."
        )


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
            check_names(values)
            server = _checked(values)
            if "@" in urlsplit(server.uri or "").netloc:
                raise InvalidRequest(
                    "leave the login out of uri, and give user and password, or token"
                )
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
