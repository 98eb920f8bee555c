"""Building beyond one process: with a real model in one process and on Ray; and vectors
of a field by upserts and by a bulk import.

    PYTHONPATH=. python benchmarks/scale_out.py --images 600 --counts 10000 100000

Each measurement is a process of its own; a rate on Ray counts from when its workers
have loaded the model. Nothing is asserted.
"""

from __future__ import annotations

import argparse

from benchmarks import _options


def main() -> None:
    """Runs it on Standalone: an embedded Milvus imports no files."""
    options = _parsed()
    from benchmarks import _setup

    _setup.prepare()
    from benchmarks import _building

    print(_setup.describe(), flush=True)
    with _setup.serving("standalone") as server:
        if options.images:
            _building.with_model(server, options)
        if options.counts:
            _building.by_import(server, options)


def _parsed() -> argparse.Namespace:
    parser = _options.parser(__doc__, "dim", "seed")
    parser.add_argument("--images", type=int, default=600, help="0: no model")
    parser.add_argument("--counts", type=int, nargs="*", default=(10_000, 100_000))
    return parser.parse_args()


if __name__ == "__main__":
    main()
