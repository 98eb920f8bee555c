"""What people install: the commands of the README, word for word, in environments that
have FiftyOne, what the library needs and nothing of this repository; and what is in the
plugin's zip file."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sysconfig
import threading
import urllib.error
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import fiftyone as fo
import numpy as np
import pytest
import yaml

from harness.app import AppServer
from scripts import build_dist

PLUGIN = "@milvus/vector-search"
DATASET = "installed"
OURS = re.compile("(__editable__.*)?fiftyone_milvus")
NOT_CLONED = re.compile(r"\.|dist$|build$")
REPOSITORY = "https://example.com/vector-search"
USE_LIBRARY = f"""
import fiftyone as fo
import fiftyone.brain as fob
import fiftyone_milvus
dataset = fo.load_dataset("{DATASET}")
fob.compute_similarity(
    dataset, embeddings="embedding", backend="milvus", brain_key="library"
)
view = dataset.sort_by_similarity(dataset.first().id, k=3, brain_key="library")
print(fiftyone_milvus.__file__, *view.values("filepath"))
"""


COMMANDS = {
    "pip": "from pip._internal.cli.main import main",
    "fiftyone": "from fiftyone.core.cli import main",
}


def installing() -> list[str]:
    """The ways of the README to install: the commands of each."""
    readme = (build_dist.ROOT / "README.md").read_text()
    section = readme.partition("\n## Install\n")[2].partition("\n## ")[0]
    return re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


FROM_SOURCE, DOWNLOADED = installing()


class Environment:
    """A virtual environment with the packages that tests have, but not this one, and a
    copy of the repository that nothing was built in."""

    def __init__(self, folder: Path) -> None:
        venv.create(folder)
        self.scripts = folder / "bin"
        self.python = self.scripts / "python"
        place = {"base": str(folder), "platbase": str(folder)}
        self.packages = Path(sysconfig.get_path("purelib", "venv", place))
        theirs = linked(folder / "packages", Path(sysconfig.get_path("purelib")), OURS)
        (self.packages / "needed.pth").write_text(f"{theirs}\n")
        self.repository = linked(folder / "repository", build_dist.ROOT, NOT_CLONED)
        for name, imported in COMMANDS.items():
            script = self.scripts / name
            script.write_text(f"#!{self.python}\n{imported}\nmain()\n")
            script.chmod(0o755)
        self.variables = {
            **os.environ,
            "FIFTYONE_PLUGINS_DIR": str(folder / "plugins"),
            "PATH": f"{self.scripts}{os.pathsep}{os.environ['PATH']}",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PYTHONPATH": "",
            "PYTHONSAFEPATH": "1",
        }

    def run(self, *args: str | Path) -> str:
        """What a command prints, in the copy of the repository."""
        done = subprocess.run(
            args,
            env=self.variables,
            cwd=self.repository,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def shell(self, commands: str, repository: str) -> None:
        """Runs commands that a person copies from the documentation."""
        self.variables["REPOSITORY"] = repository
        self.run("bash", "-ec", commands)


def linked(folder: Path, source: Path, leaving: re.Pattern[str]) -> Path:
    """A new folder with all that is in another, but what is named so."""
    folder.mkdir()
    for path in source.iterdir():
        if not leaving.match(path.name):
            (folder / path.name).symlink_to(path)
    return folder


@pytest.fixture
def fresh(tmp_path) -> Environment:
    return Environment(tmp_path / "environment")


@pytest.fixture
def dataset() -> Iterator[fo.Dataset]:
    made = fo.Dataset(DATASET, persistent=True)
    made.add_samples(
        [fo.Sample(f"{i}.png", embedding=np.array([1.0, i])) for i in range(20)],
        progress=False,
    )
    yield made
    made.delete()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_the_plugin_that_fiftyone_downloads_searches(fresh, dataset, tmp_path):
    first = dataset.first().id
    built = build_dist.build_plugin(tmp_path)
    with served(tmp_path) as address:
        fresh.shell(DOWNLOADED, f"{address}/{built.name}")

    app = AppServer(fresh.python, fresh.variables)
    try:
        found = next(p for p in plugins(app) if p["name"] == PLUGIN)
        bundle = app.url + found["js_bundle_server_path"]
        with urllib.request.urlopen(bundle) as answer:
            assert b"MilvusPanel" in answer.read()
        field = {"source": "field", "embeddings_field": "embedding"}
        built = execute(app, "compute_index", brain_key="k", **field)
        assert built["rows"] == 20
        found = execute(app, "search", [first], brain_key="k", k=3)
        assert found["ids"][0] == first and len(found["ids"]) == 3
        execute(app, "cleanup_index", brain_key="k", dry_run=False)
    finally:
        app.stop()


def plugins(app: AppServer) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{app.url}/plugins") as answer:
        return list(json.load(answer)["plugins"])


def execute(
    app: AppServer, name: str, selected: list[str] | None = None, **params: Any
) -> dict[str, Any]:
    body = {
        "view": [],
        "filters": {},
        "selected": selected or [],
        "selected_labels": [],
        "operator_uri": f"{PLUGIN}/{name}",
        "dataset_name": DATASET,
        "params": params,
    }
    request = urllib.request.Request(
        f"{app.url}/operators/execute",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=120) as response:
            answer = json.load(response)
    except urllib.error.HTTPError as e:
        raise AssertionError(app.service.log_tail()) from e
    assert answer.get("error") is None, answer
    return dict(answer["result"])


def test_the_zip_file_has_no_more_than_the_plugin_needs(tmp_path, monkeypatch):
    monkeypatch.setenv("REPOSITORY", REPOSITORY)
    with zipfile.ZipFile(build_dist.build_plugin(tmp_path)) as plugin:
        names = [name.partition("/")[2] for name in plugin.namelist()]
        manifest = plugin.read(next(n for n in plugin.namelist() if "/fiftyone." in n))
    assert yaml.safe_load(manifest)["url"] == REPOSITORY
    assert {name.partition("/")[0] for name in names} == {
        "LICENSE",
        "README.md",
        "__init__.py",
        "app",
        "fiftyone.yml",
        "fiftyone_milvus",
        "js",
        "operators",
        "panels",
        "requirements.txt",
    }
    assert [name for name in names if name.startswith("js/")] == [
        "js/dist/index.umd.js"
    ]
    assert len(names) == len(set(names))


def test_what_is_built_from_source_is_a_plugin_and_a_library(fresh, dataset):
    fresh.shell(FROM_SOURCE, REPOSITORY)
    assert PLUGIN in fresh.run("fiftyone", "plugins", "list")
    assert (fresh.packages / "fiftyone_milvus" / "py.typed").exists()
    metadata = next(fresh.packages.glob("fiftyone_milvus-*/METADATA")).read_text()
    assert f"Project-URL: Repository, {REPOSITORY}\n" in metadata
    printed = fresh.run(fresh.python, "-c", USE_LIBRARY).splitlines()[-1]
    where, *paths = printed.split()
    assert Path(where).is_relative_to(fresh.packages)
    assert [Path(path).name for path in paths] == ["0.png", "1.png", "2.png"]
