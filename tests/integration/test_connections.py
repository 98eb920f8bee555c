"""Connections over time: shared, lost, found again, silent, threaded and forked."""

import multiprocessing
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import fiftyone.brain as fob
import numpy as np
import psutil
import pytest

import fiftyone_milvus  # noqa: F401 (makes the backend ours)
from fiftyone_milvus.errors import ServerUnavailable, VectorSearchError
from fiftyone_milvus.store import client, collection, embedded, settings
from fiftyone_milvus.store.error_messages import error_code
from fiftyone_milvus.store.settings import ENV_PREFIX
from harness import connections, environment
from harness.datasets import make_vectors_dataset
from harness.oracle import distances, ranked
from harness.standalone import Standalone

LOADS = 200
THREADS = 8
SILENCE_SECONDS = 5
RECOVERY_SECONDS = 120


@pytest.fixture(scope="module")
def standalone():
    """A server that the tests may stop and freeze; each leaves it running."""
    started = Standalone(environment.HOME / "connections")
    yield started
    connections.close_all()
    started.kill()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """An embedded Milvus that the tests may kill."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FIFTYONE_MILVUS_DIR", str(tmp_path_factory.mktemp("milvus")))
        patch.delenv(ENV_PREFIX + "URI", raising=False)
        where = embedded.home(settings.Settings())
        yield where
        connections.close_all()
        embedded.stop(where)


class Indexed:
    """A dataset with an index, and what its searches must find."""

    def __init__(self, **credentials: str) -> None:
        self.credentials = credentials
        self.dataset = make_vectors_dataset()
        self.ids = self.dataset.values("id")
        self.vectors = np.array(self.dataset.values("embeddings"))
        self.index = fob.compute_similarity(
            self.dataset,
            brain_key="index",
            backend="milvus",
            embeddings="embeddings",
            metric="cosine",
            **credentials,
        )

    @property
    def connection(self) -> client.Connection:
        return self.index.rows.collection.connection

    def found(self, row: int = 0) -> list[str]:
        return self.index.sort_by_similarity(self.ids[row], k=5).values("id")

    def true(self, row: int = 0) -> list[str]:
        dists = distances("cosine", self.vectors[row], self.vectors)
        return ranked(dists, self.ids)[:5]


@pytest.fixture(scope="module")
def on_server(standalone):
    made = Indexed(uri=standalone.uri)
    yield made
    made.dataset.delete()


@pytest.fixture(scope="module")
def on_lite(home):
    made = Indexed()
    yield made
    made.dataset.delete()


@pytest.fixture(params=["on_lite", "on_server"])
def indexed(request) -> Indexed:
    return request.getfixturevalue(request.param)


# -- shared


def test_two_hundred_loads_share_one_connection(indexed):
    clients = {
        id(
            indexed.dataset.load_brain_results(
                "index", cache=False, **indexed.credentials
            ).client
        )
        for _ in range(LOADS)
    }
    assert len(clients) == 1
    where = embedded.home(indexed.connection.settings)
    server = embedded.running(where)  # which connects to it, for a moment
    until = time.monotonic() + RECOVERY_SECONDS
    while (count := established(indexed.connection, server)) != 1:
        assert time.monotonic() < until, count
        time.sleep(0.1)


def established(connection: client.Connection, server: embedded.Running | None) -> int:
    """How many connections this process has to a Milvus; ``server`` is the embedded
    one."""
    address = urlsplit(connection.uri)
    if address.scheme == "unix":  # the server's end has the name: it listens, and each
        found = psutil.Process(server.pid).net_connections("unix")
        return [c.laddr for c in found].count(address.path) - 1
    return sum(
        bool(c.raddr)
        and c.raddr.port == address.port
        and c.status == psutil.CONN_ESTABLISHED
        for c in psutil.Process().net_connections("tcp")
    )


def test_threads_get_their_own_answers(indexed):
    asked = [row for row in range(THREADS) for _ in range(5)]
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(indexed.found, asked))
    assert found == [indexed.true(row) for row in asked]


def test_threads_that_connect_at_once_share_one_connection(on_server, standalone):
    connections.close_all()
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(on_server.found, [0] * THREADS))
    assert found == [on_server.true()] * THREADS
    assert established(on_server.connection, None) == 1


# -- lost


def test_an_embedded_server_that_was_killed_is_started_again(on_lite, home):
    kill(embedded.running(home))
    assert on_lite.found() == on_lite.true()


def test_an_embedded_server_that_another_process_started_again_is_found(on_lite, home):
    before = embedded.running(home)
    kill(before)
    assert embedded.ensure_running(home).socket != before.socket
    assert on_lite.found() == on_lite.true()


def test_threads_survive_the_end_of_an_embedded_server(on_lite, home):
    kill(embedded.running(home))
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(on_lite.found, range(THREADS)))
    assert found == [on_lite.true(row) for row in range(THREADS)]


def kill(running: embedded.Running | None) -> None:
    assert running is not None
    process = psutil.Process(running.pid)
    os.kill(running.pid, signal.SIGKILL)
    psutil.wait_procs([process], timeout=10)


# -- silent


@pytest.fixture
def frozen(on_server, standalone):
    on_server.found()
    standalone.freeze()
    yield on_server
    standalone.thaw()


def test_a_search_on_a_silent_server_ends(frozen, monkeypatch):
    monkeypatch.setattr(collection, "READ_SECONDS", SILENCE_SECONDS)
    began = time.monotonic()
    with pytest.raises(ServerUnavailable, match="does not answer"):
        frozen.found()
    took = time.monotonic() - began
    print(f"a search on a silent server took {took:.1f} s")
    assert took < SILENCE_SECONDS + client.CONNECT_SECONDS + 20


def test_a_silent_server_cannot_be_connected_to(frozen, standalone):
    stranger = settings.Settings(uri=standalone.uri, user="somebody", password="else")
    began = time.monotonic()
    with ThreadPoolExecutor(THREADS) as pool:
        errors = list(pool.map(lambda _: connect_error(stranger), range(THREADS)))
    print(f"{THREADS} threads gave up after {time.monotonic() - began:.1f} s")
    assert {type(error) for error in errors} == {ServerUnavailable}


def connect_error(wanted: settings.Settings) -> Exception | None:
    try:
        client.connect(wanted)
    except VectorSearchError as e:
        return e
    return None


def test_an_error_that_is_its_own_cause_has_no_code(frozen):
    """pymilvus raises an expired deadline from itself."""
    with pytest.raises(ServerUnavailable) as raised:
        frozen.connection.ping()
    cause = raised.value.__cause__
    assert cause is not None and cause.__cause__ is cause
    assert error_code(cause) is None


# -- forked


def collections(connection: client.Connection) -> list[str]:
    return sorted(connection.call(lambda c: c.list_collections(timeout=10)))


def in_a_fork(function):
    """What a function gives in a forked child."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    child = context.Process(target=lambda: there.send(function()), daemon=True)
    child.start()
    answered = here.poll(30)
    if not answered:
        child.kill()
    child.join()
    assert answered, "the child said nothing"
    return here.recv()


def test_a_forked_child_connects_again_and_both_work(indexed):
    wanted, parents = indexed.connection.settings, indexed.connection.client
    names, same = in_a_fork(
        lambda: (
            collections(client.connect(wanted)),
            client.connect(wanted).client is parents,
        )
    )
    assert not same
    assert names == collections(indexed.connection)


def test_a_forked_child_may_use_what_it_inherited(indexed):
    names = in_a_fork(lambda: collections(indexed.connection))
    assert names == collections(indexed.connection)


def test_a_fork_while_a_thread_connects_leaves_the_child_free(on_server):
    busy, done = threading.Event(), threading.Event()

    def hold() -> None:
        with client._lock, on_server.connection._guard:
            busy.set()
            done.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    busy.wait()
    try:
        wanted = on_server.connection.settings
        names = in_a_fork(lambda: collections(client.connect(wanted)))
    finally:
        done.set()
        thread.join()
    assert names == collections(on_server.connection)


# -- restarted; last, because the server takes its time to recover


@pytest.fixture(scope="module")
def restarted(on_server, standalone) -> tuple[Exception | None, list[str]]:
    """What a search gives while the server is away, and once it is back."""
    on_server.found()
    standalone.stop()
    try:
        away = search_error(on_server)
    finally:
        standalone.start()
    until = time.monotonic() + RECOVERY_SECONDS
    while (error := search_error(on_server)) and time.monotonic() < until:
        assert isinstance(error, ServerUnavailable), error
        time.sleep(0.5)
    return away, on_server.found()


def search_error(indexed: Indexed) -> Exception | None:
    try:
        indexed.found()
    except VectorSearchError as e:
        return e
    return None


def test_a_server_that_stays_away_is_reported(restarted):
    error, _ = restarted
    assert isinstance(error, ServerUnavailable)
    assert "Check that the server runs" in str(error)


def test_a_server_that_was_restarted_is_found_again(restarted, on_server):
    _, found = restarted
    assert found == on_server.true()
