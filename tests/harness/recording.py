"""A recording of the browser's window for the docs: an animated image, from the
frames that the browser draws."""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Locator, Page

WIDTH = 900  # of the image, in pixels
STEP = 100  # milliseconds; between two frames at least
LONGEST = 2_000  # a frame stays: a busy machine makes one wait
LAST = 2_500  # how long the last one stays
QUALITY = 50
# A pointer, which the browser's own frames don't have
POINTER = """() => {
  const pointer = document.createElement('div');
  pointer.style.cssText = `position: fixed; z-index: 99999; width: 22px; height: 22px;
    margin: -11px; border-radius: 50%; pointer-events: none; left: -50px; top: -50px;
    background: rgba(255, 109, 4, .35); border: 2px solid rgb(255, 109, 4)`;
  pointer.dataset.pointer = '';
  document.body.append(pointer);
  const follow = event => {
    pointer.style.left = `${event.clientX}px`;
    pointer.style.top = `${event.clientY}px`;
    const pressed = event.buttons ? .9 : .35;
    pointer.style.background = `rgba(255, 109, 4, ${pressed})`;
  };
  for (const name of ['mousemove', 'mousedown', 'mouseup'])
    document.addEventListener(name, follow, true);
}"""


class Recording:
    """What happens in a page, with the time of each frame; without a file to write it
    does nothing, and waits for nobody to read."""

    def __init__(self, page: Page, path: Path | None) -> None:
        self._page, self._path = page, path
        self._frames: list[tuple[float, bytes]] = []

    def start(self) -> None:
        if self._path is None:
            return
        self._page.evaluate(POINTER)
        self._devtools = self._page.context.new_cdp_session(self._page)
        self._devtools.on("Page.screencastFrame", self._keep)
        options = {"format": "png", "maxWidth": WIDTH, "maxHeight": WIDTH}
        self._devtools.send("Page.startScreencast", options)

    def stop(self) -> None:
        if self._path is None:
            return
        self._devtools.send("Page.stopScreencast")
        self._devtools.detach()
        self._page.evaluate("document.querySelector('[data-pointer]').remove()")
        _write(self._frames, self._path)

    def pause(self, seconds: float) -> None:
        """Leaves time to read."""
        if self._path is not None:
            self._page.wait_for_timeout(1_000 * seconds)

    def go_to(self, target: Locator) -> None:
        """Moves the pointer to the middle of something, as a hand does."""
        target.scroll_into_view_if_needed()
        box = target.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self._page.mouse.move(x, y, steps=1 if self._path is None else 25)
        self.pause(0.3)

    def click(self, target: Locator) -> None:
        self.go_to(target)
        target.click()

    def write(self, target: Locator, text: str) -> None:
        """Types a text."""
        target.press_sequentially(text, delay=0 if self._path is None else 90)
        self.pause(0.4)

    def _keep(self, event: dict[str, Any]) -> None:
        at = event["metadata"]["timestamp"]
        self._frames.append((at, base64.b64decode(event["data"])))
        number = {"sessionId": event["sessionId"]}
        self._devtools.send("Page.screencastFrameAck", number)


@contextmanager
def recorded(page: Page, name: str) -> Iterator[Recording]:
    """Records a page into the folder that ``SHOTS`` names, if any."""
    folder = os.environ.get("SHOTS")
    recording = Recording(page, Path(folder) / f"{name}.webp" if folder else None)
    recording.start()
    yield recording
    recording.stop()


def _write(frames: list[tuple[float, bytes]], path: Path) -> None:
    """Writes an animated image, in which each frame stays as long as it was shown, or
    :data:`LONGEST`."""
    kept: list[tuple[float, bytes]] = []
    for at, data in frames:
        if kept and at - kept[-1][0] < STEP / 1000:
            kept[-1] = (kept[-1][0], data)  # the newest of those that are too close
        elif not kept or data != kept[-1][1]:
            kept.append((at, data))
    times = [at for at, _ in kept]
    shown = [round(1000 * (after - at)) for at, after in pairwise(times)]
    lasting = [min(LONGEST, one) for one in shown] + [LAST]
    first, *others = (Image.open(io.BytesIO(data)).convert("RGB") for _, data in kept)
    path.parent.mkdir(parents=True, exist_ok=True)
    first.save(
        path,
        save_all=True,
        append_images=others,
        duration=lasting,
        loop=0,
        quality=QUALITY,
        method=4,
    )
