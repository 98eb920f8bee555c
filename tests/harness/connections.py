"""The connections to Milvus of this process."""

from fiftyone_milvus.store import client


def close_all() -> None:
    """Closes each; what is in use connects again."""
    for connection in list(client._connections.values()):
        connection.close()
