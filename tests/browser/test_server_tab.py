"""The *Server* tab in the real App: which Milvus it is, what is in it, and how to use
another."""

from __future__ import annotations

import re
from collections.abc import Iterator

import fiftyone as fo
import pytest
from playwright.sync_api import expect

from fiftyone_milvus.backend import runs
from fiftyone_milvus.indexes import build, collections
from fiftyone_milvus.store import client, embedded, settings
from fiftyone_milvus.store.settings import ENV_PREFIX
from harness import screen
from harness.app import App, AppServer
from harness.ports import free_port

PANEL = "milvus_panel"
MODEL = "conse-lite0-minilm-offline"
UNMANAGED = "somebody_elses"
WORK = 180_000


@pytest.fixture
def dataset(own_scenes: fo.Dataset, give_index) -> fo.Dataset:
    """With an index of its images."""
    give_index(own_scenes, "images")
    return own_scenes


@pytest.fixture
def orphan(dataset: fo.Dataset) -> Iterator[str]:
    """A collection whose index is gone, though nobody cleaned it up."""
    build.build(dataset.limit(5), "gone", build.Source(model=MODEL))
    dataset.reload()
    name = runs.describe(dataset, "gone").collection_name
    dataset.delete_brain_run("gone")
    assert name is not None
    yield name
    _drop(name)


@pytest.fixture
def unmanaged() -> Iterator[str]:
    """A collection that another program made."""
    milvus = client.connect(settings.resolve()).client
    milvus.create_collection(UNMANAGED, dimension=4)
    yield UNMANAGED
    _drop(UNMANAGED)


def _drop(name: str) -> None:
    milvus = client.connect(settings.resolve()).client
    if milvus.has_collection(name):
        milvus.drop_collection(name)


def names() -> list[str]:
    return [info.name for info in collections.list_collections()]


def opened(app: App) -> App:
    app.open(PANEL)
    app.open_tab("server")
    return app


def choose(app: App, action: str, collection: str) -> None:
    app.cy(f"milvus-actions-{collection}").click()
    app.cy(f"milvus-{action}-{collection}").click()


def test_it_says_which_milvus_it_is_and_what_is_in_it(app, dataset, orphan, unmanaged):
    used = runs.describe(dataset, "images").collection_name
    opened(app)
    facts = app.cy("milvus-facts")
    for text in ("Embedded Milvus", "3.2", "ms", "HNSW"):
        expect(facts).to_contain_text(text)
    row = app.cy(f"milvus-collection-{used}")
    expect(row).to_contain_text("in use")
    expect(row).to_contain_text("60 rows")
    expect(row).to_contain_text(f"'images' of the dataset '{dataset.name}' uses it")
    expect(app.cy(f"milvus-collection-{orphan}")).to_contain_text("orphaned")
    expect(app.cy(f"milvus-collection-{unmanaged}")).to_contain_text("unmanaged")
    app.shot("server")
    app.cy(f"milvus-actions-{used}").click()
    expect(app.cy(f"milvus-delete-{used}")).to_be_disabled()
    app.page.keyboard.press("Escape")


def test_orphans_are_cleaned_up_after_saying_which(app, orphan):
    opened(app)
    app.cy("milvus-orphaned").click()
    expect(app.cy("milvus-plan")).to_contain_text(orphan)
    expect(app.cy("milvus-plan")).to_contain_text("5 rows")
    app.shot("server-orphans")
    app.cy("milvus-confirm-button").click()
    expect(app.cy(f"milvus-collection-{orphan}")).to_have_count(0)
    assert orphan not in names()


def test_an_unmanaged_collection_is_deleted_only_by_its_name_typed_out(app, unmanaged):
    opened(app)
    choose(app, "delete", unmanaged)
    expect(app.cy("milvus-confirm-button")).to_be_disabled()
    app.cy("milvus-typed").fill("somebody")
    expect(app.cy("milvus-confirm-button")).to_be_disabled()
    app.cy("milvus-typed").fill(unmanaged)
    app.shot("server-drop")
    app.cy("milvus-typed").press("Enter")
    expect(app.cy(f"milvus-collection-{unmanaged}")).to_have_count(0)
    assert unmanaged not in names()


def test_a_collection_is_adopted_once_it_fits(app, dataset, orphan, unmanaged):
    opened(app)
    choose(app, "adopt", unmanaged)
    app.cy("milvus-confirm-button").click()
    expect(app.cy("milvus-misfit")).to_be_visible()
    app.page.keyboard.press("Escape")

    choose(app, "adopt", orphan)
    app.cy("milvus-confirm-button").click()
    expect(app.cy("milvus-plan")).to_contain_text("5 of its 5 ids are samples")
    app.cy("milvus-adopt-key").fill("taken_up")
    app.shot("server-adopt")
    app.cy("milvus-confirm-button").click()
    row = app.cy(f"milvus-collection-{orphan}")
    expect(row).to_contain_text("in use", timeout=WORK)
    app.open_tab("indexes")
    expect(app.cy("milvus-index-taken_up")).to_contain_text("5 vectors")
    dataset.reload()
    assert runs.load(dataset, "taken_up").total_index_size == 5


def test_the_embedded_milvus_is_stopped_and_started(app):
    where = embedded.home(settings.resolve())
    opened(app)
    app.cy("milvus-stop").click()
    expect(app.cy("milvus-confirm")).to_contain_text("All data is kept")
    app.cy("milvus-confirm-button").click()
    expect(app.cy("milvus-start")).to_be_visible()
    expect(app.cy("milvus-facts")).to_contain_text("Stopped")
    expect(app.cy("milvus-server-dot").first).to_have_attribute(
        "aria-label", "not reachable"
    )
    app.shot("server-stopped")
    assert embedded.running(where) is None
    app.cy("milvus-start").click()
    expect(app.cy("milvus-stop")).to_be_visible(timeout=WORK)
    expect(app.cy("milvus-facts")).to_contain_text("3.2")
    assert embedded.running(where) is not None


def test_it_says_how_to_connect_to_another_and_takes_no_secret(app):
    opened(app)
    kind = app.cy("milvus-kind")
    for name, line, docs in (
        ("Standalone", "MILVUS_URI=http://localhost:19530", "milvus.io"),
        ("Distributed", "MILVUS_PASSWORD=<password>", "milvus.io"),
        ("Zilliz Cloud", "MILVUS_TOKEN=<API key>", "docs.zilliz.com"),
    ):
        kind.select_option(name)
        expect(app.cy("milvus-lines")).to_contain_text(line)
        link = app.page.get_by_role("link", name=f"{name} in")
        assert docs in (link.get_attribute("href") or "")
    contents = app.cy("milvus-contents-server")
    assert contents.locator('input[type="password"]').count() == 0
    contents.locator("pre").scroll_into_view_if_needed()
    app.shot("server-connect")


def test_it_is_at_home_in_every_theme_and_width(app, dataset, orphan, unmanaged):
    opened(app)
    expect(app.cy(f"milvus-collection-{orphan}")).to_be_visible()
    for look in screen.each_look(app):
        app.shot(f"server-{look}")
        assert screen.problems(app) == [], look


def test_the_dialogs_are_accessible_and_fit_a_narrow_window(app, orphan):
    opened(app)
    expect(app.cy(f"milvus-collection-{orphan}")).to_be_visible()
    for action in ("orphaned", "adopt", "delete", "stop"):
        if action in ("orphaned", "stop"):
            app.cy(f"milvus-{action}").click()
        else:
            choose(app, action, orphan)
        expect(app.cy("milvus-confirm-button")).to_be_enabled()
        assert screen.dialog_problems(app) == [], action


@pytest.fixture
def away(offline_models: None) -> Iterator[tuple[AppServer, int]]:
    """A server of the App whose Milvus doesn't answer."""
    port = free_port()
    uri = f"http://root:hidden-word@127.0.0.1:{port}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(f"{ENV_PREFIX}URI", uri)
        server = AppServer()
    yield server, port
    server.stop()


def test_a_server_that_is_down_says_what_to_do_and_is_tried_again(window, away, scenes):
    server, port = away
    app = App(window.page, server.url, scenes)
    app.open(PANEL)
    app.open_tab("server")
    down = app.cy("milvus-down")
    expect(down).to_contain_text(f"127.0.0.1:{port}")
    expect(down).to_contain_text("Check that it is running")
    expect(down).to_contain_text("Retrying in")
    expect(app.cy("milvus-set")).to_contain_text("MILVUS_URI (environment)")
    app.shot("server-down")
    assert "hidden-word" not in app.page.content()
    # by itself, and the next time only after ten seconds
    expect(down).to_contain_text(re.compile("Retrying in [6-9] s"), timeout=30_000)
    assert app.errors == []
