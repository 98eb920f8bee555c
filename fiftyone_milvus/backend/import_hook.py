"""Puts our classes where FiftyOne looks for its Milvus backend.

Stored runs name their class by its path,
``fiftyone.brain.internal.core.milvus.MilvusSimilarityConfig``, and a run with another
path breaks ``list_brain_runs()`` for every process that lacks that class. So the path
stays: our classes say that they are in that module, and are put there when it is
imported. Nothing here imports fiftyone.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType

from . import STOCK_MODULE

CLASSES = ("MilvusSimilarityConfig", "MilvusSimilarity", "MilvusSimilarityIndex")


def install() -> None:
    """Makes the ``milvus`` backend ours in this process; once is enough."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
    if STOCK_MODULE in sys.modules:
        _swap(sys.modules[STOCK_MODULE])


def _swap(module: ModuleType) -> None:
    from .. import internals

    internals.check("fiftyone", "fiftyone-brain")
    from . import similarity

    for name in CLASSES:
        setattr(module, name, getattr(similarity, name))


class _Finder(importlib.abc.MetaPathFinder):
    """Finds that one module as usual, and swaps its classes once it has run."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != STOCK_MODULE:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.loader is None:
            return spec
        exec_module = spec.loader.exec_module

        def exec_and_swap(module: ModuleType) -> None:
            exec_module(module)
            _swap(module)

        spec.loader.exec_module = exec_and_swap  # type: ignore[method-assign]
        return spec
