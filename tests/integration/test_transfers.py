"""An export downloaded through the panel, and uploaded again: in parts, and nothing
stays on the server."""

from __future__ import annotations

import base64
import os
import stat
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import fiftyone.brain as fob
import fiftyone.operators as foo
import numpy as np
import pytest

from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import VectorSearchError
from fiftyone_milvus.searches.query import Query
from harness.context import PLUGIN, make_context
from harness.panel import CheckedPanel
from harness.searching import search_index
from plugin.app import transfers

pytestmark = pytest.mark.on_lite
panel = CheckedPanel()
PART = 1_000


@pytest.fixture
def indexed(dataset, monkeypatch):
    """A dataset with the index ``idx``; files go in small parts."""
    fob.compute_similarity(
        dataset,
        **{"brain_key": "idx", "backend": "milvus", "metric": "cosine"},
        embeddings="embeddings",
    )
    monkeypatch.setattr(transfers, "PART_BYTES", PART)
    return dataset


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    yield
    for folder in folders():
        transfers.end(folder.name)


def folders() -> list[Path]:
    """What is on its way."""
    root = transfers._root()
    return list(root.iterdir()) if root.exists() else []


def ask(dataset: Any, method: str, **params: Any) -> dict[str, Any]:
    return dict(getattr(panel, method)(make_context(dataset, **params)))


def run(dataset: Any, name: str, **params: Any) -> dict[str, Any]:
    """An operator as the panel starts it, its form first."""
    operator = foo.get_operator(f"{PLUGIN}/{name}")
    ctx = make_context(dataset, **params)
    form = operator.resolve_input(ctx).type.properties
    assert not any(one.required and n not in params for n, one in form.items())
    assert not any(one.invalid for one in form.values())
    return dict(operator.answer(make_context(dataset, **params)))


def exported(dataset: Any) -> str:
    """The token of an export that can be downloaded."""
    token = ask(dataset, "begin_transfer")["token"]
    run(dataset, "export_index", brain_key="idx", transfer=token)
    return str(token)


def downloaded(dataset: Any, token: str) -> bytes:
    """A file, part by part."""
    data, size = b"", 1
    while len(data) < size:
        part = ask(dataset, "download_part", token=token, start=len(data))
        decoded = base64.b64decode(part["data"])
        assert 0 < len(decoded) <= PART
        data, size = data + decoded, part["size"]
    return data


def uploaded(dataset: Any, data: bytes) -> str:
    """The token of a file that was uploaded in parts."""
    begun = ask(dataset, "begin_transfer")
    for start in range(0, len(data), begun["part_bytes"]):
        part = base64.b64encode(data[start : start + begun["part_bytes"]]).decode()
        sent = {"token": begun["token"], "start": start, "data": part}
        there = ask(dataset, "upload_part", **sent)["size"]
    assert there == len(data)
    return str(begun["token"])


def found(dataset: Any, key: str) -> list[str]:
    query = Query.of(vector=np.ones(16).tolist())
    return list(search_index(runs.load(dataset, key), query, 10).ids)


def test_an_index_comes_back_as_it_was_and_nothing_stays_on_the_server(indexed):
    before = found(indexed, "idx")
    token = exported(indexed)
    data = downloaded(indexed, token)
    assert len(data) > 3 * PART and data[:4] == b"PAR1"
    assert ask(indexed, "end_transfer", token=token) == {}
    assert folders() == []
    runs.cleanup(indexed, "idx")
    token = uploaded(indexed, data)
    answer = run(indexed, "import_index", brain_key="again", transfer=token)
    assert answer["message"].startswith("Created the index 'again' of 100 vectors")
    assert found(indexed, "again") == before
    assert folders() == []


def test_only_its_owner_can_read_a_file_on_its_way(indexed):
    token = exported(indexed)
    path = transfers.file(token)
    for one, mode in ((path, 0o600), (path.parent, 0o700), (path.parents[1], 0o700)):
        assert stat.S_IMODE(one.stat().st_mode) == mode
    uploaded_to = transfers.file(uploaded(indexed, b"some data"))
    assert stat.S_IMODE(uploaded_to.stat().st_mode) == 0o600
    answer = run(indexed, "export_index", brain_key="idx", transfer=new(indexed))
    assert str(path.parents[1]) not in answer["message"]


def new(dataset: Any) -> str:
    return str(ask(dataset, "begin_transfer")["token"])


@pytest.mark.parametrize(
    "token",
    [
        *("", "f" * 32, "../exports", "/etc", ".", "..", "a/../../x", "F" * 32),
        *("f" * 31 + "/", "f" * 32 + "\n", "💥" * 32, "\0" * 32),
    ],
)
def test_a_token_that_was_not_given_names_nothing(indexed, token):
    outside = transfers._root().parent / "exports"
    outside.mkdir(exist_ok=True, mode=0o700)
    (outside / transfers.FILE).write_bytes(b"not yours")
    given = {"token": token, "start": 0}
    for name, more in (("upload_part", {"data": "AAAA"}), ("download_part", {})):
        answer = ask(indexed, name, **given, **more)
        assert answer["error"]["code"] == "invalid", name
        assert "has ended" in answer["error"]["message"], name
    ask(indexed, "end_transfer", token=token)
    assert (outside / transfers.FILE).read_bytes() == b"not yours"
    for name in ("export_index", "import_index"):
        ctx = make_context(indexed, brain_key="new", transfer=token)
        with pytest.raises(VectorSearchError):
            foo.get_operator(f"{PLUGIN}/{name}").answer(ctx)
    (outside / transfers.FILE).unlink()
    outside.rmdir()


@pytest.mark.parametrize(
    ("start", "data", "words"),
    [
        (0, "AAAA", "next part starts at 0"),
        (5, "AAAA", "next part starts at 5"),
        (-1, "AAAA", "start is -1"),
        (True, "AAAA", "start is True"),
        (3, "", "empty"),
        (3, "no base64", "not base64"),
        (3, "AA", "not base64"),
        (3, "A" * (PART * 2), "bytes at most"),
        (3, ["AAAA"], "data as a text"),
        (3, "AAAA\n", "not base64"),
    ],
)
def test_only_the_next_part_is_added(indexed, start, data, words):
    token = uploaded(indexed, b"abc")
    sent = {"token": token, "start": start, "data": data}
    assert words in ask(indexed, "upload_part", **sent)["error"]["message"]
    assert transfers.file(token).read_bytes() == b"abc"


def test_an_upload_is_limited(indexed, monkeypatch):
    monkeypatch.setattr(transfers, "MAX_BYTES", 5)
    token = uploaded(indexed, b"abc")
    sent = {"token": token, "start": 3, "data": base64.b64encode(b"def").decode()}
    answer = ask(indexed, "upload_part", **sent)
    assert "Copy it to the server" in answer["error"]["message"]
    assert transfers.file(token).read_bytes() == b"abc"


def test_so_are_their_number_and_their_age(indexed, monkeypatch):
    tokens = [new(indexed) for _ in range(transfers.MAX_TRANSFERS)]
    answer = ask(indexed, "begin_transfer")
    assert answer["error"]["code"] == "busy"
    long_ago = time.time() - transfers.KEPT_SECONDS - 1
    os.utime(transfers.file(tokens[0]).parent, (long_ago, long_ago))
    os.utime(transfers.file(tokens[1]).parent, (long_ago, long_ago))
    transfers.add(tokens[1], 0, "AAAA")  # this one is still added to
    token = new(indexed)
    assert {one.name for one in folders()} == {*tokens[1:], token}


def test_what_was_left_is_deleted_without_another_request(indexed, monkeypatch):
    monkeypatch.setattr(transfers, "KEPT_SECONDS", 0)
    token = new(indexed)
    folder = transfers._root() / token
    deadline = time.monotonic() + 60
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not folder.exists()


@pytest.mark.parametrize("data", [b"no Parquet", b"PAR1" + bytes(200) + b"PAR1"])
def test_a_file_that_cannot_be_imported_is_named_without_its_path(indexed, data):
    token = uploaded(indexed, data)
    ctx = make_context(indexed, brain_key="again", transfer=token)
    with pytest.raises(VectorSearchError) as raised:
        foo.get_operator(f"{PLUGIN}/import_index").answer(ctx)
    assert "the uploaded file" in str(raised.value)
    assert str(transfers._root()) not in str(raised.value)
    assert folders() == [] and runs.keys(indexed) == ["idx"]


def test_an_export_that_fails_leaves_nothing_to_download(indexed):
    token = new(indexed)
    runs.load(indexed, "idx").remove_from_index(sample_ids=indexed.values("id"))
    ctx = make_context(indexed, brain_key="idx", transfer=token)
    with pytest.raises(VectorSearchError, match="has no vectors"):
        foo.get_operator(f"{PLUGIN}/export_index").answer(ctx)
    assert folders() == []


def test_what_was_not_exported_is_empty(indexed):
    assert ask(indexed, "download_part", token=new(indexed), start=0) == {
        "data": "",
        "size": 0,
    }


def test_a_link_in_the_folder_is_not_followed(indexed, tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    token = new(indexed)
    transfers.file(token).symlink_to(secret)
    sent = {"token": token, "start": 0}
    assert "error" in ask(indexed, "download_part", **sent)
    assert "error" in ask(indexed, "upload_part", **sent, data="AAAA")
    assert secret.read_bytes() == b"secret"
    ask(indexed, "end_transfer", token=token)
    assert secret.exists()


def test_parts_of_one_upload_that_come_at_once_are_not_mixed(indexed):
    token = new(indexed)

    def send(byte: int) -> bool:
        data = base64.b64encode(bytes([byte]) * PART).decode()
        answer = ask(indexed, "upload_part", token=token, start=0, data=data)
        return "error" not in answer

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(send, range(8))) == 1
    assert len(set(transfers.file(token).read_bytes())) == 1
