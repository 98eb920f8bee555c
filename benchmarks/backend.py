"""Our backend against the one that FiftyOne ships and against pymilvus itself.

    PYTHONPATH=. python benchmarks/backend.py --count 50000 --dim 768 --servers lite

Every contender gets the same vectors on the same server, in one process, and searches
take turns, so that what else the machine does matches all of them alike. Nothing is
asserted.
"""

from __future__ import annotations

import argparse

from benchmarks import _options


def main() -> None:
    """Runs it for each kind of server."""
    options = _parsed()
    from benchmarks import _setup

    _setup.prepare()
    from benchmarks import _run

    print(_setup.describe())
    print(
        f"{options.count:,} x {options.dim} vectors in {options.clusters:,} clusters, "
        f"{options.metric}, "
        f"{options.queries} queries, seed {options.seed}\n"
        "Times shift with what else the machine does; ratios and recall less so.\n",
        flush=True,
    )
    for kind in options.servers:
        with _setup.serving(kind) as server:
            _run.run(server, options)


def _parsed() -> argparse.Namespace:
    parser = _options.parser(__doc__, "dim", "metric", "clusters", "seed")
    parser.add_argument("--count", type=int, default=10_000, help="how many vectors")
    parser.add_argument("--queries", type=int, default=20, help="searches for a p50")
    return parser.parse_args()


if __name__ == "__main__":
    main()
