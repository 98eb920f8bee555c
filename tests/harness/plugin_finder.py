"""Makes the plugin importable as ``plugin``, whatever its folder is called."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

NAME = "plugin"


class PluginFinder(MetaPathFinder):
    """Finds ``plugin`` in the repository's root; Python finds its submodules itself."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        init = self.root / "__init__.py"
        if fullname != NAME or not init.exists():
            return None
        return importlib.util.spec_from_file_location(
            NAME, init, submodule_search_locations=[str(self.root)]
        )


def install(root: Path) -> None:
    """From now on ``import plugin`` is the plugin in ``root``."""
    sys.meta_path.insert(0, PluginFinder(root))
