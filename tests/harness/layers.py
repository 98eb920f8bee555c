"""The layers of the product, and the calls between its files while something runs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("fiftyone_milvus/", "app/", "operators/", "panels/")
# Of the library; each may import from those before it
FOLDERS = (
    "store",
    "dataset",
    "retrieval",
    "exact",
    "backend",
    "searches",
    "indexes",
    "analysis",
)
LEVELS = ["fiftyone_milvus", *FOLDERS, "app", "panels"]


def calls_between_files(function: Callable[[], Any]) -> set[tuple[str, str]]:
    """Which of the product's files call which others, while a function runs, also by
    way of files of others."""
    calls: set[tuple[str, str]] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        called = _file(frame)
        if event != "call" or called is None:
            return
        above, caller = frame.f_back, None
        while above is not None and caller is None:
            above, caller = above.f_back, _file(above)
        if caller is not None and caller != called:
            calls.add((caller, called))

    sys.setprofile(note)
    try:
        function()
    finally:
        sys.setprofile(None)
    return calls


def _file(frame: FrameType) -> str | None:
    path = Path(frame.f_code.co_filename)
    inside = path.is_relative_to(ROOT) and path.relative_to(ROOT).as_posix()
    return inside if inside and inside.startswith(PRODUCT) else None


def level_of(path: str) -> int:
    """0 for what all use; more for what is built on that."""
    folder = path.rpartition("/")[0].removeprefix("fiftyone_milvus/")
    return LEVELS.index(folder) if folder in LEVELS else 0
