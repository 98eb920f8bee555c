"""What MkDocs adds to the pages: where to download the plugin, if the build knows the
repository's address."""

from typing import Any

MARKER = "<!-- download -->"
DOWNLOAD = """```sh
fiftyone plugins download {}
fiftyone plugins requirements @milvus/vector-search --install
```"""


def on_page_markdown(markdown: str, *, config: Any, **_: Any) -> str:
    """MkDocs calls this with each page."""
    download = DOWNLOAD.format(config.repo_url) if config.repo_url else ""
    return markdown.replace(MARKER, download)
