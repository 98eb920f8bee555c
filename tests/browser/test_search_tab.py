"""The Search tab in the real App: every flow that a person may take."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import fiftyone as fo
import pytest
from PIL import Image
from playwright.sync_api import expect

from fiftyone_milvus.searches.query import Term
from harness import axe, screen
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
    text_vector,
    use_selected,
)

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
    panel.page.mouse.move(0, 0)
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


def test_a_large_image_is_scaled_down_before_it_is_sent(
    panel, indexes, scenes, tmp_path
):
    choose(panel, "images")
    sample, path = scenes.skip(4).first(), tmp_path / "large.png"
    with Image.open(sample.filepath) as image:
        side = max(image.size)
        large = image.convert("RGB").resize([3_000 * n // side for n in image.size])
    large.save(path, compress_level=0)
    sent = []
    panel.page.on("request", lambda request: sent.append(len(request.post_data or "")))
    files = panel.page.locator("input[type=file]")
    ids = panel.results_after(lambda: files.set_input_files(path))
    assert ids[0] == sample.id
    shown = chips(panel).locator("img")
    longest = shown.evaluate(
        "image => Math.max(image.naturalWidth, image.naturalHeight)"
    )
    assert longest == 1_024
    assert 10_000 < max(sent) < path.stat().st_size / 4


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
