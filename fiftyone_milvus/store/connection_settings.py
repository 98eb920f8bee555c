"""The settings of one connection, and the scope in which a caller's settings count."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

from ..errors import InvalidRequest

EMBEDDED = "embedded"

# Sent only to the address that they were configured with
CREDENTIALS = ("user", "password", "token", "client_key_path", "client_pem_path")


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
