"""What MkDocs changes in the pages: it adds where to download the plugin, if the build
knows the repository's address, makes a page of the notebook, and takes what is Sphinx's
out of docstrings."""

import json
import re
from pathlib import Path
from typing import Any

NOTEBOOK, PAGE = "tutorial.ipynb", "tutorial.md"
MARKER = "<!-- download -->"
DOWNLOAD = """```sh
fiftyone plugins download {}
fiftyone plugins requirements @milvus/vector-search --install
```"""
ROLE = re.compile(r":(?:attr|class|func|meth|mod):(<code>)~?(?:[\w.]+\.)?(\w+)")


def on_files(files: Any, *, config: Any) -> None:
    """MkDocs calls this with all files."""
    from mkdocs.structure.files import File

    notebook = Path(config.docs_dir, NOTEBOOK).read_text()
    files.append(File.generated(config, PAGE, content=as_markdown(notebook)))


def as_markdown(notebook: str) -> str:
    """The cells of a notebook, and where to download it."""
    parts = []
    for cell in json.loads(notebook)["cells"]:
        text = "".join(cell["source"])
        code = cell["cell_type"] == "code"
        parts.append(f"```python\n{text}\n```" if code else text)
    return "\n\n".join([*parts, f"[The notebook]({NOTEBOOK}) of this page."])


def on_page_markdown(markdown: str, *, config: Any, **_: Any) -> str:
    """MkDocs calls this with each page."""
    download = DOWNLOAD.format(config.repo_url) if config.repo_url else ""
    markdown = markdown.replace(MARKER, download)
    return markdown.replace(f"[the tutorial]({NOTEBOOK})", f"[the tutorial]({PAGE})")


def on_page_content(html: str, **_: Any) -> str:
    """MkDocs calls this with each page's HTML."""
    return ROLE.sub(r"\1\2", html).replace("Example::", "Example:")
