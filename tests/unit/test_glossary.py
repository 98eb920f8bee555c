"""The words that docs/glossary.md keeps out of names and of what people read."""

import ast
import re
from pathlib import Path

import pytest

DEFINITIONS = ast.ClassDef | ast.FunctionDef
ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text()
PYTHON = sorted(
    path
    for folder in ("fiftyone_milvus", "app", "operators", "panels", "demo")
    for path in (ROOT / folder).rglob("*.py")
)
TRIALS = sorted((ROOT / "tests").rglob("*.py")) + sorted(ROOT.glob("benchmarks/*.py"))
PANEL = sorted((ROOT / "js" / "src").rglob("*.ts*"))


def avoided() -> list[str]:
    """The words in `code` of the tables' last columns."""
    rows = [line.split("|") for line in GLOSSARY.splitlines() if line[:1] == "|"]
    last = [cells[4] for cells in rows]
    return sorted({word for cell in last for word in re.findall(r"`([^`]+)`", cell)})


def words(text: str) -> str:
    """A text or an identifier as lower-case words with blanks between them."""
    parts = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text)
    return " " + " ".join(re.findall(r"[a-z]+", parts.lower())) + " "


def found_in(text: str) -> list[str]:
    said = words(text)
    return [word for word in avoided() if f" {word} " in said]


def sentences(path: Path) -> list[str]:
    """The strings of a Python file that aren't docstrings."""
    tree = ast.parse(path.read_text())
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
    ]


def identifiers(path: Path) -> set[str]:
    """The names that a Python file gives to what it makes."""
    tree = ast.parse(path.read_text())
    named = [n.name for n in ast.walk(tree) if isinstance(n, DEFINITIONS)]
    named += [n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)]
    stored = [n for n in ast.walk(tree) if isinstance(n, ast.Name)]
    return {*named, *(n.id for n in stored if isinstance(n.ctx, ast.Store))}


@pytest.mark.parametrize(
    "path", PYTHON + TRIALS, ids=lambda p: str(p.relative_to(ROOT))
)
def test_identifiers_avoid_them(path):
    assert sorted(name for name in identifiers(path) if found_in(name)) == []


def test_the_glossary_names_words_to_avoid():
    assert {"hit", "picture", "unwanted", "sieve", "beat"} <= set(avoided())


@pytest.mark.parametrize("path", PYTHON, ids=lambda p: str(p.relative_to(ROOT)))
def test_names_and_sentences_of_python_avoid_them(path):
    assert found_in(path.stem) == []
    assert [text for text in sentences(path) if found_in(text)] == []


@pytest.mark.parametrize("path", PANEL, ids=lambda p: str(p.relative_to(ROOT)))
def test_names_and_text_of_the_panel_avoid_them(path):
    assert found_in(path.name) == []
    assert found_in(path.read_text()) == []
