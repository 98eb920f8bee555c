"""The panel's Python half, called as React calls it."""

from __future__ import annotations

from typing import Any

import plugin.operators  # noqa: F401 (their jobs have labels)
from plugin.panels.milvus_panel import METHODS, MilvusPanel

from . import contract


class CheckedPanel(MilvusPanel):
    """The panel, whose answers are compared with what React expects."""

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name not in METHODS:
            return found

        def checked(ctx: Any) -> Any:
            answer = found(ctx)
            if "error" not in answer:
                contract.check_answer(name, answer)
            return answer

        return checked
