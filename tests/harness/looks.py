"""How the panel looks: its themes, its widths, and what axe says of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .app import App
from .environment import ROOT

PANEL = '[data-cy="panel-content-milvus_panel"]'
WIDTHS = (320, 480, 900)
THEMES = ("dark", "light")
_AXE = ROOT / "js" / "node_modules" / "axe-core" / "axe.min.js"


def each_look(app: App) -> Iterator[str]:
    """Shows the panel in each theme and width; the name of each, such as
    ``"light-320"``."""
    for theme in THEMES:
        switch = app.page.get_by_title(f"{theme.capitalize()} mode")
        if switch.count():
            switch.click()
        for width in WIDTHS:
            style = f"{PANEL} {{ width: {width}px !important; flex: none !important }}"
            tag = app.page.add_style_tag(content=style)
            app.page.wait_for_timeout(300)
            yield f"{theme}-{width}"
            tag.evaluate("element => element.remove()")
    switch = app.page.get_by_title("Dark mode")
    if switch.count():
        switch.click()


def sticks_out(app: App) -> list[str]:
    """What is wider than the panel: the names, or the texts, of elements."""
    found: list[str] = app.page.evaluate(
        """panel => {
            const root = document.querySelector(panel);
            const edge = root.getBoundingClientRect().right + 1;
            const scrolls = e => e !== null && e !== root
                && (getComputedStyle(e).overflowX !== 'visible'
                    || scrolls(e.parentElement));
            return [...root.querySelectorAll('*')]
                .filter(e => e.getBoundingClientRect().width > 1)
                .filter(e => e.getBoundingClientRect().right > edge)
                .filter(e => !scrolls(e.parentElement))
                .map(e => e.dataset.cy || e.textContent.slice(0, 40));
        }""",
        PANEL,
    )
    return found


def violations(app: App, within: str = PANEL) -> list[str]:
    """What axe finds wrong in a part of the page, a line each."""
    if not app.page.evaluate("() => 'axe' in window"):
        app.page.add_script_tag(path=_AXE)
    found: dict[str, Any] = app.page.evaluate(
        "within => axe.run(within, { resultTypes: ['violations'] })", within
    )
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]
