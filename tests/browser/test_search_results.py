"""The results of a search in the real App: their tiles, their scores and the sample
that is opened."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from fiftyone_milvus.searches import search
from fiftyone_milvus.searches.query import Query
from harness import axe, screen
from harness.search_tab import PANEL, choose, open_panel, search_text, set_option


@pytest.fixture
def panel(app, indexes):
    return open_panel(app)


def widths(panel) -> set[int]:
    boxes = [tile.bounding_box() for tile in panel.cy("milvus-result").all()]
    return {round(box["width"]) for box in boxes}


def test_a_tile_shows_the_field_and_has_the_size_that_were_chosen(
    panel, indexes, scenes
):
    choose(panel, "images")
    ids = search_text(panel, "bird")
    caption = panel.cy("milvus-result-caption")
    expect(caption.first).to_have_text(f"1 {scenes[ids[0]].filename}")
    panel.cy("milvus-view-options").click()
    panel.cy("milvus-caption").select_option("theme")
    for number, id_ in enumerate(ids[:3]):
        expect(caption.nth(number)).to_have_text(f"{number + 1} {scenes[id_].theme}")
    before = max(widths(panel))
    panel.cy("milvus-tile-size").focus()
    for _ in range(12):
        panel.page.keyboard.press("ArrowRight")
    expect(panel.cy("milvus-tile-size")).to_have_attribute(
        "aria-valuetext", "at least 200 pixels"
    )
    panel.settle()
    assert min(widths(panel)) >= 200 > before
    panel.shot("search-view")
    assert axe.violations(panel.page, '[data-cy="milvus-panel"]') == []

    panel.load(PANEL)
    choose(panel, "images")
    search_text(panel, "fish")
    expect(caption.first).to_have_text(re.compile(r"^1 \w"))
    expect(caption.first).not_to_have_text(re.compile(r"\.\w+$"))
    panel.settle()
    assert min(widths(panel)) >= 200
    panel.page.evaluate("localStorage.clear()")


def test_the_query_is_marked_and_the_whole_index_is_behind_the_scores(
    panel, indexes, scenes
):
    choose(panel, "images")
    panel.page.evaluate("localStorage.clear()")
    panel.select(3)
    ids = panel.results_after(panel.cy("milvus-use-selected").click)
    assert ids[0] == scenes.skip(3).first().id
    expect(panel.cy("milvus-result-is-query")).to_have_count(1)
    first = panel.cy("milvus-result").first
    expect(first).to_have_text(re.compile("^query"))
    behind = panel.page.locator("[data-behind]")
    expect(behind.first).to_be_attached()
    # from the worst of the whole index to the best that isn't the query
    exact = search.search(indexes["images"], Query.of(ids=[ids[0]]), 60)
    axis = panel.cy("milvus-score-axis").locator("span")
    expect(axis.first).to_have_text(f"{exact.scores[-1]:.3f}")
    expect(axis.last).to_have_text(f"{exact.scores[1]:.3f}")
    panel.cy("milvus-histogram").hover()
    panel.shot("search-scores")
    panel.theme("light")
    panel.shot("search-scores-light")
    panel.theme("dark")


def test_a_result_opens_and_the_next_in_rank_order_follows(panel, indexes, scenes):
    choose(panel, "images")
    set_option(panel, "score_field", "near")
    panel.page.keyboard.press("Escape")
    try:
        ids = search_text(panel, "bird")
        expect(panel.cy("milvus-set-option")).to_have_text("Score field: near")
        found = search.search(indexes["images"], Query.of(text="bird"), 25)
        assert ids == found.ids[: len(ids)]
        # the scores are on the grid's tiles
        expect(panel.looker(0)).to_contain_text(f"{found.scores[0]:.3f}"[:4])
        panel.shot("search-score-field")
        panel.cy("milvus-result").first.click()
        modal = panel.cy("modal")
        expect(modal).to_be_visible()
        for id_, button in ((ids[0], "next"), (ids[1], "next"), (ids[2], "previous")):
            name = scenes[id_].filename
            expect(modal.get_by_text(name).first).to_be_visible()
            panel.cy(f"nav-{'right' if button == 'next' else 'left'}-button").click()
        expect(modal.get_by_text(scenes[ids[1]].filename).first).to_be_visible()
        panel.shot("search-modal")
    finally:
        panel.op("close_sample")
        expect(panel.cy("modal")).to_have_count(0)
        scenes.delete_sample_field("near", error_level=2)


def test_results_are_beside_those_of_an_earlier_search_and_of_another_index(
    panel, indexes
):
    choose(panel, "images")
    for text in ("bird", "flower"):
        if panel.cy("milvus-result-line").count():
            panel.view_after(panel.cy("milvus-clear").click)
        search_text(panel, text)
    before, now = (
        search.search(indexes["images"], Query.of(text=text), 25).ids
        for text in ("bird", "flower")
    )
    panel.cy("milvus-compare").click()
    panel.cy("milvus-compare-search").first.click()
    overlap = len(set(now) & set(before)) / len(now)
    expect(panel.cy("milvus-overlap")).to_have_text(
        f"Compared with bird: {overlap:.0%} are in both".replace("%", " %")
    )
    columns = panel.cy("milvus-comparison").locator("ol")
    for column, ids, other in ((0, now, before), (1, before, now)):
        rows = columns.nth(column).locator('[data-cy="milvus-compared"]')
        expect(rows.first).to_have_attribute("data-id", ids[0])
        shown = [row.get_attribute("data-id") for row in rows.all()]
        assert shown == ids
        missing = ["gone", "new"][column]
        notes = rows.locator('[data-cy="milvus-moved"]').all_inner_texts()
        for id_, note in zip(ids, notes, strict=True):
            assert (note == missing) is (id_ not in other)
    panel.shot("search-compare")
    found = axe.violations(panel.page, '[data-cy="milvus-panel"]')
    panel.widen_panel(PANEL, 320)
    panel.shot("search-compare-320")
    assert found == [] and screen.sideways(panel) == []
    panel.cy("milvus-close-comparison").click()
    expect(panel.cy("milvus-result").first).to_have_attribute("data-id", now[0])

    panel.cy("milvus-compare").click()
    panel.cy("milvus-compare-index").click()
    expect(panel.cy("milvus-overlap")).to_contain_text("Compared with objects")
    expect(panel.cy("entry-counts")).to_have_text("25 samples")


SMALL = {"width": 933, "height": 505}  # 1400 x 757 at 150 %


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_at_150_percent_a_row_of_results_is_in_sight(panel, indexes, theme):
    choose(panel, "images")
    panel.theme(theme)
    panel.page.set_viewport_size(SMALL)
    search_text(panel, "bird")
    expect(panel.cy("milvus-result").first).to_be_visible()
    panel.settle()
    panel.shot(f"search-zoom-{theme}")
    found = axe.violations(panel.page, '[data-cy="milvus-panel"]')
    wide = screen.sideways(panel)
    tiles = [tile.bounding_box() for tile in panel.cy("milvus-result").all()]
    panel.theme("dark")
    assert found == [] and wide == []
    assert any(box["y"] + box["height"] <= SMALL["height"] for box in tiles)
