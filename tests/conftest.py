"""What every test run needs; the test kinds have their own beside their tests."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from harness import environment
from harness.cluster import Cluster, is_possible

if TYPE_CHECKING:
    import fiftyone as fo

KINDS = ("unit", "integration", "cluster", "browser")
STANDALONE = {"standalone", "start_standalone"}
IMAGES = 60
# Of a test with a browser or a cluster: what it waits for on a busy machine adds up
LONG_SECONDS = 600
LEFT_OUT = pytest.StashKey[int]()


# How long an example takes is the machine's affair
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")


def pytest_configure(config: pytest.Config) -> None:
    signal.signal(signal.SIGTERM, _exit)
    environment.prepare()


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Marks each test by its folder, and by whether it needs Milvus Standalone or a
    cluster. The quick kinds come first, of a kind the largest files; those with a
    browser last: Playwright leaves an event loop in its process, and where one runs,
    FiftyOne executes no operator before it returns."""
    _leave_out(config, items)
    for item in items:
        if (kind := _kind(item)) in KINDS:
            item.add_marker(kind)
        if _needs_cluster(item):
            item.add_marker("cluster")
        if kind == "browser" or _needs_cluster(item):
            item.add_marker(pytest.mark.timeout(LONG_SECONDS))
        if _needs_standalone(item):
            item.add_marker("standalone")
    sizes = Counter(item.path for item in items)
    kinds = (*KINDS, None)
    items.sort(key=lambda i: (kinds.index(_kind(i)), -sizes[i.path], i.path))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if count := config.stash.get(LEFT_OUT, 0):
        terminalreporter.write_line(
            f"No right to make a network namespace here (unshare --net): {count} tests "
            "on a Milvus cluster were left out."
        )


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The session's Milvus cluster, started when first asked for. A test that kills
    parts of it leaves them up."""
    found = Cluster(environment.HOME / "cluster")
    yield found
    found.stop()


@pytest.fixture(scope="session")
def offline_models() -> None:
    """The demo's models, which FiftyOne then finds by name in every process."""
    from demo import zoo

    zoo.install_offline_source(environment.MODEL_ZOO)


@pytest.fixture(scope="session")
def scenes() -> Iterator[fo.Dataset]:
    """The demo's scenes, with their objects in ``ground_truth``; for the whole run.

    A test that changes it puts it back, or takes a copy.
    """
    from demo.dataset import build_scenes_dataset

    dataset = build_scenes_dataset(
        "scenes",
        environment.HOME / "scenes",
        count=IMAGES,
        seed=0,
        persistent=True,
    )
    yield dataset
    dataset.delete()


def pytest_sessionfinish(exitstatus: int) -> None:
    if exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        environment.keep_logs()


def _leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of the tests that run on each kind of Milvus, those not chosen for the cluster,
    or chosen for the embedded kind alone; all that need a cluster where there can be
    none."""
    items[:] = filter(_is_chosen, items)
    there = [item for item in items if not _needs_cluster(item)]
    if len(there) < len(items) and not is_possible():
        config.stash[LEFT_OUT] = len(items) - len(there)
        items[:] = there


def _is_chosen(item: pytest.Item) -> bool:
    milvus = _params(item).get("_milvus")
    if milvus == "cluster":
        return item.get_closest_marker("on_cluster") is not None
    return milvus != "standalone" or item.get_closest_marker("on_lite") is None


def _kind(item: pytest.Item) -> str | None:
    here = Path(__file__).parent
    first = item.path.relative_to(here).parts[0] if here in item.path.parents else None
    return first if first in KINDS else None


def _needs_standalone(item: pytest.Item) -> bool:
    """By its fixtures, or by which kind of Milvus it is run on. A module whose own
    fixtures start one says so itself."""
    assert isinstance(item, pytest.Function)
    given = _params(item).values()
    kinds = {value for value in given if isinstance(value, str)}
    return "standalone" in kinds or bool(STANDALONE & set(item.fixturenames))


def _needs_cluster(item: pytest.Item) -> bool:
    assert isinstance(item, pytest.Function)
    return "cluster" in item.fixturenames or _params(item).get("_milvus") == "cluster"


def _params(item: pytest.Item) -> dict[str, object]:
    return item.callspec.params if hasattr(item, "callspec") else {}


def _exit(*_: object) -> None:
    pytest.exit("terminated", returncode=128 + signal.SIGTERM)
