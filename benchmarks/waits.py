"""How long one person's search waits in the App while others keep its models busy.

    PYTHONPATH=. python benchmarks/waits.py

A process like the App's, with FiftyOne's own pool of six threads and models whose speed
is set: one person searches by text, and then by an id, 20 times each, while others do
what each row says. Nothing is asserted.
"""

from __future__ import annotations

import argparse

from benchmarks import _options


def main() -> None:
    """Runs it on embedded Milvus, unless an option says otherwise."""
    options = _parsed()
    from benchmarks import _setup

    _setup.prepare()
    from benchmarks import _waiting

    print(_setup.describe() + "\n", flush=True)
    for kind in options.servers:
        with _setup.serving(kind) as server:
            _waiting.run(server, options)


def _parsed() -> argparse.Namespace:
    parser = _options.parser(__doc__)
    parser.set_defaults(servers=("lite",))
    parser.add_argument("--searches", type=int, default=20, help="of each kind")
    return parser.parse_args()


if __name__ == "__main__":
    main()
