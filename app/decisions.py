"""What a person decides about groups of what was found: done to the dataset, stored
with the review, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import fiftyone.core.patches as fop
import fiftyone.operators as foo

from fiftyone_milvus.analysis import deletion, relabeling, tagging
from fiftyone_milvus.analysis.relabeling import Correction
from fiftyone_milvus.errors import InvalidRequest

from . import grid, reviews, tag_changes
from .reviews import DELETION_TAG, GROUPS, Decision, Group, Review


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
    with reviews.changing:
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
    _give_tag(ctx, review, groups, tagging.check_tag(tag))  # type: ignore[arg-type]


def _mark(
    ctx: foo.ExecutionContext, review: Review, groups: dict[int, Group], _: str | None
) -> None:
    """Marks what the tag is for to be deleted: by a tag, too."""
    deletion.check(review.samples.samples, review.samples.patches_field)
    _give_tag(ctx, review, groups, DELETION_TAG, deletion=True)


def _give_tag(
    ctx: foo.ExecutionContext,
    review: Review,
    groups: dict[int, Group],
    name: str,
    **decided: bool,
) -> None:
    """Tags the undecided groups. What is to be undone is stored before it is done."""
    groups = _undecided(review, groups)
    ids = _ids({number: one.to_tag(one.keep) for number, one in groups.items()})
    samples, field = _samples(ctx, review)
    had = tagging.tagged(samples, ids, name, field)
    made: dict[int, Decision | None] = {}
    for number, one in groups.items():
        changed = tuple(id_ for id_ in one.to_tag(one.keep) if id_ not in had)
        made[number] = Decision(name, None, one.keep, changed, **decided)
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
    """Takes decisions back: tags are removed where they were given, labels restored.
    What was deleted stays so."""
    made = {n: review.decisions[n] for n in groups if n in review.decisions}
    decided = {n: one for n, one in made.items() if not one.deleted}
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
    "mark": _mark,
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
    found, (samples, field) = review.found or {}, _all_samples(review)
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
    samples, field = _all_samples(review)
    view = grid.shown(ctx)
    # of patches the grid shows copies
    return (view if _are_patches(view, field) else samples), field


def _all_samples(review: Review) -> tuple[Any, str | None]:
    return review.samples.samples, review.samples.patches_field


def _are_patches(view: Any, field: str | None) -> bool:
    return isinstance(view, fop.PatchesView) and view.patches_field == field


def _ids(by_group: dict[int, list[str]]) -> list[str]:
    return [id_ for ids in by_group.values() for id_ in ids]
