"""Searches within views of every size: the plan that was chosen against all others.

    PYTHONPATH=. python benchmarks/search.py --count 30000 --servers standalone

Views are random parts of the dataset, and classes next to the query or far from it:
those are what a filter in the App makes, and what makes graphs lose matches. Nothing is
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
    from benchmarks import _views

    print(_setup.describe())
    print(
        f"{options.count:,} x {options.dim} vectors in {options.clusters:,} clusters, "
        f"{options.metric}, "
        f"k = {_views.K}, medians of {options.repeats} queries in milliseconds\n"
        "Times shift with what else the machine does; ratios and recall less so.\n",
        flush=True,
    )
    for kind in options.servers:
        with _setup.serving(kind) as server:
            _views.run(server, options)


def _parsed() -> argparse.Namespace:
    parser = _options.parser(__doc__, "dim", "metric", "clusters", "seed")
    parser.add_argument("--count", type=int, default=100_000, help="how many vectors")
    parser.add_argument("--repeats", type=int, default=5, help="searches for a median")
    parser.add_argument(
        "--stock", action="store_true", help="FiftyOne's own backend too: it is slow"
    )
    parser.add_argument(
        "--lancedb",
        action="store_true",
        help="FiftyOne's LanceDB backend too: install lancedb, fiftyone-brain>=0.27",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
