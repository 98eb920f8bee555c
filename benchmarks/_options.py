"""What the programs' command lines have in common."""

from __future__ import annotations

import argparse
from typing import Any

SERVERS = ("lite", "standalone")
METRICS = ("cosine", "dotproduct", "euclidean")
SHARED: dict[str, dict[str, Any]] = {
    "dim": {"type": int, "default": 512, "help": "the vectors' length"},
    "metric": {"choices": METRICS, "default": METRICS[0]},
    "clusters": {"type": int, "default": 50, "help": "the classes of the vectors"},
    "seed": {"type": int, "default": 0},
}


def parser(doc: str | None, *shared: str) -> argparse.ArgumentParser:
    """A command line with ``--servers`` and some of the others that are shared.

    Args:
        doc: the program's docstring, whose first line is the description
        *shared: which, of ``SHARED``
    """
    made = argparse.ArgumentParser(description=(doc or "").partition("\n")[0])
    for name in shared:
        made.add_argument(f"--{name}", **SHARED[name])
    made.add_argument("--servers", nargs="+", choices=SERVERS, default=SERVERS)
    return made
