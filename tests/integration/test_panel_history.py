"""The history of searches in the panel, and what its text box suggests."""

import base64
import io
from collections import Counter

import fiftyone as fo
import pytest
from PIL import Image

from fiftyone_milvus.indexes import build
from harness.context import make_context
from harness.panel import CheckedPanel
from plugin.app import searches

pytestmark = pytest.mark.on_lite

panel = CheckedPanel()
SOURCE = build.Source(embeddings_field="embeddings")


def test_a_search_of_the_history_is_found_saved_and_deleted(indexed):
    ids = indexed.values("id")
    crop = {"crop": {"sample_id": ids[1], "box": [0, 0, 0.5, 0.5]}}
    store = make_context(indexed).store(searches.HISTORY)
    for number, term in enumerate([{"text": ["A Red car"]}, crop, {"text": ["tree"]}]):
        params = {"brain_key": "idx", "query": {"terms": [term]}, "k": 3}
        made = searches.StoredSearch(f"2025-0{number}", "", f"2025-0{number}", params)
        store.set(made.id, made.to_dict())

    def listed(**params):
        found = panel.search_history(make_context(indexed, skip=0, **params))
        return [each["label"] for each in found["searches"]], found["total"]

    assert listed() == (["tree", "1 image", "A Red car"], 3)
    assert listed(search=" red") == (["A Red car"], 1)
    suggested = panel.suggestions(make_context(indexed, brain_key="idx"))
    recent = [each["label"] for each in suggested["recent"]]
    assert recent == ["tree", "1 image", "A Red car"]
    panel.save_search(make_context(indexed, id="2025-02", name="trees"))
    saved = panel.search_history(make_context(indexed, skip=0))["saved"]
    assert saved == ["trees"]
    panel.delete_searches(make_context(indexed, id="2025-02"))
    assert listed() == (["1 image", "A Red car"], 2)
    loaded = searches.load_saved(make_context(indexed), "trees")
    assert loaded.query.to_dict()["terms"] == [{"text": ["tree"]}]


def test_image_files_have_thumbnails_in_the_history(indexed):
    file = io.BytesIO()
    Image.new("RGB", (900, 300), "red").save(file, "PNG")
    encoded = base64.b64encode(file.getvalue()).decode()
    ctx = make_context(indexed)
    for number, image in enumerate([encoded, "bm8gaW1hZ2U=", None]):
        if image is not None:
            ctx.store(searches.IMAGES).set(f"d{number}", image)
        terms = [{"text": ["x"]}, {"image": f"d{number}"}]
        params = {"brain_key": "gone", "query": {"terms": terms}, "k": 3}
        made = searches.StoredSearch(f"2025-0{number}", "", "2025", params)
        ctx.store(searches.HISTORY).set(made.id, made.to_dict())
    *broken, whole = panel.search_history(make_context(indexed, skip=0))["searches"]
    assert [each["thumbnail"] for each in broken] == [None, None]
    small = Image.open(io.BytesIO(base64.b64decode(whole["thumbnail"])))
    assert max(small.size) == 56 and small.format == "JPEG"


def test_the_classes_of_the_labels_are_suggested_the_most_frequent_first(dataset):
    build.build(dataset, "idx", SOURCE)
    labels = ["rare", "often", "often", "a caption " * 9, ""]
    dataset.limit(5).set_values("kind", [fo.Classification(label=x) for x in labels])
    dataset.clone_sample_field("kind", "kind_of_none")
    dataset.limit(5).set_values("kind_of_none", [None] * 5)
    suggested = panel.suggestions(make_context(dataset, brain_key="idx"))["classes"]
    counts = Counter(dataset.values("ground_truth.detections.label", unwind=True))
    assert {"rare", "often", *counts} == set(suggested)
    assert suggested.index("often") < suggested.index("rare")
    # not read again at each focus
    dataset.limit(1).set_values("kind", [fo.Classification(label="new")])
    again = panel.suggestions(make_context(dataset, brain_key="idx"))
    assert again["classes"] == suggested
