"""What the panel costs in the App in a browser, with many indexes: how long it takes to
open, and how much it draws while a job is asked for each second.

    PYTHONPATH=. python benchmarks/panel.py --count 10000 --indexes 200 --servers lite

Drawing is the time in a second that the page's thread works: scripts, styles, layout
and all else. Nothing is asserted.
"""

from __future__ import annotations

import argparse

from benchmarks import _options


def main() -> None:
    """Runs it for each kind of server."""
    options = _parsed()
    from benchmarks import _setup

    _setup.prepare()
    from benchmarks import _panel

    print(_setup.describe())
    print(f"{options.count:,} x {options.dim} vectors, {options.indexes:,} indexes\n")
    for kind in options.servers:
        with _setup.serving(kind) as server:
            _panel.run(server, options)


def _parsed() -> argparse.Namespace:
    parser = _options.parser(__doc__, "dim", "seed")
    parser.add_argument("--count", type=int, default=10_000, help="how many samples")
    parser.add_argument("--indexes", type=int, default=200, help="how many indexes")
    parser.add_argument("--repeats", type=int, default=5, help="times it is opened")
    return parser.parse_args()


if __name__ == "__main__":
    main()
