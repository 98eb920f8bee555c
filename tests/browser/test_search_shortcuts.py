"""Earlier searches, suggestions, the address and the keys of the Search tab."""

from __future__ import annotations

import re

import pytest
from fiftyone.brain.similarity import Similarity
from playwright.sync_api import expect

from fiftyone_milvus.searches.query import Term
from harness.app import App, Window
from harness.search_tab import (
    PANEL,
    chips,
    choose,
    found_by,
    open_panel,
    ranked,
    search_text,
    set_option,
    set_reverse,
    start_over,
    text_vector,
)

ADDRESSED = re.compile("milvus_search=")


@pytest.fixture
def panel(app, indexes):
    return open_panel(app)


def test_the_history_and_a_saved_search_restore_everything(panel, indexes):
    choose(panel, "objects")
    set_reverse(panel)
    set_option(panel, "k", "7")
    first = search_text(panel, "vehicle")
    panel.cy("milvus-save_search").click()
    panel.cy("milvus-name").fill("no vehicles")
    panel.cy("milvus-name").press("Enter")
    expect(panel.cy("milvus-name")).to_have_count(0)

    start_over(panel)
    choose(panel, "images")
    search_text(panel, "flower")
    panel.cy("milvus-history").click()
    expect(panel.cy("milvus-saved").first).to_contain_text("no vehicles")
    expect(panel.cy("milvus-past").first).to_contain_text("flower")
    panel.shot("search-history")
    again = panel.results_after(panel.cy("milvus-past").nth(1).click)
    assert again == first
    expect(panel.cy("milvus-index-select")).to_have_value("objects")
    expect(chips(panel)).to_have_count(1)
    expect(chips(panel)).to_contain_text("vehicle")
    set_to = panel.cy("milvus-set-option")
    expect(set_to).to_have_text(["Least similar first", "Results: 7"])

    panel.cy("milvus-history").click()
    panel.cy("milvus-saved-delete").click()
    expect(panel.cy("milvus-saved")).to_have_count(0)
    panel.cy("milvus-find-search").fill("FLOW")
    past = panel.cy("milvus-past")
    expect(past.filter(has_text="vehicle")).to_have_count(0)
    expect(past.first).to_contain_text("flower")
    panel.cy("milvus-past-pin").first.click()
    expect(panel.cy("milvus-saved")).to_have_text(re.compile("flower"))
    count = past.count()
    panel.cy("milvus-past-delete").first.click()
    expect(past).to_have_count(count - 1)
    panel.shot("search-history-found")
    panel.cy("milvus-find-search").fill("")
    panel.cy("milvus-saved-delete").click()
    expect(panel.cy("milvus-saved")).to_have_count(0)
    panel.cy("milvus-forget").click()
    expect(panel.cy("milvus-no-history")).to_be_visible()


def test_classes_and_earlier_searches_are_suggested(panel, indexes):
    choose(panel, "images")
    examples = panel.cy("milvus-example")
    expect(examples).to_have_count(3)
    panel.shot("search-examples")
    name = examples.nth(1).inner_text()
    ids = panel.results_after(examples.nth(1).click)
    exact = found_by(indexes["images"], Term(text=name))
    assert ids == exact[: len(ids)]
    start_over(panel)

    box, option = panel.cy("milvus-query"), panel.page.get_by_role("option")
    panel.cy("milvus-history").focus()
    panel.after_answer("suggestions", box.focus)
    box.press_sequentially(name[:-1])
    named = option.filter(has=panel.page.get_by_text(name, exact=True))
    expect(named).to_have_count(2)
    expect(named.last).to_contain_text("class")
    panel.shot("search-suggestions")
    box.press("Escape")
    expect(panel.cy("milvus-suggestions")).to_have_count(0)
    expect(box).to_have_value(name[:-1])
    box.press("ArrowDown")
    expect(named.first).to_contain_text("recent")
    assert panel.results_after(named.first.click) == ids
    expect(chips(panel)).to_have_count(1)
    expect(chips(panel)).to_contain_text(name)


def shows_seven_birds(app, ids: list[str], address: str) -> None:
    """Checks that the panel, the grid and the address have the search for a bird."""
    expect(app.cy("milvus-result")).to_have_count(7)
    expect(app.cy("milvus-result").first).to_have_attribute("data-id", ids[0])
    expect(app.cy("milvus-index-select")).to_have_value("objects")
    expect(chips(app)).to_have_count(1)
    expect(chips(app)).to_contain_text("bird")
    expect(app.cy("milvus-set-option")).to_have_text("Results: 7")
    expect(app.cy("entry-counts")).to_have_text("7 patches")
    expect(app.cy("milvus-elsewhere")).to_have_count(0)
    expect(app.page).to_have_url(address)


def search_seven_birds(panel) -> tuple[list[str], str]:
    """Searches for a bird; the ids that were found and the address then."""
    choose(panel, "objects")
    set_option(panel, "k", "7")
    panel.page.keyboard.press("Escape")
    ids = search_text(panel, "bird")
    expect(panel.cy("milvus-result")).to_have_count(7)
    expect(panel.page).to_have_url(ADDRESSED)
    return ids, panel.page.url


def test_the_address_brings_a_search_back_and_opens_the_panel(panel, indexes):
    ids, address = search_seven_birds(panel)
    panel.page.reload()
    shows_seven_birds(panel, ids, address)
    # and where the grid shows something else, and the panel is closed
    start_over(panel)
    expect(panel.page).not_to_have_url(ADDRESSED)
    panel.cy(f"panel-tab-{PANEL}").click(button="middle")
    expect(panel.cy("milvus-panel")).to_have_count(0)
    panel.page.goto(address)
    shows_seven_birds(panel, ids, address)


def test_another_window_shows_the_search_and_leaves_the_first_as_it_is(panel, indexes):
    ids, address = search_seven_birds(panel)
    assert panel.page.context.browser is not None
    other = Window(panel.page.context.browser)
    try:
        second = App(other.page, panel.url, panel.dataset)
        second.page.goto(address)
        shows_seven_birds(second, ids, address)
        panel.settle()
        shows_seven_birds(panel, ids, address)
        assert second.errors == []
    finally:
        other.close()


def test_back_and_forward_bring_searches_and_their_results_back(panel, indexes):
    choose(panel, "images")
    set_option(panel, "k", "3")
    panel.page.keyboard.press("Escape")
    birds, _ = ranked(indexes["images"], text_vector("bird"))

    def shows(count: int, terms: int) -> None:
        expect(panel.cy("milvus-result")).to_have_count(count)
        expect(chips(panel)).to_have_count(terms)
        expect(panel.cy("entry-counts")).to_have_text(f"{count or 60} samples")
        expect(panel.cy("milvus-elsewhere")).to_have_count(0)
        if count:  # it is in the address once the grid shows it
            expect(panel.page).to_have_url(re.compile(f"milvus_results={count}$"))
        if terms == 1:
            first = panel.cy("milvus-result").first
            expect(first).to_have_attribute("data-id", birds[0])

    search_text(panel, "bird")
    shows(3, 1)
    panel.results_after(panel.cy("milvus-show-more").click)
    shows(6, 1)
    search_text(panel, "flower")
    shows(3, 2)
    for count, terms in ((6, 1), (3, 1)):
        panel.page.go_back()
        shows(count, terms)
    panel.page.go_back()
    shows(0, 0)
    expect(panel.page).not_to_have_url(ADDRESSED)
    for count, terms in ((3, 1), (6, 1), (3, 2)):
        panel.page.go_forward()
        shows(count, terms)
    # also after a reload, when nothing is remembered
    panel.page.reload()
    shows(3, 2)
    panel.page.go_back()
    shows(6, 1)


def test_a_result_that_was_opened_leaves_the_search_in_the_address(panel, indexes):
    ids, address = search_seven_birds(panel)
    panel.cy("milvus-result").first.click()
    expect(panel.cy("modal")).to_be_visible()
    expect(panel.page).to_have_url(re.compile("(?=.*[?&]id=).*milvus_search="))
    panel.page.keyboard.press("Escape")
    expect(panel.cy("modal")).to_have_count(0)
    shows_seven_birds(panel, ids, address)


def test_one_request_for_each_action_and_none_for_typing(panel, indexes):
    choose(panel, "images")
    query = panel.cy("milvus-query")
    panel.quiet()
    assert panel.asked(lambda: query.press_sequentially("bird")) == []
    both = ["search", "score_background"]
    assert panel.asked(lambda: query.press("Enter"), both[-1]) == both
    expect(panel.cy("milvus-result").first).to_be_visible(timeout=60_000)
    # there and back again is no change
    assert panel.asked(panel.cy("milvus-chip-sign").dblclick) == []
    weight = panel.cy("milvus-chip-weight")
    assert panel.asked(lambda: weight.select_option("2"), both[-1]) == both
    more = panel.cy("milvus-more-like").nth(3)
    assert panel.asked(lambda: panel.results_after(more.click), both[-1]) == both
    panel.quiet()
    assert panel.asked(lambda: panel.select(0)) == []
    assert panel.asked(lambda: panel.page.keyboard.press("Escape")) == []
    history = panel.cy("milvus-history")
    assert panel.asked(history.click, "search_history") == ["search_history"]


def test_everything_is_done_by_the_keyboard(panel, indexes):
    choose(panel, "images")
    page = panel.page
    panel.cy("milvus-tab-search").focus()
    page.keyboard.press("Tab")
    expect(panel.cy("milvus-query")).to_be_focused()
    page.keyboard.type("bird")

    ids = panel.results_after(lambda: page.keyboard.press("Enter"))
    expect(panel.cy("milvus-result").first).to_be_visible()
    panel.cy("milvus-cut").focus()
    page.keyboard.press("Tab")
    expect(panel.cy("milvus-result").first).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    third = panel.cy("milvus-result").nth(2)
    expect(third).to_be_focused()
    expect(third).to_have_attribute("data-id", ids[2])
    panel.shot("search-keyboard")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(panel.cy("selection-count-container")).to_have_text("1")
    panel.cy("milvus-history").focus()
    page.keyboard.press("Enter")
    expect(panel.cy("milvus-past").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel.cy("milvus-past")).to_have_count(0)


def test_keys_go_to_the_box_select_results_and_search_with_them(panel, indexes):
    choose(panel, "images")
    search_text(panel, "bird")
    keyboard = panel.page.keyboard
    second = panel.cy("milvus-result").nth(1)
    id_ = second.get_attribute("data-id")
    panel.cy("milvus-result").first.focus()
    keyboard.press("ArrowRight")
    expect(second).to_be_focused()
    keyboard.press("x")
    expect(panel.cy("selection-count-container")).to_have_text("1")
    keyboard.press("x")
    expect(panel.cy("selection-count-container")).to_have_count(0)
    shown = panel.results_after(lambda: keyboard.press("-"))
    terms = Term(text="bird"), Term(id=id_, negative=True)
    assert shown == found_by(indexes["images"], *terms)[: len(shown)]
    expect(chips(panel)).to_have_count(2)
    panel.cy("milvus-history").focus()
    keyboard.press("/")
    expect(panel.cy("milvus-query")).to_be_focused()
    expect(panel.cy("milvus-query")).to_have_value("")


def test_the_index_in_use_is_remembered_and_another_does_not_replace_it(
    app, indexes, own_scenes
):
    app.dataset = own_scenes
    app.open(PANEL)
    in_use, coverage = app.cy("milvus-index-select"), app.cy("milvus-coverage")
    expect(coverage).to_have_text("60 samples")
    expect(in_use).to_have_value("images")
    config = own_scenes.get_brain_info("images").config.build()
    Similarity.register_run(config, own_scenes, "a_newer_one", overwrite=False)
    app.load(PANEL)
    expect(coverage).to_have_text("60 samples")
    expect(in_use).to_have_value("images")
    expect(in_use.locator("option")).to_have_count(3)
    choose(app, "objects")
    app.load(PANEL)
    expect(coverage).to_contain_text("patches")
    expect(in_use).to_have_value("objects")
    own_scenes.delete_brain_run("a_newer_one")
