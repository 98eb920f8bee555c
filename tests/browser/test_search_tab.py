"""The Search tab in the real App: every flow that a person may take."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import fiftyone as fo
import numpy as np
import pytest
from fiftyone.brain.similarity import Similarity
from playwright.sync_api import expect

from fiftyone_milvus.dataset import models
from fiftyone_milvus.searches import search
from fiftyone_milvus.searches.query import Query, Term
from harness import axe, screen
from harness.search_tab import PANEL, choose, open_panel, search_text, set_option

MODEL = "conse-lite0-minilm-offline"
WIDTHS = (320, 480, 900)
WINDOWS = (1400, 800, 320)
PASTE = """([data, name]) => {
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    const files = new DataTransfer();
    files.items.add(new File([bytes], name, { type: "image/png" }));
    const at = document.querySelector('[data-cy="milvus-composer"]');
    const how = { bubbles: true, cancelable: true, clipboardData: files };
    at.dispatchEvent(new ClipboardEvent("paste", how));
}"""


@pytest.fixture
def panel(app, indexes):
    return open_panel(app)


def use_selected(panel, count: int) -> list[str]:
    """Makes what is selected a part of the query; the ids that the grid then shows."""
    button = panel.cy("milvus-use-selected")
    expect(button).to_have_text(f"Use {count} selected")
    return panel.results_after(button.click)


def set_reverse(panel) -> None:
    panel.cy("milvus-more-options").click()
    panel.cy("milvus-reverse").click()


def start_over(panel) -> None:
    """Clears the query, its options, and the results in the grid."""
    if panel.cy("milvus-result-line").count():
        panel.view_after(panel.cy("milvus-clear").click)
    else:
        panel.cy("milvus-clear").click()
    expect(panel.cy("milvus-result-line")).to_have_count(0)


def chips(panel):
    return panel.cy("milvus-chip")


def found_by(index, *terms: Term, k: int = 25, **options) -> list[str]:
    """What the library finds for the same."""
    return search.search(index, Query(terms), k, **options).ids


def ranked(index, query: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Ids and cosine similarities by numpy, the most similar first."""
    vectors, sample_ids, label_ids = index.get_embeddings()
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    scores = unit @ (query / np.linalg.norm(query))
    ids = sample_ids if label_ids is None else label_ids
    order = np.lexsort((ids, -scores))
    return ids[order].tolist(), scores[order]


def text_vector(text: str) -> np.ndarray:
    return np.asarray(models.load(MODEL).embed_prompts([text]))[0]


def test_a_text_sorts_the_grid_and_lists_the_matches(panel, indexes):
    choose(panel, "images")
    set_option(panel, "k", "12")
    ids = search_text(panel, "musical instrument")
    exact, scores = ranked(indexes["images"], text_vector("musical instrument"))
    assert ids == exact[:12]
    expect(panel.cy("entry-counts")).to_have_text("12 samples")
    expect(panel.cy("milvus-result")).to_have_count(12)
    shown = [float(s) for s in panel.cy("milvus-result-score").all_inner_texts()]
    assert shown == pytest.approx(scores[:12], abs=6e-4)
    line = panel.cy("milvus-result-line")
    expect(line).to_have_text(re.compile(r"^12 of 60 in \d+ ms, exact$"))
    panel.shot("search")

    panel.after_grid_change(panel.cy("milvus-clear").click)
    expect(panel.cy("entry-counts")).to_have_text("60 samples")
    expect(panel.cy("milvus-result")).to_have_count(0)
    expect(chips(panel)).to_have_count(0)
    expect(panel.cy("milvus-set-option")).to_have_count(0)
    panel.shot("search-empty")

    assert panel.results_after(panel.cy("milvus-undo").click) == ids
    expect(chips(panel)).to_have_text(re.compile("musical instrument"))
    expect(panel.cy("milvus-set-option")).to_have_text("Results: 12")
    expect(panel.cy("milvus-result")).to_have_count(12)


def test_what_is_selected_is_searched_with_and_alt_is_negative(panel, indexes, scenes):
    choose(panel, "images")
    ids = scenes.values("id")
    panel.select(3)
    panel.select(5, negative=True)
    shown = use_selected(panel, 2)
    wanted = Term(id=ids[3]), Term(id=ids[5], negative=True)
    exact = found_by(indexes["images"], *wanted)
    assert shown == exact[: len(shown)] and len(shown) > 10
    expect(chips(panel)).to_have_count(2)
    expect(chips(panel).nth(1)).to_have_attribute("data-negative", "true")
    expect(panel.cy("milvus-result").first).to_have_attribute("data-id", shown[0])

    # to tick a result is to select it: the next search isn't with it
    panel.cy("milvus-tick").nth(2).click()
    expect(panel.cy("milvus-use-selected")).to_have_text("Use 1 selected")
    panel.shot("search-selection")
    shown = search_text(panel, "bird")
    exact = found_by(indexes["images"], *wanted, Term(text="bird"))
    assert shown == exact[: len(shown)]
    expect(chips(panel)).to_have_count(3)


def test_patches_are_searched_by_text_and_by_patch(panel, indexes):
    choose(panel, "objects")
    set_option(panel, "k", "10")
    ids = search_text(panel, "bird")
    exact, _ = ranked(indexes["objects"], text_vector("bird"))
    assert ids == exact[:10]
    expect(panel.cy("entry-counts")).to_have_text("10 patches")
    labels = panel.cy("milvus-result").all_inner_texts()
    assert sum("bird" in label for label in labels) >= 8
    panel.shot("patches")

    panel.cy("milvus-chip-remove").click()
    panel.select(2)
    again = use_selected(panel, 1)
    assert again == found_by(indexes["objects"], Term(id=ids[2]), k=10)


def test_a_selected_patch_searches_whole_images_by_its_crop(panel, indexes, scenes):
    choose(panel, "objects")
    search_text(panel, "bird")
    choose(panel, "images")
    panel.cy("milvus-chip-remove").click()
    panel.select(0)
    ids = use_selected(panel, 1)
    expect(chips(panel)).to_have_count(1)
    expect(chips(panel).locator("img")).to_be_visible()
    assert set(ids) <= set(scenes.values("id"))


def test_more_and_less_like_a_match_refine_the_search(panel, indexes):
    choose(panel, "objects")
    set_option(panel, "k", "10")
    ids = search_text(panel, "bird")
    more = panel.cy("milvus-more-like").nth(1)
    shown = panel.results_after(more.click)
    text = Term(text="bird")
    assert shown == found_by(indexes["objects"], text, Term(id=ids[1]), k=10)
    expect(panel.cy("milvus-result").nth(2)).to_have_attribute("data-id", shown[2])
    less = panel.results_after(panel.cy("milvus-less-like").nth(2).click)
    terms = text, Term(id=ids[1]), Term(id=shown[2], negative=True)
    assert less == found_by(indexes["objects"], *terms, k=10)
    match = panel.cy("milvus-result").first
    match.hover()
    why = panel.cy("milvus-why")
    expect(why).to_contain_text("+\N{LEFT DOUBLE QUOTATION MARK}bird")
    expect(why).to_contain_text("\N{MINUS SIGN}")
    expect(why.locator("img")).to_have_count(2)
    panel.shot("search-why")


@pytest.mark.parametrize("how", ["choose", "paste", "drop"])
def test_a_image_from_elsewhere_is_searched_with(panel, indexes, scenes, how):
    choose(panel, "images")
    path = Path(scenes.skip(4).first().filepath)
    data = path.read_bytes()

    def give() -> None:
        if how == "choose":
            panel.page.locator("input[type=file]").set_input_files(path)
        elif how == "drop":
            panel.drag([path], panel.cy("milvus-hint"), drop=True)
        else:
            encoded = base64.b64encode(data).decode()
            panel.page.evaluate(PASTE, [encoded, path.name])

    ids = panel.results_after(give)
    assert ids[0] == scenes.skip(4).first().id
    assert ids == found_by(indexes["images"], Term(image=data))[: len(ids)]
    expect(chips(panel).locator("img")).to_be_visible()
    if how == "drop":
        panel.shot("search-image")


def test_a_drag_lights_the_search_box_while_a_file_is_over_the_panel(panel, scenes):
    composer, hint = panel.cy("milvus-composer"), panel.cy("milvus-hint")
    grid, path = panel.cy("fo-grid"), Path(scenes.first().filepath)
    panel.drag([path], composer, hint)
    expect(composer).to_have_css("border-style", "dashed")
    panel.drag([path], grid)
    expect(composer).to_have_css("border-style", "solid")
    # the App is still there
    panel.drag([path], composer, grid, drop=True)
    expect(composer).to_have_css("border-style", "solid")
    for files, words in (
        ([path, path], "Drop one image at a time: these were 2 files."),
        ([Path(__file__)], f"{Path(__file__).name} isn't an image file."),
        ([], "Only image files can be dropped here."),
    ):
        panel.drag(files, hint, drop=True)
        expect(panel.cy("milvus-drop-problem")).to_contain_text(words)
        expect(composer).to_have_css("border-style", "solid")
    expect(chips(panel)).to_have_count(0)


def test_results_follow_each_change_of_the_query_and_its_undo(panel, indexes):
    choose(panel, "objects")
    set_option(panel, "k", "10")
    panel.page.keyboard.press("Escape")
    search_text(panel, "bird")
    search_text(panel, "animal")

    def searched(*terms: Term, k: int = 10) -> list[str]:
        return found_by(indexes["objects"], *terms, k=k)

    bird, animal = Term(text="bird", weight=2.0), Term(text="animal")
    weighted = panel.results_after(
        lambda: panel.cy("milvus-chip-weight").nth(0).select_option("2")
    )
    assert weighted == searched(bird, animal)
    without = Term(text="animal", negative=True)
    ids = panel.results_after(panel.cy("milvus-chip-sign").nth(1).click)
    assert ids == searched(bird, without)
    alone = panel.results_after(panel.cy("milvus-chip-remove").nth(1).click)
    assert alone == searched(bird)
    # one change, one step
    assert panel.results_after(panel.cy("milvus-undo").click) == ids
    expect(chips(panel)).to_have_count(2)
    expect(chips(panel).nth(1)).to_have_attribute("data-negative", "true")
    fewer = panel.results_after(lambda: set_option(panel, "k", "6"))
    assert fewer == searched(bird, without, k=6)
    expect(panel.cy("entry-counts")).to_have_text("6 patches")
    expect(panel.cy("milvus-result")).to_have_count(6)
    line = panel.cy("milvus-result-line")
    expect(line).to_have_text(re.compile(r"^6 of \d+ in \d+ ms, exact$"))


def test_the_least_similar_come_first_when_asked(panel, indexes):
    choose(panel, "images")
    set_reverse(panel)
    ids = search_text(panel, "bird")
    exact, _ = ranked(indexes["images"], text_vector("bird"))
    assert ids == exact[::-1][: len(ids)]


def test_what_is_wrong_with_an_option_is_reported_as_it_is_typed(panel, indexes):
    choose(panel, "images")
    set_option(panel, "k", "20000")
    expect(panel.cy("milvus-k")).to_have_accessible_description(re.compile("10,000"))
    panel.cy("milvus-query").fill("bird")
    expect(panel.cy("milvus-search")).to_be_disabled()
    assert panel.asked(lambda: panel.cy("milvus-query").press("Enter")) == []
    panel.shot("search-options")


def test_matches_are_filtered_by_what_the_index_keeps(panel, indexes, scenes):
    choose(panel, "images")
    theme = scenes.skip(3).first().theme
    set_option(panel, "where-theme", theme)
    expect(panel.cy("milvus-set-option")).to_have_text(f"theme: {theme}")
    ids = search_text(panel, "bird")
    assert set(scenes.select(ids).values("theme")) == {theme}
    of_theme = len(scenes.match(fo.ViewField("theme") == theme))
    k = min(25, of_theme)
    term, where = Term(text="bird"), {"theme": theme}
    panel.cy("milvus-unset-theme").click()
    expect(panel.cy("milvus-set-option")).to_have_count(0)
    assert ids == found_by(indexes["images"], term, k=k, where=where)


def test_a_search_stays_in_the_view_or_among_what_is_selected(panel, indexes, scenes):
    choose(panel, "images")
    stage = {"_cls": "fiftyone.core.stages.Limit", "kwargs": [["limit", 20]]}
    panel.after_grid_change(lambda: panel.op("set_view", view=[stage]))
    expect(panel.cy("milvus-scope-view")).to_have_text("View 20")
    panel.cy("milvus-scope").select_option("view")
    ids = search_text(panel, "bird")
    assert len(ids) > 10 and set(ids) <= set(scenes.limit(20).values("id"))
    line = panel.cy("milvus-result-line")
    expect(line).to_contain_text("exact over 20 in view")
    # the matches are no view of the person's: the next search is among the 20 again
    expect(panel.cy("milvus-scope-view")).to_have_text("View 20")
    search_text(panel, "fish")
    expect(line).to_contain_text("over 20 in view")

    # the matches were 20 too, in another order
    shown = panel.view_after(panel.cy("milvus-clear").click)
    assert shown == scenes.limit(20).values("id")
    expect(panel.cy("entry-counts")).to_have_text("20 samples")
    for number in range(3):
        panel.select(number)
        expect(panel.cy("milvus-scope-selected")).to_have_text(f"Selected {number + 1}")
    panel.cy("milvus-scope").select_option("selected")
    assert set(search_text(panel, "bird")) == set(scenes.limit(3).values("id"))


@pytest.fixture
def odd(scenes):
    """Eight samples whose objects have a tag."""
    view = scenes.limit(8)
    view.tag_labels("odd", label_fields="ground_truth")
    yield view
    view.untag_labels("odd", label_fields="ground_truth")


def test_the_count_of_the_view_is_that_of_the_grid_as_it_is(odd, panel, indexes):
    panel.load(PANEL)  # so that the App learns of the tag
    choose(panel, "images")
    in_view = panel.cy("milvus-scope-view")
    expect(in_view).to_have_text("View 60")
    panel.cy("sidebar-field-arrow-enabled-_label_tags").click()
    tags = panel.cy("selector-sidebar-search-_label_tags")
    tags.fill("odd")
    tags.press("Enter")
    expect(in_view).to_have_text("View 8")
    panel.cy("clear-filters-tags").click()
    expect(in_view).to_have_text("View 60")
    search_text(panel, "bird")
    expect(in_view).to_have_text("View 60")
    panel.cy("milvus-scope").select_option("view")
    assert len(search_text(panel, "fish")) > 8
    expect(panel.cy("milvus-result-line")).to_contain_text("25 of 60")


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
    asked = panel.asked(press)
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
    named = panel.cy("milvus-suggestions").get_by_text(name, exact=True)
    expect(named).to_have_count(2)
    expect(option.filter(has=named).last).to_contain_text("class")
    panel.shot("search-suggestions")
    box.press("Escape")
    expect(panel.cy("milvus-suggestions")).to_have_count(0)
    expect(box).to_have_value(name[:-1])
    box.press("ArrowDown")
    recent = option.filter(has=named).first
    expect(recent).to_contain_text("recent")
    assert panel.results_after(recent.click) == ids
    expect(chips(panel)).to_have_count(1)
    expect(chips(panel)).to_contain_text(name)


def test_the_address_brings_a_search_back(panel, indexes):
    choose(panel, "objects")
    set_option(panel, "k", "7")
    panel.page.keyboard.press("Escape")
    ids = search_text(panel, "bird")
    expect(panel.cy("milvus-result")).to_have_count(7)
    expect(panel.page).to_have_url(re.compile("milvus_search="))
    address = panel.page.url

    def is_back() -> None:
        expect(panel.cy("milvus-result")).to_have_count(7)
        expect(panel.cy("milvus-result").first).to_have_attribute("data-id", ids[0])
        expect(panel.cy("milvus-index-select")).to_have_value("objects")
        expect(chips(panel)).to_contain_text("bird")
        expect(panel.cy("milvus-set-option")).to_have_text("Results: 7")
        expect(panel.cy("entry-counts")).to_have_text("7 patches")
        expect(panel.page).to_have_url(address)

    panel.page.reload()
    is_back()
    # and where the grid shows something else, once the panel is opened
    start_over(panel)
    expect(panel.page).not_to_have_url(re.compile("milvus_search="))
    panel.cy(f"panel-tab-{PANEL}").click(button="middle")
    expect(panel.cy("milvus-panel")).to_have_count(0)
    panel.page.goto(address)
    expect(panel.cy("entry-counts")).to_have_text("60 samples")
    panel.open_panel(PANEL)
    is_back()


def test_one_request_for_each_action_and_none_for_typing(panel, indexes):
    choose(panel, "images")
    query = panel.cy("milvus-query")
    panel.quiet()
    assert panel.asked(lambda: query.press_sequentially("bird")) == []
    assert panel.asked(lambda: query.press("Enter")) == ["search", "score_background"]
    expect(panel.cy("milvus-result").first).to_be_visible(timeout=60_000)
    # there and back again is no change
    assert panel.asked(panel.cy("milvus-chip-sign").dblclick) == []
    weight = panel.cy("milvus-chip-weight")
    followed = panel.asked(lambda: weight.select_option("2"))
    assert followed == ["search", "score_background"]
    more = panel.cy("milvus-more-like").nth(3)
    found = panel.asked(lambda: panel.results_after(more.click))
    assert found == ["search", "score_background"]
    panel.quiet()
    assert panel.asked(lambda: panel.select(0)) == []
    assert panel.asked(lambda: panel.page.keyboard.press("Escape")) == []
    assert panel.asked(panel.cy("milvus-history").click) == ["search_history"]


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


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_two_rows_of_results_are_in_sight(panel, indexes, theme):
    choose(panel, "images")
    panel.theme(theme)
    panel.page.set_viewport_size({"width": 1400, "height": 757})
    search_text(panel, "bird")
    expect(panel.cy("milvus-result").first).to_be_visible()
    panel.settle()
    panel.shot(f"search-rows-{theme}")
    panel.theme("dark")
    tiles = [tile.bounding_box() for tile in panel.cy("milvus-result").all()]
    tops = sorted({round(box["y"]) for box in tiles if box["y"] + box["height"] <= 757})
    assert len(tops) >= 2


def test_show_more_lists_as_many_again_and_the_grid_follows(panel, indexes):
    choose(panel, "images")
    set_option(panel, "k", "12")
    search_text(panel, "bird")
    exact, _ = ranked(indexes["images"], text_vector("bird"))
    more = panel.cy("milvus-show-more")
    expect(more).to_have_text("Show 12 more")
    assert panel.results_after(more.click)[:20] == exact[:20]
    expect(panel.cy("entry-counts")).to_have_text("24 samples")
    expect(panel.cy("milvus-result-line")).to_contain_text("24 of 60")
    expect(panel.cy("milvus-outdated")).to_have_count(0)
    expect(more).to_have_text("Show 24 more")
    panel.results_after(more.click)
    expect(more).to_have_text("Show 12 more")
    panel.results_after(more.click)
    expect(panel.cy("entry-counts")).to_have_text("60 samples")
    expect(more).to_have_count(0)


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


def test_results_that_cannot_follow_say_so_and_limits_are_loosened_in_one_click(
    panel, indexes
):
    choose(panel, "images")
    ids = search_text(panel, "bird")
    set_option(panel, "min_score", "much")
    outdated = panel.cy("milvus-outdated")
    expect(outdated).to_have_text("Out of date. Enter a number, such as 0.25.")
    expect(panel.cy("milvus-result").first).to_have_attribute("data-id", ids[0])
    panel.shot("search-outdated")
    shown = panel.results_after(lambda: set_option(panel, "min_score", "0.99"))
    assert shown == []
    expect(outdated).to_have_count(0)
    panel.page.keyboard.press("Escape")
    expect(panel.cy("milvus-no-results")).to_contain_text("No results for bird")
    panel.shot("search-nothing")
    assert panel.results_after(panel.cy("milvus-loosen").click) == ids
    expect(panel.cy("milvus-set-option")).to_have_count(0)


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


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_it_is_at_home_at_every_width(panel, indexes, theme):
    choose(panel, "objects")
    panel.theme(theme)
    empty = axe.violations(panel.page, '[data-cy="milvus-panel"]')
    search_text(panel, "flower")
    panel.results_after(panel.cy("milvus-less-like").nth(3).click)
    expect(panel.cy("milvus-result").first).to_be_visible()
    found = {"empty": empty}
    for what, inside in (("more-options", "k"), ("history", "past")):
        panel.cy(f"milvus-{what}").click()
        expect(panel.cy(f"milvus-{inside}").first).to_be_visible()
        for width in WIDTHS:
            panel.widen_panel(PANEL, width)
            panel.shot(f"search-{theme}-{width}-{what}")
            at = f"{what} {width}"
            found[at] = axe.violations(panel.page, '[data-cy="milvus-panel"]')
            assert screen.sideways(panel) == [], at
        panel.page.keyboard.press("Escape")
    for width in WIDTHS:
        panel.widen_panel(PANEL, width)
        panel.shot(f"search-{theme}-{width}")
    for tab in ("search", "indexes", "server"):
        panel.open_tab(tab)
        for width in WINDOWS:
            panel.page.set_viewport_size({"width": width, "height": 757})
            assert screen.sideways(panel) == [], (tab, width)
    panel.theme("dark")
    assert {at: what for at, what in found.items() if what} == {}
