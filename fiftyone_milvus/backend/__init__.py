"""The similarity backend ``milvus``, as FiftyOne's interface has it."""
