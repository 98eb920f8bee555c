"""What the operator browser offers beside the panel: a search with texts wanted and
negative, kept and run again; near duplicates."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from fiftyone_milvus.analysis import duplicates
from fiftyone_milvus.backend import runs
from fiftyone_milvus.searches.query import Query, Term
from harness import page_scripts
from harness.searching import search_index
from plugin.operators import OPERATORS


@pytest.fixture(scope="module")
def index(scenes, give_index):
    give_index(scenes, "images")
    yield runs.load(scenes, "images")
    runs.cleanup(scenes, "images")


@pytest.fixture
def opened(app, index):
    app.open()
    return app


def start(app, label: str) -> Locator:
    """Opens an operator's form."""
    app.page.keyboard.press("`")
    app.page.get_by_text(label, exact=True).click()
    return app.page.get_by_role("dialog")


def execute(app) -> None:
    button = app.page.get_by_role("button", name="Execute").first
    expect(button).to_be_enabled()
    button.click()


def test_texts_wanted_and_negative_sort_the_grid_and_are_kept(opened, index):
    query = Query((Term(text="bird"), Term(text="flower", negative=True)))
    wanted = search_index(index, query, 25).ids
    form = start(opened, "Milvus: Search")
    form.get_by_text("Not like this text").wait_for()
    boxes = form.get_by_role("textbox")
    boxes.nth(0).fill("bird")
    boxes.nth(1).fill("flower")
    form.get_by_text("More options", exact=True).click()
    expect(form.get_by_text("Score field", exact=True)).to_be_visible()
    opened.shot("search-form")
    shown = opened.results_after(lambda: execute(opened))
    assert len(shown) >= 20 and shown == wanted[: len(shown)]
    expect(opened.page.get_by_text("25 results, similarity")).to_be_visible()
    opened.shot("search-output")
    opened.page.get_by_role("button", name="Close").click()

    form = start(opened, "Milvus: Save search")
    form.get_by_text("Name", exact=True).first.wait_for()
    form.get_by_role("textbox").first.fill("birds without flowers")
    execute(opened)
    saved = re.compile("^Saved 'birds without flowers'")
    expect(opened.page.get_by_text(saved)).to_be_visible()
    opened.page.get_by_role("button", name="Close").click()

    start(opened, "Milvus: Search history")
    execute(opened)
    # the newest; other tests have searched this dataset, too
    found = opened.page.get_by_role("cell").filter(has_text='text "bird", not like')
    expect(found.first).to_have_text(
        'text "bird", not like text "flower" in \'images\''
    )
    opened.shot("operator-history")


def test_near_duplicates_are_found_shown_and_tagged(opened, index, scenes):
    wanted = duplicates.find_groups(index, fraction=0.1)
    form = start(opened, "Milvus: Find near duplicates")
    form.get_by_text("By fraction").click()
    expect(form.get_by_text("The fraction of all rows").first).to_be_visible()
    form.get_by_role("textbox").first.fill("near")
    opened.shot("find-duplicates")
    shown = opened.results_after(lambda: execute(opened))
    assert shown == wanted.ids[: len(shown)]
    opened.shot("duplicates")
    # what it says may come after what it shows, and would cover the next form
    opened.page.get_by_role("button", name="Done").click()
    scenes.reload()
    assert scenes.match_tags("near").values("id") == [
        id_ for id_ in scenes.values("id") if id_ in wanted.duplicate_ids
    ]
    scenes.untag_samples("near")


def test_every_form_opens_in_the_light_theme_too(opened):
    opened.theme("light")
    labels = {operator.config.label: operator.config.name for operator in listed()}
    for label, name in labels.items():
        form = start(opened, label)
        expect(form.get_by_role("button", name="Execute").first).to_be_visible()
        expect(form).not_to_contain_text("rror")
        opened.shot(f"form-{name}")
        opened.page.wait_for_function(page_scripts.CANCELLED, polling=250)


def listed():
    """The operators that the browser offers."""
    made = [cls() for cls in OPERATORS]
    return [operator for operator in made if not operator.config.unlisted]
