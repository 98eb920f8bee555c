"""What is used of other packages beyond their documentation: all of it is in one table,
and is there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from fiftyone_milvus import internals
from fiftyone_milvus.errors import MissingRequirement

ROOT = Path(__file__).resolve().parents[2]
CODE = [
    ROOT / "__init__.py",
    *(
        path
        for folder in ("fiftyone_milvus", "app", "operators", "panels")
        for path in sorted((ROOT / folder).rglob("*.py"))
    ),
]
TREES = {path: ast.parse(path.read_text()) for path in CODE}
TABLE = {
    name
    for owners in internals.NAMES.values()
    for names in owners.values()
    for name in names
}
# Documented by pymilvus, and by Python's namedtuple
DOCUMENTED = {"_async", "_refresh", "_replace"}


def defined() -> set[str]:
    """The private names that our own code gives to something."""
    found: set[str] = set()
    for tree in TREES.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                found.add(node.attr)
    return found


def used(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """The private attributes, keywords and imports in a file, and their lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            names = [node.attr]
        elif isinstance(node, ast.Call):
            names = [keyword.arg or "" for keyword in node.keywords]
        elif isinstance(node, ast.ImportFrom) and node.module != "ray":
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            if re.match(r"_[^_]", name):
                yield name, node.lineno


OURS = defined()


@pytest.mark.parametrize("package", internals.NAMES)
def test_the_installed_version_has_all_of_it(package):
    assert list(internals.missing(package)) == []
    internals.check(package)


@pytest.mark.parametrize("path", CODE, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_no_private_name_is_used_that_is_not_in_the_table(path):
    unlisted = [
        f"{path.name}:{line} {name}"
        for name, line in used(TREES[path])
        if name not in OURS | TABLE | DOCUMENTED
    ]
    assert unlisted == []


def test_every_name_in_the_table_is_used():
    text = "".join(p.read_text() for p in CODE if p.name != "internals.py")
    words = set(re.findall(r"\w+", text))
    assert words >= TABLE


def test_what_is_missing_is_named_with_a_version_that_has_it(monkeypatch):
    lacking = {"fiftyone.core.view:DatasetView": ("_stages", "_nowhere")}
    monkeypatch.setitem(internals.NAMES, "fiftyone", lacking)
    internals.check.cache_clear()
    with pytest.raises(MissingRequirement) as e:
        internals.check("fiftyone")
    assert "has no fiftyone.core.view.DatasetView._nowhere." in str(e.value)
    assert f"pip install 'fiftyone=={internals.TESTED['fiftyone']}'" in str(e.value)
    monkeypatch.undo()
    internals.check("fiftyone")


def test_a_module_that_is_gone_is_missing(monkeypatch):
    gone = {"fiftyone.nowhere:Thing": ("_a",), "fiftyone:Nothing": ("_b",)}
    monkeypatch.setitem(internals.NAMES, "fiftyone", gone)
    assert list(internals.missing("fiftyone")) == [
        "fiftyone.nowhere.Thing._a",
        "fiftyone.Nothing._b",
    ]


@pytest.mark.parametrize("start", ["hook", "names"])
def test_it_is_looked_for_at_the_start(monkeypatch, start):
    import fiftyone_milvus
    from fiftyone_milvus.backend import import_hook

    lacking = {"fiftyone.core.view:DatasetView": ("_nowhere",)}
    monkeypatch.setitem(internals.NAMES, "fiftyone", lacking)
    internals.check.cache_clear()
    with pytest.raises(MissingRequirement, match="_nowhere"):
        if start == "hook":
            import_hook._swap(ModuleType("stock"))
        else:
            _ = fiftyone_milvus.search
