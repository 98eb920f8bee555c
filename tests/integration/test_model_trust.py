"""Datasets whose records name models with arguments: what somebody else wrote is never
executed, loaded or fetched without the person's word."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import textwrap
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fiftyone as fo
import fiftyone.brain as fob
import fiftyone.core.odm as foo
import fiftyone.operators as fop
import fiftyone.zoo as foz
import pytest
from fiftyone.operators.delegated import DelegatedOperationService

import fiftyone_milvus
from fiftyone_milvus.backend import recorded_models, runs
from fiftyone_milvus.dataset import model_trust, models
from fiftyone_milvus.errors import InvalidRequest, RefusedModel, UntrustedModel
from fiftyone_milvus.indexes import archive, build
from harness import environment, images
from harness.context import PLUGIN, execute, form_token, make_context
from plugin.operators.trust_model import TrustModel
from plugin.panels.milvus_panel import MilvusPanel

MODEL, ARGUMENTS = "worded", {"image_size": [8, 8], "text_prompt": "an image of"}
TORCH = "dinov2-vits14-torch"  # of FiftyOne's own class for Torch models
URI = "FIFTYONE_BRAIN_SIMILARITY_MILVUS_URI"
CANARY = "harness.canary.sing"
TEXT = {"query": {"terms": [{"text": "a tree"}]}, "brain_key": "idx", "k": 2}


@dataclass(frozen=True)
class World:
    """An author's dataset with an index ``idx``; and the folder that its exports are
    made in."""

    dataset: fo.Dataset
    folder: Path


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(URI, raising=False)
        images.install_models(MODEL)
        foz.download_zoo_model(MODEL)
        folder = tmp_path_factory.mktemp("authors")
        dataset = images.make_images_dataset(folder / "images", 4)
        made = build.build(dataset, "idx", build.Source(model=MODEL))
        assert made.rows == 4
        yield World(dataset, folder)
        runs.cleanup(dataset, "idx")
        dataset.delete()


@pytest.fixture(autouse=True)
def no_server(monkeypatch):
    monkeypatch.delenv(URI, raising=False)


@pytest.fixture(autouse=True)
def forgotten():
    """No model stays loaded, and nothing accepted, from one test to the next."""
    yield
    models._models.clear()
    (model_trust._folder() / model_trust.ACCEPTED_FILE).unlink(missing_ok=True)


@pytest.fixture
def loads(tmp_path, monkeypatch) -> Path:
    """A file that has a line for each time that the model was loaded."""
    path = tmp_path / "loads"
    monkeypatch.setenv("WORDED_MODEL_LOADS", str(path))
    return path


@pytest.fixture
def opened(world):
    """``opened(model=..., ...)``: a dataset as a person opens it: its author had such a
    record, exported it by FiftyOne, and it is imported from there."""
    folders, datasets = [], []

    def make(stamp: Any = None, **record: Any) -> fo.Dataset:
        write_record(world.dataset, stamp, record)
        folder = world.folder / f"export-{len(folders)}"
        folders.append(folder)
        kinds = {"dataset_type": fo.types.FiftyOneDataset}
        world.dataset.export(str(folder), export_media=False, **kinds)
        dataset = fo.Dataset.from_dir(str(folder), **kinds)
        datasets.append(dataset)
        assert dataset.list_brain_runs() == ["idx"]
        return dataset

    yield make
    for dataset in datasets:
        dataset.delete()
    for folder in folders:
        shutil.rmtree(folder)
    write_record(world.dataset, None, {"model": MODEL, "model_kwargs": None})


def write_record(dataset: fo.Dataset, stamp: Any, values: dict[str, Any]) -> None:
    """Writes values of a run's configuration into MongoDB, as its author can."""
    run = dataset._doc.brain_methods["idx"]
    db = foo.get_db_conn()
    found = db.runs.find_one({"_id": run.id})["config"]
    ext = {**json.loads(found["ext"]), "model_stamp": stamp}
    changed = {**values, "ext": json.dumps(ext), "supports_prompts": True}
    update = {"$set": {f"config.{name}": value for name, value in changed.items()}}
    db.runs.update_one({"_id": run.id}, update)
    dataset._doc.reload()
    dataset.reload()
    for name, value in changed.items():
        assert dataset._doc.brain_methods["idx"].config.get(name) == value


def hostile(canary: Path) -> dict[str, dict[str, Any]]:
    path = {"path": str(canary)}
    return {
        "entry point": {"entrypoint_fcn": CANARY, "entrypoint_args": path},
        "transforms": {"transforms_fcn": CANARY, "transforms_args": path},
        "output": {"output_processor_cls": CANARY, "output_processor_args": path},
        "source": {"model_name": "https://github.com/anybody/models"},
        "packages": {"install_requirements": True},
        "its own text": {"name_or_path": "https://example.invalid/model"},
        "another folder": {"name_or_path": str(canary.parent)},
        "a list": [CANARY],
    }


def search_in_panel(dataset: fo.Dataset) -> Any:
    return MilvusPanel().search(make_context(dataset, **TEXT))


def open_panel(dataset: fo.Dataset) -> None:
    """Opens the panel, and waits for what it does meanwhile."""
    before = set(threading.enumerate())
    MilvusPanel().on_load(make_context(dataset))
    for thread in set(threading.enumerate()) - before:
        thread.join(60)


def run(name: str, dataset: fo.Dataset, **params: Any) -> None:
    """Runs an operator, whose errors are its own."""
    operator = fop.get_operator(f"{PLUGIN}/{name}")
    operator.answer(make_context(dataset, **params))


def search_by_crop(dataset: fo.Dataset) -> None:
    crop = {"sample_id": dataset.first().id, "box": [0, 0, 0.5, 0.5]}
    run("search", dataset, **{**TEXT, "query": {"terms": [{"crop": crop}]}})


def sync(dataset: fo.Dataset) -> None:
    dataset.delete_samples(dataset.first())
    fiftyone_milvus.sync(dataset, "idx")


def delegated(dataset: fo.Dataset) -> None:
    """The error of a delegated run is in its record."""
    dataset.persistent = True
    ctx = {"dataset": dataset, "request_delegation": True}
    params = {"brain_key": "idx"}
    done = fop.execute_operator(f"{PLUGIN}/sync_index", ctx=ctx, params=params)
    service = DelegatedOperationService()
    operation = service.get(done.result["id"])
    result = service.execute_operation(operation)
    raise {"UntrustedModel": UntrustedModel, "RefusedModel": RefusedModel}[
        result.error.strip().splitlines()[-1].split(":")[0].split(".")[-1]
    ]("as the run says")


# What has a model be loaded
USES = {
    "search": lambda dataset: run("search", dataset, **TEXT),
    "crop": search_by_crop,
    "stock sort": lambda dataset: dataset.sort_by_similarity(
        "a tree", brain_key="idx", k=2
    ),
    "stock model": lambda dataset: dataset.load_brain_results("idx").get_model(),
    "stock embeddings": lambda dataset: dataset.load_brain_results(
        "idx"
    ).compute_embeddings(dataset),
    "sync": sync,
    "delegated": delegated,
    "compare": lambda dataset: run(
        "compare_indexes", dataset, **{**TEXT, "other": "idx"}
    ),
}


def test_the_attack_would_run(world, tmp_path):
    canary = tmp_path / "canary"
    with pytest.raises(InvalidRequest):
        models.load_given(TORCH, hostile(canary)["entry point"])
    assert canary.read_text() == "executed"


@pytest.mark.parametrize("kind", hostile(Path("/canary")))
def test_a_record_never_has_code_run(world, opened, tmp_path, kind):
    canary = tmp_path / "canary"
    arguments = hostile(canary)[kind]
    # a stamp of this installation's own makes no difference
    stamp = model_trust._stamp(model_trust._key(), TORCH, arguments)
    dataset = opened(stamp, model=TORCH, model_kwargs=arguments)
    open_panel(dataset)
    found = search_in_panel(dataset)
    assert found["error"].keys() == {"code", "message"}
    assert found["error"]["code"] == "refused_model"
    assert "never taken from a record" in found["error"]["message"]
    with pytest.raises(RefusedModel):
        runs.load(dataset, "idx").get_model()
    with pytest.raises(RefusedModel):
        fiftyone_milvus.trust_model(dataset, "idx")
    assert not canary.exists() and not models._models


@pytest.mark.parametrize("use", USES)
def test_whatever_needs_the_model_refuses(world, opened, tmp_path, use):
    canary = tmp_path / "canary"
    arguments = hostile(canary)["entry point"]
    dataset = opened(model=TORCH, model_kwargs=arguments)
    with pytest.raises(RefusedModel):
        USES[use](dataset)
    assert not canary.exists()


@pytest.mark.parametrize("use", USES)
def test_harmless_arguments_of_somebody_else_are_asked_about(opened, loads, use):
    dataset = opened(model=MODEL, model_kwargs=ARGUMENTS)
    with pytest.raises(UntrustedModel):
        USES[use](dataset)
    assert not loads.exists()
    assert runs.load(dataset, "idx").total_index_size == 4  # sync removed nothing


@pytest.mark.parametrize(
    "model", ["https://github.com/anybody/models", "anybody/models", "../models", "os"]
)
def test_a_model_that_the_zoo_has_not_is_not_fetched(opened, model):
    dataset = opened(model=model)
    open_panel(dataset)
    found = search_in_panel(dataset)
    assert "model zoo has no model" in found["error"]["message"]


def test_opening_the_panel_loads_nothing_that_is_not_trusted(opened, loads):
    dataset = opened(model=MODEL, model_kwargs=ARGUMENTS)
    open_panel(dataset)
    assert not loads.exists()
    fiftyone_milvus.trust_model(dataset, "idx")
    open_panel(dataset)
    assert json.loads(loads.read_text()) == ARGUMENTS


def test_opening_the_panel_fetches_no_model(opened, monkeypatch):
    monkeypatch.setattr(fo.config, "model_zoo_dir", str(environment.HOME / "no-models"))
    asked = []
    monkeypatch.setattr(models.foz, "load_zoo_model", lambda *a, **k: asked.append(a))
    for model in ("clip-vit-base32-torch", "siglip-base-patch16-224-torch"):
        open_panel(opened(model=model))
    assert asked == []


# -- the person's word


def test_the_panel_asks_once_and_then_searches(opened, loads):
    dataset = opened(model=MODEL, model_kwargs=ARGUMENTS)
    found = search_in_panel(dataset)
    assert found["error"]["code"] == "untrusted_model"
    assert "image_size=[8, 8], text_prompt='an image of'" in found["error"]["message"]
    asked_about = {"brain_key": found["error"]["brain_key"]}
    ctx = make_context(dataset, **asked_about)
    form = TrustModel().resolve_input(ctx).type.properties
    asked = form["arguments"].default
    assert asked == "worded(image_size=[8, 8], text_prompt='an image of')"
    assert not loads.exists()
    execute("trust_model", dataset, **asked_about, arguments=asked, form=form_token())
    assert len(search_in_panel(dataset)["results"]) == 2
    form = TrustModel().resolve_input(ctx).type.properties
    assert "needs no confirmation" in form["brain_key"].error_message
    # remembered outside the dataset: another one that names the same is loaded
    other = opened(model=MODEL, model_kwargs=ARGUMENTS)
    assert runs.load(other, "idx").get_model() is not None


def test_what_was_accepted_is_that_alone(opened):
    dataset = opened(model=MODEL, model_kwargs=ARGUMENTS)
    fiftyone_milvus.trust_model(dataset, "idx")
    other = opened(model=MODEL, model_kwargs={**ARGUMENTS, "image_size": [9, 9]})
    with pytest.raises(UntrustedModel):
        runs.load(other, "idx").get_model()


def test_a_record_that_changes_meanwhile_is_not_accepted(world, opened):
    dataset = opened(model=MODEL, model_kwargs=ARGUMENTS)
    asked = recorded_models.to_accept(dataset, "idx")
    write_record(dataset, None, {"model_kwargs": {"image_size": [9, 9]}})
    with pytest.raises(InvalidRequest, match="has changed"):
        fiftyone_milvus.trust_model(dataset, "idx", asked)
    with pytest.raises(UntrustedModel):
        runs.load(dataset, "idx").get_model()


def test_a_request_that_has_not_seen_the_form_accepts_nothing(opened):
    """Such as one of a web page, which the App answers, but lets read nothing."""
    dataset = opened(model=MODEL, model_kwargs=ARGUMENTS)
    asked = recorded_models.to_accept(dataset, "idx")
    for guessed in ({}, {"form": ""}, {"form": "guessed"}):
        with pytest.raises(InvalidRequest, match="in this operator's form"):
            run("trust_model", dataset, brain_key="idx", arguments=asked, **guessed)
    with pytest.raises(UntrustedModel):
        runs.load(dataset, "idx").get_model()


# -- stamps


@pytest.mark.parametrize(
    "forged", ["", "0" * 64, "é", "\ud800", 1, None, ["0" * 64], {"0": 1}]
)
def test_a_forged_stamp_is_refused(opened, forged):
    model_trust._key()
    dataset = opened(forged, model=MODEL, model_kwargs=ARGUMENTS)
    with pytest.raises(UntrustedModel):
        runs.load(dataset, "idx").get_model()


def test_a_stamp_of_other_arguments_or_another_model_is_refused(opened, loads):
    stamp = model_trust.stamp(MODEL, ARGUMENTS)
    changed = {**ARGUMENTS, "text_prompt": "another"}
    for name, arguments in ((MODEL, changed), ("counting", ARGUMENTS)):
        dataset = opened(stamp, model=name, model_kwargs=arguments)
        with pytest.raises(UntrustedModel):
            runs.load(dataset, "idx").get_model()
    dataset = opened(stamp, model=MODEL, model_kwargs=ARGUMENTS)
    assert runs.load(dataset, "idx").get_model() is not None


def test_a_stamp_of_another_installation_is_refused(opened, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setenv("FIFTYONE_MILVUS_DIR", str(tmp_path / "theirs"))
        stamp = model_trust.stamp(MODEL, ARGUMENTS)
    dataset = opened(stamp, model=MODEL, model_kwargs=ARGUMENTS)
    with pytest.raises(UntrustedModel):
        runs.load(dataset, "idx").get_model()


def test_the_key_is_the_owners_alone():
    model_trust._key()
    path = model_trust._folder() / model_trust.KEY_FILE
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert len(path.read_bytes()) == model_trust.KEY_BYTES


# -- our own


@pytest.fixture
def own(world):
    dataset = images.make_images_dataset(world.folder / "own", 3)
    dataset.persistent = True
    yield dataset
    for key in runs.keys(dataset):
        runs.cleanup(dataset, key)
    dataset.delete()


def test_what_was_built_here_is_loaded_in_a_fresh_process(own):
    source = build.Source(model=MODEL, model_kwargs=ARGUMENTS)
    build.build(own, "library", source)
    typed = json.dumps(ARGUMENTS)
    execute("compute_index", own, brain_key="form", model=MODEL, model_kwargs=typed)
    stock = {"backend": "milvus", "model": MODEL, "model_kwargs": ARGUMENTS}
    fob.compute_similarity(own, brain_key="stock", **stock)
    code = f"""
        import sys; sys.path.insert(0, {str(environment.ROOT)!r})
        import fiftyone_milvus, fiftyone as fo
        dataset = fo.load_dataset({own.name!r})
        for key in ("library", "form", "stock"):
            print(len(dataset.sort_by_similarity("a tree", k=2, brain_key=key)))
        """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout.splitlines()[-3:] == ["2", "2", "2"], done.stderr[-2000:]


def test_python_may_load_what_a_record_may_not(own, tmp_path, caplog):
    arguments = {"of_its_own": "x"}
    source = build.Source(model=MODEL, model_kwargs=arguments)
    build.build(own, "idx", source)
    assert "not loaded from a record again" in caplog.text
    with pytest.raises(RefusedModel, match="of_its_own"):
        runs.load(own, "idx").get_model()


@pytest.mark.parametrize("name", ["entrypoint_fcn", "of_its_own", "model_name"])
def test_a_form_gives_no_other_arguments(own, name):
    params = {"brain_key": "idx", "model": MODEL, "model_kwargs": f'{{"{name}": "x"}}'}
    ctx = make_context(own, **params)
    operator = fop.get_operator(f"{PLUGIN}/compute_index")
    form = operator.resolve_input(ctx).type.properties
    assert form["model_kwargs"].invalid and name in form["model_kwargs"].error_message
    with pytest.raises(InvalidRequest, match=name):
        operator.answer(ctx)
    assert own.list_brain_runs() == []


def test_what_a_run_says_of_its_model_can_be_listed_and_exported(own, tmp_path):
    nested = {**ARGUMENTS, "class_prompts": {"cat": "a cat", "dog": "a dog"}}
    build.build(own, "idx", build.Source(model=MODEL, model_kwargs=nested))
    own.reload()
    [listed] = execute("list_indexes", own)["indexes"]
    assert listed["model_kwargs"] == nested
    path = tmp_path / "idx.parquet"
    archive.export_index(own, "idx", path)
    archive.import_index(own, "copy", path, trusted=True)
    assert runs.describe(own, "copy").model_kwargs == nested
    assert runs.load(own, "copy").get_model() is not None
