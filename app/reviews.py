"""What was found last, and what a person decided of it: stored with the dataset, so
that a reload loses nothing and every window shows the same."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

import fiftyone.core.patches as fop
import fiftyone.operators as foo

from fiftyone_milvus.analysis import relabeling, tagging
from fiftyone_milvus.analysis.relabeling import Correction
from fiftyone_milvus.backend import runs
from fiftyone_milvus.dataset.indexed_samples import IndexedSamples
from fiftyone_milvus.errors import InvalidRequest

from . import analysis_forms, grid, jobs, tag_changes

_changing = threading.Lock()  # of two windows that decide, one after the other


@dataclass(frozen=True)
class Group:
    """What is decided about together: the ``ids`` of samples or patches, and which of
    them is kept, unless a person keeps another; ``None`` if that isn't the question."""

    ids: list[str]
    keep: int | None = None

    def to_tag(self, keep: int | None) -> list[str]:
        """Those that the tag is for."""
        return [id_ for n, id_ in enumerate(self.ids) if n != keep]


# The groups of what each operator found, in the order of its result
GROUPS: dict[str, Callable[[dict[str, Any]], list[Group]]] = {
    "find_duplicates": lambda found: [Group(one["ids"], 0) for one in found["groups"]],
    "find_leaks": lambda found: [Group(one["ids"], 1) for one in found["leaks"]],
    "find_label_outliers": lambda found: [
        Group([one["id"]]) for one in found["outliers"]
    ],
    "find_unique": lambda found: [Group([id_]) for id_ in found["ids"]],
    "find_duplicates_in_dataset": lambda found: [
        Group([one["id"]]) for one in found["matches"]
    ],
}


@dataclass(frozen=True)
class Decision:
    """What was decided of a group: ``tag`` for those that ``changed``, which didn't
    have it before; a new ``label``; or neither, to leave it as it is. ``keep`` is the
    member that was kept."""

    tag: str | None = None
    label: str | None = None
    keep: int | None = None
    changed: tuple[str, ...] = ()


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


def decide(
    ctx: foo.ExecutionContext,
    operator: str,
    found_id: str,
    action: str,
    numbers: list[int],
    keeps: list[int],
    tag: str | None,
) -> dict[int, Decision | None]:
    """Decides about groups of what was found, or takes that back.

    Args:
        ctx: the context
        operator: the operator that found it
        found_id: what it found, as a window shows it
        action: a name of :data:`ACTIONS`
        numbers: the groups
        keeps: the member to keep of each group; empty where none is kept
        tag: the tag, if that is the action

    Returns:
        what is decided of each of the groups now

    Raises:
        InvalidRequest: if something else was found since, or a label isn't what it was;
            then nothing was changed
    """
    if action not in ACTIONS:
        raise InvalidRequest(
            f"There is no action '{action}'; choose one of {[*ACTIONS]}"
        )
    with _changing:
        review = _current(ctx, operator, found_id)
        groups = _chosen(review, [*map(int, numbers)], [*map(int, keeps)])
        ACTIONS[action](ctx, review, groups, tag)
        return {number: review.decisions.get(number) for number in groups}


def _current(ctx: foo.ExecutionContext, operator: str, found_id: str) -> Review:
    review = Review(ctx, operator) if operator in GROUPS else None
    if not review or not review.found or review.found["found_id"] != found_id:
        raise InvalidRequest(
            "Something else was found since, or it was more than a day ago. Find it "
            "again."
        )
    return review


def _chosen(review: Review, numbers: list[int], keeps: list[int]) -> dict[int, Group]:
    """The groups by number, each with the member that is kept."""
    groups = review.groups
    if any(number >= len(groups) for number in numbers):
        raise InvalidRequest(f"Only {len(groups):,} groups were found")
    if keeps and len(keeps) != len(numbers):
        raise InvalidRequest("Give the member to keep of each group, or of none")
    found = {number: groups[number] for number in numbers}
    for number, keep in zip(numbers, keeps, strict=False):
        if found[number].keep is None or keep >= len(found[number].ids):
            raise InvalidRequest(f"The group {number} has no member {keep} to keep")
        found[number] = replace(found[number], keep=keep)
    return found


def _tag(
    ctx: foo.ExecutionContext, review: Review, groups: dict[int, Group], tag: str | None
) -> None:
    """Tags the undecided groups. What is to be undone is stored before it is done."""
    name = tagging.check_tag(tag)  # type: ignore[arg-type]
    groups = _undecided(review, groups)
    ids = _ids({number: one.to_tag(one.keep) for number, one in groups.items()})
    samples, field = _samples(ctx, review)
    had = tagging.tagged(samples, ids, name, field)
    made: dict[int, Decision | None] = {}
    for number, one in groups.items():
        changed = tuple(id_ for id_ in one.to_tag(one.keep) if id_ not in had)
        made[number] = Decision(tag=name, keep=one.keep, changed=changed)
    _store_and_do(
        review, made, lambda: tag_changes.tag_results(ctx, samples, ids, field, name)
    )


def _relabel(
    ctx: foo.ExecutionContext, review: Review, groups: dict[int, Group], _: str | None
) -> None:
    """Gives undecided outliers the label that is suggested."""
    groups = _undecided(review, groups)
    corrections = _corrections(review, groups)
    made: dict[int, Decision | None] = {
        number: Decision(label=one.new, changed=(one.id,))
        for number, one in corrections.items()
    }
    _store_and_do(review, made, lambda: _correct(ctx, review, corrections.values()))


def _leave(
    ctx: foo.ExecutionContext, review: Review, groups: dict[int, Group], _: str | None
) -> None:
    groups = _undecided(review, groups)
    review.decide({number: Decision(keep=one.keep) for number, one in groups.items()})


def _undo(
    ctx: foo.ExecutionContext, review: Review, groups: dict[int, Group], _: str | None
) -> None:
    """Takes decisions back: tags are removed where they were given, labels restored."""
    decided = {n: review.decisions[n] for n in groups if n in review.decisions}
    relabeled = {n: groups[n] for n, one in decided.items() if one.label is not None}
    corrections = _corrections(review, relabeled).values()
    if corrections:
        _correct(ctx, review, [one.undone() for one in corrections])
    samples, field = _samples(ctx, review)
    for tag in {one.tag for one in decided.values()} - {None}:
        of_tag = {n: list(one.changed) for n, one in decided.items() if one.tag == tag}
        if ids := _ids(of_tag):
            tag_changes.tag_results(ctx, samples, ids, field, tag, remove=True)
    review.decide(dict.fromkeys(decided))


Action = Callable[[foo.ExecutionContext, Review, dict[int, Group], "str | None"], None]
ACTIONS: dict[str, Action] = {
    "tag": _tag,
    "relabel": _relabel,
    "leave": _leave,
    "undo": _undo,
}


def _store_and_do(
    review: Review, made: dict[int, Decision | None], do: Callable[[], object]
) -> None:
    """Stores decisions first, so that what was done can be undone if this is killed."""
    review.decide(made)
    try:
        do()
    except Exception:
        review.decide(dict.fromkeys(made))
        raise


def _undecided(review: Review, groups: dict[int, Group]) -> dict[int, Group]:
    return {n: one for n, one in groups.items() if n not in review.decisions}


def _corrections(review: Review, groups: dict[int, Group]) -> dict[int, Correction]:
    found = review.found or {}
    if groups and review.operator != "find_label_outliers":
        raise InvalidRequest("Only label outliers have a suggested label")
    outliers = [(number, found["outliers"][number]) for number in groups]
    return {
        number: Correction(one["id"], one["sample_id"], one["label"], one["suggested"])
        for number, one in outliers
    }


def _correct(
    ctx: foo.ExecutionContext, review: Review, corrections: Iterable[Correction]
) -> None:
    found, (samples, field) = review.found or {}, _all_samples(ctx, review)
    corrections = list(corrections)
    relabeling.correct(samples, field, found["label_field"], corrections)
    view = grid.shown(ctx)
    if field == found["label_field"] and _are_patches(view, field):
        # whose copies of the labels the grid shows
        labels = {one.id: one.new for one in corrections}
        shown = view.select([*labels])
        shown.set_values(f"{field}.label", labels, key_field="id")
    ctx.ops.reload_samples()


def _samples(ctx: foo.ExecutionContext, review: Review) -> tuple[Any, str | None]:
    """The samples to tag, and the field of the patches."""
    samples, field = _all_samples(ctx, review)
    view = grid.shown(ctx)
    # of patches the grid shows copies
    return (view if _are_patches(view, field) else samples), field


def _all_samples(ctx: foo.ExecutionContext, review: Review) -> tuple[Any, str | None]:
    key = (review.found or {})["brain_key"]
    indexed: IndexedSamples = runs.indexed(ctx.dataset, key)
    return indexed.samples, indexed.patches_field


def _are_patches(view: Any, field: str | None) -> bool:
    return isinstance(view, fop.PatchesView) and view.patches_field == field


def _ids(by_group: dict[int, list[str]]) -> list[str]:
    return [id_ for ids in by_group.values() for id_ in ids]
