"""Has a server import files that are in the storage that it reads: asks Milvus 2.3 by
gRPC, and later ones by REST. (The latter was never run against a server.)"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import requests

from ..errors import AccessDenied, ServerUnavailable, VectorSearchError
from . import proxies
from .client import CALL_SECONDS, CONNECT_SECONDS
from .collection import Collection
from .error_messages import uses_tls
from .redaction import without_secrets
from .settings import Settings

CREATE, DESCRIBE = (
    f"/v2/vectordb/jobs/import/{verb}" for verb in ("create", "describe")
)
DONE_CODES = (0, 200)  # of an answer


@dataclass(frozen=True)
class ImportJob:
    """The import of a file, by its path in the server's storage."""

    collection: Collection
    path: str
    id: Any


def start(collection: Collection, path: str) -> ImportJob:
    """Starts the import of a Parquet file into a collection, or its partition. Milvus
    doesn't look at primary keys: a file that is imported twice doubles its rows.

    Raises:
        VectorSearchError: if the server refuses it
    """
    partition = collection.partition
    if collection.connection.capabilities.rest_import:
        wanted: dict[str, Any] = {"collectionName": collection.name, "files": [[path]]}
        if partition is not None:
            wanted["partitionName"] = partition
        found = _post(collection.connection.settings, CREATE, wanted).get("jobId")
    else:
        found = collection.connection.call(
            lambda c: c._get_connection().do_bulk_insert(
                *(collection.name, partition or "", [path]),
                timeout=CALL_SECONDS,
                context=c._generate_call_context(),
            )
        )
    return ImportJob(collection, path, found)


def is_done(job: ImportJob) -> bool:
    """Whether the rows are stored and indexed.

    Raises:
        VectorSearchError: if the server can't import them; says why
    """
    connection = job.collection.connection
    if connection.capabilities.rest_import:
        answer = _post(connection.settings, DESCRIBE, {"jobId": job.id})
        state, reason = answer.get("state"), answer.get("reason")
        failed, done = state == "Failed", state == "Completed"
    else:
        found = connection.call(
            lambda c: c._get_connection().get_bulk_insert_state(
                job.id, timeout=CALL_SECONDS, context=c._generate_call_context()
            )
        )
        reason = found.failed_reason
        failed = found.state in (found.ImportFailed, found.ImportFailedAndCleaned)
        done = found.state == found.ImportCompleted
    if failed:
        raise VectorSearchError(
            f"Milvus at {connection.settings.address} can't import {job.path}: "
            f"{reason or 'it gives no reason'}. The folder for staging must be in the "
            "storage that this Milvus reads: for S3 its own bucket, for local storage "
            "a path on its machine."
        )
    return done


def _post(server: Settings, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """What a server's REST interface, which is at the address of gRPC, answers."""
    if server.db_name is not None:
        body = {**body, "dbName": server.db_name}
    parts = urlsplit(server.address)
    address = f"{'https' if uses_tls(server) else 'http'}://{parts.netloc}{path}"
    session = requests.Session()
    session.trust_env = False  # it would go through a proxy to this machine, too
    proxy = proxies.on_the_way_to(server.host or "")
    if proxy is not None:
        session.proxies = {"http": proxy.address, "https": proxy.address}
    where, login = f"Milvus at {server.address}", _login(server)
    try:
        with session:
            response = session.post(
                address,
                json=body,
                headers={"Authorization": f"Bearer {login}"} if login else {},
                timeout=(CONNECT_SECONDS, CALL_SECONDS),
                verify=_path(server.server_pem_path or server.ca_pem_path) or True,
                cert=_certificate(server),
                allow_redirects=False,
            )
            answer = response.json()
            code, message = int(answer["code"]), str(answer.get("message"))
            data = dict(answer.get("data") or {})
    except requests.JSONDecodeError:
        raise VectorSearchError(
            f"{where} takes no imports by REST ({response.status_code} {path}). Leave "
            "via out: rows are upserted."
        ) from None
    except (OSError, KeyError, TypeError, ValueError) as e:
        raise ServerUnavailable(
            f"{where} does not answer by REST ({type(e).__name__} {path}), which an "
            "import needs. Check that its address leads to that too, or leave via out: "
            "rows are upserted."
        ) from None
    message = without_secrets(message, server)
    if response.status_code in (401, 403):
        raise AccessDenied(
            f"{where} does not allow an import to the user that is set ({message}). "
            "Grant it the privilege Import, or leave via out: rows are upserted."
        )
    if code not in DONE_CODES:
        raise VectorSearchError(f"{where} refused the import: {message}")
    return data


def _login(server: Settings) -> str | None:
    user, password = server.user, server.password
    if user is None:
        parts = urlsplit(server.uri or "")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return server.token or (f"{user}:{password}" if password else user)


def _certificate(server: Settings) -> tuple[str, str] | None:
    certificate, key = server.client_pem_path, server.client_key_path
    return (_path(certificate), _path(key)) if certificate and key else None


def _path(path: str | None) -> str:
    return os.path.expanduser(path or "")
