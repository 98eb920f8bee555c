"""Recent results of this process, so that the next matches need no other search."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Sized
from typing import Any, Protocol
from uuid import uuid4

from ..errors import InvalidRequest


class Paged(Protocol):
    """A result: this module's, or one that holds more."""

    @property
    def ids(self) -> Sized: ...

    def page(self, start: int, count: int) -> Any: ...


KEPT_RESULTS = 64
MAX_CACHED_MATCHES = 1_000_000  # about 150 MB
KEPT_SECONDS = 3_600.0

_kept: OrderedDict[str, tuple[float, Paged]] = OrderedDict()
_lock = threading.Lock()


def keep(result: Paged) -> str:
    """Keeps a result for an hour, or until many newer ones came.

    Returns:
        the token to ask for it with
    """
    token = uuid4().hex
    with _lock:
        _kept[token] = time.monotonic(), result
        while len(_kept) > KEPT_RESULTS or (
            len(_kept) > 1 and _matches() > MAX_CACHED_MATCHES
        ):
            _kept.popitem(last=False)
    return token


def get(token: str) -> Any:
    """The whole result.

    Raises:
        InvalidRequest: if it isn't kept any more
    """
    with _lock:
        found = _kept.get(token)
        if found is not None and time.monotonic() - found[0] < KEPT_SECONDS:
            _kept.move_to_end(token)
            return found[1]
        _kept.pop(token, None)
    raise InvalidRequest("This result isn't kept any more. Search again.")


def page(token: str, start: int, count: int) -> Any:
    """Some matches of a result, see
    :meth:`~fiftyone_milvus.search.result.Result.page`.

    Raises:
        InvalidRequest: if it isn't kept any more
    """
    return get(token).page(start, count)


def _matches() -> int:
    return sum(len(result.ids) for _, result in _kept.values())
