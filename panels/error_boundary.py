"""Turns errors of the panel's methods into plain data."""

from __future__ import annotations

import functools
import logging
import traceback
from collections.abc import Callable
from typing import Any, TypeVar

import fiftyone.operators as foo

from fiftyone_milvus.errors import UntrustedModel, VectorSearchError
from fiftyone_milvus.store import redaction

from ..app.context import check_params, connection, in_words

logger = logging.getLogger(__name__)

T = TypeVar("T")
Method = Callable[[T, foo.ExecutionContext], dict[str, Any]]


def answered(method: Method[T]) -> Method[T]:
    """Runs a method with the connection of its context, and returns an error as data:
    an exception would replace the whole panel. For a model that nobody has accepted yet
    the error names the index: React asks whether to accept it, and then calls the
    method again."""

    @functools.wraps(method)
    def wrapped(self: T, ctx: foo.ExecutionContext) -> dict[str, Any]:
        with connection(ctx):
            try:
                check_params(ctx)
                return method(self, ctx)
            except VectorSearchError as e:
                error = {"code": e.code, "message": str(e)}
                if isinstance(e, UntrustedModel) and e.brain_key:
                    error["brain_key"] = e.brain_key
                return {"error": error}
            except Exception as e:
                whole = "".join(traceback.format_exception(e))
                whole = redaction.without_known_secrets(whole)
                logger.error("The Milvus panel's %s failed: %s", method.__name__, whole)
                return {"error": {"code": "internal", "message": in_words(e)}}

    return wrapped
