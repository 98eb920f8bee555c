"""The FiftyOne plugin ``@milvus/vector-search``: FiftyOne calls :func:`register`."""

import importlib.util
import sys
from pathlib import Path
from typing import Any


def register(plugin: Any) -> None:
    """Registers the operators and the panel; FiftyOne runs this file again each time
    it looks for plugins."""
    _find_library()
    from .operators import OPERATORS
    from .panels import PANELS

    for cls in (*OPERATORS, *PANELS):
        plugin.register(cls)


def _find_library() -> None:
    """Makes ``fiftyone_milvus`` importable, from this folder if it isn't installed, and
    checks that it works with this FiftyOne."""
    if importlib.util.find_spec("fiftyone_milvus") is None:
        sys.path.append(str(Path(__file__).resolve().parent))
    library = importlib.import_module("fiftyone_milvus.internals")
    library.check("fiftyone", "fiftyone-brain")
