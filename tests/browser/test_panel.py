"""The panel in the real App: what a person does, and what is there afterwards."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from fiftyone_milvus.backend import runs
from fiftyone_milvus.errors import Cancelled
from fiftyone_milvus.indexes import build
from fiftyone_milvus.store import client, settings

PANEL = "milvus_panel"
MODEL = "conse-lite0-minilm-offline"


@pytest.fixture
def panel(app):
    app.open(PANEL)
    # the first one to ask starts it
    status = app.cy("milvus-server")
    expect(status).to_contain_text("Embedded Milvus", timeout=30_000)
    return app


def choose_model(app) -> None:
    app.cy("milvus-model").fill(MODEL[:8])
    app.page.get_by_role("option", name=MODEL).click()
    expect(app.cy("milvus-model")).to_have_value(MODEL)


def test_a_person_builds_an_index_and_cleans_it_up(panel, scenes):
    panel.open_tab("indexes")
    panel.cy("milvus-new-index").click()
    panel.cy("milvus-brain-key").fill("1 bad key")
    expect(panel.cy("milvus-build")).to_be_disabled()
    panel.cy("milvus-brain-key").fill("by_hand")
    choose_model(panel)
    panel.shot("new-index")
    panel.cy("milvus-build").click()

    expect(panel.cy("milvus-progress-bar")).to_be_visible(timeout=30_000)
    panel.shot("progress")
    card = panel.cy("milvus-index-by_hand")
    expect(card).to_be_visible(timeout=60_000)
    expect(card.locator('[data-cy="milvus-size"]')).to_have_text("60 vectors")
    job = panel.cy("milvus-job").filter(has_text="by_hand")
    expect(job).to_have_attribute("data-state", "done")

    scenes.reload()
    index = runs.load(scenes, "by_hand")
    assert index.total_index_size == 60
    assert index.rows.collection.owner().brain_key == "by_hand"
    name = index.config.collection_name

    panel.cy("milvus-actions-by_hand").click()
    panel.cy("milvus-cleanup-by_hand").click()
    expect(panel.cy("milvus-confirm")).to_contain_text(f"'{name}' with its 60 vectors")
    panel.shot("clean-up")
    panel.cy("milvus-confirm-button").click()
    expect(card).to_have_count(0)
    scenes.reload()
    assert "by_hand" not in scenes.list_brain_runs()
    milvus = client.connect(settings.resolve()).client
    assert name not in milvus.list_collections()


def test_the_operator_browser_builds_with_progress(panel, indexes, scenes):
    page = panel.page
    panel.open_tab("indexes")
    page.keyboard.press("`")
    page.get_by_text("Milvus: Compute index").click()
    form = page.get_by_role("dialog")
    form.get_by_text("Brain key").wait_for()
    expect(form.get_by_text("Entire dataset")).to_be_visible()
    execute = page.get_by_role("button", name="Execute").first
    expect(execute).to_be_enabled()
    panel.shot("operator")
    execute.click()
    expect(page.get_by_text("of 60 samples")).to_be_visible(timeout=30_000)
    done = page.get_by_text(re.compile("^Indexed 60 vectors"))
    expect(done).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Done").click()
    expect(panel.cy("milvus-index-milvus")).to_be_visible()
    scenes.reload()
    assert runs.load(scenes, "milvus").total_index_size == 60
    runs.cleanup(scenes, "milvus")


def test_an_unfinished_index_is_finished_with_one_click(app, scenes, offline_models):
    done: list[int] = []
    with pytest.raises(Cancelled):
        build.build(
            scenes,
            "stopped",
            build.Source(model=MODEL),
            progress=lambda now: done.append(now.done),
            cancelled=lambda: done[-1] > 20,
        )
    try:
        app.open(PANEL)
        app.open_tab("indexes")
        card = app.cy("milvus-index-stopped")
        expect(card).to_contain_text("unfinished")
        size = runs.load(scenes, "stopped").total_index_size
        assert 0 < size < 60
        expect(card.locator('[data-cy="milvus-size"]')).to_have_text(f"{size} vectors")
        app.shot("unfinished")
        app.cy("milvus-sync-stopped").click()
        whole = card.locator('[data-cy="milvus-size"]')
        expect(whole).to_have_text("60 vectors", timeout=60_000)
        expect(card).not_to_contain_text("unfinished")
        expect(app.cy("milvus-sync-stopped")).to_have_text("Sync")
        job = app.cy("milvus-job").filter(has_text=f"Sync embedded {60 - size}")
        expect(job).to_have_attribute("data-state", "done")
    finally:
        runs.cleanup(scenes, "stopped")
