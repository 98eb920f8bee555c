"""Building an index: rate and peak memory from a field at several sizes, beside what
FiftyOne ships and pymilvus itself.

    PYTHONPATH=. python benchmarks/build.py --counts 10000 100000 300000

Each measurement is a process of its own, so that memory that another left behind hides
nothing. Nothing is asserted.
"""

from __future__ import annotations

import argparse

from benchmarks import _options

CONTENDERS = ("ours", "stock", "raw")


def main() -> None:
    """Runs it for each kind of server."""
    options = _parsed()
    from benchmarks import _setup

    _setup.prepare()
    from benchmarks import _building

    print(_setup.describe())
    print("Times shift with what else the machine does; memory less so.\n", flush=True)
    for kind in options.servers:
        with _setup.serving(kind) as server:
            _building.from_field(server, options)


def _parsed() -> argparse.Namespace:
    parser = _options.parser(__doc__, "dim", "seed")
    parser.add_argument("--counts", type=int, nargs="+", default=(10_000, 30_000))
    parser.add_argument(
        "--contenders",
        nargs="+",
        choices=CONTENDERS,
        default=CONTENDERS,
        help="who builds from a field",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
