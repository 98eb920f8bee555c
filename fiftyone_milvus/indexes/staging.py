"""The folder where the files of a bulk import are, in the storage that Milvus reads."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.fs as pafs

from ..errors import InvalidRequest
from ..store.collection import Collection

logger = logging.getLogger(__name__)

S3 = "s3://"
PROPERTY = "fiftyone.staging"  # of a collection, while it is imported: the folder
CONNECT_SECONDS, REQUEST_SECONDS, TRIES = 4, 30, 2
EXAMPLES = "'s3://bucket/folder', or for a Standalone with local storage a path"
FAILURES = (OSError, pa.ArrowException)


@dataclass(frozen=True)
class Staging:
    """A folder of the storage that Milvus reads.

    Args:
        address: as people write it; it has no secrets
        files: how this process writes there, a ``pyarrow.fs.FileSystem``
        folder: its path for ``files``
        prefix: its path for Milvus, which doesn't name the bucket
    """

    address: str
    files: Any
    folder: str
    prefix: str

    def path(self, name: str) -> str:
        """The path of a file for this process."""
        return f"{self.folder}/{name}"

    def path_for_milvus(self, name: str) -> str:
        """The path of a file for Milvus."""
        return f"{self.prefix}/{name}" if self.prefix else name

    def delete(self, names: Iterable[str]) -> None:
        """Deletes files, as far as they are there; those that can't be deleted are
        named in the log."""
        for name in names:
            try:
                self.files.delete_file(self.path(name))
            except FileNotFoundError:
                continue
            except FAILURES as e:
                logger.warning(
                    "Delete the file %s/%s, which a bulk import can't delete: %s",
                    *(self.address, name, _reason(e)),
                )


def opened(address: str) -> Staging:
    """Opens a folder, and checks that files can be written to it. Credentials and the
    endpoint of S3 are those of the environment, as for boto3.

    Raises:
        InvalidRequest: if they can't
    """
    found = _found(address)
    try:
        if not address.startswith(S3):
            os.makedirs(found.folder, exist_ok=True)
        probe = found.path(f"fiftyone-milvus-{uuid4().hex}")
        with found.files.open_output_stream(probe) as stream:
            stream.write(b"may be deleted")
        found.files.delete_file(probe)
    except FAILURES as e:
        raise unwritable(address, e) from e
    return found


def unwritable(address: str, error: Exception) -> InvalidRequest:
    """The error for a folder that can't be written to."""
    credentials = (
        ", and that the environment has its endpoint and credentials "
        "(AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY)"
    )
    return InvalidRequest(
        f"Nothing can be written to {address}: {_reason(error)}. Check that it is "
        f"there and has room{credentials * address.startswith(S3)}."
    )


def new_name(collection: str) -> str:
    """A name for a file that no other import uses."""
    return f"{collection}-{uuid4().hex}.parquet"


def note(collection: Collection, address: str | None) -> None:
    """Notes with a collection where the files of its bulk import are; ``None`` when
    they are gone."""
    # Milvus 2.3 can't remove a property, so an empty one is none
    collection.set_property(PROPERTY, address or "")


def noted(described: Mapping[str, Any]) -> str | None:
    """Where the files of a bulk import are that isn't finished, from a collection's
    description."""
    return (described.get("properties") or {}).get(PROPERTY) or None


def clean_up(collection: Collection) -> None:
    """Deletes the files of a bulk import that was not finished; where they can't be
    deleted, the log says so."""
    address = noted(collection.description(fresh=True))
    if address is None:
        return
    name = re.compile(f"{re.escape(collection.name)}-[0-9a-f]{{32}}\\.parquet")
    try:
        found = _found(address)
        there = found.files.get_file_info(pafs.FileSelector(found.folder))
    except (*FAILURES, InvalidRequest) as e:
        logger.warning(
            "Delete the files %s/%s-*.parquet, which a bulk import left: %s",
            *(address, collection.name, _reason(e)),
        )
        return
    found.delete(one.base_name for one in there if name.fullmatch(one.base_name))


def _found(address: str) -> Staging:
    if not address.startswith(S3):
        if "://" in address:
            raise InvalidRequest(f"staging must be {EXAMPLES}.")
        folder = os.path.abspath(os.path.expanduser(address))
        return Staging(folder, pafs.LocalFileSystem(), folder, folder)
    folder = address.removeprefix(S3).rstrip("/")
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{2,62}(/[^?#@]+)?", folder):
        raise InvalidRequest(
            "staging must name a folder of a bucket, such as 's3://bucket/folder', "
            "without credentials: the environment has these (AWS_ACCESS_KEY_ID, "
            "AWS_SECRET_ACCESS_KEY)."
        )
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3")
    files = pafs.S3FileSystem(
        endpoint_override=endpoint or os.environ.get("AWS_ENDPOINT_URL"),
        connect_timeout=CONNECT_SECONDS,
        request_timeout=REQUEST_SECONDS,
        retry_strategy=pafs.AwsStandardS3RetryStrategy(max_attempts=TRIES),
    )
    return Staging(f"{S3}{folder}", files, folder, folder.partition("/")[2])


def _reason(error: Exception) -> str:
    """An error's first line; of one of S3 what the server says, without the call."""
    line = (str(error) or type(error).__name__).splitlines()[0]
    return line.partition("AWS Error ")[2][:300].rstrip(".") or line[:300]
