"""The App and the worker that the other tests stand on."""

from __future__ import annotations

from playwright.sync_api import expect

# The path is the next dataset's while its grid is still to come
MOUNT_ON_THE_WAY = """() => {
  const push = history.pushState.bind(history);
  history.pushState = (...where) => {
    push(...where);
    document.dispatchEvent(new CustomEvent("grid-mount"));
    history.pushState = push;
  };
}"""


def test_the_app_shows_the_dataset(app, scenes) -> None:
    app.open()
    expect(app.cy("entry-counts")).to_have_text(f"{len(scenes)} samples")


def test_selecting_and_filtering_wait_for_the_grid(app, scenes) -> None:
    app.open()
    app.select(0)
    expect(app.cy("selection-count-container")).to_have_text("1")
    stage = {"_cls": "fiftyone.core.stages.Limit", "kwargs": [["limit", 3]]}
    app.after_grid_change(lambda: app.op("set_view", view=[stage]))
    expect(app.cy("entry-counts")).to_have_text("3 samples")
    assert app.looker(2).is_visible()


def test_the_app_has_gone_when_it_shows_the_other_dataset(app, scenes, lobby) -> None:
    app.open()
    app.page.evaluate(MOUNT_ON_THE_WAY)
    app.dataset = lobby
    app.open()
    assert app.cy("selector-dataset").input_value() == lobby.name


def test_an_error_in_the_console_is_noticed(app) -> None:
    app.open()
    with app.page.expect_console_message():
        app.page.evaluate("() => console.error('broken')")
    assert [error.split()[0] for error in app.errors] == ["broken"]
    app.errors.clear()


def test_the_worker_runs(delegated_worker) -> None:
    assert delegated_worker.service.members()
