"""The order of the demo's work."""

from dataclasses import dataclass

import fiftyone as fo

from demo import app, indexes, plugin, zoo
from demo.choice import Choice, choices
from demo.dataset import open_dataset
from demo.errors import DemoError


@dataclass(frozen=True)
class Options:
    """What the person asked for; None leaves it to the demo."""

    dataset: str | None
    model: str | None
    count: int | None
    port: int
    address: str


def run(options: Options) -> None:
    """Prepares what's missing, opens the App, returns when the App is to end.

    Raises:
        DemoError: something is missing that the person can put right
    """
    app.check_port(options.port, options.address)
    plugin.install()
    dataset, choice = _prepare(options)
    indexes.ensure_indexes(dataset, choice.model)
    app.show(dataset, choice.source, options.port, options.address)


def _prepare(options: Options) -> tuple[fo.Dataset, Choice]:
    """The first dataset, with its model, that can be had."""
    if options.model:
        zoo.prepare_model(options.model)
    failure: DemoError | None = None
    for choice in choices(options.dataset, options.model):
        if failure:
            print(failure, flush=True)
        print(f"Demo: {choice}", flush=True)
        try:
            zoo.prepare_model(choice.model)
            return open_dataset(choice.source, options.count), choice
        except DemoError as error:
            failure = error
    raise failure or DemoError("Choose images with --dataset.")
