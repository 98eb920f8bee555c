"""What the panel asks until it is first drawn: nothing of Milvus, no pass through the
samples, and of MongoDB no more for many indexes than for one."""

from collections.abc import Callable
from typing import Any

import fiftyone as fo
import pytest
from fiftyone.brain.similarity import Similarity
from fiftyone.core.odm import get_db_conn

from fiftyone_milvus.backend import runs
from fiftyone_milvus.store import client
from harness.context import make_context, triggered
from harness.panel import CheckedPanel

pytestmark = pytest.mark.on_lite

MANY = 12
panel = CheckedPanel()


def open_panel(dataset: fo.Dataset) -> dict[str, Any]:
    """As FiftyOne does it; what the panel is first drawn from."""
    ctx = make_context(dataset)
    panel.on_load(ctx)
    (given,) = triggered(ctx, "patch_panel_data")
    return given["data"]["first_overview"]


def commands_of(action: Callable[[], Any]) -> list[dict[str, Any]]:
    """What MongoDB notes of each command that an action sends."""
    db = get_db_conn()
    db.command("profile", 0)
    db.drop_collection("system.profile")
    db.command("profile", 2)
    try:
        action()
    finally:
        db.command("profile", 0)
    own = {"$nin": [f"{db.name}.system.profile"]}
    return list(db["system.profile"].find({"ns": own}))


def kinds(commands: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return sorted((each["op"], each["ns"]) for each in commands)


@pytest.fixture
def no_milvus(indexed, monkeypatch):
    """An index in a Milvus that must not be asked."""
    monkeypatch.setattr(client, "connect", lambda *_, **__: pytest.fail("asked"))
    yield indexed
    monkeypatch.undo()


@pytest.fixture
def many(no_milvus):
    """With more records of indexes."""
    config = no_milvus.get_brain_info("idx").config.build()
    for number in range(1, MANY):
        Similarity.register_run(config, no_milvus, f"idx_{number}", overwrite=False)
    no_milvus.reload()
    yield no_milvus
    keep_one(no_milvus)


def keep_one(dataset: fo.Dataset) -> None:
    """Deletes the other records."""
    for key in runs.keys(dataset):
        if key != "idx":
            dataset.delete_brain_run(key)


def test_the_panel_is_first_drawn_without_milvus(no_milvus):
    found = open_panel(no_milvus)
    assert found["server"] is None and found["dataset"]["samples"] is None
    [index] = found["indexes"]
    assert (index["brain_key"], index["metric"]) == ("idx", "cosine")
    assert (index["size"], index["total"], index["problem"]) == (None, None, None)


def test_the_samples_are_not_gone_through(many):
    samples = many._sample_collection.full_name
    on_samples = [
        each
        for each in commands_of(lambda: open_panel(many))
        if each["ns"] == samples and each.get("docsExamined", 0) > 1
    ]
    assert on_samples == []


def test_many_indexes_take_no_more_commands_than_one(many):
    of_many = commands_of(lambda: open_panel(many))
    assert len(open_panel(many)["indexes"]) == MANY
    keep_one(many)
    of_one = commands_of(lambda: open_panel(many))
    assert len(open_panel(many)["indexes"]) == 1
    assert kinds(of_many) == kinds(of_one)


def test_indexes_of_one_view_are_counted_once(many, monkeypatch):
    monkeypatch.undo()  # their sizes are asked for
    samples = many._sample_collection.full_name

    def passes() -> list[tuple[str, str]]:
        found = kinds(commands_of(lambda: panel.overview(make_context(many))))
        return [each for each in found if each[1] == samples]

    of_many = passes()
    keep_one(many)
    assert of_many == passes()
