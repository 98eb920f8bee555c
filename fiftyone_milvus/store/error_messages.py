"""What an error of pymilvus or grpc means, in words that people can act on."""

from __future__ import annotations

from urllib.parse import urlsplit

from ..errors import (
    AccessDenied,
    CollectionError,
    InvalidRequest,
    ServerUnavailable,
    VectorSearchError,
)
from . import addresses, embedded, proxies, server_list
from .redaction import without_secrets
from .settings import ENV_PREFIX, Settings, listed_name, source

# Milvus's own codes: pymilvus's ErrorCode has a legacy name for each
CONNECT_FAILED = 2
COLLECTION_NOT_FOUND = 100
DATABASE_NOT_FOUND = 800

_GONE = ("UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED")
_STARTING = (
    *("not ready yet", "not healthy", "service not ready"),
    *("channel not available", "channel not found", "node not found"),
    *("delegator", "no available nodes"),
)
_TOO_LARGE = ("exceed the limit size", "message size too large")  # the latter: Kafka
_TLS = ("handshake", "ssl", "certificate", "hostname verification", "tsi_")


def library_error(error: BaseException, settings: Settings) -> VectorSearchError:
    """The error that a person should see. Its text holds no secret."""
    where = f"Milvus at {settings.address}"
    if settings.embedded:
        where = "The embedded Milvus"
    status, code = _status(error), error_code(error)
    text = without_secrets(_text(error), settings)
    lower = text.lower()
    if status == "UNAUTHENTICATED" or "auth check fail" in lower:
        if not settings.has_credentials:
            return AccessDenied(
                f"{where} asks for a user and password, or a token. {_unset(settings)}"
            )
        return AccessDenied(
            f"{where} does not accept the user and password, or token, that are "
            f"set. Check {_login(settings)}."
        )
    if status == "PERMISSION_DENIED" or "permission deny" in lower:
        return AccessDenied(
            f"{where} does not allow this to the user that is set ({text}). Grant the "
            f"privilege, or set {_login(settings)}, of somebody who has it."
        )
    if code == DATABASE_NOT_FOUND or _names_a_missing_database(lower):
        place = source("db_name", settings.db_name)
        other = f"set {place} to one that exists" if place else "name one that exists"
        return InvalidRequest(
            f"{where} has no database '{settings.db_name}'. Create it, or {other}."
        )
    if code == COLLECTION_NOT_FOUND:
        return CollectionError(f"{where}: {text}")
    if any(word in lower for word in _STARTING):
        return ServerUnavailable(
            f"{where}, or a node of it, is starting. Try again in a minute."
        )
    if "wait for loading" in lower:
        return ServerUnavailable(
            f"{where} is still loading the collection into its memory. Try again in a "
            "minute."
        )
    if "not enough" in lower and "node" in lower:
        return InvalidRequest(
            f"{where} has fewer query nodes than replicas are asked for ({text}). Set "
            "replicas to the number of its query nodes at most."
        )
    if is_gone(error) or code == CONNECT_FAILED:
        if uses_tls(settings) and any(word in lower for word in _TLS):
            return AccessDenied(f"{where} {_tls_advice(lower)}")
        return ServerUnavailable(f"{where} does not answer. {_hint(settings, lower)}")
    return VectorSearchError(f"{where} refused the request: {text}")


_GONE_NAMES = (
    "ConnectError",
    "ConnectionNotExistException",  # another thread has closed the client
    "FutureTimeoutError",
    "MilvusUnavailableException",
)


def is_gone(error: BaseException) -> bool:
    """Whether the connection is lost, or the server silent."""
    status = _status(error)
    if status is not None:
        return status in _GONE
    name, text = type(error).__name__, _text(error).lower()
    return (
        name in _GONE_NAMES
        or isinstance(error, ConnectionError)
        or error_code(error) == CONNECT_FAILED
        or "closed channel" in text
    )


def is_of_a_node(error: BaseException) -> bool:
    """Whether a cluster lost the query node that it asked: the next call may find the
    rows in another one's memory."""
    return "delegator" in _text(error)


def is_too_large(error: BaseException | None) -> bool:
    """Whether an answer, or what was to be written, would have been larger than a
    server's messages may be."""
    if error is None:
        return False
    lower = _text(error).lower()
    return _status(error) == "RESOURCE_EXHAUSTED" or any(
        word in lower for word in _TOO_LARGE
    )


def is_still_flushing(error: BaseException | None) -> bool:
    """Whether the server took a flush, and hasn't ended it in the time that it had."""
    return error is not None and "wait for flush timeout" in _text(error)


def error_code(error: BaseException | None) -> int | None:
    """Milvus's own code of an error, or of the error behind it."""
    for one in _chain(error):
        code = getattr(one, "code", None)
        if isinstance(code, int):
            return code
    return None


def uses_tls(settings: Settings) -> bool:
    """Whether the settings ask for an encrypted connection."""
    if settings.secure is not None:
        return settings.secure
    return urlsplit(settings.uri or "").scheme == "https"


def _tls_advice(lower: str) -> str:
    if "wrong_version_number" in lower:
        return (
            "does not use TLS, and the settings ask for it. Start the address with "
            f"http://, and leave {ENV_PREFIX}SECURE unset."
        )
    if "unwrap failed" in lower:
        return (
            "asks for a client certificate that it trusts. Set "
            f"{ENV_PREFIX}CLIENT_PEM_PATH, _CLIENT_KEY_PATH and _CA_PEM_PATH."
        )
    return (
        "has a certificate that this client does not trust. Set "
        f"{ENV_PREFIX}SERVER_PEM_PATH to the certificate of the authority that signed "
        "it (_CA_PEM_PATH does as well), and _SERVER_NAME to the name that is in it."
    )


def _login(settings: Settings) -> str:
    """Where user and password, or token, of a server are set."""
    name = listed_name(settings.address)
    if name is not None:
        return f"user and password, or token, of '{name}' in {server_list.VARIABLE}"
    return f"{ENV_PREFIX}USER and _PASSWORD, or _TOKEN"


def _unset(settings: Settings) -> str:
    if listed_name(settings.address) is not None:
        return f"Set {_login(settings)}."
    return (
        f"Credentials are sent only to the address in {ENV_PREFIX}URI: set it to this "
        f"address, and {_login(settings)}; or list the server in the file that "
        f"{server_list.VARIABLE} names."
    )


def _hint(settings: Settings, lower: str) -> str:
    if settings.embedded:
        return f"Its log is {embedded.home(settings).log_file}."
    place = source("uri", settings.uri) or "this"
    proxy = proxies.on_the_way_to(settings.host or "")
    if proxy is not None:
        return (
            f"The environment variable {proxy.variable} sends the connection through "
            f"the proxy {addresses.redacted(proxy.address)}. If the server is to be "
            f"reached without it, add {settings.host} to no_proxy; else check that the "
            f"proxy runs and lets it through, and that {place} is the server's address."
        )
    hint = f"Check that the server runs and that {place} is its address."
    if "socket closed" in lower or "connection reset" in lower:
        # what a server with TLS does to a client without
        tls = "a client certificate" if uses_tls(settings) else "TLS (https://)"
        hint += f" It closed the connection at once: perhaps it asks for {tls}."
    return hint


def _names_a_missing_database(lower: str) -> bool:
    # Lite: "database 'x' does not exist"; 2.3: "database:x not found"
    return lower.startswith("database") and lower.endswith(
        ("does not exist", "not found")
    )


def _chain(error: BaseException | None) -> list[BaseException]:
    """The error and those behind it. pymilvus raises some from themselves, and what
    was behind them is then the context."""
    found: list[BaseException] = []
    while error is not None and not any(error is one for one in found):
        found.append(error)
        itself = error.__cause__ is error
        error = error.__context__ if itself else error.__cause__
    return found


def _status(error: BaseException) -> str | None:
    """The name of grpc's status code, of the error or of one behind it."""
    for one in _chain(error):
        code = getattr(one, "code", None)
        code = code() if callable(code) else code
        name = getattr(code, "name", None)
        if isinstance(name, str) and not isinstance(code, int):
            return name
    return None


def _text(error: BaseException) -> str:
    """What grpc says, if it does; else the error's words without pymilvus's frame."""
    for one in _chain(error):
        details = getattr(one, "details", None)
        if callable(details):
            return str(details() or one)
    return str(getattr(error, "message", None) or error)
