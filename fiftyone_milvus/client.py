"""One ``MilvusClient`` per process and server, with timeouts, and with errors that
people can act on."""

from __future__ import annotations

import logging
import os
import re
import threading
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from . import embedded
from .errors import (
    AccessDenied,
    CollectionError,
    InvalidRequest,
    MissingRequirement,
    ServerUnavailable,
    VectorSearchError,
)
from .settings import Settings, without_secrets

if TYPE_CHECKING:
    from pymilvus import MilvusClient

T = TypeVar("T")

CONNECT_SECONDS = 4.0
CALL_SECONDS = 30.0
WRITE_SECONDS = 120.0

# Milvus's own codes: pymilvus's ErrorCode has a legacy name for each
NOT_LOADED = 101
COLLECTION_NOT_FOUND = 100

_DENIED = ("unauthenticated", "auth check fail", "permission", "invalid credential")
_TLS = ("handshake", "ssl", "certificate", "wrong_version_number")
_GONE = ("unavailable", "connect", "deadline", "timeout", "refused", "closed channel")

_connections: dict[tuple[int, Settings], Connection] = {}
_lock = threading.Lock()


def connect(settings: Settings) -> Connection:
    """The connection of this process to a Milvus; made once, then shared.

    Raises:
        MissingRequirement: if pymilvus isn't installed
        ServerUnavailable: if nothing answers within a few seconds
        AccessDenied: if the credentials or certificates are not accepted
    """
    key = (os.getpid(), settings)
    with _lock:
        connection = _connections.get(key)
        if connection is None:
            connection = _connections[key] = Connection(settings)
    connection.open()
    return connection


def disconnect_all() -> None:
    """Closes every connection of this process."""
    with _lock:
        found = [c for (pid, _), c in _connections.items() if pid == os.getpid()]
        _connections.clear()
    for connection in found:
        connection.close()


class Connection:
    """A Milvus that answers, and the way to call it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._client: MilvusClient | None = None
        self._uri: str | None = None
        self._guard = threading.RLock()

    @property
    def client(self) -> MilvusClient:
        """pymilvus's own client, initialised."""
        return self.open()

    @property
    def uri(self) -> str:
        """Where the client is connected; for an embedded Milvus its port of now."""
        self.open()
        assert self._uri is not None
        return self._uri

    @cached_property
    def version(self) -> str:
        """The server's version, such as ``"2.3.5"``."""
        text = str(self.call(lambda c: c.get_server_version(timeout=CONNECT_SECONDS)))
        number = re.search(r"\d+(\.\d+)*", text)  # of "v2.3.5-lite", "milvus_lite-3.2"
        return number.group() if number else text

    def orm_collection(self, name: str) -> Any:
        """The ``pymilvus.Collection`` of a name, for code written against the ORM.

        Raises:
            MissingRequirement: if this pymilvus no longer has the ORM (3.1 and later)
        """
        try:
            from pymilvus import Collection, connections
        except ImportError as e:
            raise MissingRequirement(
                "This version of pymilvus has no Collection class; use index.client"
            ) from e

        alias = f"fiftyone-{self.uri}"
        if not connections.has_connection(alias):
            kwargs = {**self.settings.connection_kwargs(), "uri": self.uri}
            connections.connect(alias=alias, timeout=CONNECT_SECONDS, **kwargs)
        return Collection(name, using=alias)

    def open(self) -> MilvusClient:
        """Connects, once."""
        with self._guard:
            if self._client is None:
                self._uri, self._client = self._connected()
            return self._client

    def close(self) -> None:
        """Closes the client; the next call connects again."""
        with self._guard:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def call(self, function: Callable[[MilvusClient], T]) -> T:
        """Runs a function on the client, and again once if the embedded server has
        gone away or another client released the collection behind our back.

        Raises:
            VectorSearchError: one of its kinds, in words for people
        """
        try:
            return function(self.open())
        except VectorSearchError:
            raise
        except Exception as e:
            if not self._restarted(e):
                raise self._explained(e) from e
        try:
            return function(self.open())
        except VectorSearchError:
            raise
        except Exception as e:
            raise self._explained(e) from e

    def ping(self) -> None:
        """Asks for a sign of life.

        Raises:
            VectorSearchError: if there is none within a few seconds
        """
        self.call(lambda c: c.get_server_version(timeout=CONNECT_SECONDS))

    def _connected(self) -> tuple[str, MilvusClient]:
        milvus_client = _milvus_client_class()
        kwargs = self.settings.connection_kwargs()
        if self.settings.embedded:
            # the embedded server knows neither users nor certificates
            where = embedded.home(self.settings)
            kwargs = {k: v for k, v in kwargs.items() if k == "db_name"}
            kwargs["uri"] = embedded.ensure_running(where).uri
        try:
            # dedicated: pymilvus shares a connection by address and token alone,
            # and would ignore another certificate
            client = milvus_client(timeout=CONNECT_SECONDS, dedicated=True, **kwargs)
        except Exception as e:
            raise self._explained(e) from e
        return kwargs["uri"], client

    def _restarted(self, error: Exception) -> bool:
        """Whether it is worth calling again: the embedded server was gone, and
        :meth:`open` will start it."""
        if not self.settings.embedded or not _is_gone(error):
            return False
        if embedded.running(embedded.home(self.settings)) is not None:
            return False
        self.close()
        return True

    def _explained(self, error: Exception) -> VectorSearchError:
        text = without_secrets(_text(error), self.settings)
        lower = text.lower()
        where = f"Milvus at {self.settings.address}"
        if self.settings.embedded:
            where = "The embedded Milvus"
        if any(word in lower for word in _DENIED):
            return AccessDenied(
                f"{where} does not accept the user and password, or token, that are "
                "set. Check FIFTYONE_BRAIN_SIMILARITY_MILVUS_USER and _PASSWORD, or "
                "_TOKEN."
            )
        if "database not found" in lower or "database not exist" in lower:
            return InvalidRequest(
                f"{where} has no database '{self.settings.db_name}'. Create it, or "
                "set FIFTYONE_BRAIN_SIMILARITY_MILVUS_DB_NAME to one that exists."
            )
        if getattr(error, "code", None) == COLLECTION_NOT_FOUND:
            return CollectionError(f"{where}: {text}")
        if any(word in lower for word in _TLS):
            return AccessDenied(
                f"{where} and this client do not agree on TLS. Check the scheme of "
                "the address (https or http), FIFTYONE_BRAIN_SIMILARITY_MILVUS_SECURE "
                "and the certificate paths."
            )
        if _is_gone(error):
            hint = f"Its log is {embedded.home(self.settings).log_file}."
            if not self.settings.embedded:
                hint = (
                    "Check that the server runs and that "
                    "FIFTYONE_BRAIN_SIMILARITY_MILVUS_URI is its address."
                )
            return ServerUnavailable(f"{where} does not answer. {hint}")
        return VectorSearchError(f"{where} refused the request: {text}")


def error_code(error: BaseException | None) -> int | None:
    """Milvus's own code of an error, or of the error behind it."""
    while error is not None:
        code = getattr(error, "code", None)
        if isinstance(code, int):
            return code
        error = error.__cause__
    return None


def ensure_installed() -> None:
    """Raises MissingRequirement if pymilvus isn't installed."""
    _milvus_client_class()


def _milvus_client_class() -> type[MilvusClient]:
    # it logs each error that it raises, with a traceback; ours say what to do
    logging.getLogger("pymilvus.decorators").setLevel(logging.CRITICAL)
    logging.getLogger("pymilvus.client.iterator.query_iterator").setLevel(logging.ERROR)
    try:
        from pymilvus import MilvusClient
    except ImportError as e:
        raise MissingRequirement(
            "The Milvus backend needs pymilvus: pip install 'pymilvus[milvus-lite]'"
        ) from e
    return MilvusClient


def _text(error: Exception) -> str:
    """The error's own words, without pymilvus's and grpc's wrapping."""
    details = getattr(error, "details", None)  # grpc
    if callable(details):
        return str(details() or error)
    return str(getattr(error, "message", None) or error)


def _is_gone(error: Exception) -> bool:
    text = f"{type(error).__name__} {error}".lower()
    return any(word in text for word in _GONE)
