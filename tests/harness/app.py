"""FiftyOne's App: its server, and windows that show it."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import expect

from . import environment, page_scripts
from .ports import free_port
from .processes import Service

if TYPE_CHECKING:
    import fiftyone as fo
    from playwright.sync_api import (
        Browser,
        ConsoleMessage,
        Error,
        Locator,
        Page,
        Request,
        Response,
    )

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SIZE = {"width": 1400, "height": 850}
BROWSER_ARGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The App asks for fonts and more; tests must not depend on the internet
ELSEWHERE = re.compile(r"^https?://(?!127\.0\.0\.1|localhost)")
# Its grid says this when its layout changes while it loads, as on a slow machine
ERRORS_OF_FIFTYONE = ("entry is loading",)
# What a busy machine may take for anything, such as the first page of a server's or
# the first search by text, which loads the model; milliseconds
PATIENCE = 90_000
ATTEMPTS = 3
ROUNDS = 60  # of half a second and more, in which what is asked comes to an end
POLLING = 50  # milliseconds between two looks at the page
EVENTS = "/events"  # a request that lasts as long as the page is open


def browser_path() -> str | None:
    """The browser to start; None is Playwright's own."""
    names = [os.environ["CHROMIUM"]] if os.environ.get("CHROMIUM") else BROWSERS
    return next(filter(None, map(shutil.which, names)), None)


class AppServer:
    """The App's server alone, without a session: up in about 3 s instead of 11 s.

    Args:
        python: the interpreter of the environment that it runs in
        variables: what its environment has beside this process's
    """

    def __init__(
        self,
        python: str | Path = sys.executable,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        address = ["--port", str(port), "--address", "127.0.0.1"]
        self.service = Service(
            "App server",
            [str(python), "-m", "fiftyone.server.main", *address],
            environment.LOGS / "app-server.log",
            variables,
        )
        self.service.wait_until(self._answers)

    def stop(self) -> None:
        self.service.stop()

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.url}/plugins", timeout=5).close()
        except OSError:
            return False
        return True


def _compact(request: Request) -> str:
    """What a request sends, without blanks."""
    return re.sub(r"\s", "", request.post_data or "")


def _clears_selection(response: Response) -> bool:
    return "setSelectedSamples(" in _compact(response.request)


def _loads_grid(response: Response, matches: bool) -> bool:
    """Whether it is the first page of the grid, of matches or of a view without them; a
    later one may come before."""
    asked = response.request.post_data or ""
    selects = "fiftyone.core.stages.Select" in asked
    if "paginateSamples" not in asked or selects != matches:
        return False
    return json.loads(asked)["variables"].get("after") is None


class Window:
    """A window of the browser that tests share, since the App takes seconds to load;
    after :meth:`close` there is a new one.

    Args:
        browser: the browser that opens it
        animated: whether changes move, as people see them; that costs a browser without
            a graphics card a lot
    """

    def __init__(self, browser: Browser, animated: bool = True) -> None:
        self._browser, self._animated = browser, animated
        self._page: Page | None = None

    @property
    def page(self) -> Page:
        if self._page is None:
            context = self._browser.new_context(viewport=SIZE)
            context.route(ELSEWHERE, lambda route: route.fulfill(status=200, body=""))
            context.add_init_script(page_scripts.COUNT_GRID_MOUNTS)
            if not self._animated:
                context.add_init_script(page_scripts.NO_ANIMATIONS)
            context.set_default_timeout(PATIENCE)
            self._page = context.new_page()
        return self._page

    def close(self, image: Path | None = None) -> None:
        """Closes it, if it is open, with a last image of it if asked."""
        if self._page is not None:
            page, self._page = self._page, None
            with suppress(PlaywrightError):  # it may have crashed
                if image is not None:
                    page.screenshot(path=image)
                page.context.close()


class App:
    """A browser's page that shows the App, and the errors it met."""

    def __init__(self, page: Page, url: str, dataset: fo.Dataset) -> None:
        self.page, self.url, self.dataset = page, url, dataset
        self.errors: list[str] = []
        page.on("pageerror", self._on_error)
        page.on("console", self._on_console)

    def cy(self, name: str) -> Locator:
        """The elements with this ``data-cy``."""
        return self.page.locator(f'[data-cy="{name}"]')

    def op(self, uri: str, **params: Any) -> None:
        """Starts any operator, built in or ours, from inside the App."""
        self.page.evaluate(
            "([uri, params]) => { window.__foo__.executeOperator(uri, params) }",
            [uri, params],
        )

    def load(self, panel: str | None = None) -> None:
        """Loads the page, also where it is loaded already, and does as :meth:`open`."""
        self.page.goto(f"{self.url}/datasets/{self.dataset.name}")
        self._go(self.dataset.name)
        self._begin(panel)

    def open(self, panel: str | None = None) -> None:
        """Shows the dataset, with nothing selected, and the panel beside the grid."""
        if not self.page.url.startswith(self.url):
            self.load(panel)
        else:
            self._go(self.dataset.name)
            self._begin(panel)

    def leave(self, dataset: fo.Dataset) -> None:
        """Shows another dataset, without panels and dialogs; errors are no longer
        noticed."""
        self.page.remove_listener("pageerror", self._on_error)
        self.page.remove_listener("console", self._on_console)
        if self.page.url.startswith(self.url):
            self.page.keyboard.press("Escape")
            self._go(dataset.name)

    def _go(self, dataset: str) -> None:
        path = f"/datasets/{dataset}"
        self.page.set_viewport_size(SIZE)
        for attempt in range(ATTEMPTS):
            # asked twice, the App would come once more later, and lose its panels
            if self.page.evaluate("location.pathname") != path:
                self.op("open_dataset", dataset=dataset)
                try:
                    self._until("path => location.pathname === path", path)
                except AssertionError:
                    # a view that was being set has overtaken it
                    if attempt + 1 == ATTEMPTS:
                        raise
                    continue
            if self._until(page_scripts.SHOWN_OR_ELSEWHERE, dataset) == "shown":
                return
        raise AssertionError(f"The App does not stay at {path}. {self._on_screen()}")

    def _begin(self, panel: str | None) -> None:
        self.theme("dark")
        # The server has one state for all pages: what an earlier one left is there
        with self.page.expect_response(_clears_selection):
            self.op("clear_selected_samples")
        stages = self.cy("btn-view-stage-delete")
        if stages.count():
            self.after_grid_change(lambda: self.op("clear_all_stages"))
            expect(stages).to_have_count(0)
        if panel is not None:
            self.open_panel(panel)

    def open_panel(self, panel: str) -> None:
        """Shows the panel, unless it is shown already, until it has drawn itself. What
        stays empty is not opened again."""
        for _ in range(ATTEMPTS):
            if not self.cy(f"panel-tab-{panel}").count():
                self.cy("new-panel-btn").first.click()
                self.cy(f"new-panel-option-{panel}").click()
                self.cy(f"panel-tab-{panel}").wait_for()
            if self._until(page_scripts.DRAWN_OR_LOST, panel) == "drawn":
                return
        raise AssertionError(f"The App loses {panel}. {self._on_screen()}")

    def _until(self, script: str, arg: str) -> Any:
        """Waits until the script's answer is true in JavaScript; the answer."""
        try:
            found = self.page.wait_for_function(script, arg=arg, polling=POLLING)
            return found.json_value()
        except PlaywrightTimeout as e:
            message = f"Never so for {arg}: {script}\n{self._on_screen()}"
            raise AssertionError(message) from e

    def _on_screen(self) -> str:
        """What the page shows, for a message."""
        text = " | ".join(self.page.locator("body").inner_text().split("\n"))
        return f"At {self.page.url}: {text[:1000]}"

    def open_tab(self, name: str) -> None:
        """Goes to one of the panel's tabs: ``search``, ``indexes`` or ``server``."""
        self.cy(f"milvus-tab-{name}").click()
        self.cy(f"milvus-contents-{name}").wait_for()

    def widen_panel(self, panel: str, width: int) -> None:
        """Makes the window so wide that the panel is, beside the grid."""
        size = self.page.viewport_size or {"width": 0, "height": 850}
        for _ in range(3):
            box = self.cy(f"panel-content-{panel}").bounding_box()
            off = 0 if box is None else width - round(box["width"])
            if off == 0:
                return
            size["width"] += 2 * off
            self.page.set_viewport_size(size)
            self.settle()

    def theme(self, name: str) -> None:
        """Switches to the ``dark`` or ``light`` theme."""
        button = self.page.get_by_title(f"{name.capitalize()} mode")
        if button.count():
            button.click()
        self.page.locator(f'html[data-mui-color-scheme="{name}"]').wait_for()

    def drag(
        self, files: Sequence[Path], *targets: Locator, drop: bool = False
    ) -> None:
        """Drags files from one element to the next, as a person does; or a link, if
        there are none.

        Args:
            files: their paths
            *targets: the elements
            drop: whether to drop them on the last one
        """
        link = {"mimeType": "text/uri-list", "data": "http://127.0.0.1/image.png"}
        data = {
            "items": [] if files else [link],
            "files": [str(path) for path in files],
            "dragOperationsMask": 1,  # to copy
        }
        devtools = self.page.context.new_cdp_session(self.page)
        for number, target in enumerate(targets):
            box = target.bounding_box()
            assert box is not None
            at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
            last = drop and number == len(targets) - 1
            for kind in ("dragEnter", "dragOver", *(["drop"] if last else [])):
                event = {"type": kind, "data": data, **at}
                devtools.send("Input.dispatchDragEvent", event)
        devtools.detach()

    def after_answer(self, method: str, action: Callable[[], Any]) -> None:
        """Does ``action`` and waits until the panel's method that it calls answers."""

        def is_it(response: Response) -> bool:
            return f'"__method__":"{method}"' in _compact(response.request)

        with self.page.expect_response(is_it):
            action()

    def asked(self, action: Callable[[], Any], last: str | None = None) -> list[str]:
        """Does ``action``; the names of the panel's methods that are then called, until
        all is answered and no timer of the panel leads to another call. Without the
        question for jobs, which is asked again while something takes long.

        Args:
            action: what to do
            last: a method whose call is waited for, however busy the machine is
        """
        called: list[str] = []
        unanswered: set[Request] = set()

        def note(request: Request) -> None:
            data = request.post_data or ""
            method = re.search(r'"__method__":\s*"(\w+)"', data)
            if method and method[1] != "jobs" and "/milvus_panel" in data:
                called.append(method[1])
            if data and not request.url.endswith(EVENTS):
                unanswered.add(request)

        def end(request: Request) -> None:
            unanswered.discard(request)

        listeners: dict[Any, Callable[[Request], None]] = {
            "request": note,
            "requestfinished": end,
            "requestfailed": end,
        }
        for event, listener in listeners.items():
            self.page.on(event, listener)
        action()
        for _ in range(ROUNDS):  # an answer leads to calls once it is drawn
            known, idle = len(called), not unanswered
            self.page.evaluate(page_scripts.TIMERS_HAVE_RUN)
            ended = idle and not unanswered and len(called) == known
            if ended and (last is None or last in called):
                break
        else:
            waiting = [f"{r.url} {_compact(r)[:200]}" for r in unanswered]
            heard = f"{called}, unanswered: {waiting}"
            raise AssertionError(f"No end of calls, or none of {last}: {heard}")
        for event, listener in listeners.items():
            self.page.remove_listener(event, listener)
        return called

    def quiet(self) -> None:
        """Waits until the panel asks for nothing by itself, having just been opened."""
        for _ in range(ROUNDS):
            if not self.asked(lambda: None):
                return
        raise AssertionError("The panel asks without end.")

    def settle(self) -> None:
        """Waits until the page has drawn a change."""
        self.page.evaluate("() => { delete window.__places }")
        self.page.wait_for_function(page_scripts.AT_REST, polling=POLLING)

    def has_layer(self, name: str) -> bool:
        """Whether the browser draws the element with this ``data-cy`` into a layer of
        its own."""
        devtools = self.page.context.new_cdp_session(self.page)
        changes: list[dict[str, Any]] = []
        devtools.on("LayerTree.layerTreeDidChange", lambda event: changes.append(event))
        element = {"expression": f"document.querySelector('[data-cy=\"{name}\"]')"}
        found = devtools.send("Runtime.evaluate", element)["result"]
        node = devtools.send("DOM.describeNode", {"objectId": found["objectId"]})
        devtools.send("DOM.enable")
        devtools.send("LayerTree.enable")
        self.settle()
        while not changes:  # the first comes with the next frame
            self.page.wait_for_timeout(POLLING)
        devtools.detach()
        own = node["node"]["backendNodeId"]
        layers = changes[-1].get("layers", ())
        return any(layer.get("backendNodeId") == own for layer in layers)

    def looker(self, number: int) -> Locator:
        """The grid's tile of this number, from 0."""
        return self.page.locator('[data-cy="fo-grid"] [data-cy="looker"]').nth(number)

    def select(self, number: int, negative: bool = False) -> None:
        """Clicks a tile's checkbox; negative examples are clicked with Alt."""
        self.looker(number).click(
            position={"x": 10, "y": 5}, modifiers=["Alt"] if negative else []
        )

    def after_grid_change(self, action: Callable[[], Any]) -> None:
        """Does ``action`` and waits until the grid shows something else."""
        before = self.page.evaluate("() => window.__gridMounts")
        action()
        mounted = "n => window.__gridMounts > n"
        self.page.wait_for_function(mounted, arg=before, polling=POLLING)

    def results_after(self, action: Callable[[], Any]) -> list[str]:
        """Does ``action``; the ids of the results that the grid then loads."""
        return self._loaded_after(action, matches=True)

    def view_after(self, action: Callable[[], Any]) -> list[str]:
        """As :meth:`results_after`, where the grid then shows a view of no results."""
        return self._loaded_after(action, matches=False)

    def _loaded_after(self, action: Callable[[], Any], matches: bool) -> list[str]:
        loads = partial(_loads_grid, matches=matches)
        with self.page.expect_response(loads) as response:
            action()
        edges = response.value.json()["data"]["samples"]["edges"]
        return [edge["node"]["id"] for edge in edges]

    def shot(self, name: str) -> None:
        """Takes an image for the docs into the folder that ``SHOTS`` names, if any;
        the test run's home is "~" in it."""
        if folder := os.environ.get("SHOTS"):
            path = Path(folder)
            path.mkdir(parents=True, exist_ok=True)
            self.page.evaluate(page_scripts.SAY_HOME, str(environment.HOME))
            self.settle()
            self.page.screenshot(path=path / f"{name}.png")

    def _on_error(self, error: Error) -> None:
        if str(error) not in ERRORS_OF_FIFTYONE:
            self.errors.append(str(error))

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location['url']})")
