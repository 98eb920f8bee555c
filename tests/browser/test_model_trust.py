"""A dataset whose record names a model with arguments of somebody else, in the App."""

from __future__ import annotations

import fiftyone as fo
import pytest
from fiftyone.core.brain import BrainMethod
from playwright.sync_api import expect


@pytest.fixture
def dataset(own_scenes: fo.Dataset, give_index) -> fo.Dataset:
    give_index(own_scenes, "images")
    config = own_scenes.get_brain_info("images").config
    config.model_kwargs = {"device": "cpu"}
    BrainMethod.update_run_config(own_scenes, "images", config)
    own_scenes.reload()
    return own_scenes


def test_the_app_asks_before_it_loads_the_model_and_the_search_goes_on_then(app):
    app.open("milvus_panel")
    app.open_tab("search")
    app.cy("milvus-query").fill("a tree")
    app.cy("milvus-query").press("Enter")
    asked = app.page.get_by_role("dialog").get_by_role("textbox", disabled=True).first
    expect(asked).to_have_value("conse-lite0-minilm-offline(device='cpu')")
    expect(app.page.get_by_text("nobody has accepted them").first).to_be_visible()
    app.shot("trust-model")
    assert app.results_after(app.page.get_by_role("button", name="Execute").click)
    expect(app.page.get_by_text("is loaded from now on").first).to_be_visible()
    app.page.keyboard.press("Escape")
    expect(app.cy("milvus-result-line")).to_contain_text("of 60")
    expect(app.cy("milvus-problem")).to_have_count(0)
