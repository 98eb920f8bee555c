"""From a click to the first match and to the sorted grid, in the App in a browser: this
plugin's panel beside FiftyOne's own *Similarity Search*, on the same index.

    PYTHONPATH=. python benchmarks/app.py --count 10000 --servers lite

FiftyOne's panel asks in a menu whether to search now, which isn't counted; it lists a
search when it is done, and shows it on another click, on *Show results*, which it is
given at once. Requests and bytes are all that the page asked for and got from the
search to the sorted grid. The App keeps its plugins loaded, as the demo has it. Then
what the page's thread does for each frame with 10,000 results. Nothing is asserted.
"""

from __future__ import annotations

import argparse

from benchmarks import _options


def main() -> None:
    """Runs it for each kind of server."""
    options = _parsed()
    from benchmarks import _setup

    _setup.prepare()
    from benchmarks import _app

    print(_setup.describe())
    print(
        f"{options.count:,} x {options.dim} vectors, k = {options.k:,}, medians of "
        f"{options.repeats} searches by a selected sample\n",
        flush=True,
    )
    for kind in options.servers:
        with _setup.serving(kind) as server:
            _app.run(server, options)


def _parsed() -> argparse.Namespace:
    parser = _options.parser(__doc__, "dim", "seed")
    parser.add_argument("--count", type=int, default=10_000, help="how many samples")
    parser.add_argument("--k", type=int, default=100, help="matches of a search")
    parser.add_argument("--repeats", type=int, default=9, help="searches for a median")
    return parser.parse_args()


if __name__ == "__main__":
    main()
