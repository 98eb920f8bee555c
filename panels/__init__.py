"""The Python half of the panel."""

from .milvus_panel import MilvusPanel

PANELS = (MilvusPanel,)
