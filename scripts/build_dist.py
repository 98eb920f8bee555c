"""Writes what people install into a folder: the plugin as a zip file that
``fiftyone plugins download`` takes, and the library as a wheel.

    python scripts/build_dist.py dist

Both name the repository's address where the environment variable REPOSITORY does.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# The same files always give the same zip file
WRITTEN = (2000, 1, 1, 0, 0, 0)
PLUGIN_FILES = (
    "fiftyone.yml",
    "__init__.py",
    "requirements.txt",
    "README.md",
    "LICENSE",
    "app/*.py",
    "operators/*.py",
    "panels/*.py",
    "fiftyone_milvus/**/*.py",
    "js/dist/*",
)


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    print(build_plugin(folder))
    print(build_wheel(folder))


def build_plugin(folder: Path) -> Path:
    """Writes the plugin's zip file; returns its path."""
    manifest = (ROOT / "fiftyone.yml").read_text()
    found = re.search(r'^name: "@\w+/(\S+)"\nversion: (\S+)$', manifest, re.MULTILINE)
    assert found is not None, "fiftyone.yml says no name and version"
    name = "-".join(found.groups())
    written = folder / f"{name}.zip"
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as plugin:
        for pattern in PLUGIN_FILES:
            for path in sorted(ROOT.glob(pattern)):
                entry = zipfile.ZipInfo(f"{name}/{path.relative_to(ROOT)}", WRITTEN)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                text = _url("url: {}") if path.name == "fiftyone.yml" else ""
                plugin.writestr(entry, path.read_bytes() + text.encode())
    return written


def build_wheel(folder: Path) -> Path:
    """Builds the library's wheel; returns its path."""
    for old in folder.glob("fiftyone_milvus-*.whl"):
        old.unlink()
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    with tempfile.TemporaryDirectory() as sources:  # setuptools writes there, too
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(ROOT / name, sources)
        with Path(sources, "pyproject.toml").open("a") as project:
            project.write(_url('[project.urls]\nRepository = "{}"'))
        shutil.copytree(ROOT / "fiftyone_milvus", Path(sources, "fiftyone_milvus"))
        subprocess.run([*command, "--wheel-dir", folder, sources], check=True)
    return next(folder.glob("fiftyone_milvus-*.whl"))


def _url(line: str) -> str:
    address = os.environ.get("REPOSITORY")
    return f"\n{line.format(address)}\n" if address else ""


if __name__ == "__main__":
    main()
