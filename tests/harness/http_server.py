"""A small HTTP server on 127.0.0.1 that notes what it is sent."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .certificates import Certificates


@dataclass(frozen=True)
class Answer:
    """What it answers: a status and a body."""

    body: str
    status: int = 200


@dataclass(frozen=True)
class Received:
    """What it was sent."""

    method: str
    path: str
    login: str | None
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class HttpServer:
    """The server: its port, and what it ``received``."""

    port: int
    received: list[Received]


@contextmanager
def serving(
    answers: Sequence[Answer], certificates: Certificates | None = None
) -> Iterator[HttpServer]:
    """Answers one request after the other, the last answer again and again; with
    certificates by TLS, and only to clients that show one."""
    left, received = list(answers), list[Received]()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            login, body = self.headers.get("Authorization"), self.rfile.read(size)
            received.append(Received(self.command, self.path, login, body))
            found = left.pop(0) if len(left) > 1 else left[0]
            data = found.body.encode()
            self.send_response(found.status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _answer

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificates is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates.server_pem, certificates.server_key)
        context.load_verify_locations(certificates.ca_pem)
        context.verify_mode = ssl.CERT_REQUIRED
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield HttpServer(server.server_address[1], received)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
