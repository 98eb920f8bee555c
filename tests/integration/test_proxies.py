"""Environments that name a proxy: none leads to this machine."""

import socket
import threading
from contextlib import closing

import pytest

from fiftyone_milvus.errors import ServerUnavailable
from fiftyone_milvus.store import client, embedded, proxies, settings

NAMES = ("grpc_proxy", "https_proxy", "http_proxy", "all_proxy")
NOWHERE = "http://127.0.0.1:1"


@pytest.fixture
def set_proxy(monkeypatch):
    """Names a proxy in every variable, and no exceptions."""
    for name in ("no_proxy", "no_grpc_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)

    def set_proxy(address, *names):
        for name in names or NAMES:
            monkeypatch.setenv(name, address)
            monkeypatch.setenv(name.upper(), address)

    return set_proxy


@pytest.fixture
def refusing_proxy():
    """The address of a proxy that lets nobody through, and what it was asked for."""
    asked = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                asked.append(connection.recv(1000).split(b"\r\n")[0].decode())
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"127.0.0.1:{listener.getsockname()[1]}", asked
    with closing(listener):
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def ping(**given):
    connection = client.Connection(settings.resolve(given))
    try:
        connection.ping()
    finally:
        connection.close()


def test_the_embedded_server_is_reached_without(set_proxy, tmp_path, monkeypatch):
    set_proxy(NOWHERE)
    monkeypatch.setenv("FIFTYONE_MILVUS_DIR", str(tmp_path))
    ping()
    embedded.stop(embedded.home(settings.Settings()))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_server_on_this_machine_is_reached_without(standalone, set_proxy, host):
    set_proxy(NOWHERE)
    ping(uri=standalone.uri.replace("127.0.0.1", host))


@pytest.mark.parametrize("name", ["grpc_proxy", "https_proxy", "http_proxy"])
def test_a_proxy_that_is_in_the_way_is_named(set_proxy, refusing_proxy, name):
    address, asked = refusing_proxy
    set_proxy(f"http://me:secret@{address}", name)
    with pytest.raises(ServerUnavailable) as error:
        ping(uri="http://milvus.example:19530")
    assert asked[0].startswith("CONNECT milvus.example:19530 ")
    text = str(error.value)
    assert f"variable {name} " in text and f"proxy http://***@{address}." in text
    assert "add milvus.example to no_proxy" in text
    assert "secret" not in text


@pytest.mark.parametrize(
    ("host", "exceptions", "goes"),
    [
        ("127.0.0.1", "", False),
        ("127.1.2.3", "", False),
        ("::1", "", False),
        ("localhost", "", False),
        ("LOCALHOST.", "", False),
        ("milvus.example", "", True),
        ("milvus.example", "other,example", False),
        ("milvus.example", "*", False),
        ("10.0.0.1", "10.0.0.2", True),
    ],
)
def test_which_hosts_are_reached_through_it(
    set_proxy, monkeypatch, host, exceptions, goes
):
    set_proxy("http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", exceptions)
    found = proxies.on_the_way_to(host)
    assert (found is not None) == goes


def test_a_proxy_that_answers_nobody_is_named(set_proxy):
    set_proxy(NOWHERE, "http_proxy")
    with pytest.raises(ServerUnavailable, match=f"http_proxy .* {NOWHERE}"):
        ping(uri="http://milvus.example:19530")
