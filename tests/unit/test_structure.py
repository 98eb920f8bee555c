"""The layers: who may import what."""

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
import yaml

from harness.layers import FOLDERS

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = sorted((ROOT / "fiftyone_milvus").rglob("*.py"))
APP = sorted(
    path
    for folder in ("app", "operators", "panels")
    for path in (ROOT / folder).glob("*.py")
)
TALKS_TO_MILVUS = {
    ROOT / "fiftyone_milvus" / "store" / name
    for name in (
        "collection.py",
        "creation.py",
        "client.py",
        "embedded_server.py",
        "embedded_guard.py",
        "embedded_filters.py",
        "embedded_indexes.py",
        "embedded_rows.py",
        "embedded_nearest.py",
        "embedded_search.py",
        "messages.py",
        "id_bitmaps.py",
    )
}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add((node.module or "").split(".")[0])
    return found


@pytest.mark.parametrize("path", LIBRARY, ids=lambda p: p.name)
def test_the_library_knows_no_app(path):
    text = path.read_text()
    assert "fiftyone.operators" not in text
    assert not imports(path) & {"app", "operators", "panels", "plugin"}


@pytest.mark.parametrize("path", LIBRARY + APP, ids=lambda p: p.name)
def test_few_modules_talk_to_milvus(path):
    if path not in TALKS_TO_MILVUS:
        assert not imports(path) & {"pymilvus", "milvus_lite"}


def folders_imported(path: Path) -> set[str]:
    """The folders of the library that a file of it imports when it runs: what is only
    named in annotations doesn't count."""
    tree = ast.parse(path.read_text())
    annotations = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for node in ast.walk(block)
    }
    to_library = 2 if path.parent.name in FOLDERS else 1
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == to_library:
            named = [node.module] if node.module else [a.name for a in node.names]
            if id(node) not in annotations:
                found |= {name.split(".")[0] for name in named}
    return found & set(FOLDERS)


@pytest.mark.parametrize("path", LIBRARY, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_each_folder_imports_from_those_before_it(path):
    folder = path.parent.name
    if folder in FOLDERS:
        assert folders_imported(path) <= set(FOLDERS[: FOLDERS.index(folder)])
    elif path.name not in ("__init__.py", "__main__.py", "api.py"):
        # what all of them use
        assert not folders_imported(path)


def modules_imported(path: Path) -> set[Path]:
    """The files that a file imports from, also those of annotations alone."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            place = path.parents[node.level - 1].joinpath(
                *(node.module or "").split(".")
            )
            names = [place / alias.name for alias in node.names]
            found |= {each.with_suffix(".py") for each in [place, *names]}
    return found & {*LIBRARY, *APP}


def test_no_module_imports_itself_by_way_of_others():
    graph = {path: modules_imported(path) for path in LIBRARY + APP}
    assert sum(map(len, graph.values())) > len(graph)
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


def test_every_folder_is_in_the_list():
    folders = {p.parent.name for p in LIBRARY} - {"fiftyone_milvus"}
    assert folders == set(FOLDERS)


@pytest.mark.parametrize("path", APP, ids=lambda p: p.name)
def test_no_similarity_stage_reaches_the_grid(path):
    assert "sort_by_similarity" not in path.read_text()
    assert "SortBySimilarity" not in path.read_text()


@pytest.mark.parametrize("path", APP, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_operators_and_panel_share_only_what_is_in_app(path):
    allowed = {"app", "fiftyone_milvus"}
    named = re.findall(r"^\s*from \.\.(\w+)", path.read_text(), flags=re.MULTILINE)
    assert set(named) <= (allowed if path.parent.name != "app" else set())


def test_the_manifest_names_what_is_registered():
    from plugin.app import jobs
    from plugin.operators import OPERATORS
    from plugin.operators.base import LongOperator
    from plugin.panels import PANELS

    long = {cls.name for cls in OPERATORS if issubclass(cls, LongOperator)}
    assert set(jobs.KINDS) == long
    manifest = yaml.safe_load((ROOT / "fiftyone.yml").read_text())
    assert manifest["operators"] == [cls().config.name for cls in OPERATORS]
    assert manifest["panels"] == [cls().config.name for cls in PANELS]


def test_every_setting_is_declared_as_a_secret():
    from fiftyone_milvus.store.settings import ENV_PREFIX, KEYS

    manifest = yaml.safe_load((ROOT / "fiftyone.yml").read_text())
    assert set(manifest["secrets"]) == {ENV_PREFIX + key.upper() for key in KEYS}
