"""The results of a search in the real App: their tiles, their scores and the sample
that is opened."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from fiftyone_milvus.searches.query import Query
from harness import axe, screen
from harness.search_tab import (
    PANEL,
    choose,
    open_panel,
    ranked,
    search_text,
    set_option,
    text_vector,
)
from harness.searching import search_index
from harness.waiting import wait_until


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
    exact = search_index(indexes["images"], Query.of(ids=[ids[0]]), 60)
    axis = panel.cy("milvus-score-axis").locator("span")
    expect(axis.first).to_have_text(f"{exact.scores[-1]:.3f}")
    expect(axis.last).to_have_text(f"{exact.scores[1]:.3f}")
    panel.cy("milvus-histogram").locator(".milvus-bars").hover()
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
        found = search_index(indexes["images"], Query.of(text="bird"), 25)
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


def test_the_modal_says_which_result_is_open_and_finds_similar_ones(
    panel, indexes, scenes
):
    choose(panel, "images")
    ids = search_text(panel, "bird")
    found = search_index(indexes["images"], Query.of(text="bird"), 25)
    panel.cy("milvus-result").nth(1).click()
    modal = panel.cy("modal")
    tab = modal.locator(f'[data-cy="panel-tab-{PANEL}"]')
    tab.click()
    rank, why = panel.cy("milvus-opened-rank"), panel.cy("milvus-why")
    expect(rank).to_have_text("Result 2 of 25")
    expect(why).to_contain_text(f"{found.scores[1]:.3f}")
    modal.get_by_text("Sample", exact=True).click()
    panel.cy("nav-right-button").click()
    tab.click()
    expect(rank).to_have_text("Result 3 of 25")
    expect(why).to_contain_text(f"{found.scores[2]:.3f}")
    panel.shot("search-opened")
    violations = axe.violations(panel.page, '[data-cy="milvus-opened"]')
    shown = panel.results_after(panel.cy("milvus-find-similar").click)
    expect(modal).to_have_count(0)
    assert shown[0] == ids[2] and violations == []
    expect(panel.cy("milvus-chip")).to_have_count(1)
    expect(panel.cy("milvus-result").first).to_have_attribute("data-id", ids[2])

    # what is opened in the grid and was not found, too
    panel.view_after(lambda: panel.op("clear_all_stages"))
    near = search_index(indexes["images"], Query.of(ids=[ids[2]]), 25).ids
    panel.op("open_sample", id=scenes.exclude(near).first().id)
    expect(modal).to_be_visible()
    tab.click()
    expect(rank).to_have_text("Not among the 25 results")
    panel.op("close_sample")
    expect(modal).to_have_count(0)


def test_results_are_beside_those_of_an_earlier_search_and_of_another_index(
    panel, indexes
):
    choose(panel, "images")
    for text in ("bird", "flower"):
        if panel.cy("milvus-result-line").count():
            panel.view_after(panel.cy("milvus-clear").click)
        search_text(panel, text)
    before, now = (
        search_index(indexes["images"], Query.of(text=text), 25).ids
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


def test_at_150_percent_a_row_of_results_is_in_sight(panel, indexes):
    choose(panel, "images")
    panel.page.set_viewport_size(screen.ZOOMED)
    search_text(panel, "bird")
    for theme in screen.THEMES:
        panel.theme(theme)
        expect(panel.cy("milvus-result").first).to_be_visible()
        panel.settle()
        panel.shot(f"search-zoom-{theme}")
        assert axe.violations(panel.page, '[data-cy="milvus-panel"]') == [], theme
        assert screen.sideways(panel) == [], theme
        tiles = [tile.bounding_box() for tile in panel.cy("milvus-result").all()]
        bottoms = [box["y"] + box["height"] for box in tiles]
        assert min(bottoms) <= screen.ZOOMED["height"], theme


def test_without_a_result_it_says_why_and_the_grid_comes_back(panel, indexes, scenes):
    choose(panel, "images")
    set_option(panel, "min_score", "0.99")
    assert search_text(panel, "bird") == []
    why = panel.cy("milvus-no-results")
    _, scores = ranked(indexes["images"], text_vector("bird"))
    expect(why).to_contain_text(f"the first result has {scores[0]:.3f}")
    expect(panel.cy("entry-counts")).to_have_text("0 samples")
    assert panel.view_after(panel.cy("milvus-clear").click)[:3] == (
        scenes.limit(3).values("id")
    )
    expect(panel.cy("entry-counts")).to_have_text("60 samples")

    # another index, or a new window, can clear what was found, too
    search_text(panel, "bird")
    choose(panel, "objects")
    expect(panel.cy("milvus-other-results")).to_be_visible()
    panel.view_after(panel.cy("milvus-clear").click)
    expect(panel.cy("entry-counts")).to_have_text("60 samples")


def test_the_handle_of_the_histogram_cuts_the_grid(panel, indexes):
    choose(panel, "images")
    ids = search_text(panel, "musical instrument")
    handle = panel.cy("milvus-cut")
    handle.focus()
    cut = ["ArrowRight"] * 15

    def press() -> None:
        for key in cut:
            panel.page.keyboard.press(key)

    # one each time that the handle rests: a slow machine may press with pauses
    asked = panel.asked(press, "keep_results")
    assert set(asked) == {"keep_results"} and len(asked) < len(cut)
    line = panel.cy("milvus-cut-line")
    kept = int(re.search(r": (\d+) of 25", line.inner_text())[1])  # type: ignore[index]
    assert 0 < kept < 25
    expect(panel.cy("entry-counts")).to_have_text(
        f"{kept} sample{'' if kept == 1 else 's'}"
    )
    expect(panel.cy("milvus-result")).to_have_count(kept)
    expect(panel.cy("milvus-result").first).to_have_attribute("data-id", ids[0])
    panel.shot("search-cut")


def test_a_click_opens_and_a_tick_selects(panel, indexes):
    choose(panel, "images")
    search_text(panel, "bird")
    panel.cy("milvus-tick").nth(1).click()
    expect(panel.cy("selection-count-container")).to_have_text("1")
    panel.cy("milvus-result").first.click()
    expect(panel.cy("modal")).to_be_visible()
    panel.page.keyboard.press("Escape")


def test_matches_are_tagged_and_saved_as_a_view(panel, indexes, scenes):
    choose(panel, "images")
    set_option(panel, "k", "5")
    ids = search_text(panel, "bird")
    try:
        panel.cy("milvus-tag").click()
        panel.cy("milvus-name").fill("has a bird")
        panel.shot("search-tag")
        panel.cy("milvus-name").press("Enter")
        expect(panel.page.get_by_text("Tagged 'has a bird': 5 of 5")).to_be_visible()
        scenes.reload()
        assert set(scenes.match_tags("has a bird").values("id")) == set(ids)

        panel.cy("milvus-save_view").click()
        panel.cy("milvus-name").fill("birds first")
        panel.cy("milvus-name").press("Enter")
        expect(panel.page.get_by_text("Saved the view 'birds first'")).to_be_visible()
        scenes.reload()
        assert scenes.load_saved_view("birds first").values("id") == ids
    finally:
        scenes.untag_samples("has a bird")
        if "birds first" in scenes.list_saved_views():
            scenes.delete_saved_view("birds first")


def test_two_rows_of_results_are_in_sight(panel, indexes):
    choose(panel, "images")
    panel.page.set_viewport_size({"width": 1400, "height": 757})
    search_text(panel, "bird")
    for theme in screen.THEMES:
        panel.theme(theme)
        expect(panel.cy("milvus-result").first).to_be_visible()
        panel.settle()
        panel.shot(f"search-rows-{theme}")
        tiles = [tile.bounding_box() for tile in panel.cy("milvus-result").all()]
        seen = [box["y"] for box in tiles if box["y"] + box["height"] <= 757]
        assert len({round(top) for top in seen}) >= 2, theme


def test_the_results_are_a_layer_of_their_own(panel, indexes):
    """Else the browser compares what changes in them with each image in the grid, and
    scrolling takes twice as long."""
    choose(panel, "images")
    search_text(panel, "bird")
    expect(panel.cy("milvus-results")).to_be_visible()
    wait_until(lambda: panel.has_layer("milvus-results"))
    assert not panel.has_layer("milvus-composer")


def test_show_more_lists_as_many_again_and_the_grid_follows(panel, indexes):
    choose(panel, "images")
    set_option(panel, "k", "3")
    search_text(panel, "bird")
    exact, _ = ranked(indexes["images"], text_vector("bird"))
    more = panel.cy("milvus-show-more")
    expect(more).to_have_text("Show 3 more")
    assert panel.results_after(more.click) == exact[:6]
    expect(panel.cy("entry-counts")).to_have_text("6 samples")
    expect(panel.cy("milvus-result-line")).to_contain_text("6 of 60")
    expect(panel.cy("milvus-outdated")).to_have_count(0)
    expect(more).to_have_text("Show 6 more")
    expect(more).to_be_focused()


SCROLLED = "element => element.scrollTop"


def test_the_end_of_the_list_shows_more_once_each_time_that_it_is_reached(
    panel, indexes
):
    choose(panel, "images")
    set_option(panel, "k", "20")  # more than are in sight
    panel.page.keyboard.press("Escape")
    search_text(panel, "bird")
    exact, _ = ranked(indexes["images"], text_vector("bird"))
    result, counts = panel.cy("milvus-result"), panel.cy("entry-counts")
    expect(counts).to_have_text("20 samples")
    panel.quiet()

    def scroll(count: int) -> None:
        result.first.hover()
        panel.page.mouse.wheel(0, 5_000)
        expect(counts).to_have_text(f"{count} samples")

    assert panel.asked(lambda: scroll(40)).count("more_results") == 1
    assert panel.asked(lambda: scroll(60)).count("more_results") == 1
    expect(panel.cy("milvus-outdated")).to_have_count(0)
    expect(panel.cy("milvus-show-more")).to_have_count(0)
    assert "more_results" not in panel.asked(lambda: scroll(60))
    last = panel.page.locator('[data-position="59"]')
    expect(last).to_have_attribute("data-id", exact[59])


def test_the_keys_go_on_into_the_results_that_follow(panel, indexes):
    choose(panel, "images")
    set_option(panel, "k", "20")  # more than are in sight
    panel.page.keyboard.press("Escape")
    ids = search_text(panel, "bird")
    exact, _ = ranked(indexes["images"], text_vector("bird"))
    panel.cy("milvus-result").first.focus()
    last, after = (panel.page.locator(f'[data-position="{n}"]') for n in (19, 20))
    more = panel.results_after(lambda: panel.page.keyboard.press("End"))
    expect(after).to_have_attribute("data-id", exact[20])
    expect(last).to_be_focused()
    assert more[: len(ids)] == ids == exact[: len(ids)]
    before = panel.cy("milvus-panel").evaluate(SCROLLED)
    panel.settle()
    assert panel.cy("milvus-panel").evaluate(SCROLLED) == before > 0
    panel.page.keyboard.press("ArrowRight")
    expect(after).to_be_focused()


def test_a_filter_in_the_sidebar_is_followed_and_is_no_part_of_the_view_from_before(
    panel, indexes, scenes
):
    choose(panel, "images")
    ids = search_text(panel, "bird")
    some = [ids[i] for i in (1, 4, 9)]
    scenes.select(some).tag_samples("odd")
    try:
        panel.load(PANEL)  # so that the App learns of the tag
        choose(panel, "images")
        search_text(panel, "bird")
        panel.cy("sidebar-field-arrow-enabled-tags").click()
        panel.cy("checkbox-odd").click()
        in_grid = panel.cy("milvus-in-grid")
        expect(in_grid).to_have_text("3 of 25 shown; filtered in the sidebar")
        expect(panel.cy("entry-counts")).to_have_text("3 of 25 samples")
        shown = panel.cy("milvus-result")
        expect(shown).to_have_count(3)
        assert [one.get_attribute("data-id") for one in shown.all()] == some
        panel.shot("search-filtered")
        panel.cy("milvus-tag").click()
        panel.cy("milvus-name").fill("seen")
        panel.cy("milvus-name").press("Enter")
        expect(panel.page.get_by_text("Tagged 'seen': 3 of 3")).to_be_visible()
        assert set(scenes.match_tags("seen").values("id")) == set(some)
        panel.view_after(panel.cy("milvus-clear").click)
        expect(panel.cy("btn-view-stage-delete")).to_have_count(0)
        expect(panel.cy("entry-counts")).to_have_text("60 samples")
    finally:
        scenes.untag_samples(["odd", "seen"])


def test_t_gives_the_last_tag_and_the_undo_removes_it(panel, indexes, scenes):
    choose(panel, "images")
    ids = search_text(panel, "bird")
    keyboard = panel.page.keyboard
    try:
        panel.cy("milvus-result").first.focus()
        keyboard.press("?")
        expect(panel.cy("milvus-key-list")).to_contain_text("tag it, with the last tag")
        panel.shot("search-keys")
        keyboard.press("?")
        expect(panel.cy("milvus-key-list")).to_have_count(0)
        panel.cy("milvus-result").first.focus()
        keyboard.press("t")
        panel.cy("milvus-name").fill("has a bird")
        keyboard.press("Enter")
        tags = panel.cy("milvus-result-tags")
        expect(tags.first).to_have_text("has a bird")
        panel.cy("milvus-undo-tag").click()
        expect(tags).to_have_count(0)
        assert scenes.match_tags("has a bird").count() == 0
        panel.cy("milvus-result").nth(2).focus()
        panel.after_answer("tag_results", lambda: keyboard.press("t"))
        expect(tags).to_have_count(1)
        assert scenes.match_tags("has a bird").values("id") == [ids[2]]
        panel.cy("milvus-tag").click()
        panel.cy("milvus-name").fill("has")
        expect(panel.page.get_by_role("option", name="has a bird")).to_be_visible()
        keyboard.press("Escape")
    finally:
        scenes.untag_samples("has a bird")


def test_what_can_be_done_with_a_result_shows_where_the_pointer_or_the_keyboard_is(
    panel, indexes
):
    choose(panel, "images")
    search_text(panel, "bird")
    more = panel.cy("milvus-more-like").nth(1)
    expect(more.locator("..")).to_have_css("opacity", "0")
    panel.cy("milvus-result").nth(1).hover()
    expect(more.locator("..")).to_have_css("opacity", "1")
    panel.cy("milvus-query").hover()
    expect(more.locator("..")).to_have_css("opacity", "0")
    panel.cy("milvus-result").first.focus()
    panel.page.keyboard.press("ArrowRight")
    expect(more.locator("..")).to_have_css("opacity", "1")
