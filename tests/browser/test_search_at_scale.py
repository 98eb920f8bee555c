"""The *Search* tab with 10,000 results, a history of 1,000 searches, long names, and
text that is read from right to left."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import fiftyone as fo
import pytest
from playwright.sync_api import expect

from fiftyone_milvus.backend import runs
from fiftyone_milvus.indexes import build
from harness import axe, screen
from harness.context import make_context
from harness.datasets import clustered_vectors
from harness.images import paint
from plugin.app import searches

PANEL = "milvus_panel"
COUNT = 10_000
SEARCHES = 1_000
KEY = "a_very_long_name_of_an_index_" + "that_goes_on_and_on_" * 4
LABELS = "ground_truth.detections.label"
HEBREW, BIRD = "ציפור כחולה", "طائر"
ARABIC = "طائر أزرق كبير على شجرة خضراء قديمة بجانب البحر"


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """Samples of one image each and the same, with an index of their vectors."""
    path = tmp_path_factory.mktemp("large") / "one.png"
    paint(path, 0)
    dataset = fo.Dataset(persistent=True)
    vectors, _ = clustered_vectors(COUNT, 8, 10, 0)
    dataset.add_samples(
        (fo.Sample(str(path), vector=vector) for vector in vectors),
        progress=False,
        num_samples=COUNT,
    )
    build.build(dataset, KEY, build.Source(embeddings_field="vector"))
    _make_history(dataset, Path(path))
    dataset.reload()
    yield dataset
    runs.cleanup(dataset, KEY)
    dataset.delete()


def _make_history(dataset: fo.Dataset, path: Path) -> None:
    store = make_context(dataset).store(searches.HISTORY)
    started = datetime(2025, 1, 1, tzinfo=timezone.utc)
    for number in range(SEARCHES):
        at = (started + timedelta(minutes=number)).isoformat()
        text = ARABIC if number % 2 else f"{number} " + "long " * 80
        params = {"brain_key": KEY, "query": {"terms": [{"text": [text]}]}, "k": 25}
        kept = searches.StoredSearch(f"{at}-{number}", text, at, params, 25)
        store.set(kept.id, kept.to_dict())


def test_ten_thousand_matches_and_a_thousand_searches(app, large):
    app.dataset = large
    app.open(PANEL)
    expect(app.cy("milvus-query")).to_be_visible(timeout=60_000)
    # without a model it says what else to search with
    expect(app.cy("milvus-no-text")).to_contain_text("search with what you select")
    app.cy("milvus-more-options").click()
    app.cy("milvus-k").fill(str(COUNT))
    app.cy("milvus-more-options").click()
    app.select(0)
    app.after_grid_change(app.cy("milvus-use-selected").click)
    expect(app.cy("milvus-result-line")).to_contain_text("10,000 of 10,000")

    # only what is in sight is drawn, and the last match is a key away
    assert app.cy("milvus-result").count() < 100
    app.cy("milvus-result").first.focus()
    asked = app.asked(lambda: app.page.keyboard.press("End"), "next_results")
    last = app.page.locator(f'[data-position="{COUNT - 1}"]')
    expect(last).to_be_focused(timeout=15_000)
    expect(last).to_contain_text("10000")
    assert set(asked) == {"next_results"} and len(asked) <= 2
    assert app.cy("milvus-result").count() < 100
    app.shot("large-matches")

    app.cy("milvus-cut").focus()
    app.page.keyboard.press("End")
    expect(app.cy("milvus-result-line")).to_contain_text("in the grid")

    app.cy("milvus-history").click()
    expect(app.cy("milvus-past")).to_have_count(50)
    expect(app.cy("milvus-earlier")).to_contain_text("950")
    app.cy("milvus-earlier").click()
    expect(app.cy("milvus-past")).to_have_count(100)
    # beside that, the dataset has a name of 100 letters for its index
    app.widen_panel(PANEL, 320)
    app.shot("large-history")
    assert screen.sideways(app) == []
    assert axe.violations(app.page, '[data-cy="milvus-panel"]') == []


def test_text_is_read_in_its_own_direction(app, own_scenes, give_index):
    """Hebrew typed, and labels in Arabic."""
    labels = own_scenes.values(LABELS)
    own_scenes.set_values(LABELS, [[BIRD] * len(some) for some in labels])
    give_index(own_scenes, "objects")
    app.dataset = own_scenes
    app.open(PANEL)
    app.cy("milvus-query").fill(HEBREW)
    app.shot("search-right-to-left-typed")
    assert direction(app.cy("milvus-query")) == "rtl"
    app.results_after(lambda: app.cy("milvus-query").press("Enter"))
    assert direction(app.cy("milvus-chip").get_by_text(HEBREW)) == "rtl"
    match = app.cy("milvus-result").first
    assert direction(match.get_by_text(BIRD)) == "rtl"
    assert direction(match.locator('[data-cy="milvus-result-score"]')) == "ltr"
    app.shot("search-right-to-left")


def direction(text) -> str:
    return text.evaluate("(e) => getComputedStyle(e).direction")
