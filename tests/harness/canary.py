"""Code that a hostile record names, and that must never run."""

from __future__ import annotations

from pathlib import Path


def sing(path: str, **_: object) -> None:
    """Says in a file that it was executed."""
    Path(path).write_text("executed")
