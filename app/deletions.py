"""What a review marked for deletion: shown first, and deleted if it is as shown."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import fiftyone.operators as foo

from fiftyone_milvus.analysis import deletion, tagging
from fiftyone_milvus.analysis.deletion import Deleted
from fiftyone_milvus.errors import InvalidRequest

from . import grid, reviews
from .context import MAX_RESULTS
from .reviews import DELETION_TAG, GROUPS, Review


@dataclass(frozen=True)
class DeletionPlan:
    """What would be deleted. ``plan_id`` tells it from any other: only what was shown
    is deleted. ``indexes`` are the brain keys of those that lose rows, and ``untagged``
    is how many stay because their tag was removed since."""

    plan_id: str
    brain_key: str
    patches_field: str | None
    ids: list[str]
    sample_ids: list[str]
    indexes: list[str]
    untagged: int

    @property
    def what(self) -> str:
        """How many samples or patches, in words."""
        noun = "sample" if self.patches_field is None else "patch"
        plural = "samples" if self.patches_field is None else "patches"
        return f"{len(self.ids):,} {noun if len(self.ids) == 1 else plural}"

    @property
    def message(self) -> str:
        """What is deleted, in sentences."""
        if not self.ids:
            return "Nothing is marked for deletion."
        text = f"Deletes {self.what}"
        if self.patches_field is not None:
            text += f" of the field '{self.patches_field}'"
        text += " from the dataset"
        if self.indexes:
            text += f", and their rows in {_names(self.indexes)}"
        text += ". Image files stay on disk. This can't be undone."
        if self.untagged:
            text += f" {self.untagged:,} that lost the tag '{DELETION_TAG}' stay."
        return text


def plan(ctx: foo.ExecutionContext, operator: str | None) -> DeletionPlan:
    """What is marked for deletion in a review, still has the tag, and is still in the
    dataset.

    Args:
        ctx: the context
        operator: the operator that found it; ``None`` for what was found last

    Raises:
        InvalidRequest: if there is no such review
    """
    return _plan(ctx, _review(ctx, operator))


def delete(
    ctx: foo.ExecutionContext, operator: str | None, plan_id: str
) -> tuple[DeletionPlan, Deleted]:
    """Deletes what a plan showed, and shows the grid without it.

    Args:
        ctx: the context
        operator: the operator that found it; ``None`` for what was found last
        plan_id: the plan

    Raises:
        InvalidRequest: if the plan would be another one now; nothing was deleted
    """
    with reviews.changing:
        review = _review(ctx, operator)
        found = _plan(ctx, review)
        if found.plan_id != plan_id:
            raise InvalidRequest(
                "What is marked for deletion has changed since it was shown. Look at "
                "it again. Nothing was deleted."
            )
        if not found.ids:
            raise InvalidRequest(
                "Nothing is marked for deletion. Mark something first."
            )
        deleted = deletion.delete(ctx.dataset, found.ids, found.patches_field)
        _note(review, set(found.ids))
    if not ctx.delegated:
        _show_rest(ctx, review, set(found.ids))
    return found, deleted


def summary(found: DeletionPlan, deleted: Deleted) -> str:
    """What was deleted, in a sentence."""
    text = f"Deleted {found.what}, and {deleted.rows:,} of their rows in indexes"
    for key, why in deleted.kept_because.items():
        text += f"; the rows in '{key}' stay until it is synced: {why}"
    return text


def _review(ctx: foo.ExecutionContext, operator: str | None) -> Review:
    if operator is None:
        review = reviews.last(ctx)
    else:
        review = Review(ctx, operator) if operator in GROUPS else None
    if review is None or not review.found:
        raise InvalidRequest(
            "Nothing was found within a day. Find something in the panel's Find tab, "
            "and mark what to delete."
        )
    return review


def _plan(ctx: foo.ExecutionContext, review: Review) -> DeletionPlan:
    marked, found = review.marked, review.found or {}
    samples, field = review.samples.samples, review.samples.patches_field
    there = review.samples.existing([*marked], [*marked.values()])
    tagged = tagging.tagged(samples, [*there], DELETION_TAG, field)
    ids = [id_ for id_ in marked if id_ in tagged]
    shown = "\n".join([found["found_id"], *ids])
    return DeletionPlan(
        hashlib.sha256(shown.encode()).hexdigest(),
        found["brain_key"],
        field,
        ids,
        [marked[id_] for id_ in ids],
        deletion.indexes_of(ctx.dataset, field),
        len(there) - len(ids),
    )


def _note(review: Review, deleted: set[str]) -> None:
    """Stores with each decision how much of its group was deleted."""
    made: dict[int, Any] = {}
    for number, one in review.decisions.items():
        if one.deletion:
            gone = deleted.intersection(review.groups[number].to_tag(one.keep))
            made[number] = replace(one, deleted=one.deleted + len(gone))
    review.decide(made)


def _show_rest(ctx: foo.ExecutionContext, review: Review, deleted: set[str]) -> None:
    """Shows what is left of what was found. The App loads the grid again for another
    view only."""
    base = grid.base_view(ctx) if grid.shows_results(ctx) else grid.searched_from(ctx)
    if base._is_generated:
        base.reload()  # of patches it has copies
    found = dict.fromkeys(id_ for group in review.groups for id_ in group.ids)
    left = [id_ for id_ in found if id_ not in deleted][:MAX_RESULTS]
    grid.show(ctx, review.samples.shown(ctx.dataset, left), base)
    if deleted.intersection(ctx.selected or ()):
        ctx.ops.clear_selected_samples()
    if ctx.selected_labels:
        ctx.ops.clear_selected_labels()
    ctx.ops.reload_samples()


def _names(keys: list[str]) -> str:
    listed = ", ".join(f"'{key}'" for key in keys)
    return f"the index{'es' if len(keys) > 1 else ''} {listed}"
