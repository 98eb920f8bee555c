"""What Milvus 2.4 and later are asked by REST to import, and what they may answer."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from fiftyone_milvus.errors import AccessDenied, ServerUnavailable, VectorSearchError
from fiftyone_milvus.store import import_jobs
from fiftyone_milvus.store.capabilities import of_version
from fiftyone_milvus.store.import_jobs import ImportJob
from fiftyone_milvus.store.settings import Settings
from harness import certificates
from harness.http_server import Answer, HttpServer, serving

PATH = "staging/images-0.parquet"
CREATED = {"jobId": "448761313698322011"}
SECRET = "a-password"


def collection(server: Settings, partition: str | None = None) -> Any:
    """A collection of a server that can't be had here."""
    connection = SimpleNamespace(settings=server, capabilities=of_version("v2.4.23"))
    return SimpleNamespace(name="images", partition=partition, connection=connection)


def at(server: HttpServer, **settings: str) -> Any:
    return collection(Settings(uri=f"http://127.0.0.1:{server.port}", **settings))


def answer(data: dict[str, Any]) -> Answer:
    return Answer(json.dumps({"code": 0, "data": data}))


def test_a_file_is_imported_and_its_job_asked_until_it_is_done(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")  # not for this machine
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    states = [{"state": name} for name in ("Pending", "Importing", "Completed")]
    with serving([answer(CREATED), *map(answer, states)]) as server:
        uri = f"http://root:{SECRET}@127.0.0.1:{server.port}"
        images = collection(Settings(uri=uri, db_name="mine"), "_default")
        job = import_jobs.start(images, PATH)
        assert [import_jobs.is_done(job) for _ in states] == [False, False, True]
    created, *asked = server.received
    assert (created.method, created.path) == ("POST", import_jobs.CREATE)
    assert created.json == {
        "collectionName": "images",
        "partitionName": "_default",
        "files": [[PATH]],
        "dbName": "mine",
    }
    assert {(one.method, one.path) for one in asked} == {("POST", import_jobs.DESCRIBE)}
    assert all(one.json == {**CREATED, "dbName": "mine"} for one in asked)
    assert {one.login for one in server.received} == {f"Bearer root:{SECRET}"}


@pytest.mark.parametrize(
    ("settings", "login"),
    [
        ({}, None),
        ({"token": "t"}, "Bearer t"),
        ({"user": "u", "password": "p"}, "Bearer u:p"),
    ],
)
def test_the_login_of_the_settings_is_sent(settings, login):
    with serving([answer(CREATED)]) as server:
        import_jobs.start(at(server, **settings), PATH)
    [received] = server.received
    assert received.login == login
    assert received.json == {"collectionName": "images", "files": [[PATH]]}


def test_certificates_are_checked_and_shown(tmp_path):
    own = certificates.make(tmp_path)
    with serving([answer(CREATED)], own) as server:
        secured = {
            "uri": f"https://localhost:{server.port}",
            "ca_pem_path": str(own.ca_pem),
            "client_pem_path": str(own.client_pem),
            "client_key_path": str(own.client_key),
        }
        import_jobs.start(collection(Settings(**secured)), PATH)
        del secured["ca_pem_path"]
        with pytest.raises(ServerUnavailable, match="SSLError"):
            import_jobs.start(collection(Settings(**secured)), PATH)
    assert len(server.received) == 1


def test_why_a_job_failed_is_said():
    failed = {"state": "Failed", "reason": "file not found"}
    with serving([answer(failed)]) as server:
        job = ImportJob(at(server), PATH, CREATED["jobId"])
        said = f"can't import {PATH}: file not found. .* for S3 its own bucket"
        with pytest.raises(VectorSearchError, match=said):
            import_jobs.is_done(job)


@pytest.mark.parametrize(
    ("received", "error", "said"),
    [
        (Answer("404 page not found", 404), VectorSearchError, "no imports by REST"),
        (Answer("[]"), ServerUnavailable, "does not answer by REST"),
        (
            Answer(json.dumps({"code": 1800, "message": "no such user"}), 401),
            AccessDenied,
            r"does not allow an import to the user that is set \(no such user\)",
        ),
        (
            Answer(json.dumps({"code": 1100, "message": f"no {SECRET}"})),
            VectorSearchError,
            r"refused the import: no \*\*\*$",
        ),
    ],
)
def test_what_a_server_refuses_is_said_in_a_sentence(received, error, said):
    with serving([received]) as server, pytest.raises(error, match=said):
        import_jobs.start(at(server, user="root", password=SECRET), PATH)


def test_a_server_that_does_not_answer_is_said():
    nowhere = collection(Settings(uri="http://127.0.0.1:1"))
    with pytest.raises(ServerUnavailable, match="does not answer by REST"):
        import_jobs.start(nowhere, PATH)
