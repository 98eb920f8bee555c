"""What the documents name is there."""

import ast
import importlib
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from scripts import docs_hooks

ROOT = Path(__file__).resolve().parents[2]
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
HOST = "../../"  # from the README, the repository's pages on its host
named = pytest.mark.parametrize("path", DOCS, ids=lambda p: p.name)


@named
def test_links_and_images_are_there(path):
    targets = re.findall(r"\]\(([^)\s]+)\)", path.read_text())
    files = [t.split("#") for t in targets if "://" not in t and HOST not in t]
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


def test_the_readme_names_all_operators_in_at_most_a_hundred_lines():
    readme = (ROOT / "README.md").read_text()
    manifest = yaml.safe_load((ROOT / "fiftyone.yml").read_text())
    table = readme.partition("\n## Operators\n")[2].partition("\n## ")[0]
    rows = [row for row in table.splitlines() if row.startswith("| ")]
    assert sorted(re.findall(r"`(\w+)`", "".join(rows))) == sorted(
        manifest["operators"]
    )
    assert len(readme.splitlines()) <= 100


def test_the_site_has_every_page():
    # its configuration has tags of MkDocs's own, so it is no plain YAML
    listed = re.findall(r"^  - .+: (\S+)$", (ROOT / "mkdocs.yml").read_text(), re.M)
    files = {p.name for p in (ROOT / "docs").iterdir() if p.is_file()}
    assert set(listed) == files - {docs_hooks.NOTEBOOK} | {docs_hooks.PAGE}


def test_the_site_has_the_notebook_as_a_page():
    notebook = (ROOT / "docs" / docs_hooks.NOTEBOOK).read_text()
    page = docs_hooks.as_markdown(notebook)
    assert page.startswith("# A session with a dataset\n")
    assert "```python\nbuilt = fiftyone_milvus.build(" in page
    assert page.endswith(f"[The notebook]({docs_hooks.NOTEBOOK}) of this page.")


def test_the_site_says_where_to_download_the_plugin_if_it_knows():
    page = (ROOT / "docs" / "getting-started.md").read_text()
    address = "https://example.com/vector-search"
    known, unknown = (
        docs_hooks.on_page_markdown(page, config=SimpleNamespace(repo_url=url))
        for url in (address, None)
    )
    assert f"\nfiftyone plugins download {address}\n" in known
    assert "\nfiftyone plugins download" not in unknown
    assert docs_hooks.MARKER not in known + unknown


def ours(module: str) -> bool:
    return module.split(".")[0] == "fiftyone_milvus"


def headings(path: Path) -> set[str]:
    """The anchors of a document, as GitHub makes them."""
    found = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    kept = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in found]
    return {heading.replace(" ", "-") for heading in kept}
