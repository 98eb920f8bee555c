"""The panel's methods for the *Server* tab."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo

from fiftyone_milvus.store import embedded

from . import server_payloads
from .error_boundary import answered

METHODS = ("server_details", "start_embedded", "stop_embedded")


class ServerMethods:
    @answered
    def server_details(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        return server_payloads.details()

    @answered
    def start_embedded(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        embedded.ensure_running(server_payloads.home())
        return {}

    @answered
    def stop_embedded(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        embedded.stop(server_payloads.home())
        return {}
