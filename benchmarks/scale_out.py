"""Building beyond one process: with a real model in one process and on Ray.

    PYTHONPATH=. python benchmarks/scale_out.py --images 600

Each measurement is a process of its own; a rate on Ray counts from when its workers
have loaded the model. Nothing is asserted.
"""

from __future__ import annotations

import argparse

from benchmarks import _options


def main() -> None:
    """Runs it on Standalone."""
    options = _parsed()
    from benchmarks import _setup

    _setup.prepare()
    from benchmarks import _building

    print(_setup.describe(), flush=True)
    with _setup.serving("standalone") as server:
        _building.with_model(server, options)


def _parsed() -> argparse.Namespace:
    parser = _options.parser(__doc__)
    parser.add_argument("--images", type=int, default=600)
    return parser.parse_args()


if __name__ == "__main__":
    main()
