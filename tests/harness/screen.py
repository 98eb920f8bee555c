"""How the panel looks: in each theme and width, and what sticks out of it."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import expect

from . import axe
from .app import App

PANEL = "milvus_panel"
CONTENT = f'[data-cy="panel-content-{PANEL}"]'
WIDTHS = (900, 480, 320)
THEMES = ("light", "dark")
NARROW = {"width": 320, "height": 640}
ZOOMED = {"width": 933, "height": 505}  # 1400 x 757 at 150 %
SETTLE_STEPS, SETTLE_MS = 40, 250  # on a busy machine

_STICKS_OUT = """within => {
    const root = document.querySelector(within);
    const edge = root.getBoundingClientRect().right + 1;
    const scrolls = e => e !== null && e !== root
        && (getComputedStyle(e).overflowX !== 'visible' || scrolls(e.parentElement));
    return [...root.querySelectorAll('*')]
        .filter(e => e.getBoundingClientRect().width > 1)
        .filter(e => e.getBoundingClientRect().right > edge)
        .filter(e => !scrolls(e.parentElement))
        .map(e => e.dataset.cy || e.textContent.slice(0, 40));
}"""

_SCROLLS_SIDEWAYS = """within => {
    const wide = [];
    const scrolls = e => getComputedStyle(e).overflowX !== 'visible';
    for (let e = document.querySelector(within); e !== null; e = e.parentElement)
        if (e.scrollWidth > e.clientWidth && scrolls(e))
            wide.push(`${e.dataset.cy}: ${e.scrollWidth} of ${e.clientWidth}`);
    return wide;
}"""


def each_look(app: App) -> Iterator[str]:
    """Shows the panel in each theme and width, last as it was; the name of each, such
    as ``"light-320"``."""
    size = app.page.viewport_size
    for theme in THEMES:
        app.theme(theme)
        for width in WIDTHS:
            app.widen_panel(PANEL, width)
            app.settle()
            yield f"{theme}-{width}"
    if size is not None:
        app.page.set_viewport_size(size)


def problems(app: App) -> list[str]:
    """What sticks out of the panel, and what axe finds wrong in it."""
    wide = app.page.evaluate(_STICKS_OUT, CONTENT)
    found = [f"sticks out: {one}" for one in wide] + sideways(app)
    return found + axe.violations(app.page, CONTENT)


def dialog_problems(app: App) -> list[str]:
    """What axe finds wrong in the dialog that is open, and whether a narrow window cuts
    it off. Closes it."""
    dialog = app.cy("milvus-confirm")
    expect(dialog).to_be_visible()
    found = axe.violations(app.page, '[data-cy="milvus-confirm"]')
    size = app.page.viewport_size
    app.page.set_viewport_size(NARROW)
    box = dialog.bounding_box()
    if not (box and box["x"] >= 0 and box["x"] + box["width"] <= NARROW["width"]):
        found.append(f"cut off at {NARROW}: {box}")
    app.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    if size is not None:
        app.page.set_viewport_size(size)
    return found


def sideways(app: App) -> list[str]:
    """The panel and what it is in, where they scroll sideways once they have come to
    rest after a change of the window."""
    where, wide = '[data-cy="milvus-panel"]', []
    for _ in range(SETTLE_STEPS):
        wide = app.page.evaluate(_SCROLLS_SIDEWAYS, where)
        if not wide:
            break
        app.page.wait_for_timeout(SETTLE_MS)
    return [f"scrolls sideways: {one}" for one in wide]
