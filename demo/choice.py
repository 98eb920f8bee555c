"""Which images and which model the demo takes."""

from collections.abc import Iterator
from dataclasses import dataclass

from demo import dataset, indexes, online
from demo.dataset import SOURCES
from demo.zoo import CLIP, OFFLINE

_DESCRIPTIONS = {
    "quickstart": "FiftyOne's quickstart images",
    "stamps": "scenes composed of Tux Paint's stamps",
    "photos": "collages of the photos that scikit-image and scikit-learn ship",
}


@dataclass(frozen=True)
class Choice:
    """Images and a model.

    Attributes:
        source: one of ``demo.dataset.SOURCES``
        model: a name in FiftyOne's model zoo
        reason: why these
    """

    source: str
    model: str
    reason: str

    def __str__(self) -> str:
        return f"{_DESCRIPTIONS[self.source]}, with {self.model} ({self.reason})"


def choices(source: str | None, model: str | None) -> Iterator[Choice]:
    """What to try, the best first; the next one counts only if one can't be had.

    Args:
        source: the images asked for, if any
        model: the model asked for, if any
    """
    for name, reason in _sources(source):
        yield Choice(name, model or _model(name), reason)


def _sources(asked: str | None) -> Iterator[tuple[str, str]]:
    if asked:
        yield asked, "as asked for"
        return
    ready = dataset.ready_source()
    if ready:
        yield ready, "there from an earlier run"
        return
    if online.quickstart_is_in_reach():
        yield SOURCES[0], "the open internet is in reach"
    for source in SOURCES[1:]:
        yield source, "the best that can be had here"


def _model(source: str) -> str:
    """The model whose indexes are there, else the one that suits the images."""
    usual = CLIP if source == "quickstart" else OFFLINE
    return indexes.indexed_model(dataset.dataset_name(source)) or usual
