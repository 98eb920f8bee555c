"""The similarity backend ``milvus``, as FiftyOne's interface has it."""

# Where FiftyOne looks for its Milvus backend, and what its records name
STOCK_MODULE = "fiftyone.brain.internal.core.milvus"
