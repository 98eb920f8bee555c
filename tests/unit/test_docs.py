"""What the documents name is there."""

import ast
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
named = pytest.mark.parametrize("path", DOCS, ids=lambda p: p.name)


@named
def test_links_and_images_are_there(path):
    targets = re.findall(r"\]\(([^)\s]+)\)", path.read_text())
    files = [t.split("#") for t in targets if "://" not in t]
    for name, *anchor in files:
        other = path.parent / name if name else path
        assert other.exists(), name
        if anchor and other.suffix == ".md":
            assert anchor[0] in headings(other), f"{name}#{anchor[0]}"


@named
def test_python_in_them_imports_what_this_library_has(path):
    for block in re.findall(r"```python\n(.*?)```", path.read_text(), re.DOTALL):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom) and ours(node.module or ""):
                module = importlib.import_module(str(node.module))
                for alias in node.names:
                    if not hasattr(module, alias.name):
                        importlib.import_module(f"{node.module}.{alias.name}")


def ours(module: str) -> bool:
    return module.split(".")[0] == "fiftyone_milvus"


def headings(path: Path) -> set[str]:
    """The anchors of a document, as GitHub makes them."""
    found = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    kept = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in found]
    return {heading.replace(" ", "-") for heading in kept}
