"""The panel with many indexes in a browser: opened, and while a job runs."""

from __future__ import annotations

import argparse
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime, timezone

import fiftyone as fo
from fiftyone.brain.similarity import Similarity

from fiftyone_milvus.backend import runs
from harness.app import App
from harness.context import make_context
from plugin.app import jobs

from . import _app
from ._measure import Table, median
from ._setup import Server

PANEL = "milvus_panel"
WATCHED_SECONDS = 10
PARTS = {
    "scripts": "ScriptDuration",
    "styles": "RecalcStyleDuration",
    "layout": "LayoutDuration",
    "all": "TaskDuration",
}
# Asks Python something each second, as the panel does while a job runs
ASK = """() => {
    const uri = "@voxel51/operators/list_workspaces";
    setInterval(() => __foo__.executeOperator(uri, {}), 1000);
}"""
# A click on the menu, and how many milliseconds until something is there
OPEN = """([click, drawn]) => new Promise((resolve) => {
    const began = performance.now();
    const look = () => {
        const took = performance.now() - began;
        if (document.querySelector(drawn) || took > 60000) resolve(took);
        else requestAnimationFrame(look);
    };
    document.querySelector(click).click();
    look();
})"""


def run(server: Server, options: argparse.Namespace) -> None:
    """Prints the table of one server."""
    if server.given is not None:
        os.environ[_app.URI] = server.given
    dataset = _app.make_dataset(server, options)
    try:
        _copy_index(dataset, options.indexes)
        with _app.opened(dataset) as app:
            app.load()
            app.page.evaluate(ASK)
            asked = _drawing(app)
            first = [_opened(app) for _ in range(options.repeats + 1)][1:]
            sizes = _sizes(app)
            idle = _drawing(app)
            with _running_job(dataset):
                # as a person who returns to the window
                app.page.evaluate("window.dispatchEvent(new Event('focus'))")
                app.cy("milvus-job").wait_for()
                polled = _drawing(app)
    finally:
        for key in runs.keys(dataset):
            if key != _app.KEY:
                dataset.delete_brain_run(key)
        runs.cleanup(dataset, _app.KEY)
        dataset.delete()
        os.environ.pop(_app.URI, None)
    table = Table(server.title, ("ms",))
    table.add("from the click to the search box, p50", {"ms": median(first)})
    table.add("to the size of each index", {"ms": sizes})
    for part in PARTS:
        table.add(f"a second of the App that asks, {part}", {"ms": asked[part]}, ",.1f")
        table.add(f"a second without a job, {part}", {"ms": idle[part]}, ",.1f")
        table.add(f"a second with a job, {part}", {"ms": polled[part]}, ",.1f")
    table.show()


def _copy_index(dataset: fo.Dataset, count: int) -> None:
    """Records of so many indexes, all of the one collection."""
    config = dataset.get_brain_info(_app.KEY).config.build()
    for number in range(1, count):
        key = f"index_{number:04}"
        Similarity.register_run(config, dataset, key, overwrite=False)
    dataset.reload()


def _opened(app: App) -> float:
    """Loads the page and opens the panel in it; milliseconds from the click on."""
    app.load()
    if app.cy(f"panel-tab-{PANEL}").count():
        app.cy(f"panel-tab-{PANEL}").locator("button").click()
    app.cy("new-panel-btn").first.click()
    option = f"new-panel-option-{PANEL}"
    app.cy(option).wait_for()
    where = [f'[data-cy="{option}"]', '[data-cy="milvus-composer"]']
    return float(app.page.evaluate(OPEN, where))


def _sizes(app: App) -> float:
    """Opens the *Indexes* tab; milliseconds until each index's size is known."""
    began = time.perf_counter()
    app.open_tab("indexes")
    app.page.wait_for_function(
        """() => {
            const sizes = [...document.querySelectorAll('[data-cy="milvus-size"]')];
            return sizes.length && sizes.every((s) => /\\d/.test(s.textContent));
        }"""
    )
    return (time.perf_counter() - began) * 1000


def _drawing(app: App) -> dict[str, float]:
    """Milliseconds of a second that each part of drawing takes."""
    devtools = app.page.context.new_cdp_session(app.page)
    devtools.send("Performance.enable")

    def read() -> dict[str, float]:
        listed = devtools.send("Performance.getMetrics")["metrics"]
        found = {each["name"]: each["value"] for each in listed}
        return {part: 1000 * found[name] for part, name in PARTS.items()}

    app.page.wait_for_timeout(2_000)
    before = read()
    app.page.wait_for_timeout(1_000 * WATCHED_SECONDS)
    after = read()
    devtools.detach()
    return {part: (after[part] - before[part]) / WATCHED_SECONDS for part in PARTS}


@contextmanager
def _running_job(dataset: fo.Dataset) -> Iterator[None]:
    """A job whose progress is written each second."""
    store = make_context(dataset).store(jobs.STORE)
    job = jobs.Job(
        id="benchmark",
        operator="sync_index",
        brain_key=_app.KEY,
        state="running",
        delegated=False,
        phase="Comparing",
        total=1_000,
    )
    done = threading.Event()

    def write() -> None:
        for number in range(1_000):
            now = datetime.now(timezone.utc).isoformat()
            store.set(f"job-{job.id}", asdict(replace(job, done=number, updated=now)))
            if done.wait(1.0):
                return

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
