"""Ray as the engine of a build: where it is, what it has, and the connection to it. No
other module but ``ray_pool.py`` knows of Ray, which is imported when it is used."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ..errors import InvalidRequest, MissingRequirement, ServerUnavailable
from ..store import settings
from ..store.settings import CREDENTIALS, Settings
from .ray_worker import connection_of

PIP = "pip install 'fiftyone-milvus[ray]'"
ANSWER_SECONDS = 5.0
OBJECT_STORE_BYTES = 256 << 20  # of a local Ray: batches are small
CLIENT = "ray://"
# Ray's own switches, for a Ray of this machine: its servers listen on 127.0.0.1 alone,
# as they do on systems where it has no clusters; and it reports nothing to its makers
LOCAL = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_USAGE_STATS_ENABLED": "0"}
AUTH_MODE = "RAY_AUTH_MODE"  # a Ray of this machine asks for a token, and Ray sets this


@dataclass(frozen=True)
class Ray:
    """A Ray cluster whose workers embed and write. The model must be in FiftyOne's zoo
    on all of its machines, the media under the same paths; Milvus's credentials are
    configured there as here. They need no route to MongoDB.

    Example::

        engine = Ray("head:6379", workers=4, gpus_per_worker=1)

    Args:
        address: ``"host:port"``, ``"ray://host:port"``, or ``"auto"`` for one that
            this machine belongs to; ``None`` for the Ray that this process is connected
            to, or else one on this machine for this build alone
        workers: how many; by default one for each GPU, without GPUs one for each
            machine
        gpus_per_worker: may be a fraction; by default 1 if there are any
        cpus_per_worker: by default 1 where workers have a GPU, else all of a machine
        batch_size: how many samples a worker is sent at once
    """

    address: str | None = None
    workers: int | None = None
    gpus_per_worker: float | None = None
    cpus_per_worker: float | None = None
    batch_size: int | None = None

    def check(self) -> None:
        """Checks the numbers.

        Raises:
            InvalidRequest: naming the one that can't be right
        """
        for name, least in (
            ("workers", 1),
            ("batch_size", 1),
            ("cpus_per_worker", 0),
            ("gpus_per_worker", 0),
        ):
            value = getattr(self, name)
            if value is not None and value < least:
                raise InvalidRequest(f"{name} must be at least {least}, not {value}")


@dataclass(frozen=True)
class Shares:
    """How many workers there are, and the CPUs and GPUs that each has."""

    workers: int
    cpus: float
    gpus: float


@contextmanager
def connected(engine: Ray) -> Iterator[Any]:
    """The module ``ray``, connected; afterwards disconnected, if it wasn't before, and
    a Ray that was started for this is stopped.

    Raises:
        MissingRequirement: if Ray isn't installed
        ServerUnavailable: if no Ray answers at the address
        InvalidRequest: if its version is another one, or this process is connected to
            another Ray
    """
    ray = _imported()
    if ray.is_initialized():
        _check_same(ray, engine.address)
        yield ray
        return
    if engine.address is not None:
        _check_answers(engine.address)
    auth_mode = os.environ.get(AUTH_MODE)
    try:
        with _on_this_machine(engine.address is None):
            _connect(ray, engine.address)
        yield ray
    finally:
        ray.shutdown()
        if auth_mode is None:
            _forget_token()


def shares(ray: Any, engine: Ray, embeds: bool) -> Shares:
    """What each worker gets.

    Raises:
        InvalidRequest: if no machine of the cluster has that
    """
    machines = [node["Resources"] for node in _nodes(ray)]
    all_gpus = sum(one.get("GPU", 0) for one in machines)
    gpus = engine.gpus_per_worker
    if gpus is None:
        gpus = 1.0 if embeds and all_gpus >= 1 else 0.0
    cpus = engine.cpus_per_worker
    if cpus is None:
        cpus = 1.0 if gpus else min((m.get("CPU", 0) for m in machines), default=1)
    for name, kind, wanted in (("GPU", "gpus", gpus), ("CPU", "cpus", cpus)):
        most = max((one.get(name, 0) for one in machines), default=0)
        if wanted > most:
            raise InvalidRequest(
                f"A worker is to have {wanted:g} {name}s, and no machine of the Ray "
                f"cluster has more than {most:g}. Set {kind}_per_worker to less, or "
                "use a cluster that has them."
            )
    workers = engine.workers
    if workers is None:
        workers = max(1, int(all_gpus / gpus) if gpus else len(machines))
    return Shares(workers, cpus, gpus)


def check_milvus(ray: Any, found: Settings) -> None:
    """Checks that all machines of a cluster can reach a Milvus as this one does.

    Raises:
        InvalidRequest: if it is embedded and there are other machines, or its
            credentials were given in a call
    """
    here = socket.gethostname()
    others = sorted({n["NodeManagerHostname"] for n in _nodes(ray)} - {here})
    if found.embedded and others:
        raise InvalidRequest(
            f"The embedded Milvus is on this machine alone, and the Ray cluster has "
            f"others ({', '.join(others[:3])}). Use a Milvus server: set "
            f"{settings.ENV_PREFIX}URI, or pass uri."
        )
    if found.embedded:
        return
    theirs = settings.resolve(connection_of(found))
    same = all(getattr(theirs, key) == getattr(found, key) for key in CREDENTIALS)
    if found.has_credentials and not (same and theirs.has_credentials):
        raise InvalidRequest(
            "The login of Milvus was given in the call, and isn't sent to Ray's "
            f"workers. Configure it instead, here and on Ray's machines: "
            f"{settings.ENV_PREFIX}TOKEN, or _USER and _PASSWORD, with the _URI."
        )


def _imported() -> Any:
    try:
        import ray
    except ImportError as e:
        raise MissingRequirement(f"This needs Ray: {PIP}") from e
    return ray


@contextmanager
def _on_this_machine(alone: bool) -> Iterator[None]:
    """Has a Ray that starts in the block serve this machine alone."""
    if not alone:
        yield
        return
    from ray._private import ray_constants

    kept = {name: os.environ.get(name) for name in LOCAL}
    clusters = ray_constants.ENABLE_RAY_CLUSTER
    os.environ.update(LOCAL)  # for its processes; this one has read them already
    ray_constants.ENABLE_RAY_CLUSTER = False
    try:
        yield
    finally:
        ray_constants.ENABLE_RAY_CLUSTER = clusters
        for name, value in kept.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def _forget_token() -> None:
    """Has this process ask no other Ray for the token of one that it started: workers
    that have none would be lost."""
    if os.environ.pop(AUTH_MODE, None) is None:
        return
    from ray import _raylet

    compiled: Any = _raylet  # its types don't have these
    compiled.Config.initialize("")
    compiled.AuthenticationTokenLoader.instance().reset_cache()


def _nodes(ray: Any) -> list[dict[str, Any]]:
    return [node for node in ray.nodes() if node["Alive"]]


def _check_same(ray: Any, address: str | None) -> None:
    """Refuses another address than that of a connection that is there already."""
    own = ray.get_runtime_context().gcs_address
    if address not in (None, "auto", own):
        raise InvalidRequest(
            f"This process is connected to the Ray at {own} already. Call "
            "ray.shutdown() first, or leave the address out."
        )


def _connect(ray: Any, address: str | None) -> None:
    options: dict[str, Any] = {"address": address, "log_to_driver": False}
    if address is None:
        # not None, which would take RAY_ADDRESS
        options["address"] = "local"
        options["include_dashboard"] = False
        options["object_store_memory"] = OBJECT_STORE_BYTES
    if not (address or "").startswith(CLIENT):
        options |= {"configure_logging": False, "logging_level": "error"}
    try:
        ray.init(**options)
    except (Exception, SystemExit) as e:  # it exits if it waited in vain
        raise _error(address, e) from None


def _error(address: str | None, error: BaseException) -> Exception:
    where = f"the Ray at {address}" if address else "a Ray on this machine"
    text = " ".join(str(error).split())
    if "ersion mismatch" in text:
        return InvalidRequest(
            f"This process and {where} have different versions of Ray or of Python. "
            f"Install the same ones. Ray says: {text[:300]}"
        )
    what = "start" if address is None else "connect to"
    return ServerUnavailable(
        f"Can't {what} {where}: {text[:300]}. Start one with `ray start --head`, or "
        "give the address of one that runs."
    )


def _check_answers(address: str) -> None:
    """Asks whether a gRPC server answers: Ray itself waits for minutes, and then ends
    the process.

    Raises:
        ServerUnavailable: if none does
        InvalidRequest: if it is no address
    """
    import grpc

    host, port = _host_and_port(address)
    where = f"{host}:{port}"
    name = address if where in address else f"{address} ({where})"
    why = f"No Ray answers at {name}. Start it, or give another address."
    try:
        with socket.create_connection((host, port), ANSWER_SECONDS):
            pass
        if os.environ.get("RAY_USE_TLS") == "1":
            return
        with grpc.insecure_channel(where) as channel:
            grpc.channel_ready_future(channel).result(ANSWER_SECONDS)
    except (OSError, grpc.FutureTimeoutError) as e:
        raise ServerUnavailable(why) from e


def _host_and_port(address: str) -> tuple[str, int]:
    """Where Ray connects: to a cluster's node on this machine not by localhost, but by
    the machine's own address."""
    from ray._private import services

    given: str | None = address
    if address == "auto":
        given = services.canonicalize_bootstrap_address(address)
    if given is None:
        raise ServerUnavailable(
            "No Ray runs on this machine. Start one with `ray start --head`, or "
            "give the address of one that runs."
        )
    parts = urlsplit(given if "://" in given else f"{CLIENT}{given}")
    port = _port(parts)
    if f"{parts.scheme}://" != CLIENT or not parts.hostname or not port:
        raise InvalidRequest(
            f"'{address}' is no address of a Ray cluster. Give host:port, "
            "ray://host:port or auto."
        )
    if given.startswith(CLIENT):
        return parts.hostname, port
    return services.resolve_ip_for_localhost(parts.hostname), port


def _port(parts: Any) -> int | None:
    try:
        return int(parts.port) if parts.port else None
    except ValueError:
        return None
