"""All near pairs of an index's vectors, compared exactly, a tile at a time."""
