"""Secrets stay where they are set: MongoDB, the browser, logs, exports and records of
delegated runs have none, also where somebody puts one in the wrong place."""

from __future__ import annotations

import json
import logging
from typing import Any

import fiftyone as fo
import fiftyone.brain as fob
import fiftyone.core.odm as foo
import fiftyone.operators as fop
import fiftyone.zoo as foz
import pytest
from fiftyone.core.brain import BrainMethod
from fiftyone.operators.executor import ExecutionError

import fiftyone_milvus  # noqa: F401 (makes the backend ours)
from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import InvalidRequest
from fiftyone_milvus.indexes import archive, build
from fiftyone_milvus.store import settings
from harness import images
from harness.context import PLUGIN, execute, make_context
from plugin.app import jobs
from plugin.panels import milvus_panel
from plugin.panels.milvus_panel import MilvusPanel

MODEL = "worded"
SECRET = "hf-secret-4711"
TYPED = {
    "token": {"token": SECRET},
    "api key": {"api_key": SECRET},
    "nested": {"class_prompts": {"password": SECRET}},
    "in an address": {"name_or_path": f"https://me:{SECRET}@example.invalid/x"},
    "in a query": {"name_or_path": f"https://example.invalid/x?token={SECRET}"},
}


@pytest.fixture(autouse=True)
def no_server(monkeypatch):
    monkeypatch.delenv(settings.ENV_PREFIX + "URI", raising=False)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    images.install_models(MODEL)
    foz.download_zoo_model(MODEL)
    dataset = images.make_images_dataset(tmp_path_factory.mktemp("images"), 3)
    dataset.persistent = True
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(settings.ENV_PREFIX + "URI", raising=False)
        build.build(dataset, "old", build.Source(model=MODEL))
    yield dataset
    for key in runs.keys(dataset):
        runs.cleanup(dataset, key)
    dataset.delete()


def in_mongodb() -> str:
    """All that the database has, as text."""
    db = foo.get_db_conn()
    names = db.list_collection_names()
    return str([list(db[name].find()) for name in names])


def delegate(dataset: fo.Dataset, operator: str, **params: Any) -> None:
    ctx = {"dataset": dataset, "request_delegation": True}
    fop.execute_operator(f"{PLUGIN}/{operator}", ctx=ctx, params=params)


def form(arguments: dict[str, Any]) -> dict[str, Any]:
    return {"brain_key": "x", "model": MODEL, "model_kwargs": json.dumps(arguments)}


# -- among a model's arguments

WAYS = {
    "build": lambda dataset, given: build.build(
        dataset, "x", build.Source(model=MODEL, model_kwargs=given)
    ),
    "FiftyOne": lambda dataset, given: fob.compute_similarity(
        dataset, brain_key="x", backend="milvus", model=MODEL, model_kwargs=given
    ),
    "form": lambda dataset, given: execute("compute_index", dataset, **form(given)),
    "delegated": lambda dataset, given: delegate(
        dataset, "compute_index", **form(given)
    ),
}


@pytest.mark.parametrize("kind", TYPED)
@pytest.mark.parametrize("way", WAYS)
def test_a_secret_among_a_models_arguments_is_refused(dataset, way, kind):
    with pytest.raises((InvalidRequest, ExecutionError), match="HF_TOKEN") as error:
        WAYS[way](dataset, TYPED[kind])
    assert SECRET not in str(error.value)
    assert "x" not in dataset.list_brain_runs()
    assert SECRET not in in_mongodb()


def test_one_that_a_record_has_already_is_not_passed_on(dataset, tmp_path):
    config = dataset.get_brain_info("old").config
    config.model_kwargs = {"token": SECRET, "image_size": [8, 8]}
    BrainMethod.update_run_config(dataset, "old", config)
    assert SECRET in in_mongodb()
    listed = execute("list_indexes", dataset)["indexes"]
    assert [one["model_kwargs"] for one in listed] == [{"image_size": [8, 8]}]
    path = tmp_path / "old.parquet"
    archive.export_index(dataset, "old", path)
    assert SECRET.encode() not in path.read_bytes()
    runs.load(dataset, "old").remember(partial=None)
    assert SECRET not in in_mongodb()


# -- in an address, and beside one


@pytest.mark.parametrize(
    "uri",
    [
        f"http://me:{SECRET}@host:19530",
        f"me:{SECRET}@host",
        f"http://me:12/{SECRET}@host:19530",
        f"http://me:12?{SECRET}@host",
        f"http://host:19530?token={SECRET}",
        f"http://host:19530/#{SECRET}",
    ],
)
def test_an_address_with_a_secret_is_not_queued(dataset, uri):
    with pytest.raises(ExecutionError, match="_TOKEN") as error:
        delegate(dataset, "move_index", brain_key="old", uri=uri)
    assert SECRET not in str(error.value)
    assert SECRET not in in_mongodb()


@pytest.mark.parametrize("key", [k for k in settings.KEYS if k.endswith("_path")])
def test_the_path_of_a_certificate_reaches_no_browser(dataset, monkeypatch, key):
    monkeypatch.setenv(settings.ENV_PREFIX + "URI", "https://127.0.0.1:9")
    monkeypatch.setenv(settings.ENV_PREFIX + key.upper(), f"/home/me/{SECRET}.pem")
    for method in ("server_details", "overview"):
        answer = json.dumps(getattr(MilvusPanel(), method)(make_context(dataset)))
        assert settings.ENV_PREFIX + key.upper() in answer
        assert SECRET not in answer
    with pytest.raises(ExecutionError, match=key.upper()) as error:
        execute("collections", dataset)
    assert SECRET not in str(error.value)


# -- in errors that nobody expected


@pytest.fixture
def broken(monkeypatch):
    """Listing indexes fails with the password in its words, and in those of its
    cause."""
    monkeypatch.setenv(settings.ENV_PREFIX + "PASSWORD", SECRET)

    def fail(*args: Any, **kwargs: Any) -> None:
        try:
            raise RuntimeError(f"logged in with {SECRET}")
        except RuntimeError as e:
            raise KeyError(f"no {SECRET}") from e

    monkeypatch.setattr(runs, "list_indexes", fail)


def test_an_unexpected_error_of_the_panel_has_no_secret(broken, dataset, caplog):
    caplog.set_level(logging.DEBUG)
    found = MilvusPanel().overview(make_context(dataset))
    assert found["error"] == {"code": "internal", "message": "KeyError: 'no ***'"}
    assert "logged in with ***" in caplog.text
    assert SECRET not in caplog.text


def test_an_unexpected_error_of_an_operator_has_no_secret(broken, dataset):
    with pytest.raises(ExecutionError, match="no \\*\\*\\*") as error:
        execute("list_indexes", dataset)
    assert SECRET not in str(error.value)


def test_an_unexpected_error_of_a_job_has_no_secret(broken, dataset):
    ctx = make_context(dataset)
    with pytest.raises(KeyError), jobs.JobRecord(ctx, "old"):
        milvus_panel.runs.list_indexes(dataset)
    [job] = [job for job in jobs.list_jobs(ctx) if job.state == "failed"]
    assert job.message == "KeyError: 'no ***'"
    assert SECRET not in in_mongodb()
