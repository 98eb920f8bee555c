"""One ``MilvusClient`` per process and server, with timeouts, and with errors that
people can act on."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from .. import internals
from ..errors import MissingRequirement, ServerUnavailable, VectorSearchError
from . import capabilities, embedded, messages, proxies
from .capabilities import Capabilities
from .error_messages import error_code as error_code
from .error_messages import is_gone, is_of_a_node, library_error
from .settings import Settings

if TYPE_CHECKING:
    from pymilvus import MilvusClient

T = TypeVar("T")

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 4.0
CALL_SECONDS = 30.0
WRITE_SECONDS = 120.0

WITHOUT_PROXY = {"grpc.enable_http_proxy": 0}

NOT_LOADED = (101, 103)  # Milvus's own codes; the second is "not fully"

# They log each error that they raise, with a traceback; ours say what to do
_NOISY = {
    "pymilvus.decorators": logging.CRITICAL,
    "pymilvus.client.connection_manager": logging.ERROR,
    "pymilvus.client.iterator.query_iterator": logging.ERROR,
}

_connections: dict[tuple[Settings, embedded.Home | None], Connection] = {}
_lock = threading.Lock()


def connect(settings: Settings) -> Connection:
    """The connection of this process to a Milvus; made once, then shared.

    A forked child makes its own. That works as far as grpc's own support for forks
    does: a fork while another thread is inside a call can leave the child without
    Milvus, so start processes with ``spawn`` where there is a choice.

    Raises:
        MissingRequirement: if pymilvus isn't installed
        ServerUnavailable: if nothing answers within a few seconds
        AccessDenied: if the credentials or certificates are not accepted
        InvalidRequest: if there is no database of the name that is set
    """
    with _lock:
        # another FIFTYONE_MILVUS_DIR is another Milvus
        where = embedded.home(settings) if settings.embedded else None
        key = (settings, where)
        connection = _connections.setdefault(key, Connection(settings))
    connection.open()
    return connection


def _after_fork() -> None:
    """In a forked child: the parent's locks may stay locked, and its clients
    must be neither used nor closed by the child."""
    global _lock
    _lock = threading.Lock()
    for connection in _connections.values():
        connection.forget()


os.register_at_fork(after_in_child=_after_fork)


class Connection:
    """A Milvus that answers, and the way to call it.

    ``write_bytes``: how much one call writes; less once the server refused so much.
    ``refused``: the features that it refused, though its version has them.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.write_bytes = messages.CALL_BYTES
        self._uri: str | None = None
        self.forget()

    def forget(self) -> None:
        """Drops the client without closing it; the next call connects again."""
        self._client: MilvusClient | None = None
        self._failure: tuple[float, VectorSearchError] | None = None
        self._capabilities: Capabilities | None = None
        self.refused: set[str] = set()
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

    @property
    def capabilities(self) -> Capabilities:
        """What the server can do; it is asked once, and again after a new connection.

        Raises:
            VectorSearchError: if it doesn't say its version
        """
        # no cached_property: before Python 3.12 a fork can leave its lock locked
        with self._guard:
            self.open()
            if self._capabilities is None:
                text = self.call(
                    lambda c: c.get_server_version(timeout=CONNECT_SECONDS)
                )
                self._capabilities = capabilities.of_version(str(text))
            return self._capabilities

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

        # not the address alone: others may log in there as somebody else
        alias = f"fiftyone-{hash((os.getpid(), self.uri, self.settings))}"
        try:
            if not connections.has_connection(alias):
                kwargs = {**self._kwargs(), "uri": self.uri}
                connections.connect(alias=alias, timeout=CONNECT_SECONDS, **kwargs)
            return Collection(name, using=alias)
        except Exception as e:
            raise library_error(e, self.settings) from e

    def open(self) -> MilvusClient:
        """Connects, once.

        Raises:
            VectorSearchError: one of its kinds, in words for people
        """
        asked = time.monotonic()
        with self._guard:
            if self._client is None:
                if self._failure is not None and self._failure[0] >= asked:
                    # it failed while this thread waited for its turn
                    raise self._failure[1]
                # another server may answer now
                self._capabilities = None
                self.refused = set()
                try:
                    self._uri, self._client = self._connected()
                except VectorSearchError as e:
                    self._failure = time.monotonic(), e
                    raise
            return self._client

    def close(self) -> None:
        """Closes the client; the next call connects again."""
        with self._guard:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def call(self, function: Callable[[MilvusClient], T]) -> T:
        """Runs a function on the client, and again once if the client was lost: the
        embedded server went away, or another thread connected again; or if a cluster
        lost the node that it asked.

        Raises:
            VectorSearchError: one of its kinds, in words for people
        """
        used = self.open()
        try:
            return function(used)
        except VectorSearchError:
            raise
        except Exception as e:
            if not self._is_lost(used, e) and not is_of_a_node(e):
                raise library_error(e, self.settings) from e
        try:
            return function(self.open())
        except VectorSearchError:
            raise
        except Exception as e:
            raise library_error(e, self.settings) from e

    def try_feature(
        self, feature: str, newer: Callable[[], T], plain: Callable[[], T]
    ) -> T:
        """What a feature of newer servers returns; what the plain way does once this
        server has refused the feature, though its version has it.

        Args:
            feature: its name, for the log
            newer: uses it
            plain: does without it

        Raises:
            VectorSearchError: if the plain way fails too, or not by a refusal
        """
        if feature in self.refused:
            return plain()
        try:
            return newer()
        except VectorSearchError as e:
            # its kinds say that the server is gone, or that it lacks the rights
            if type(e) is not VectorSearchError:
                raise
            found, refusal = plain(), e
        with self._guard:
            is_new = feature not in self.refused
            self.refused.add(feature)
        if is_new:
            logger.warning("Without %s from now on: %s", feature, refusal)
        return found

    def note_write(self, collection: str) -> None:
        """Has the reads of this process at ``Session`` wait for what was written to a
        collection until now, through this or any other client.

        pymilvus lets them wait for the timestamp of the process's last write. A delete
        of Milvus 2.3 reports none, so the server is asked for one of now.
        """
        try:
            self.call(lambda c: _note_write(c, collection))
        except ServerUnavailable:
            raise
        except VectorSearchError as e:
            # later versions report one, and may refuse the question
            logger.debug("No timestamp for a write to '%s': %s", collection, e)

    def ping(self) -> None:
        """Checks that the server answers.

        Raises:
            VectorSearchError: if it doesn't within a few seconds
        """
        # not the version: pymilvus remembers it
        self.call(lambda c: c.list_collections(timeout=CONNECT_SECONDS))

    def _connected(self) -> tuple[str, MilvusClient]:
        milvus_client = _milvus_client_class()
        kwargs = self._kwargs()
        try:
            # dedicated: pymilvus shares a connection by address and token alone,
            # and would ignore another certificate
            client = milvus_client(timeout=CONNECT_SECONDS, dedicated=True, **kwargs)
        except Exception as e:
            raise library_error(e, self.settings) from e
        if self.settings.db_name is not None:
            # elsewhere a missing database reads like a missing collection
            try:
                client.list_collections(timeout=CONNECT_SECONDS)
            except Exception as e:
                client.close()
                raise library_error(e, self.settings) from e
        return kwargs["uri"], client

    def _kwargs(self) -> dict[str, Any]:
        """The settings as pymilvus takes them."""
        kwargs = self.settings.connection_kwargs()
        if self.settings.embedded:
            # the embedded server knows neither users nor certificates
            where = embedded.home(self.settings)
            kwargs = {k: v for k, v in kwargs.items() if k == "db_name"}
            return {**kwargs, "uri": embedded.ensure_running(where).uri}
        if proxies.is_here(self.settings.host or ""):
            kwargs["grpc_options"] = WITHOUT_PROXY
        for key in kwargs:
            if key.endswith("_path"):
                kwargs[key] = os.path.expanduser(kwargs[key])
        # pymilvus takes the authority from one name without a client's certificate,
        # from the other with one, and ignores the rest without a word
        authority = kwargs.pop("ca_pem_path", None)
        authority = kwargs.pop("server_pem_path", None) or authority
        two_way = {"client_pem_path", "client_key_path"} <= set(kwargs)
        if authority is not None:
            kwargs["ca_pem_path" if two_way else "server_pem_path"] = authority
        return kwargs

    def _is_lost(self, used: MilvusClient, error: Exception) -> bool:
        """Whether it is worth calling again, because :meth:`open` gives another
        client; to a server pymilvus has tried to connect again by itself."""
        if not is_gone(error):
            return False
        with self._guard:
            if self._client is not used:
                return True
            if not self.settings.embedded:
                return False
            now = embedded.running(embedded.home(self.settings))
            if now is not None and now.uri == self._uri:
                return False
            self.close()
        return True


def ensure_installed() -> None:
    """Raises MissingRequirement if pymilvus isn't installed."""
    _milvus_client_class()


def _milvus_client_class() -> type[MilvusClient]:
    try:
        from pymilvus import MilvusClient
    except ImportError as e:
        raise MissingRequirement(
            "The Milvus backend needs pymilvus: pip install 'pymilvus[milvus-lite]'"
        ) from e
    internals.check("pymilvus")
    for name, level in _NOISY.items():  # after the import, which resets them
        logging.getLogger(name).setLevel(level)
    return MilvusClient


def _note_write(client: MilvusClient, collection: str) -> None:
    from pymilvus.client.ts_utils import update_collection_ts

    handler, context = client._get_connection(), client._generate_call_context()
    now = handler.alloc_timestamp(timeout=CALL_SECONDS, context=context)
    database = context.get_db_name()
    update_collection_ts(collection, now, handler.server_address, database)
