"""How good searches are on real images with a real model, and that the index answers
as exact search does.

    PYTHONPATH=. python benchmarks/quality.py --servers lite

Captions to their own images (R@1, R@5, R@10), and texts to patches of their category
(p@10): plain, with one round of feedback, and with a negative text. Nothing is
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
    from benchmarks import _quality

    print(_setup.describe())
    print(f"Tux Paint stamps and scenes of them, {_quality.MODEL}\n", flush=True)
    for kind in options.servers:
        with _setup.serving(kind) as server:
            _quality.run(server, options)


def _parsed() -> argparse.Namespace:
    parser = _options.parser(__doc__)
    parser.add_argument("--scenes", type=int, default=120, help="how many scenes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
