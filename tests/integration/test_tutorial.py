"""The tutorial's notebook runs from the first cell to the last."""

from __future__ import annotations

from pathlib import Path

import fiftyone as fo
import nbformat
import pytest
from nbclient import NotebookClient

TUTORIAL = Path(__file__).resolve().parents[2] / "docs" / "tutorial.ipynb"
MOST_CELLS = 25


@pytest.mark.on_lite
@pytest.mark.timeout(1200)  # a busy machine takes minutes
def test_the_tutorial_runs(milvus):
    notebook = nbformat.read(TUTORIAL, as_version=4)
    resources = {"metadata": {"path": str(TUTORIAL.parent)}}
    client = NotebookClient(notebook, startup_timeout=300, resources=resources)
    client.execute()
    printed = "".join(
        output.text
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output.output_type == "stream"
    )
    assert "18 vectors in" in printed
    assert "18 rows, 3 missing" in printed
    assert "3 near duplicates of 3 others" in printed
    assert not fo.dataset_exists("tutorial")


def test_the_tutorial_is_short_and_without_outputs():
    cells = nbformat.read(TUTORIAL, as_version=4).cells
    assert len(cells) < MOST_CELLS
    assert all(not cell.get("outputs") for cell in cells)
