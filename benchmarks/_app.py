"""Searches in the App in a browser, timed in the page itself."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import fiftyone as fo
from fiftyone.brain.similarity import Similarity
from playwright.sync_api import Page, Request, sync_playwright

from fiftyone_milvus.backend import runs
from fiftyone_milvus.indexes import build
from harness import environment
from harness.app import BROWSER_ARGS, App, AppServer, Window, browser_path
from harness.datasets import clustered_vectors
from harness.images import paint

from . import _contenders, _data, _frames
from ._measure import Table, Value, median
from ._setup import Server

KEY = "milvus"
URI = "FIFTYONE_BRAIN_SIMILARITY_MILVUS_URI"
PANELS = {"ours": "milvus_panel", "fiftyone": "similarity_search_panel"}
TEXT_KEY, MODEL = "text", "clip-vit-base32-torch"
MOST_RESULTS = 10_000
SELECTED = 20  # tiles of the grid that are searched with, in turn
# A click, and how many milliseconds until each of some conditions held, once a frame
WATCH = """([start, second, listed, match, mounts]) => new Promise((resolve) => {
    const took = {};
    const began = performance.now();
    const now = () => performance.now() - began;
    const tile = () => document.querySelector('[data-cy="fo-grid"] [data-cy="looker"]');
    const look = () => {
        if (second && !took.second) {
            const runs = document.querySelectorAll(second);
            if (runs.length > listed) {
                took.second = now();
                runs[0].click();
            }
        }
        if (match && !took.match && document.querySelector(match)) took.match = now();
        if (!took.grid && window.__gridMounts > mounts && tile()) took.grid = now();
        const done = took.grid && (took.match || !match);
        if (done || now() > 120000) resolve(took); else requestAnimationFrame(look);
    };
    document.querySelector(start).click();
    look();
})"""


@dataclass
class Times:
    """What the searches of one panel took: milliseconds, requests, and bytes."""

    first: list[float] = field(default_factory=list)
    grid: list[float] = field(default_factory=list)
    requests: list[float] = field(default_factory=list)
    kilobytes: list[float] = field(default_factory=list)


def run(server: Server, options: argparse.Namespace) -> None:
    """Prints the table of one server."""
    if server.given is not None:
        os.environ[URI] = server.given
    dataset = make_dataset(server, options)
    try:
        with opened(dataset) as app:
            ours = _ours(app, options)
        with opened(dataset) as app:
            stock = _stock(app, options)
        _add_text_index(dataset)
        with opened(dataset) as app:
            _search(app, min(options.count, MOST_RESULTS))
            _frames.show(app, server.title)
    finally:
        dataset.delete_brain_run(TEXT_KEY)
        runs.cleanup(dataset, KEY)
        dataset.delete()
        os.environ.pop(URI, None)
    table = Table(server.title, ("ours", "fiftyone"), versus="fiftyone")
    for label, name in (
        ("click to the first match, p50 ms", "first"),
        ("click to the sorted grid, p50 ms", "grid"),
        ("requests", "requests"),
        ("kilobytes", "kilobytes"),
    ):
        found: dict[str, Value] = {
            "ours": median(getattr(ours, name)),
            "fiftyone": median(getattr(stock, name)),
        }
        table.add(label, found)
    table.show()


def make_dataset(server: Server, options: argparse.Namespace) -> fo.Dataset:
    """Samples of one image each and the same, with an index of their vectors."""
    path = environment.HOME / "one.png"
    paint(path, 0)
    vectors, _ = clustered_vectors(options.count, options.dim, 50, options.seed)
    dataset = _data.with_field("app", [vectors], str(path))
    built = build.build(dataset, KEY, build.Source(embeddings_field="embeddings"))
    _contenders.settle(built.collection_name, server)
    dataset.reload()
    return dataset


@contextmanager
def opened(dataset: fo.Dataset) -> Iterator[App]:
    """A page of a server of its own, which remembers no panel of an earlier page."""
    sandbox = os.geteuid() != 0
    os.environ.setdefault("FIFTYONE_PLUGINS_CACHE_ENABLED", "true")  # as the demo does
    service = AppServer()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=browser_path(),
                args=BROWSER_ARGS,
                chromium_sandbox=sandbox,
            )
            yield App(Window(browser).page, service.url, dataset)
            browser.close()
    finally:
        service.stop()


def _ours(app: App, options: argparse.Namespace) -> Times:
    app.open(PANELS["ours"])
    app.cy("milvus-composer").wait_for(timeout=60_000)
    app.cy("milvus-more-options").click()
    app.cy("milvus-k").fill(str(options.k))
    app.cy("milvus-more-options").click()
    times = Times()
    for number in range(options.repeats + 1):
        _start_over(app)
        while app.cy("milvus-chip").count():
            app.cy("milvus-chip-remove").first.click()
        app.select(number % SELECTED)
        app.cy("milvus-use-selected").hover()  # as a mouse does before it clicks
        app.page.wait_for_timeout(250)
        _measure(
            app,
            times,
            start='[data-cy="milvus-use-selected"]',
            match='[data-cy="milvus-results"] '
            f'[data-id="{_id(app, number % SELECTED)}"]',
            counts=number > 0,
        )
        app.page.wait_for_timeout(500)
    return times


def _add_text_index(dataset: fo.Dataset) -> None:
    """Records the same vectors as those of a model, so that the text box is there."""
    config = dataset.get_brain_info(KEY).config.build()
    config.model, config.supports_prompts = MODEL, True
    Similarity.register_run(config, dataset, TEXT_KEY, overwrite=False)
    dataset.reload()


def _search(app: App, count: int) -> None:
    """Searches for so many results with a selected sample."""
    app.open(PANELS["ours"])
    app.cy("milvus-index-select").select_option(TEXT_KEY)
    app.cy("milvus-more-options").click()
    app.cy("milvus-k").fill(str(count))
    app.cy("milvus-more-options").click()
    app.select(0)
    app.after_grid_change(app.cy("milvus-use-selected").click)
    app.page.wait_for_timeout(3_000)


def _stock(app: App, options: argparse.Namespace) -> Times:
    app.open()
    # beside the grid, where its samples can be selected
    beside = {"isActive": True, "layout": "horizontal"}
    app.op("open_panel", name=PANELS["fiftyone"], **beside)
    panel = app.cy(f"panel-content-{PANELS['fiftyone']}")
    panel.get_by_role("button", name="New Search").wait_for(timeout=60_000)
    times = Times()
    for number in range(options.repeats + 1):
        _start_over(app)
        panel.get_by_role("button", name="New Search").click()
        app.select(number % SELECTED)
        panel.locator('input[type="number"]').fill(str(options.k))
        panel.get_by_role("button", name="Search", exact=True).click()
        execute = app.page.get_by_role("menuitem").filter(has_text="synchronously")
        execute.evaluate("(e) => e.setAttribute('data-cy', 'stock-search')")
        _measure(
            app,
            times,
            start='[data-cy="stock-search"]',
            second='[aria-label="Show results"]',
            listed=number,
            counts=number > 0,
        )
        app.page.wait_for_timeout(500)
    return times


def _start_over(app: App) -> None:
    """The whole dataset in the grid, with nothing selected."""
    app.op("clear_selected_samples")
    app.op("clear_all_stages")
    app.page.wait_for_timeout(1_500)


def _id(app: App, number: int) -> str:
    sample: fo.Sample = app.dataset.skip(number).first()
    return str(sample.id)


def _measure(
    app: App,
    times: Times,
    start: str,
    second: str | None = None,
    listed: int = 0,
    match: str | None = None,
    counts: bool = True,
) -> None:
    """Does one search. FiftyOne's panel has no list of matches: its first is in the
    grid. The first search of each isn't counted."""
    page: Page = app.page
    finished: list[Request] = []

    def note(request: Request) -> None:
        finished.append(request)

    page.on("requestfinished", note)
    mounts = page.evaluate("() => window.__gridMounts")
    took = page.evaluate(WATCH, [start, second, listed, match, mounts])
    page.wait_for_timeout(500)
    page.remove_listener("requestfinished", note)
    if not counts:
        return
    times.grid.append(took["grid"])
    times.first.append(took.get("match", took["grid"]))
    times.requests.append(len(finished))
    times.kilobytes.append(sum(map(_bytes, finished)) / 1e3)


def _bytes(request: Request) -> int:
    sizes = request.sizes()
    return sizes["requestBodySize"] + sizes["responseBodySize"]
