"""Tags what was found, for the operator and for the panel."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import fiftyone.operators as foo

from fiftyone_milvus.analysis import tagging


def tag_results(
    ctx: foo.ExecutionContext,
    samples: fo.SampleCollection,
    ids: list[str],
    field: str | None,
    tag: Any,
    remove: bool = False,
) -> dict[str, Any]:
    """Tags samples, or the labels of a field, or removes the tag from them.

    Args:
        ctx: the context
        samples: the dataset or view that they are in
        ids: ids of samples, or of the labels
        field: the field of the labels; ``None`` for samples
        tag: the tag
        remove: whether to remove it

    Returns:
        how many changed, and a sentence

    Raises:
        InvalidRequest: if it can't be a tag
    """
    name = tagging.check_tag(tag)
    count = (tagging.untag if remove else tagging.tag)(samples, ids, name, field)
    there = tagging.count(samples, ids, field)
    if not ctx.delegated:
        ctx.ops.reload_samples()
    what = "samples" if field is None else "patches"
    did = f"Removed '{name}'" if remove else f"Tagged '{name}'"
    message = f"{did}: {count:,} of {len(ids):,} {what}"
    rest = "didn't have it" if remove else "had it"
    if count < there:
        others = "the others" if there == len(ids) else f"{there - count:,}"
        message += f"; {others} {rest}"
    if there < len(ids):
        message += f"; {len(ids) - there:,} aren't in the dataset any more"
    return {"changed": count, "patches_field": field, "message": message}
