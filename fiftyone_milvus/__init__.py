"""FiftyOne's Milvus similarity backend, and functions to build and search indexes.

``import fiftyone_milvus`` is all a notebook needs: from then on ``backend="milvus"``
means this package, embedded Milvus included. What is listed in ``__all__`` is loaded
when it is first used, with FiftyOne.
"""

from typing import TYPE_CHECKING, Any

from .backend import import_hook

if TYPE_CHECKING:
    from .api import (
        Crop,
        Query,
        Ray,
        SearchResult,
        Source,
        Term,
        VectorSearchError,
        build,
        cleanup,
        copy_index,
        copy_matches,
        export_index,
        find_duplicates,
        find_in_dataset,
        find_label_outliers,
        find_leaks,
        find_unique,
        health,
        import_index,
        list_collections,
        list_indexes,
        move,
        rename,
        search,
        sync,
        trust_model,
    )

__version__ = "0.1.0"

__all__ = [
    "Crop",
    "Query",
    "Ray",
    "SearchResult",
    "Source",
    "Term",
    "VectorSearchError",
    "build",
    "cleanup",
    "copy_index",
    "copy_matches",
    "export_index",
    "find_duplicates",
    "find_in_dataset",
    "find_label_outliers",
    "find_leaks",
    "find_unique",
    "health",
    "import_index",
    "list_collections",
    "list_indexes",
    "move",
    "rename",
    "search",
    "sync",
    "trust_model",
]

import_hook.install()


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    from . import internals

    internals.check("fiftyone", "fiftyone-brain")  # imports them
    from . import api

    return getattr(api, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
