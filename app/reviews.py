"""What was found last, and what a person decided of it: stored with the dataset, so
that a reload loses nothing and every window shows the same."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import fiftyone.operators as foo

from fiftyone_milvus.backend import runs
from fiftyone_milvus.dataset.indexed_samples import IndexedSamples

from . import analysis_forms, jobs

DELETION_TAG = "delete"  # of what is marked for deletion
changing = threading.Lock()  # of two windows that decide, one after the other


@dataclass(frozen=True)
class Group:
    """What is decided about together: the ``ids`` of samples or patches, those of their
    samples, and which of them is kept, unless a person keeps another; ``None`` if that
    isn't the question."""

    ids: list[str]
    sample_ids: list[str]
    keep: int | None = None

    def to_tag(self, keep: int | None) -> list[str]:
        """Those that the tag is for."""
        return [id_ for n, id_ in enumerate(self.ids) if n != keep]


# The groups of what each operator found, in the order of its result
GROUPS: dict[str, Callable[[dict[str, Any]], list[Group]]] = {
    "find_duplicates": lambda found: [
        Group(one["ids"], one["sample_ids"], 0) for one in found["groups"]
    ],
    "find_leaks": lambda found: [
        Group(one["ids"], one["sample_ids"], 1) for one in found["leaks"]
    ],
    "find_label_outliers": lambda found: _alone(found["outliers"]),
    "find_unique": lambda found: [
        Group([id_], [sample_id])
        for id_, sample_id in zip(found["ids"], found["sample_ids"], strict=True)
    ],
    "find_duplicates_in_dataset": lambda found: _alone(found["matches"]),
}


def _alone(found: list[dict[str, Any]]) -> list[Group]:
    return [Group([one["id"]], [one["sample_id"]]) for one in found]


@dataclass(frozen=True)
class Decision:
    """What was decided of a group: ``tag`` for those that ``changed``, which didn't
    have it before; a new ``label``; or neither, to leave it as it is. ``keep`` is the
    member that was kept. With ``deletion`` the tag marks the others for deletion, and
    ``deleted`` is how many of them were deleted by now."""

    tag: str | None = None
    label: str | None = None
    keep: int | None = None
    changed: tuple[str, ...] = ()
    deletion: bool = False
    deleted: int = 0


class Review:
    """What an operator found, and the decisions about it by the groups' numbers."""

    def __init__(self, ctx: foo.ExecutionContext, operator: str) -> None:
        self.operator = operator
        self.found: dict[str, Any] | None = ctx.store(analysis_forms.RESULTS).get(
            operator
        )
        self._ctx = ctx
        self._key = f"decisions-{operator}"
        self.decisions: dict[int, Decision] = {}
        kept = ctx.store(analysis_forms.RESULTS).get(self._key) or {}
        if self.found and kept.get("found_id") == self.found["found_id"]:
            self.decisions = {
                int(number): Decision(**{**one, "changed": tuple(one["changed"])})
                for number, one in kept["groups"].items()
            }

    @property
    def groups(self) -> list[Group]:
        return GROUPS[self.operator](self.found or {})

    @property
    def marked(self) -> dict[str, str]:
        """What is marked for deletion, with the ids of the samples; without what
        another decision keeps."""
        found: dict[str, str] = {}
        kept: set[str] = set()
        for number, one in sorted(self.decisions.items()):
            group = self.groups[number]
            others = set(group.to_tag(one.keep)) if one.tag is not None else set()
            kept.update(set(group.ids) - others)
            if one.deletion:
                of = zip(group.ids, group.sample_ids, strict=True)
                found.update(pair for pair in of if pair[0] in others)
        return {id_: sample for id_, sample in found.items() if id_ not in kept}

    @property
    def samples(self) -> IndexedSamples:
        """All that may have been found."""
        return runs.indexed(self._ctx.dataset, (self.found or {})["brain_key"])

    def decide(self, made: dict[int, Decision | None]) -> None:
        """Stores decisions; ``None`` for a group that nothing is decided of."""
        for number, one in made.items():
            if one is None:
                self.decisions.pop(number, None)
            else:
                self.decisions[number] = one
        groups = {str(number): asdict(one) for number, one in self.decisions.items()}
        kept = {"found_id": (self.found or {})["found_id"], "groups": groups}
        store = self._ctx.store(analysis_forms.RESULTS)
        store.set(self._key, kept, ttl=jobs.KEEP_SECONDS)
        for key in (self.operator, analysis_forms.LAST):
            store.update_ttl(key, jobs.KEEP_SECONDS)


def last(ctx: foo.ExecutionContext) -> Review | None:
    """What was found last, if that was within a day and its index still exists."""
    name = ctx.store(analysis_forms.RESULTS).get(analysis_forms.LAST)
    if name not in GROUPS:
        return None
    review = Review(ctx, name)
    there = review.found and review.found["brain_key"] in runs.keys(ctx.dataset)
    return review if there else None
