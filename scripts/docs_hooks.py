"""What MkDocs changes in the pages: it adds where to download the plugin, if the build
knows the repository's address, and takes what is Sphinx's out of docstrings."""

import re
from typing import Any

MARKER = "<!-- download -->"
DOWNLOAD = """```sh
fiftyone plugins download {}
fiftyone plugins requirements @milvus/vector-search --install
```"""
ROLE = re.compile(r":(?:attr|class|func|meth|mod):(<code>)~?(?:[\w.]+\.)?(\w+)")


def on_page_markdown(markdown: str, *, config: Any, **_: Any) -> str:
    """MkDocs calls this with each page."""
    download = DOWNLOAD.format(config.repo_url) if config.repo_url else ""
    return markdown.replace(MARKER, download)


def on_page_content(html: str, **_: Any) -> str:
    """MkDocs calls this with each page's HTML."""
    return ROLE.sub(r"\1\2", html).replace("Example::", "Example:")
