"""The code in the README and the documentation runs, page by page; the operators' page
says what their forms do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import fiftyone as fo
import fiftyone.zoo as foz
import pytest

import fiftyone_milvus
from fiftyone_milvus import Source
from fiftyone_milvus.backend import runs
from scripts import operators_page

ROOT = Path(__file__).resolve().parents[2]
CODE = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
PAGES = sorted(
    str(path.relative_to(ROOT))
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
    if CODE.search(path.read_text())
)
MODEL = "conse-lite0-minilm-offline"  # a zoo model whose weights come from packages
# What the pages name and a test has not: what it has in its place
INSTEAD = {"clip-vit-base32-torch": MODEL}
# The indexes that are there when a page is opened; the others build their own
INDEXES = {
    "docs/analysis.md": ("images", "patches"),
    "docs/indexes.md": ("images",),
    "docs/operators.md": ("images",),
    "docs/search.md": ("images",),
    "docs/servers.md": ("images",),
}
# What is in a block that isn't run, and why not
NOT_RUN = {
    "ray://": "needs a Ray cluster: test_ray.py builds on one",
    "s3://": "needs a bucket: tests/cluster/test_bulk_import.py imports from one",
}


@pytest.fixture(scope="module")
def images(scenes: fo.Dataset, offline_models: None) -> Iterator[fo.Dataset]:
    """12 images with what the pages' datasets have; embedded once for all of them."""
    dataset = scenes.limit(12).clone()
    model = foz.load_zoo_model(MODEL)
    dataset.compute_embeddings(model, "clip")
    dataset.compute_patch_embeddings(model, "ground_truth", "clip")
    splits = ("train", "val", "test", "new")
    dataset.set_values("split", [splits[i % 4] for i in range(12)])
    dataset.set_values("tags", [[splits[i % 4], "night"] for i in range(12)])
    weather = fo.Classification(label="fog")
    dataset.set_values("weather", [weather.copy() for _ in range(12)])
    yield dataset
    dataset.delete()


@pytest.fixture
def dataset(milvus: Any, images: fo.Dataset) -> Iterator[fo.Dataset]:
    copy = images.clone()
    yield copy
    for key in runs.keys(copy):
        runs.cleanup(copy, key)
    copy.delete()


@pytest.fixture
def names(
    dataset: fo.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, Any]]:
    """What a reader has already when a page's code begins."""
    archive = dataset.clone("archive")
    monkeypatch.setattr(foz, "load_zoo_dataset", lambda name: dataset)
    monkeypatch.setattr(fo, "launch_app", lambda view: SimpleNamespace(view=view))
    monkeypatch.setitem(INSTEAD, "http://milvus.example.com:19530", f"{tmp_path}/o.db")
    yield {
        "dataset": dataset,
        "fiftyone_milvus": fiftyone_milvus,
        "fo": fo,
        "session": SimpleNamespace(),
    }
    for key in runs.keys(archive):
        runs.cleanup(archive, key)
    archive.delete()


def build(dataset: fo.Dataset, key: str) -> None:
    field = None if key == "images" else "ground_truth"
    source = Source(embeddings_field="clip", model=MODEL)
    fiftyone_milvus.build(dataset, key, source, patches_field=field)


@pytest.mark.on_lite
@pytest.mark.parametrize("path", PAGES)
def test_the_code_of_a_page_runs(path, names):
    for key in INDEXES.get(path, ()):
        build(names["dataset"], key)
    if path == "docs/analysis.md":
        build(fo.load_dataset("archive"), "images")
    for code in CODE.findall((ROOT / path).read_text()):
        if any(part in code for part in NOT_RUN):
            continue
        for there, here in INSTEAD.items():
            code = code.replace(there, here)
        exec(compile(code, path, "exec"), names)


def test_what_is_not_run_is_on_a_page():
    written = "".join((ROOT / path).read_text() for path in PAGES)
    assert all(part in written for part in NOT_RUN)


@pytest.mark.on_lite
def test_the_page_of_the_operators_follows_from_their_forms(milvus):
    written = (ROOT / "docs" / "operators.md").read_text()
    marker = operators_page.MARKER
    assert written.partition(marker)[2] == operators_page.reference(), "run make docs"
