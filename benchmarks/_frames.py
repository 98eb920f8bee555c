"""What the page's thread does in a frame while a person scrolls through many results,
drags the histogram's handle, and types.

The App's grid is beside them, and each of its tiles is a canvas: without a graphics
card, putting these together takes most of a frame, also of one that scrolls the grid.
So scripts, styles and layout are counted apart, and the same is done with the grid
hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator

from harness.app import App

from ._measure import Table

STEPS = 60
PIXELS = 120  # a notch of a mouse's wheel
DRAGGED, TURN = 4, 45  # pixels a step, and after how many steps back
CODE = ("ScriptDuration", "RecalcStyleDuration", "LayoutDuration")
COUNT_FRAMES = """() => {
    window.__frames = 0;
    const count = () => { window.__frames++; requestAnimationFrame(count); };
    requestAnimationFrame(count);
}"""
HIDE_GRID = '[data-cy="fo-grid"] { display: none }'
DRAWN = "() => new Promise(resolve => requestAnimationFrame(resolve))"
Add = Callable[[str, Callable[[int], None]], None]
Timed = Callable[[Callable[[int], None]], dict[str, float]]


def show(app: App, title: str) -> None:
    """Prints the table for the results that the panel shows."""
    columns = ("ms a frame", "scripts, styles, layout", "ms a step")
    table = Table(f"{title}, the page with many results", columns)
    mouse, keyboard = app.page.mouse, app.page.keyboard
    with _timed(app) as timed:

        def add(label: str, step: Callable[[int], None]) -> None:
            app.page.wait_for_timeout(2_000)
            table.add(label, {**timed(step)}, ",.1f")

        add("nothing", lambda _: None)
        _point(app, app.cy("fo-grid"))
        add("scrolling FiftyOne's grid", lambda _: mouse.wheel(0, PIXELS))
        _scroll_and_drag(app, add)
        app.cy("milvus-query").focus()
        add("typing", lambda n: keyboard.press("abcdefghij"[n % 10]))
        app.page.add_style_tag(content=HIDE_GRID)
        _scroll_and_drag(app, add, ", the App's grid hidden")
    table.show()


def _scroll_and_drag(app: App, add: Add, where: str = "") -> None:
    """Adds the rows of scrolling the results, and of dragging the histogram's handle,
    both back from where they end."""
    mouse, handle = app.page.mouse, app.cy("milvus-cut")
    _point(app, app.cy("milvus-result").first)
    add(f"scrolling the results{where}", lambda _: mouse.wheel(0, PIXELS))
    mouse.wheel(0, -2 * STEPS * PIXELS)
    app.page.wait_for_timeout(2_000)
    _point(app, handle.locator(".."))
    app.page.wait_for_timeout(500)  # the histogram is larger now
    x, y = _point(app, handle.locator(".."))
    before = handle.input_value()
    mouse.down()
    # to the right and some way back; it never rests, or the results would be cut there
    add(
        f"dragging the handle{where}",
        lambda n: mouse.move(x + DRAGGED * (TURN - abs(TURN - n)), y),
    )
    if handle.input_value() == before:
        raise RuntimeError("The handle was not dragged")
    mouse.move(x, y)
    mouse.up()
    app.page.wait_for_timeout(2_000)


def _point(app: App, at: Locator) -> tuple[float, float]:
    """Moves the mouse there; where that is."""
    at.scroll_into_view_if_needed()
    box = at.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    app.page.mouse.move(x, y)
    return x, y


@contextmanager
def _timed(app: App) -> Iterator[Timed]:
    """A function that does something :data:`STEPS` times, a frame apart at least, and
    returns the milliseconds that the page's thread worked in a frame, and for each of
    these steps: some take several frames, as a scroll that the browser makes smooth."""
    devtools = app.page.context.new_cdp_session(app.page)
    devtools.send("Performance.enable")
    app.page.evaluate(COUNT_FRAMES)

    def read() -> tuple[float, float, int]:
        listed = devtools.send("Performance.getMetrics")["metrics"]
        found = {each["name"]: 1000 * each["value"] for each in listed}
        frames = app.page.evaluate("window.__frames")
        return found["TaskDuration"], sum(found[name] for name in CODE), frames

    def timed(step: Callable[[int], None]) -> dict[str, float]:
        before = read()
        for number in range(STEPS):
            step(number)
            app.page.evaluate(DRAWN)
        everything, code, frames = (b - a for a, b in zip(before, read(), strict=True))
        return {
            "ms a frame": everything / frames,
            "scripts, styles, layout": code / frames,
            "ms a step": everything / STEPS,
        }

    yield timed
    devtools.detach()
