"""FiftyOne's Milvus similarity backend, made right.

``import fiftyone_milvus`` is all a notebook needs: from then on
``backend="milvus"`` means this package, embedded Milvus included.
``fiftyone_milvus.health(dataset, brain_key)`` says how true an index is to its dataset,
``fiftyone_milvus.sync(dataset, brain_key)`` makes it so.
``fiftyone_milvus.trust_model(dataset, brain_key)`` accepts the arguments of a model
that came with a dataset.
"""

from typing import Any

from .backend import import_hook

__version__ = "0.1.0"

import_hook.install()


def __getattr__(name: str) -> Any:
    # not imported above, since they import fiftyone
    if name == "health":
        from .indexes.health import health

        return health
    if name == "sync":
        from .indexes.sync import sync

        return sync
    if name == "trust_model":
        from .backend.recorded_models import trust_model

        return trust_model
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
