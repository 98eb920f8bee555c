"""What the *Find* tab asks beside its operators: what is drawn of what was found, and
what is done with it."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import fiftyone.operators as foo

from fiftyone_milvus.backend import runs
from fiftyone_milvus.dataset import indexed_samples

from ..app import analysis_forms, decisions, grid, other_datasets, reviews
from ..app.context import MAX_RESULTS
from . import media_payloads
from .error_boundary import answered

METHODS = ("find_options", "find_result", "found_items", "decide_found", "show_found")


class FindMethods:
    @answered
    def find_options(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """What the splits, the labels and the other dataset may be."""
        info = runs.describe(ctx.dataset, ctx.params["brain_key"])
        others = other_datasets.names(ctx.dataset)
        chosen = ctx.params.get("other_dataset")
        return {
            "tags": ctx.dataset.distinct("tags"),
            "split_fields": analysis_forms.split_fields(ctx.dataset, info.brain_key),
            "label_fields": analysis_forms.label_fields(ctx.dataset, info),
            "other_datasets": others,
            "other_keys": [] if chosen is None else _comparable(info, others, chosen),
        }

    @answered
    def find_result(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """What an operator found when it last ran, or what was found last; and what was
        decided of it. ``found`` is ``None`` if it didn't end."""
        name = ctx.params.get("operator")
        review = reviews.last(ctx) if name is None else reviews.Review(ctx, name)
        if review is None:
            return {"operator": None, "found": None, "decisions": []}
        return {
            "operator": review.operator,
            "found": review.found,
            "decisions": [_decision(*one) for one in review.decisions.items()],
        }

    @answered
    def found_items(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """The image of each id that still exists, of this dataset or of another."""
        other = ctx.params.get("other_dataset")
        dataset = ctx.dataset if other is None else other_datasets.load(other)
        indexed = runs.indexed(dataset, ctx.params["brain_key"])
        samples, field = indexed.samples, indexed.patches_field
        ids, sample_ids = ctx.params["ids"], ctx.params["sample_ids"]
        some = samples.select([str(i) for i in indexed_samples.object_ids(sample_ids)])
        if field is None:
            found = media_payloads.media(some, ids, None)
        else:
            found = media_payloads.labels_media(some, ids, field)
        names = ("filepath", "box", "label", "tags")
        return {
            "items": [
                {"id": id_, **{name: found[id_][name] for name in names}}
                for id_ in dict.fromkeys(ids)
                if id_ in found
            ]
        }

    @answered
    def decide_found(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """Tags or relabels groups of what was found, marks them for deletion, leaves
        them as they are, or takes that back; what is decided of them then."""
        params = ctx.params
        made = decisions.decide(
            ctx,
            params["operator"],
            params["found_id"],
            params["action"],
            params["groups"],
            params.get("keeps", []),
            params.get("tag"),
        )
        return {"decisions": [_decision(n, one) for n, one in made.items() if one]}

    @answered
    def show_found(self, ctx: foo.ExecutionContext) -> dict[str, Any]:
        """Shows some of what was found in the grid, in this order."""
        ids = [*dict.fromkeys(ctx.params["ids"])][:MAX_RESULTS]
        showing = grid.shows_results(ctx)
        base = grid.base_view(ctx) if showing else grid.searched_from(ctx)
        indexed = runs.indexed(ctx.dataset, ctx.params["brain_key"])
        view = indexed.shown(ctx.dataset, ids)
        grid.show(ctx, view, base)
        return {}


def _decision(number: int, one: reviews.Decision) -> dict[str, Any]:
    return {
        "group": number,
        "tag": one.tag,
        "label": one.label,
        "keep": one.keep,
        "changed": len(one.changed),
        "deletion": one.deletion,
        "deleted": one.deleted,
    }


def _comparable(info: runs.IndexInfo, others: list[str], chosen: str) -> list[str]:
    """The indexes of another dataset whose vectors may be compared with an index's: of
    the first there is, if the one that was chosen isn't there."""
    if not others:
        return []
    other = fo.load_dataset(chosen if chosen in others else others[0])
    return [
        one.brain_key
        for one in runs.describe_all(other)
        if None in (one.model, info.model) or one.model == info.model
    ]
