"""What is committed of the panel is what its source gives."""

import gzip
import subprocess
from pathlib import Path

JS = Path(__file__).resolve().parents[2] / "js"
BUNDLE = JS / "dist" / "index.umd.js"
LARGEST = 150_000  # bytes, gzipped
VITE = JS / "node_modules" / ".bin" / "vite"


def test_the_committed_bundle_is_the_build_of_the_source(tmp_path):
    assert VITE.exists(), "run `make setup`"
    command = [str(VITE), "build", "--outDir", str(tmp_path), "--logLevel", "error"]
    subprocess.run(command, cwd=JS, check=True)
    built = (tmp_path / BUNDLE.name).read_text()
    assert built == BUNDLE.read_text(), "run `make js` and commit js/dist"


def test_the_bundle_is_small():
    assert len(gzip.compress(BUNDLE.read_bytes())) < LARGEST
