"""Milvus: which one, its connection, a collection and its rows. Only what is in here
knows pymilvus, and nothing in here knows a dataset."""
