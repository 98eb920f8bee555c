"""Where credentials are sent: a listener takes the place of somebody else's server, and
keeps what it is sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import fiftyone as fo
import grpc
import pytest

from fiftyone_milvus.store import server_list
from fiftyone_milvus.store.settings import ENV_PREFIX
from harness import connections
from harness.context import execute, make_context
from harness.panel import CheckedPanel

SECRET = "not-for-everybody"


class Listener(grpc.GenericRpcHandler):
    """Answers nothing, and keeps the metadata of each call."""

    def __init__(self) -> None:
        self.calls: list[dict[str, str]] = []
        self._server = grpc.server(ThreadPoolExecutor(2), handlers=[self])
        self.uri = f"http://127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def service(self, details: grpc.HandlerCallDetails) -> None:
        self.calls.append({k: str(v) for k, v in details.invocation_metadata})

    @property
    def logins(self) -> list[str]:
        return [call["authorization"] for call in self.calls if "authorization" in call]

    def stop(self) -> None:
        self._server.stop(None).wait()


@pytest.fixture
def theirs() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    connections.close_all()
    listener.stop()


@pytest.fixture
def indexed(vectors_dataset: fo.Dataset) -> Iterator[fo.Dataset]:
    how = {"source": "field", "embeddings_field": "embeddings"}
    execute("compute_index", vectors_dataset, brain_key="idx", **how)
    yield vectors_dataset
    vectors_dataset.delete_brain_run("idx")


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def do(**values: str) -> None:
        for key, value in values.items():
            monkeypatch.setenv(ENV_PREFIX + key.upper(), value)

    return do


def name(dataset: fo.Dataset, address: str) -> None:
    """Has the record of the index say that it is there."""
    info = dataset.get_brain_info("idx")
    info.config.remember(address=address)
    dataset._doc.brain_methods["idx"].config = info.config.serialize()
    dataset._doc.brain_methods["idx"].save()


def opened(dataset: fo.Dataset) -> dict:
    """The index as the panel shows it."""
    [index] = CheckedPanel().overview(make_context(dataset))["indexes"]
    return index


def test_a_record_gets_no_credentials_sent_to_the_server_that_it_names(
    indexed, theirs, configure
):
    configure(user="me", password=SECRET, token=f"me:{SECRET}")
    name(indexed, theirs.uri)
    assert opened(indexed)["other_server"] == theirs.uri
    assert theirs.calls and theirs.logins == []


def test_a_typed_address_gets_no_credentials(indexed, theirs, configure):
    configure(uri="http://127.0.0.1:9", user="me", password=SECRET)
    with pytest.raises(Exception, match=theirs.uri):
        execute("move_index", indexed, brain_key="idx", uri=theirs.uri)
    assert theirs.calls and theirs.logins == []


@pytest.mark.parametrize("way", ["configured", "listed"])
def test_the_server_that_credentials_are_for_gets_them(
    indexed, theirs, configure, monkeypatch, tmp_path, way
):
    own = {"uri": theirs.uri, "user": "me", "password": SECRET}
    if way == "configured":
        configure(**own)
    else:
        configure(user="another", password="word", uri="http://127.0.0.1:9")
        path = tmp_path / "servers.json"
        path.write_text(json.dumps({"far": own}))
        path.chmod(0o600)
        monkeypatch.setenv(server_list.VARIABLE, str(path))
    name(indexed, theirs.uri)
    shown = opened(indexed)
    assert shown["credentials_warning"] is None
    assert SECRET not in str(shown)
    assert len(set(theirs.logins)) == 1
