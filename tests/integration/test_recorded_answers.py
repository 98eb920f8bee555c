"""The answers of Python that the panel's own tests show.

``RECORD=1`` writes them, after a change of what Python answers.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fiftyone as fo
import pytest

from fiftyone_milvus.backend import runs
from harness import datasets, environment, images
from harness.context import execute, make_context
from harness.panel import CheckedPanel

ANSWERS = Path(__file__).resolve().parents[2] / "js" / "src" / "test" / "answers.json"
TIME = "2025-03-04T05:06:07Z"


@pytest.fixture
def animals(monkeypatch: pytest.MonkeyPatch) -> Iterator[fo.Dataset]:
    """A dataset with an index ``images``, of which two samples are missing."""
    images.install_counting_model()
    monkeypatch.delenv("FIFTYONE_BRAIN_SIMILARITY_MILVUS_URI", raising=False)
    dataset = datasets.make_vectors_dataset(40)
    dataset.name = "animals"
    execute(
        "compute_index",
        dataset,
        brain_key="images",
        source="field",
        embeddings_field="embeddings",
        filter_fields=["number"],
    )
    dataset.add_samples(
        [fo.Sample(f"/images/{i}.png", embeddings=[1.0] * 16) for i in (40, 41)]
    )
    execute("index_health", dataset, brain_key="images")
    yield dataset
    runs.cleanup(dataset, "images")
    dataset.delete()


def answers(dataset: fo.Dataset) -> dict[str, Any]:
    """What the panel's methods answer, without what other tests left."""
    panel = CheckedPanel()
    query = {"terms": [{"vector": [1.0] * 16}, {"id": dataset.first().id}]}
    search = {"brain_key": "images", "query": query, "k": 3, "scope": "dataset"}
    form = panel.form(make_context(dataset))
    models = [
        {**model, "downloaded": False}
        for model in form["models"]
        if model["name"] == images.MODEL
    ]
    details = panel.server_details(make_context(dataset))
    collections = [
        collection
        for collection in details["collections"]
        if collection["name"].startswith("fiftyone_animals_images_")
    ]
    return {
        "overview": panel.overview(make_context(dataset)),
        "form": {**form, "models": models},
        "search": panel.search(make_context(dataset, **search)),
        "server_details": {**details, "collections": collections},
    }


def plain(answers: dict[str, Any]) -> dict[str, Any]:
    """Without what differs each time: ids, times, folders, last digits of scores."""
    text = json.dumps(answers).replace(str(environment.HOME), "~")
    ids = dict.fromkeys(re.findall(r"\b[0-9a-f]{24}\b", text))
    for number, id_ in enumerate(ids):
        text = text.replace(id_, f"{number:024x}")
    text = re.sub(r"\b[0-9a-f]{32}\b", "token", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+(\+00:00|Z)?", TIME, text)
    text = re.sub(rf"{TIME}-[0-9a-f]{{6}}\b", f"{TIME}-1a2b3c", text)
    text = re.sub(r"(fiftyone_animals_images_)\w{8}", r"\g<1>1a2b3c4d", text)
    text = re.sub(r" in [\d.]+ s\b", " in 6 s", text)
    text = re.sub(r"-?\d+\.\d{4,}", lambda m: str(round(float(m[0]), 3)), text)
    for name, value in (("latency_ms", 3.6), ("milliseconds", 18.2), ("started", 1.0)):
        text = re.sub(rf'("{name}": )[\d.]+', rf"\g<1>{value}", text)
    found: dict[str, Any] = json.loads(text)
    return found


def test_the_panels_tests_show_what_python_answers(animals):
    found = plain(answers(animals))
    if os.environ.get("RECORD"):
        ANSWERS.write_text(json.dumps(found, indent=2, sort_keys=True) + "\n")
    assert found == json.loads(ANSWERS.read_text())
