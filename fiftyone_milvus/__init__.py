"""FiftyOne's Milvus similarity backend, made right.

``import fiftyone_milvus`` is all a notebook needs: from then on
``backend="milvus"`` means this package, embedded Milvus included.
"""

from . import hook

__version__ = "0.1.0"

hook.install()
