"""The App in a real browser, with the plugin and the demo's dataset and models."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from harness import environment
from harness.app import BROWSER_ARGS, App, AppServer, Window, browser_path
from harness.standalone import Standalone
from harness.worker import DelegatedWorker

if TYPE_CHECKING:
    import fiftyone as fo
    from playwright.sync_api import Browser

MODEL = "conse-lite0-minilm-offline"
# a busy machine may take seconds for what takes none
expect.set_options(timeout=60_000)


@pytest.fixture(scope="session", autouse=True)
def no_idle_servers() -> None:
    """Ends what tests before these have left running: each takes a tenth of a core."""
    for server in list(Standalone.running):
        server.stop()


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {
        "executable_path": browser_path(),
        "headless": True,
        "args": BROWSER_ARGS,
        # Chromium cannot use its sandbox as root
        "chromium_sandbox": os.geteuid() != 0,
    }


@pytest.fixture(scope="session")
def app_server(offline_models: None) -> Iterator[AppServer]:
    """The App's server, in a process of its own, which loads plugins once."""
    server = AppServer(variables={"FIFTYONE_PLUGINS_CACHE_ENABLED": "true"})
    yield server
    server.stop()


@pytest.fixture
def dataset(scenes: fo.Dataset) -> fo.Dataset:
    """What the App shows: the scenes that all tests share, unless a module says
    otherwise."""
    return scenes


@pytest.fixture
def own_scenes(scenes: fo.Dataset) -> Iterator[fo.Dataset]:
    """The scenes, as a dataset of the test's own."""
    from fiftyone_milvus.backend import runs

    copy = scenes.clone(f"scenes-{uuid.uuid4().hex[:6]}", persistent=True)
    yield copy
    copy.reload()
    for key in runs.keys(copy):
        runs.cleanup(copy, key)
    copy.delete()


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[Window]:
    """What a module's tests see the App in; with animations where images for the docs
    are taken."""
    window = Window(browser, animated=bool(os.environ.get("SHOTS")))
    yield window
    window.close()


@pytest.fixture(scope="session")
def lobby(scenes: fo.Dataset) -> Iterator[fo.Dataset]:
    """What the App shows between two tests."""
    dataset = scenes.limit(1).clone("lobby", persistent=True)
    yield dataset
    dataset.delete()


@pytest.fixture
def app(
    window: Window, app_server: AppServer, dataset: fo.Dataset, lobby: fo.Dataset
) -> Iterator[App]:
    """A page of the App; the test fails when an error turns up in its console."""
    app = App(window.page, app_server.url, dataset)
    yield app
    if not app.page.is_closed():
        app.leave(lobby)
    assert app.errors == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where a test fails, keeps an image, and gives the next one a new window."""
    report = yield
    window = item.funcargs.get("window")
    if report.failed and isinstance(window, Window):
        window.close(environment.ROOT / "test-results" / f"{item.name}.png")
    return report


@pytest.fixture
def delegated_worker() -> Iterator[DelegatedWorker]:
    """A worker that runs what is queued, until the test ends."""
    worker = DelegatedWorker()
    yield worker
    worker.stop()


@pytest.fixture(scope="session")
def give_index(
    scenes: fo.Dataset, offline_models: None
) -> Callable[[fo.Dataset, str], None]:
    """``give_index(dataset, key)`` gives the scenes, or a copy of them, an index
    ``images`` or ``objects``. It is built once, which takes up to a minute, and
    imported from then on."""
    from fiftyone_milvus.backend import runs
    from fiftyone_milvus.indexes import archive, build

    made: dict[str, Path] = {}
    options: dict[str, dict[str, Any]] = {
        "images": {"filter_fields": ["theme"]},
        "objects": {"patches_field": "ground_truth"},
    }

    def give(dataset: fo.Dataset, key: str) -> None:
        if key not in made:
            made[key] = environment.HOME / f"{key}.parquet"
            build.build(scenes, key, build.Source(model=MODEL), **options[key])
            archive.export_index(scenes, key, made[key])
            runs.cleanup(scenes, key)
        archive.import_index(dataset, key, made[key])
        dataset.reload()

    return give


@pytest.fixture(scope="module")
def indexes(
    scenes: fo.Dataset, give_index: Callable[[fo.Dataset, str], None]
) -> Iterator[dict[str, Any]]:
    """An index of the scenes and one of their objects, ready to search."""
    from fiftyone_milvus.backend import runs

    for key in ("images", "objects"):
        give_index(scenes, key)
    yield {key: runs.load(scenes, key) for key in ("images", "objects")}
    for key in ("images", "objects"):
        runs.cleanup(scenes, key)


@pytest.fixture(scope="module")
def near(indexes: dict[str, Any]) -> float:
    """A distance within which the scenes have several groups of near duplicates."""
    from fiftyone_milvus.analysis import duplicates

    for thresh in (0.05, 0.1, 0.15, 0.2, 0.25, 0.3):
        if len(duplicates.find_groups(indexes["images"], thresh).groups) > 3:
            return thresh
    raise AssertionError("The scenes have no near duplicates")
