"""What a person does first, from the panel that is opened to duplicates that are found;
with ``SHOTS`` it is recorded for the README."""

from __future__ import annotations

from playwright.sync_api import expect

from harness.recording import recorded
from harness.search_tab import PANEL, choose, search_text

TAG = "good example"
SIZE = {"width": 1280, "height": 800}


def test_a_person_searches_tags_and_finds_duplicates(app, indexes, scenes, near):
    app.open(PANEL)
    choose(app, "images")
    search_text(app, "fruit")  # the model is loaded when the recording begins
    app.cy(f"panel-tab-{PANEL}").locator("button").last.click()
    expect(app.cy(f"panel-tab-{PANEL}")).to_have_count(0)
    app.open()
    expect(app.cy("looker").first).to_be_visible()
    page, result = app.page, app.cy("milvus-result")
    page.set_viewport_size(SIZE)
    app.settle()
    try:
        with recorded(page, "tour") as tour:
            tour.pause(0.8)
            tour.click(app.cy("new-panel-btn").first)
            tour.click(app.cy(f"new-panel-option-{PANEL}"))
            expect(app.cy("milvus-query")).to_be_visible()
            app.cy("milvus-index-select").select_option("images")
            tour.pause(0.8)
            tour.click(app.cy("milvus-query"))
            tour.write(app.cy("milvus-query"), "bird")
            app.results_after(lambda: page.keyboard.press("Enter"))
            expect(result.first).to_be_visible()
            tour.pause(2)

            # it is larger while the pointer is there
            tour.go_to(app.cy("milvus-histogram"))
            app.settle()
            handle = app.cy("milvus-cut").locator("..")
            tour.go_to(handle)
            box, end = handle.bounding_box(), result.nth(2).bounding_box()
            assert box is not None and end is not None
            page.mouse.down()
            page.mouse.move(end["x"], box["y"] + box["height"] / 2, steps=25)
            tour.pause(0.5)
            app.results_after(page.mouse.up)
            expect(app.cy("milvus-result-line")).to_contain_text("in the grid")
            tour.pause(1.5)

            # without the pointer it is small again, and the results move up
            tour.go_to(app.cy("milvus-query"))
            app.settle()
            tour.go_to(result.nth(1))
            found = result.nth(1).get_attribute("data-id")
            app.results_after(lambda: tour.click(app.cy("milvus-more-like").nth(1)))
            expect(app.cy("milvus-chip")).to_have_count(2)
            tour.pause(2)

            tour.go_to(result.first)
            result.first.focus()
            page.keyboard.press("x")  # selects it
            tour.pause(0.5)
            page.keyboard.press("t")
            tour.write(app.cy("milvus-name"), TAG)
            page.keyboard.press("Enter")
            expect(app.cy("milvus-result-tags").first).to_have_text(TAG)
            assert scenes.match_tags(TAG).count() == 1 and found is not None
            tour.pause(1.5)

            tour.click(app.cy("milvus-tab-find"))
            expect(app.cy("milvus-find-kind")).to_be_visible()
            tour.pause(1)
            tour.click(app.cy("milvus-find-thresh"))
            app.cy("milvus-find-thresh").fill(str(near))
            app.results_after(lambda: tour.click(app.cy("milvus-find")))
            expect(app.cy("milvus-found-group").first).to_be_visible()
            tour.pause(2)
    finally:
        scenes.untag_samples(TAG)
