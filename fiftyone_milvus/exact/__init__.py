"""Exact comparison of all of an index's vectors, a tile at a time."""
