"""The folder for the files of a bulk import: what can't be one is said at once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.indexes import bulk_import, staging
from fiftyone_milvus.store.settings import Settings
from harness.http_server import Answer, serving

FULL = """<?xml version="1.0" encoding="UTF-8"?><Error><Code>XMinioStorageFull</Code>
<Message>Storage backend has reached its minimum free drive threshold.</Message>
</Error>"""
MISSING = """<?xml version="1.0" encoding="UTF-8"?><Error><Code>NoSuchBucket</Code>
<Message>The specified bucket does not exist.</Message></Error>"""
SERVER = Settings(uri="http://127.0.0.1:19530")


@pytest.fixture(autouse=True)
def credentials(monkeypatch):
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
        monkeypatch.setenv(f"AWS_{name}", "key")


@pytest.mark.parametrize(
    ("via", "address", "server", "said"),
    [
        ("copy", None, SERVER, "via is 'upsert' or 'import'"),
        ("upsert", "/data", SERVER, "set via='import', or leave staging out"),
        ("import", None, SERVER, "needs staging, a folder in the storage"),
        ("import", "/data", Settings(), "embedded Milvus imports no files"),
        ("import", "gs://b/f", SERVER, "'s3://bucket/folder', or for a Standalone"),
        ("import", "s3://", SERVER, "must name a folder of a bucket"),
        ("import", "s3://k:secret@b/f", SERVER, "bucket/folder', without cred"),
        ("import", "/proc/no", SERVER, "Nothing can be written to /proc/no"),
    ],
)
def test_what_cannot_be_imported_is_said(via, address, server, said):
    with pytest.raises(InvalidRequest, match=said) as raised:
        bulk_import.checked(via, address, server)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(FULL, 507), "minimum free drive threshold"),
        (Answer(MISSING, 404), "bucket does not exist"),
    ],
)
def test_what_an_s3_server_refuses_is_said(monkeypatch, answer, said):
    with serving([answer]) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.port}")
        with pytest.raises(InvalidRequest, match=said) as raised:
            staging.opened("s3://bucket/folder")
    assert "has room, and that the environment has its endpoint" in str(raised.value)
    assert {one.method for one in server.received} == {"POST"}


def test_an_s3_server_that_does_not_answer_is_said(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(InvalidRequest, match="NETWORK_CONNECTION"):
        staging.opened("s3://bucket/folder")


def noting(folder: str) -> Any:
    """A collection that says where the files of its import are; anybody who can write
    to Milvus may have said so."""
    described = {"properties": {staging.PROPERTY: folder}}
    return SimpleNamespace(name="images", description=lambda fresh: described)


def test_clean_up_deletes_files_of_the_collection_alone(tmp_path):
    own = staging.new_name("images")
    others = {"images-1.parquet", staging.new_name("images_2"), "images.parquet", own}
    for name in others:
        (tmp_path / name).touch()
    staging.clean_up(noting(str(tmp_path)))
    assert {path.name for path in tmp_path.iterdir()} == others - {own}


@pytest.mark.parametrize("folder", ["/proc/no", "gs://b/f", "s3://k:secret@b/f"])
def test_files_that_clean_up_cannot_delete_are_named_in_the_log(caplog, folder):
    staging.clean_up(noting(folder))
    [record] = caplog.records
    assert record.getMessage().startswith(f"Delete the files {folder}/images-*.parquet")
