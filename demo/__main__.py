"""``python -m demo``: the App with a dataset and two Milvus indexes, ready to try."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence

from demo.errors import DemoError


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the demo and returns the exit code, 0 when the App was opened and ended."""
    options = _parser().parse_args(arguments)
    # FiftyOne reads it when it's imported: "run on a worker" is offered only then
    os.environ.setdefault("FIFTYONE_ALLOW_LEGACY_ORCHESTRATORS", "true")
    # Otherwise FiftyOne loads all plugins again with each call
    os.environ.setdefault("FIFTYONE_PLUGINS_CACHE_ENABLED", "true")
    # Torch reads it when it's imported: threads that spin while they wait for busy
    # cores make embedding up to six times slower on a small machine
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _check_database()
        from demo.run import Options, run

        run(Options(**vars(options)))
    except DemoError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The next start goes on from here.")
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument(
        "--dataset",
        choices=("quickstart", "stamps", "photos"),
        help="the images; by default the best that can be had here",
    )
    parser.add_argument(
        "--model", help="a model of FiftyOne's zoo; by default one that suits them"
    )
    parser.add_argument("--count", type=_positive, help="how many images (120)")
    parser.add_argument("--port", type=_positive, default=5151, help="the App's (5151)")
    parser.add_argument(
        "--address",
        default="127.0.0.1",
        help="where the App listens: 0.0.0.0 opens it to the network (127.0.0.1)",
    )
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("it must be 1 or more")
    return number


def _check_database() -> None:
    """Connects to FiftyOne's database, which otherwise happens at some first use."""
    try:
        from demo import patience

        patience.connect()
    except Exception as error:
        # Whatever FiftyOne, its configuration or MongoDB's client raise
        raise DemoError(
            f"FiftyOne can't be used here ({error}): 'make demo' sets up its database, "
            "or name a MongoDB of your own in FIFTYONE_DATABASE_URI."
        ) from error


if __name__ == "__main__":
    sys.exit(main())
