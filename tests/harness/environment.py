"""Gives a test run folders, variables and a database of its own.

A private ``FIFTYONE_DATABASE_DIR`` would not isolate it: FiftyOne attaches to any
database service that any other FiftyOne process of this machine has running. A
private mongod and ``FIFTYONE_DATABASE_URI`` do.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from pathlib import Path

from . import plugin_finder, reaper
from .mongod import Mongod

ROOT = Path(__file__).resolve().parents[2]
HOME = Path(tempfile.mkdtemp(prefix="fiftyone-milvus-tests-"))
LOGS = HOME / "logs"
PLUGINS = HOME / "plugins"
MODEL_ZOO = HOME / "models"
# of each of those that run the tests at once
KEPT_LOGS = ROOT / "test-results" / "logs" / os.environ.get("PYTEST_XDIST_WORKER", "")

# The person's own settings, which no test may see
UNMANAGED = ("FIFTYONE_", "DEFAULT_FIFTYONE_", "BRAIN_", "MILVUS_", "PYMILVUS_", "HF_")
OTHER_FOLDERS = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "TORCH_HOME")
KEPT_LOG_BYTES = 200_000


def prepare() -> None:
    """Sets all of it up; what it starts ends with this process, however that ends."""
    run = uuid.uuid4().hex
    _forget_the_person()
    os.environ[reaper.MARK] = run
    reaper.start(run, HOME)
    for folder in (LOGS, PLUGINS, MODEL_ZOO):
        folder.mkdir()
    (PLUGINS / "milvus-vector-search").symlink_to(ROOT)
    os.environ.update(
        FIFTYONE_DATABASE_URI=Mongod(HOME / "db", LOGS / "mongod.log").uri,
        FIFTYONE_DATABASE_NAME=f"fiftyone-milvus-tests-{run[:8]}",
        FIFTYONE_DATABASE_DIR=str(HOME / "fiftyone-db"),
        FIFTYONE_DEFAULT_DATASET_DIR=str(HOME / "datasets"),
        FIFTYONE_DATASET_ZOO_DIR=str(HOME / "dataset-zoo"),
        FIFTYONE_MODEL_ZOO_DIR=str(MODEL_ZOO),
        FIFTYONE_PLUGINS_DIR=str(PLUGINS),
        FIFTYONE_MILVUS_DIR=str(HOME / "milvus"),
        FIFTYONE_CONFIG_PATH=str(HOME / "config.json"),
        FIFTYONE_APP_CONFIG_PATH=str(HOME / "app_config.json"),
        FIFTYONE_BRAIN_CONFIG_PATH=str(HOME / "brain_config.json"),
        FIFTYONE_ANNOTATION_CONFIG_PATH=str(HOME / "annotation_config.json"),
        FIFTYONE_EVALUATION_CONFIG_PATH=str(HOME / "evaluation_config.json"),
        FIFTYONE_ALLOW_LEGACY_ORCHESTRATORS="true",
        FIFTYONE_DO_NOT_TRACK="true",
        FIFTYONE_SHOW_PROGRESS_BARS="false",
        XDG_CACHE_HOME=str(ROOT / ".cache"),
        HF_HUB_OFFLINE="1",
        TOKENIZERS_PARALLELISM="false",
        # spinning threads take the cores from the servers
        OMP_WAIT_POLICY="PASSIVE",
    )
    plugin_finder.install(ROOT)


def keep_logs() -> None:
    """Copies the end of every log to ``test-results/logs``, for a run that failed."""
    shutil.rmtree(KEPT_LOGS, ignore_errors=True)
    for log in sorted(HOME.rglob("*.log")):
        kept = KEPT_LOGS / log.relative_to(HOME)
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(log.read_bytes()[-KEPT_LOG_BYTES:])


def _forget_the_person() -> None:
    browsers = Path("~/.cache/ms-playwright").expanduser()
    if browsers.is_dir():
        os.environ.setdefault("PLAYWRIGHT_BROWSERS_PATH", str(browsers))
    for name in list(os.environ):
        if name.startswith(UNMANAGED) or name in OTHER_FOLDERS:
            del os.environ[name]
    os.environ["HOME"] = str(HOME)
    # A proxy must not stand between a test and its own servers
    for name in ("NO_PROXY", "no_proxy"):
        others = os.environ.get(name)
        os.environ[name] = "127.0.0.1,localhost" + (f",{others}" if others else "")
