"""The commands of ``python -m fiftyone_milvus``, each in a process of its own once, and
otherwise in this one."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from click.testing import CliRunner, Result

from fiftyone_milvus.__main__ import OUT_OF_DATE, commands
from fiftyone_milvus.backend import runs


def run(*args: str) -> Result:
    return CliRunner().invoke(commands, list(args))


def answer(*args: str) -> Any:
    """What a command prints as JSON, and nothing beside it."""
    done = run(*args, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def test_an_index_from_its_build_to_an_export(dataset, tmp_path):
    name, first = dataset.name, dataset.first()
    built = answer("build", name, "k", "--field", "embeddings")
    assert built["rows"] == built["embedded"] == len(dataset)

    found = run("search", name, "k", "--id", first.id, "-k", "3")
    rows = [line.split("\t") for line in found.output.splitlines()]
    assert len(rows) == 3 and rows[0] == [first.id, "1.0000", first.filepath]
    assert answer("search", name, "k", "--id", first.id)["ids"][0] == first.id
    dataset.save_view("others", dataset.exclude(first))
    within = answer("search", name, "k", "--id", first.id, "--view", "others")
    assert first.id not in within["ids"] and len(within["ids"]) == 25

    assert answer("health", name, "k")["healthy"]
    dataset.delete_samples([first.id])
    out_of_date = run("health", name, "k")
    assert out_of_date.exit_code == OUT_OF_DATE
    assert "1 orphaned: sync it" in out_of_date.output
    assert answer("sync", name, "k", "--dry-run")["removed"] == 1
    assert answer("sync", name, "k")["removed"] == 1
    assert run("health", name, "k").exit_code == 0

    names = [each["name"] for each in answer("collections")]
    assert runs.load(dataset, "k").rows.collection.name in names

    path = str(tmp_path / "k.parquet")
    assert answer("export", name, "k", path)["rows"] == len(dataset)
    assert answer("import", name, "copy", path)["rows"] == len(dataset)
    assert runs.load(dataset, "copy").total_index_size == len(dataset)


@pytest.mark.on_lite
def test_an_index_is_moved(dataset, tmp_path):
    assert run("build", dataset.name, "k", "--field", "embeddings").exit_code == 0
    to = str(tmp_path / "other.db")
    moved = answer("move", dataset.name, "k", "--to", to)
    assert moved["rows"] == len(dataset) and moved["address"].endswith("other.db")


@pytest.mark.on_lite
@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["sync", "{dataset}", "nope"], "has no Milvus index 'nope'"),
        (["sync", "nope", "k"], "There is no dataset 'nope'"),
        (["build", "{dataset}", "k", "--view", "nope"], "no saved view 'nope'"),
        (["build", "{dataset}", "k"], "model"),
        (["search", "{dataset}", "k", "--text", "a"], "has no Milvus index 'k'"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_code_1(dataset, args, says):
    done = run(*(arg.format(dataset=dataset.name) for arg in args))
    assert done.exit_code == 1
    assert done.output.startswith("Error: ") and done.output.count("\n") == 1
    assert says in done.output


@pytest.mark.on_lite
def test_it_runs_as_a_module_and_prints_json_alone(dataset):
    dataset.persistent = True
    command = [sys.executable, "-m", "fiftyone_milvus", "build", dataset.name, "k"]
    done = subprocess.run(
        [*command, "--field", "embeddings", "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["rows"] == len(dataset)
    dataset.reload()
    helped = subprocess.run(
        [sys.executable, "-m", "fiftyone_milvus", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "sync" in helped.stdout
